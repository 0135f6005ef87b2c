export { building, type IndexSite } from "./build.js";
export { indexDirectory, indexFile, readIndex, requirePlace } from "./index-files.js";
export type { Waiting } from "./quiet.js";
export type { SideFile } from "./side-file.js";
export { unusableBecause } from "./usable.js";

export { Catalogue } from "./catalogue.js";
export type { Denied, FileFormat, May, VirtualDirectory, VirtualEntry, VirtualFile } from "./entries.js";
export { HDF5_TYPE } from "./media-types.js";
export type { OpenEntry, Place } from "./place.js";
export type { RootOptions } from "./roots.js";

export { Catalogue } from "./catalogue.js";
export type { Denied, FileFormat, May, VirtualDirectory, VirtualEntry, VirtualFile } from "./entries.js";
export { HDF5_TYPE } from "./media-types.js";
export type { OpenEntry, Place } from "./place.js";
export type { RootOptions, Roots } from "./roots.js";
export { type StoreFile, storeFiles } from "./store-files.js";

/**
 * Servers of tables and HDF5 files, read as if their datasets were local.
 *
 * @module
 */
export { type ConnectOptions, connect } from "./connect.js";
export type { ConnectionOptions, RequestOptions } from "./connection.js";
export type { DownloadOptions, DownloadResult } from "./download.js";
export type { Progress, ProgressOptions } from "./progress.js";
export { type LookupOptions, RemoteDirectory } from "./remote-directory.js";
export { type OpenRange, RemoteFile } from "./remote-file.js";

/**
 * Servers of tables and HDF5 files, read as if their datasets were local.
 *
 * ```ts
 * await using server = await connect("https://host:8443/hdfstream", { user: "ada", password });
 * const file = await server.file("flights.h5");
 * const delay = await file.getArray("/delay", [slice(0, 1000)]);
 * ```
 *
 * @module
 */
export { type ConnectOptions, connect } from "./connect.js";
export type { ConnectionOptions, RequestOptions } from "./connection.js";
export type { Credentials } from "./connection-access.js";
export type { CopyArrayOptions, CopyProgress, CopyResult, Skipped } from "./copy-array.js";
export type { CopyOptions } from "./copy-to.js";
export type { DownloadOptions, DownloadResult } from "./download.js";
export type { Progress, ProgressOptions } from "./progress.js";
export type { RemoteAttributes } from "./remote-attributes.js";
export { type ReadIntoOptions, type ReadOptions, RemoteDataset } from "./remote-dataset.js";
export { RemoteDirectory } from "./remote-directory.js";
export type { RemoteElement } from "./remote-facts.js";
export { type OpenRange, RemoteFile } from "./remote-file.js";
export {
  type RemoteDangling,
  RemoteGroup,
  type RemoteNode,
  type RemoteUnknown,
} from "./remote-group.js";
export type { RemoteLink } from "./remote-links.js";
export { RemoteTable } from "./remote-table.js";
export type { LookupOptions } from "./requests.js";
export type { ReadTarget } from "./selection/into.js";
export type { RemoteArrayInfo, RemoteNodeInfo, VisitOptions } from "./visit.js";

/**
 * Arrow: tables as Arrow tables that share their bytes, and Arrow tables, files and streams as tables.
 *
 * @module
 */
export type { FillOption, ImportOptions, TextKind } from "../options.js";
export { fromArrow } from "./from-arrow.js";
export type { ArrowSource, AsyncArrowReader, AsyncArrowSource } from "./inputs.js";
export { type ArrowOptions, toArrow } from "./to-arrow.js";
export { type IPCOptions, writeIPC } from "./write-ipc.js";

/**
 * Arrow: tables as Arrow tables that share their bytes, and Arrow tables, files and streams as tables. Needs the package
 * apache-arrow.
 *
 * ```ts
 * import { fromArrow, toArrow, writeIPC } from "memmap-table/arrow";
 *
 * const arrow = toArrow(table.slice(0, 1000)); // shares its bytes, and is empty once the table is closed
 * writeIPC(table, "flights.arrow");
 * using copy = fromArrow(readFileSync("flights.arrow"), "copy"); // the same columns and dtypes
 * ```
 *
 * @module
 */
export type { FillOption, ImportOptions, TextKind } from "../options.js";
export type { AdaptedColumns, ColumnSourceOptions } from "../whole-column.js";
export { columnSource } from "./column-source.js";
export { fromArrow } from "./from-arrow.js";
export type { ArrowSource, AsyncArrowReader, AsyncArrowSource } from "./inputs.js";
export { type ArrowOptions, toArrow } from "./to-arrow.js";
export { type IPCOptions, writeIPC } from "./write-ipc.js";

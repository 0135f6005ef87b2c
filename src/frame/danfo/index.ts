/**
 * Tables and danfo's frames: exact copies both ways. Needs the package danfojs-node.
 *
 * ```ts
 * import { fromDataFrame, toDataFrame } from "memmap-table/danfo";
 *
 * const df = toDataFrame(table.slice(0, 1000));
 * using copy = fromDataFrame(df, "copy"); // the same columns, dtypes and attributes
 * ```
 *
 * @module
 */
export type { FillOption, ImportOptions, TextKind } from "../options.js";
export type { AdaptedColumns, ColumnSourceOptions } from "../whole-column.js";
export { assignDataFrame, type FrameAssignOptions } from "./assign-frame.js";
export { columnSource } from "./column-source.js";
export { fromDataFrame } from "./from-frame.js";
export type {
  BigintOption,
  CellOptions,
  DatesOption,
  FrameImportOptions,
  FrameOptions,
  Label,
  SeriesOptions,
} from "./options.js";
export { toDataFrame, toSeries } from "./to-frame.js";

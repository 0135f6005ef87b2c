import type { NDframe } from "danfojs-node";
import { checkOptionNames, checkOptions } from "../options.js";
import { type AdaptedColumns, type ColumnSourceOptions, lazyColumns, wholeColumn } from "../whole-column.js";
import { framePartsOf } from "./frame-parts.js";
import { BATCH, explained, importColumn, importPart } from "./import-column.js";

/**
 * The columns of a danfo DataFrame (or of a Series) by their names in the frame, as `MemmapFile.fromDataFrame` takes them.
 * Nothing is written, and the frame is not changed; each column is judged and copied once, at its first use.
 *
 * Columns have the dtypes that `fromDataFrame` would give them: what the options say, else what `toDataFrame` made them of,
 * else what their values are. What danfo takes for missing is NaN or NaT, or else zero and marked in `nulls`. The frame's index
 * counts for nothing.
 *
 * ```ts
 * file.fromDataFrame(columnSource(df), { groupBy: "origin" });
 * ```
 *
 * @throws CastError for what is no frame of danfojs-node; NotFoundError for columns that only the options have. A column's first
 * use throws CastError naming column, row and value, and DTypeError
 */
export function columnSource(df: NDframe, options: ColumnSourceOptions = {}): AdaptedColumns {
  const parts = framePartsOf(df);
  checkOptions(options);
  checkOptionNames(options, parts.names);
  return lazyColumns(parts.names, parts.length, (c) => {
    const found = importColumn(df, parts, c, options);
    const column = { ...found, name: found.source };
    try {
      return wholeColumn(column, parts.length, function* () {
        for (let start = 0; start < parts.length; start += BATCH) yield importPart(parts, c, column, start);
      });
    } catch (error) {
      throw explained(error, [column]);
    }
  });
}

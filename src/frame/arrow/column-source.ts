import type { RecordBatch, Table } from "apache-arrow";
import { showValue } from "../../dtype/index.js";
import { UnsupportedError } from "../../errors.js";
import { checkOptionNames, checkOptions, isTextKind } from "../options.js";
import {
  type AdaptedColumns,
  type ColumnSourceOptions,
  lazyColumns,
  type RowsPart,
  wholeColumn,
} from "../whole-column.js";
import { partOf, ROWS } from "./arrow-import.js";
import { codedText } from "./coded-text.js";
import { type ArrowColumn, columnOf } from "./columns.js";
import { isBatch, isTable } from "./inputs.js";

/**
 * The columns of an Arrow table or record batch, as `MemmapFile.fromDataFrame` takes them. Nothing is written.
 *
 * Columns have the dtypes that `fromArrow` would give them. One whose rows lie in one batch as NumPy keeps them (numbers,
 * timestamps and durations, bytes of one length, lists of these of one length; no nulls) is an array over Arrow's own memory,
 * without a copy; others are converted once, at their first use. Nulls are NaN or NaT, or else zero and marked in `nulls`.
 *
 * ```ts
 * file.fromDataFrame(columnSource(tableFromIPC(bytes)), { groupBy: "origin" });
 * ```
 *
 * @throws UnsupportedError for what is neither table nor batch; NotFoundError for columns that only the options have. A column's
 * first use throws DTypeError where its type is none that a column can have, CastError naming column, row and value,
 * FormatError, and ClosedError for what shares the bytes of a table that was closed
 */
export function columnSource(source: Table | RecordBatch, options: ColumnSourceOptions = {}): AdaptedColumns {
  if (!isTable(source) && !isBatch(source)) {
    throw new UnsupportedError(`${showValue(source)} is no Arrow table and no record batch`);
  }
  const { fields } = source.schema;
  const names = fields.map(({ name }) => name);
  checkOptions(options);
  checkOptionNames(options, names);
  const batches = (isTable(source) ? source.batches : [source]).filter(({ numRows }) => numRows > 0);
  const rows = batches.reduce((sum, { numRows }) => sum + numRows, 0);
  return lazyColumns(names, rows, (index) => {
    const column = columnOf(fields[index], options);
    return (
      codedText(column, fields[index].type, index, batches) ??
      wholeColumn(column.column, rows, () => partsOf(column, index, batches))
    );
  });
}

/** Batches at once, unless text is made of them. */
function* partsOf(column: ArrowColumn, index: number, batches: readonly RecordBatch[]): Generator<RowsPart> {
  let firstRow = 0;
  for (const batch of batches) {
    const step = isTextKind(column.column.type) ? ROWS : batch.numRows;
    for (let start = 0; start < batch.numRows; start += step) {
      const count = Math.min(step, batch.numRows - start);
      yield { ...partOf(column, batch, index, start, count, firstRow), count };
      firstRow += count;
    }
  }
}

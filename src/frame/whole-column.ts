import { ArrayView } from "../array/index.js";
import { type DType, parseDType } from "../dtype/index.js";
import { NotFoundError } from "../errors.js";
import type { ColumnSource, FrameColumn } from "../group/column-source.js";
import { didYouMean } from "../store/index.js";
import { ColumnBuffer } from "./column-buffer.js";
import type { NewColumn, Part } from "./new-table.js";
import { type ImportOptions, isTextKind } from "./options.js";
import { textWidth } from "./text-width.js";

/** What columns become, of the options that importers share. */
export type ColumnSourceOptions = Pick<ImportOptions, "dtypes" | "strings">;

/** Columns that an adapter makes of a data frame: arrays, and which of their rows are null. */
export interface AdaptedColumns extends ColumnSource {
  column(name: string): ArrayView;
  nulls(name: string): Uint8Array | undefined;
}

/** A column in memory. */
export type WholeColumn = Pick<FrameColumn, "array" | "nulls">;

/** Successive rows of a column. */
export interface RowsPart extends Part {
  readonly count: number;
}

/**
 * A whole column of the parts that it comes in. A single array of the very dtype is taken as it is, without a copy.
 *
 * @param parts gives the parts from the first row on; asked twice for text, once for its width
 * @throws CastError naming column, row and value
 */
export function wholeColumn(column: NewColumn, rows: number, parts: () => Iterable<RowsPart>): WholeColumn {
  const { name, type, itemShape } = column;
  if (!isTextKind(type)) return filled({ name, itemShape, type }, rows, parts());
  let width = 1;
  for (const { values } of parts()) width = textWidth(values, type, width);
  return filled({ name, itemShape, type: parseDType(`${type}${width}`) }, rows, parts());
}

function filled(
  column: NewColumn & { readonly type: DType },
  rows: number,
  parts: Iterable<RowsPart>,
): WholeColumn {
  const buffer = new ColumnBuffer(column, column.name, { masks: true });
  let done = 0;
  for (const { values, nulls, count } of parts) {
    if (count === rows && nulls === undefined && isWhole(values, column, rows))
      return { array: values, nulls };
    if (done === 0) buffer.begin(rows);
    buffer.put(buffer.prepare({ values, nulls }, done), done, count, done);
    done += count;
  }
  return { array: buffer.rows(rows), nulls: buffer.nulls };
}

/** Whether values are the column as it is to be. */
function isWhole(
  values: unknown,
  { type, itemShape = [] }: NewColumn & { readonly type: DType },
  rows: number,
): values is ArrayView {
  return (
    values instanceof ArrayView &&
    values.dtype.equals(type) &&
    values.shape.join() === [rows, ...itemShape].join()
  );
}

/** Columns that are made at their first use. @param make takes the place of a column among the names */
export function lazyColumns(
  names: readonly string[],
  length: number,
  make: (index: number) => WholeColumn,
): AdaptedColumns {
  const made = new Map<string, WholeColumn>();
  const column = (name: string): WholeColumn => {
    const known = made.get(name);
    if (known !== undefined) return known;
    const index = names.indexOf(name);
    if (index === -1) {
      throw new NotFoundError(`there is no column ${JSON.stringify(name)}${didYouMean(name, names)}`);
    }
    const parts = make(index);
    made.set(name, parts);
    return parts;
  };
  return {
    columnNames: names,
    length,
    column: (name) => column(name).array,
    nulls: (name) => column(name).nulls,
  };
}

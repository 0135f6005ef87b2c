import { LimitError, ShapeError, UnsupportedError } from "../errors.js";
import type { ColumnState } from "./catalog.js";

/** Columns of a draft, by name. */
export type Scope = ReadonlyMap<string, ColumnState>;

/** Columns with another number of rows. @throws LimitError, UnsupportedError before the first one changes */
export function withRowCount(
  columns: Scope,
  rows: number,
  change: (column: ColumnState, name: string) => ColumnState,
): Scope {
  for (const [name, column] of columns) {
    byteLength(column, rows, name);
    if (column.fortran) {
      throw new UnsupportedError(
        `column ${JSON.stringify(name)} is in Fortran order, where another number of rows would move every element; add it anew, with its data and overwrite: true`,
        { path: column.path },
      );
    }
  }
  return new Map(Array.from(columns, ([name, column]) => [name, change(column, name)]));
}

/** Bytes of a column's data, computed without losing any. @throws LimitError over 2⁵³ − 1 */
export function byteLength(
  column: Pick<ColumnState, "dtype" | "itemShape">,
  rows: number,
  name: string,
): number {
  if (!Number.isSafeInteger(rows) || rows < 0)
    throw new ShapeError(`a number of rows is a whole number, not ${rows}`);
  let bytes = BigInt(rows) * BigInt(column.dtype.itemsize);
  for (const axis of column.itemShape) bytes *= BigInt(axis);
  if (bytes <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(bytes);
  throw new LimitError(`column ${JSON.stringify(name)} would have ${bytes} bytes; the most are 2^53 - 1`);
}

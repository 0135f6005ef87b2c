import { type ArrayView, STRIDED } from "../../../array/index.js";
import { bindings, type Vector } from "../duckdb.js";
import { Dense } from "./dense.js";
import type { Nulls } from "./nulls.js";
import type { ScanColumn } from "./scan-columns.js";

/**
 * Writes rows of a column into a vector as lists, one behind the other.
 *
 * @param lists how many there are; those behind the last row are empty
 */
export function writeLists(column: ScanColumn, vector: Vector, { row, count, listRows, lists }: Block): void {
  const entries = new BigUint64Array(lists * 2);
  for (let i = 0; i < lists; i++) {
    entries[i * 2] = BigInt(i * listRows);
    entries[i * 2 + 1] = BigInt(Math.max(0, Math.min(listRows, count - i * listRows)));
  }
  const low = bindings();
  low.list_vector_reserve(vector, count);
  low.list_vector_set_size(vector, count);
  low.copy_data_to_vector(vector, 0, entries.buffer, 0, entries.byteLength);
  writeColumn(column, low.list_vector_get_child(vector), row, count);
}

/** Rows that DuckDB asks for at a time. */
export interface Block {
  readonly row: number;
  readonly count: number;
  readonly listRows: number;
  readonly lists: number;
}

function writeColumn(
  { name, array, mask, writer }: ScanColumn,
  vector: Vector,
  row: number,
  count: number,
): void {
  const place = (element: number) => `column ${JSON.stringify(name)}, row ${row + element}`;
  writer.write(vector, array.slice(row, row + count)[STRIDED](), nullsOf(mask, row, count), place);
}

function nullsOf(mask: ArrayView | undefined, row: number, count: number): Nulls {
  if (mask === undefined) return undefined;
  const bytes = new Dense().bytes(mask.slice(row, row + count)[STRIDED]());
  return bytes.map((byte) => (byte === 0 ? 0 : 1));
}

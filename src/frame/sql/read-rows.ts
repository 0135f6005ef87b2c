import type { DuckDBDataChunk, DuckDBType } from "@duckdb/node-api";
import { bindings } from "./duckdb.js";
import { cellsOf, recordsOf } from "./read-cells.js";

/** A row of a result: a plain object. */
export type SqlRow = { [name: string]: unknown };

/** The rows of a chunk as objects. */
export function rowsOf(
  chunk: DuckDBDataChunk,
  names: readonly string[],
  types: readonly DuckDBType[],
): SqlRow[] {
  const { rowCount } = chunk;
  const columns = types.map((type, i) =>
    cellsOf(bindings().data_chunk_get_vector(chunk.chunk, i), rowCount, type),
  );
  return recordsOf(columns, names, rowCount);
}

import type { Connection } from "../connection.js";
import { bindings, duckdb, type Vector } from "../duckdb.js";
import { writeLists } from "./blocks.js";
import type { TableScan } from "./table-scan.js";

/** Rows that DuckDB's own tables give at a time: as many lists are asked for by one call. */
const LISTS = 2048;
/** So many that a call gives the 122,880 rows that DuckDB writes as one group: others it would put together anew. */
const MAX_ROWS = 60;
/** Bytes of a call's lists. */
const BLOCK_BYTES = 16 << 20;

/**
 * A table as a source whose rows DuckDB can read by several threads and yet keep in order, as it does with tables of its own
 * only: it has one that counts the lists of rows, and a function gives the lists for their numbers. All columns are read.
 * DuckDB takes 2,048 lists at a time, so that it is nothing for wide rows.
 *
 * @returns what stands behind FROM, with columns `c1`, `c2`, …
 */
export async function orderedSource(connection: Connection, scan: TableScan): Promise<string> {
  const rowBytes = scan.columns.reduce((sum, column) => sum + column.rowBytes, 1);
  const listRows = Math.max(1, Math.min(MAX_ROWS, Math.floor(BLOCK_BYTES / LISTS / rowBytes)));
  const lists = `${scan.scanName}_lists`;
  await connection.run(`ATTACH ':memory:' AS ${lists} (ROW_GROUP_SIZE ${LISTS})`);
  await connection.run(
    `CREATE TABLE ${lists}.main.lists AS SELECT true AS list FROM range(${Math.ceil(scan.rows / listRows)})`,
  );
  connection.duckdb.registerScalarFunction(blocksFunction(scan, `${scan.scanName}_block`, listRows));
  const taken = scan.columns.map((_, i) => `unnest(block.c${i + 1}) AS c${i + 1}`);
  return `(SELECT ${taken.join(", ")} FROM (SELECT ${scan.scanName}_block(rowid) AS block FROM ${lists}.main.lists))`;
}

/** The function of the numbers of lists, one behind the other, that gives the lists of all columns. */
function blocksFunction(scan: TableScan, name: string, listRows: number) {
  const { columns, rows } = scan;
  const scalar = new duckdb.DuckDBScalarFunction();
  scalar.setName(name);
  scalar.addParameter(duckdb.BIGINT);
  scalar.setReturnType(
    new duckdb.DuckDBStructType(
      columns.map((_, i) => `c${i + 1}`),
      columns.map(({ writer }) => duckdb.LIST(writer.type)),
    ),
  );
  // Beneath the package's own, which would make vectors of all that is not there yet.
  const low = bindings();
  low.scalar_function_set_function(scalar.scalar_function, (info, input, output) => {
    try {
      const lists = low.data_chunk_get_size(input);
      const row = firstOf(low.data_chunk_get_vector(input, 0), lists) * listRows;
      const count = Math.min(lists * listRows, rows - row);
      columns.forEach((column, i) => {
        const vector = low.struct_vector_get_child(output, i);
        writeLists(column, vector, { row, count, listRows, lists });
      });
    } catch (error) {
      scan.error ??= error;
      low.scalar_function_set_error(info, error instanceof Error ? error.message : String(error));
    }
  });
  return scalar;
}

/** The first of numbers that follow each other. */
function firstOf(vector: Vector, count: number): number {
  const numbers = new BigInt64Array(new Uint8Array(bindings().vector_get_data(vector, count * 8)).buffer);
  const first = numbers[0] ?? 0n;
  if ((numbers.at(-1) ?? 0n) - first === BigInt(count - 1)) return Number(first);
  throw new Error("DuckDB asks for rows out of their order");
}

import type { DuckDBExtractedStatements, DuckDBPreparedStatement, DuckDBResult } from "@duckdb/node-api";
import { UnsupportedError } from "../../errors.js";
import type { Connection } from "./connection.js";
import { duckdb } from "./duckdb.js";
import { bindParams, type DuckDBParams } from "./params.js";
import { queryError } from "./query-error.js";

/** Connections within a transaction of this file's. */
const unfinished = new WeakSet<object>();

/** Results after which a connection is as it was before. */
const clean = new WeakSet<DuckDBResult>();

/** Whether a result was read to its end and its query was one that changes nothing. */
export function isClean(result: DuckDBResult): boolean {
  return clean.has(result);
}

/**
 * Runs a query and gives its rows as they are asked for. DuckDB's package ends rows that fail in the middle as if they were
 * whole; the `fetchChunk` of this result throws.
 *
 * @param query one statement or several, of which the last one's rows are given. One that is no query is run at once
 * @param known what went wrong, where that is known otherwise; it need not be found by running the query again
 */
export async function openStream(
  connection: Connection,
  query: string,
  params: DuckDBParams = [],
  known: () => unknown = () => undefined,
): Promise<DuckDBResult> {
  const { duckdb: own } = connection;
  const extracted = await own.extractStatements(query);
  for (let i = 0; i < extracted.count - 1; i++) await (await prepared(extracted, i)).run();
  const last = await prepared(extracted, extracted.count - 1);
  bindParams(last, params);
  if (last.statementType !== duckdb.StatementType.SELECT) return last.run();
  // What fails within a transaction leaves it aborted, which can be seen. Rows that nobody read to their end left theirs.
  await rollBack(connection);
  await own.run("BEGIN TRANSACTION");
  unfinished.add(own);
  const result = await last.stream().catch(async (cause) => {
    await rollBack(connection);
    throw cause;
  });
  const fetchChunk = result.fetchChunk.bind(result);
  let isWhole = false;
  // The result itself: others may want more of it than its rows.
  result.fetchChunk = async () => {
    if (isWhole) return null;
    const chunk = await fetchChunk();
    if (chunk !== null && chunk.rowCount > 0) return chunk;
    if (await isAborted(connection)) {
      await rollBack(connection);
      throw known() ?? (await reasonOf(connection, extracted.count === 1 ? query : undefined, params));
    }
    isWhole = true;
    last.destroySync();
    if (extracted.count === 1) clean.add(result);
    return null;
  };
  return result;
}

/** @throws UnsupportedError for BEGIN, COMMIT and ROLLBACK */
async function prepared(extracted: DuckDBExtractedStatements, i: number): Promise<DuckDBPreparedStatement> {
  const statement = await extracted.prepare(i);
  if (statement.statementType !== duckdb.StatementType.TRANSACTION) return statement;
  throw new UnsupportedError(
    "a query has no transactions of its own: its changes are kept when it is read to its end",
  );
}

async function isAborted(connection: Connection): Promise<boolean> {
  try {
    await connection.duckdb.run("SELECT 1");
    await connection.duckdb.run("COMMIT");
    unfinished.delete(connection.duckdb);
    return false;
  } catch {
    return true;
  }
}

/** Ends the transaction that rows were read in, if there is one: the connection is of use again. */
async function rollBack({ duckdb: own }: Connection): Promise<void> {
  if (unfinished.delete(own)) await own.run("ROLLBACK");
}

/** What is wrong with a query: run again without its rows, it says so. */
async function reasonOf(
  connection: Connection,
  query: string | undefined,
  params: DuckDBParams,
): Promise<Error> {
  const early = new UnsupportedError("the query ended before its last row, and DuckDB does not say why");
  if (query === undefined) return early;
  try {
    const statement = await connection.duckdb.prepare(`EXPLAIN ANALYZE ${query}`);
    bindParams(statement, params);
    await statement.run();
    return early;
  } catch (cause) {
    return queryError(cause);
  }
}

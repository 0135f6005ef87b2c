import type { DuckDBValue } from "@duckdb/node-api";
import type { Connection } from "./connection.js";
import { queryError } from "./query-error.js";

/** A few rows, all at once. */
export async function queryRows(connection: Connection, sql: string): Promise<DuckDBValue[][]> {
  try {
    const reader = await connection.duckdb.runAndReadAll(sql);
    return reader.getRows();
  } catch (cause) {
    throw queryError(cause);
  }
}

/** Whether it is DuckDB that did not like something. */
export function isQueryError(error: unknown): error is Error {
  if (!(error instanceof Error && error.cause instanceof Error)) return false;
  return /^[A-Z][A-Za-z -]* Error:/.test(error.cause.message);
}

/** Whether a query was stopped. */
export function isInterrupt(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith("INTERRUPT");
}

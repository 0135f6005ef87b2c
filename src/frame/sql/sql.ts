import type { MemmapTable, Schema } from "../../table/index.js";
import type { ResourceOptions } from "./connection.js";
import type { Tables } from "./expose.js";
import { type ReadOptions, readResult } from "./import-result.js";
import type { SqlParams } from "./params.js";
import type { SqlRow } from "./read-rows.js";
import { queryOf, type SqlQuery, SqlResult } from "./result.js";
import { RunningQuery } from "./running.js";

/** Options of {@link sql}. */
export interface SqlOptions extends ResourceOptions {
  /** Tables and views of tables by the names that the query calls them. */
  readonly tables?: Tables;
  /** Values for `$1` or `?`, or by their names for `$name`: they are never part of the query's text. */
  readonly params?: SqlParams;
  /**
   * Whether columns of booleans `name.null` are the masks of columns `name`: those are null where the masks are true. With
   * `into` also whether the new table gets masks for columns with nulls.
   */
  readonly masks?: boolean;
  /** Whether the query itself may read and write files (`read_parquet('…')`, `COPY`); by default it may not. */
  readonly files?: boolean;
  /** Interrupts the query. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of {@link sql} that make a new table of the result. */
export interface SqlIntoOptions extends SqlOptions, ReadOptions {
  /** The new table's path. */
  readonly into: string;
}

/**
 * Runs a query of DuckDB's SQL over tables. Their columns are copied from the mapping block by block, and only those that
 * the query needs; nothing is copied beforehand. Each call has a DuckDB of its own, in memory, which downloads nothing.
 *
 * ```ts
 * const late = sql("SELECT origin, avg(delay) AS mean FROM flights WHERE delay > $1 GROUP BY ALL", {
 *   tables: { flights },
 *   params: [60],
 * });
 * for await (const { origin, mean } of late) console.log(origin, mean);
 * const [{ total }] = await sql("SELECT count(*) AS total FROM flights", { tables: { flights } }).toArray();
 * using means = await sql("FROM flights SELECT origin, avg(delay) GROUP BY ALL", { tables: { flights }, into: "means" });
 * ```
 *
 * A table must stay open until its rows are read; it is read as long as it was when the query began. Rows come in the
 * table's order where the query does not change it.
 *
 * @returns the rows, as they come, or awaited the result, which knows its columns; with `into` the new table, open for writing, which is there when it is whole
 * @throws FormatError for what is no SQL, NotFoundError for unknown tables and columns, DTypeError for columns that SQL has no
 * type for and for types that do not go together, CastError for values that cannot be converted, NameError, LimitError,
 * DiskError, UnsupportedError; what a table throws while it is read, as ClosedError; the signal's reason
 */
export function sql<R extends object = SqlRow>(
  query: string,
  options?: SqlOptions & { readonly into?: undefined },
): SqlQuery<R>;
export function sql(query: string, options: SqlIntoOptions): Promise<MemmapTable<Schema, "r+">>;
export function sql(
  query: string,
  options: SqlOptions & { readonly into?: string | undefined } = {},
): SqlQuery | Promise<MemmapTable<Schema, "r+">> {
  const { into } = options;
  return into === undefined ? queryOf(resultOf(query, options)) : tableOf(query, into, options);
}

async function resultOf(query: string, options: SqlOptions): Promise<SqlResult> {
  return new SqlResult(await RunningQuery.start(query, options));
}

async function tableOf(query: string, into: string, options: SqlOptions): Promise<MemmapTable<Schema, "r+">> {
  const running = await RunningQuery.start(query, options);
  try {
    return await readResult(running.result, into, options);
  } catch (cause) {
    throw running.failure(cause);
  } finally {
    await running.close();
  }
}

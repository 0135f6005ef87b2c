import type { DuckDBType } from "@duckdb/node-api";
import { ClosedError } from "../../errors.js";
import { rowsOf, type SqlRow } from "./read-rows.js";
import type { RunningQuery } from "./running.js";

/** Results that nobody has any more, but whose queries are not at their end. */
const abandoned = new FinalizationRegistry<RunningQuery>((running) => void running.close());

/**
 * The rows of a query, as plain objects, in the order that it gives them. They are made as they are asked for, a few thousand
 * at a time, and can be read once. The connection is closed behind the last row, after an error, by `break`, or by
 * `close()`.
 *
 * ```ts
 * for await (const { origin, mean } of sql("SELECT …", { tables })) console.log(origin, mean);
 * ```
 */
export class SqlResult<R extends object = SqlRow> implements AsyncIterable<R>, AsyncDisposable {
  /** The names, those that are there twice with `:1` and so on behind them. */
  readonly columnNames: readonly string[];
  /** DuckDB's names of their types: `"INTEGER"`, `"TIMESTAMP_S"`, `"DECIMAL(18,3)"`. */
  readonly columnTypes: readonly string[];
  readonly #running: RunningQuery;
  readonly #types: readonly DuckDBType[];
  #isRead = false;

  /** @internal Results are made by `sql`. */
  constructor(running: RunningQuery) {
    this.#running = running;
    this.columnNames = running.result.deduplicatedColumnNames();
    this.#types = running.result.columnTypes();
    this.columnTypes = this.#types.map(String);
    abandoned.register(this, running, this);
  }

  /**
   * The rows, one by one.
   *
   * @throws ClosedError the second time, and what `sql` throws where that is found only now
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<R, void, undefined> {
    if (this.#isRead) throw new ClosedError("the rows of this result have been read; they can be read once");
    this.#isRead = true;
    try {
      for (
        let chunk = await this.#running.fetch();
        chunk !== undefined;
        chunk = await this.#running.fetch()
      ) {
        yield* rowsOf(chunk, this.columnNames, this.#types) as R[];
      }
    } finally {
      await this.close();
    }
  }

  /** All rows. @throws as iterating */
  async toArray(): Promise<R[]> {
    const rows: R[] = [];
    for await (const row of this) rows.push(row);
    return rows;
  }

  /** Ends the query, if it has not ended. A second call does nothing. */
  async close(): Promise<void> {
    this.#isRead = true;
    abandoned.unregister(this);
    await this.#running.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** A query that has begun: wait for its result to know its columns first, or take the rows at once. */
export type SqlQuery<R extends object = SqlRow> = Promise<SqlResult<R>> &
  AsyncIterable<R> & {
    /** All rows. */
    toArray(): Promise<R[]>;
  };

/** A result that is awaited, with what can be done with its rows. */
export function queryOf<R extends object>(started: Promise<SqlResult<R>>): SqlQuery<R> {
  return Object.assign(started, {
    async *[Symbol.asyncIterator]() {
      yield* await started;
    },
    toArray: async () => (await started).toArray(),
  });
}

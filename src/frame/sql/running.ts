import type { DuckDBDataChunk, DuckDBResult } from "@duckdb/node-api";
import { showValue } from "../../dtype/index.js";
import { ClosedError, FormatError } from "../../errors.js";
import { Connection, type ResourceOptions } from "./connection.js";
import { Exposed, type Tables } from "./expose.js";
import { duckdbParams, type SqlParams } from "./params.js";
import { queryError } from "./query-error.js";
import type { ScanOptions } from "./scan/scan-columns.js";
import { isClean, openStream } from "./stream.js";

/** What a query is run with. */
export interface RunOptions extends ResourceOptions, ScanOptions {
  readonly tables?: Tables | undefined;
  readonly params?: SqlParams | undefined;
  readonly files?: boolean | undefined;
  /** Whether all columns are read, and the order of rows matters. */
  readonly ordered?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A query under way on a connection of its own. Whatever ends it, `close` is to be called. */
export class RunningQuery {
  readonly #connection: Connection;
  readonly #exposed: Exposed;
  readonly #signal: AbortSignal | undefined;
  readonly #interrupt: () => void;
  #result: DuckDBResult | undefined;
  #fetching: Promise<unknown> | undefined;
  #isDone = false;
  #closing: Promise<void> | undefined;

  private constructor(connection: Connection, exposed: Exposed, signal: AbortSignal | undefined) {
    this.#connection = connection;
    this.#exposed = exposed;
    this.#signal = signal;
    this.#interrupt = () => connection.interrupt();
    signal?.addEventListener("abort", this.#interrupt);
  }

  /** Starts a query, whose rows come when they are asked for. @throws the errors of `sql` */
  static async start(query: string, options: RunOptions): Promise<RunningQuery> {
    const { tables = {}, params = [], files = false, signal } = options;
    signal?.throwIfAborted();
    requireStatement(query);
    const values = duckdbParams(params);
    // Before anything is waited for: the tables are read as they are now.
    const exposed = new Exposed(tables, options);
    const connection = await Connection.take({ ...options, files });
    const running = new RunningQuery(connection, exposed, signal);
    try {
      if (options.ordered === true) await exposed.prepareOrdered(connection);
      else await exposed.prepareFor(connection, query, values);
      signal?.throwIfAborted();
      running.#result = await openStream(connection, query, values, () => running.#known());
      signal?.throwIfAborted();
      return running;
    } catch (cause) {
      const error = running.failure(cause);
      await running.close();
      throw error;
    }
  }

  get result(): DuckDBResult {
    if (this.#result === undefined) throw new Error("the query has not begun");
    return this.#result;
  }

  /** The next rows; undefined behind the last. @throws what went wrong, or the signal's reason */
  async fetch(): Promise<DuckDBDataChunk | undefined> {
    if (this.#isDone || this.#closing !== undefined) return undefined;
    const fetching = this.result.fetchChunk();
    this.#fetching = fetching;
    try {
      const chunk = await fetching;
      // DuckDB ends what is interrupted as if it were whole.
      this.#signal?.throwIfAborted();
      if (chunk !== null && chunk.rowCount > 0) return chunk;
      this.#isDone = true;
      return undefined;
    } catch (cause) {
      this.#isDone = true;
      throw this.failure(cause);
    } finally {
      this.#fetching = undefined;
    }
  }

  /** What went wrong: that of a table or of the signal comes before what DuckDB made of it. */
  failure(cause: unknown): unknown {
    return this.#known() ?? queryError(cause);
  }

  #known(): unknown {
    if (this.#signal?.aborted === true) return this.#signal.reason;
    if (this.#exposed.error !== undefined) return this.#exposed.error;
    return this.#closing === undefined ? undefined : new ClosedError("the result is closed");
  }

  /** Ends the query and closes its connection. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#signal?.removeEventListener("abort", this.#interrupt);
    try {
      await this.#drain();
      if (this.#result !== undefined && isClean(this.#result)) {
        await this.#exposed.withdraw(this.#connection);
        this.#connection.giveBack();
        return;
      }
    } catch {
      // Of what nobody wants any more, nobody wants the error.
    }
    this.#connection.close();
  }

  /** Threads of DuckDB's may be waiting for this one: they must be let go before it waits for them. */
  async #drain(): Promise<void> {
    if (this.#isDone || this.#result === undefined) return;
    this.#connection.interrupt();
    await this.#fetching;
    for (let left = await this.#result.fetchChunk(); left !== null && left.rowCount > 0; ) {
      left = await this.#result.fetchChunk();
    }
  }
}

/** White space, comments and semicolons. */
const NOTHING = /^(?:[\s;]|--[^\n]*(?:\n|$)|\/\*[^]*?\*\/)*$/;

/** @throws FormatError: DuckDB has no words for what is no statement */
function requireStatement(query: unknown): void {
  if (typeof query !== "string") throw new FormatError(`a query is a string, not ${showValue(query)}`);
  if (NOTHING.test(query)) throw new FormatError("there is no statement in the query");
}

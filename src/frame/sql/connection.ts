import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { showValue } from "../../dtype/index.js";
import { LimitError } from "../../errors.js";
import { duckdb } from "./duckdb.js";
import { queryError } from "./query-error.js";

/** What DuckDB may use. */
export interface ResourceOptions {
  /** Threads of DuckDB's own; by default one for each core. */
  readonly threads?: number | undefined;
  /** Bytes that DuckDB may hold before it writes to `tempDirectory`; by default four fifths of the machine's. */
  readonly memoryLimit?: number | undefined;
  /** Where DuckDB puts what its memory cannot hold; by default a directory below the system's, which goes afterwards. */
  readonly tempDirectory?: string | undefined;
}

/** How a connection is opened. */
export interface ConnectionOptions extends ResourceOptions {
  /** Whether queries may read and write files. */
  readonly files: boolean;
}

/**
 * A connection to a DuckDB of its own, in memory. Nothing is downloaded: CSV, JSON and Parquet are built in, extensions
 * are not installed or loaded by themselves.
 */
export class Connection {
  readonly duckdb: DuckDBConnection;
  readonly #instance: DuckDBInstance;
  /** What is to be removed in the end; undefined where it is the caller's. */
  readonly #spill: string | undefined;
  #closed = false;

  private constructor(instance: DuckDBInstance, connection: DuckDBConnection, spill: string | undefined) {
    this.#instance = instance;
    this.duckdb = connection;
    this.#spill = spill;
  }

  /** @throws LimitError for options that are no such numbers */
  static async open({ threads, memoryLimit, tempDirectory, files }: ConnectionOptions): Promise<Connection> {
    const spill = join(tmpdir(), `memmap-table-${process.pid}-${randomBytes(6).toString("hex")}`);
    const settings = {
      ...(threads === undefined ? {} : { threads: String(positive(threads, "threads")) }),
      ...(memoryLimit === undefined ? {} : { memory_limit: `${positive(memoryLimit, "memoryLimit")}B` }),
      temp_directory: tempDirectory ?? spill,
      autoinstall_known_extensions: "false",
      autoload_known_extensions: "false",
      allow_community_extensions: "false",
      // The last: it forbids the setting of others.
      enable_external_access: String(files),
    };
    try {
      const instance = await duckdb.DuckDBInstance.create(":memory:", settings);
      try {
        const connection = await instance.connect();
        await connection.run("SET TimeZone = 'UTC'");
        return new Connection(instance, connection, tempDirectory === undefined ? spill : undefined);
      } catch (error) {
        instance.closeSync();
        throw error;
      }
    } catch (cause) {
      throw queryError(cause);
    }
  }

  /** Runs a statement whose rows are of no interest. */
  async run(sql: string): Promise<void> {
    try {
      await this.duckdb.run(sql);
    } catch (cause) {
      throw queryError(cause);
    }
  }

  /** Stops what is running: it ends with an error or without further rows. */
  interrupt(): void {
    if (!this.#closed) this.duckdb.interrupt();
  }

  /** Only when nothing is running: DuckDB waits for its threads, which may be waiting for this one. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.duckdb.closeSync();
    this.#instance.closeSync();
    if (this.#spill !== undefined) rmSync(this.#spill, { recursive: true, force: true });
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

function positive(value: number, name: string): number {
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new LimitError(`${name} is a whole number above zero, not ${showValue(value)}`);
}

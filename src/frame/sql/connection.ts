import { randomBytes } from "node:crypto";
import { existsSync, rmSync } from "node:fs";
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

/** One that nobody uses: to open another takes longer than many a query. */
let idle: Connection | undefined;

/**
 * A connection to a DuckDB of its own, in memory. Nothing is downloaded: CSV, JSON and Parquet are built in, extensions
 * are not installed or loaded by themselves.
 */
export class Connection {
  readonly duckdb: DuckDBConnection;
  readonly #instance: DuckDBInstance;
  /** What is to be removed in the end; undefined where it is the caller's. */
  readonly #spill: string | undefined;
  readonly #isPlain: boolean;
  #closed = false;

  private constructor(
    instance: DuckDBInstance,
    connection: DuckDBConnection,
    spill: string | undefined,
    plain: boolean,
  ) {
    this.#isPlain = plain;
    this.#instance = instance;
    this.duckdb = connection;
    this.#spill = spill;
  }

  /** One that nothing was left in, of those that were used before; else a new one. @throws as `open` */
  static async take(options: ConnectionOptions): Promise<Connection> {
    if (idle === undefined || !isPlain(options)) return Connection.open(options);
    const taken = idle;
    idle = undefined;
    return taken;
  }

  /** Keeps it for the next one who asks, if it is of use; else it is closed. Nothing must be left in it. */
  giveBack(): void {
    const isOfUse = this.#isPlain && this.#spill !== undefined && !existsSync(this.#spill);
    if (isOfUse && idle === undefined) idle = this;
    else this.close();
  }

  /** @throws LimitError for options that are no such numbers */
  static async open(options: ConnectionOptions): Promise<Connection> {
    const { threads, memoryLimit, tempDirectory, files } = options;
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
        const own = tempDirectory === undefined ? spill : undefined;
        return new Connection(instance, connection, own, isPlain(options));
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

/** Whether they are the options of most queries. */
function isPlain({ threads, memoryLimit, tempDirectory, files }: ConnectionOptions): boolean {
  return threads === undefined && memoryLimit === undefined && tempDirectory === undefined && !files;
}

function positive(value: number, name: string): number {
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new LimitError(`${name} is a whole number above zero, not ${showValue(value)}`);
}

import { showValue } from "../../dtype/index.js";
import { UnsupportedError } from "../../errors.js";
import type { MemmapTable, Schema } from "../../table/index.js";
import { checkOptions } from "../options.js";
import { Connection } from "./connection.js";
import { planCsv } from "./import-csv.js";
import { planJson } from "./import-json.js";
import type { ImportFileOptions } from "./import-options.js";
import type { Plan } from "./import-plan.js";
import { isQueryError } from "./import-query.js";
import { readResult } from "./import-result.js";
import { findSource, type Source } from "./import-source.js";
import { planParquet } from "./import-typed.js";
import { queryError } from "./query-error.js";
import { openStream } from "./stream.js";
import { WrongTextError } from "./vectors/whole-numbers.js";

/** What DuckDB may hold at most, if nothing is said. */
const MEMORY = 384 << 20;
/** What DuckDB reads ahead, so that its threads need not wait for this one. */
const AHEAD = "32MB";

/**
 * Makes a table of CSV, TSV, JSON lines or Parquet files, in bounded memory. The table gets its name when it is whole: of an
 * import that fails or is stopped nothing is left.
 *
 * ```ts
 * using flights = await importFile("flights.csv", "flights", { dtypes: { delay: "i2", origin: "S3" } });
 * ```
 *
 * @param source a path, or several whose rows follow each other; a pattern with `glob: true`
 * @param tablePath the directory to make
 * @throws NotFoundError for missing files; CastError naming file, column, row (from 0), line and value of the first cell
 * that is not what its column holds; FormatError naming the row that is none; DTypeError naming a column that no dtype
 * holds; NameError; ExistsError; LimitError; the signal's reason
 */
export async function importFile(
  source: string | readonly string[],
  tablePath: string,
  options: ImportFileOptions = {},
): Promise<MemmapTable<Schema, "r+">> {
  const { signal, threads, memoryLimit = MEMORY, tempDirectory } = options;
  checkOptions(options);
  if (typeof tablePath !== "string" || tablePath === "") {
    throw new UnsupportedError(`the table's path is a string, not ${showValue(tablePath)}`);
  }
  signal?.throwIfAborted();
  using connection = await Connection.open({ threads, memoryLimit, tempDirectory, files: true });
  const stop = () => connection.interrupt();
  signal?.addEventListener("abort", stop);
  try {
    for (const setting of SETTINGS) await connection.run(setting);
    const plan = await planOf(connection, await findSource(connection, source, options), options);
    signal?.throwIfAborted();
    return await run(connection, plan, tablePath, options);
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}

const SETTINGS = [
  "SET TimeZone = 'UTC'",
  `SET streaming_buffer_size = '${AHEAD}'`,
  "SET preserve_insertion_order = true",
  // Without it DuckDB does not know how far it is.
  "SET enable_progress_bar = true",
  "SET enable_progress_bar_print = false",
];

function planOf(connection: Connection, source: Source, options: ImportFileOptions): Promise<Plan> {
  switch (source.format) {
    case "csv":
    case "tsv":
      return planCsv(connection, source, options);
    case "jsonl":
      return planJson(connection, source, options);
    case "parquet":
      return planParquet(connection, source, options);
  }
}

async function run(
  connection: Connection,
  plan: Plan,
  tablePath: string,
  options: ImportFileOptions,
): Promise<MemmapTable<Schema, "r+">> {
  const { duckdb } = connection;
  const fraction = () => {
    const { percentage } = duckdb.progress;
    return percentage < 0 ? undefined : Math.min(percentage / 100, 1);
  };
  try {
    const known = () => (options.signal?.aborted === true ? options.signal.reason : undefined);
    const result = await openStream(connection, plan.sql, [], known).catch((cause) => {
      throw queryError(cause);
    });
    return await readResult(result, tablePath, options, {
      columnNames: plan.columnNames,
      isEmptyText: plan.isEmptyText,
      decoders: plan.decoders,
      fraction,
    });
  } catch (error) {
    if (options.signal?.aborted === true || !(isQueryError(error) || error instanceof WrongTextError))
      throw error;
    throw await plan.explain(error);
  }
}

import { resolve } from "node:path";
import { currentFiles } from "../../platform/files.js";
import { WholeFile } from "../../platform/whole-file.js";
import type { ResourceOptions } from "./connection.js";
import {
  type Compression,
  copyOptions,
  type ExportFormat,
  fileKind,
  GROUP_ROWS,
  requireWritable,
  rowsOfGroup,
} from "./export-format.js";
import { type AnyView, requireView } from "./expose.js";
import { quoteText } from "./quote.js";
import { RunningQuery } from "./running.js";
import { scanColumns } from "./scan/scan-columns.js";

/** What DuckDB may hold at most, if nothing is said. */
const MEMORY = 512 << 20;

/** Options of {@link exportFile}. */
export interface ExportOptions extends ResourceOptions {
  /** What the file is to be; by default what its name ends in: `.csv`, `.tsv`, `.jsonl`, `.ndjson`, `.parquet`. */
  readonly format?: ExportFormat;
  /** By default Snappy within Parquet files, and for the others what their names end in: `.gz`, `.zst`. */
  readonly compression?: Compression;
  /** Whether columns `name.null` are the masks of columns `name`, which are null where those are true. */
  readonly masks?: boolean;
  /** Ends the export: there is no file then. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes the rows of a table or view into a file of CSV, TSV, JSON lines or Parquet, in their order and in bounded memory: by default
 * DuckDB holds 512 MiB at most.
 * The file has its name when it is whole and on the disk, and replaces one that had it; what fails leaves nothing.
 *
 * ```ts
 * await exportFile(flights.slice(0, 1000), "flights.parquet");
 * ```
 *
 * NaT is null; NaN is itself, but null in JSON, which has no infinities either.
 *
 * @throws DTypeError for columns that the format does not hold, CastError naming column and row for values that it does not;
 * NotFoundError for a missing directory, ExistsError where a directory has the name, UnsupportedError, NameError, DiskError;
 * what the table throws while it is read, as ClosedError; the signal's reason
 */
export async function exportFile(view: AnyView, path: string, options: ExportOptions = {}): Promise<void> {
  const { signal } = options;
  signal?.throwIfAborted();
  const target = resolve(path);
  const kind = fileKind(target, options);
  const json = kind.format === "jsonl";
  const columns = scanColumns(requireView(view, "view"), { masks: options.masks, json });
  requireWritable(columns, kind.format);
  using file = new WholeFile(target, currentFiles());
  const groupRows = rowsOfGroup(columns);
  // Several threads need memory for what one has ready before another; of text DuckDB would even keep all.
  const { memoryLimit = MEMORY } = options;
  const ordered = kind.format === "parquet" && groupRows === GROUP_ROWS && memoryLimit >= MEMORY;
  await copyTo(file.temporary, view, copyOptions(kind, groupRows), { ...options, json, ordered });
  signal?.throwIfAborted();
  file.publish();
}

async function copyTo(
  path: string,
  rows: AnyView,
  format: string,
  options: ExportOptions & { readonly json: boolean; readonly ordered: boolean },
): Promise<void> {
  const query = `COPY (SELECT * FROM rows) TO ${quoteText(path)} (${format})`;
  const running = await RunningQuery.start(query, {
    memoryLimit: MEMORY,
    ...options,
    tables: { rows },
    files: true,
  });
  try {
    while ((await running.fetch()) !== undefined);
  } finally {
    await running.close();
  }
}

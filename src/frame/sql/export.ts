import { randomBytes } from "node:crypto";
import { dirname, join, resolve } from "node:path";
import { ExistsError, NotFoundError } from "../../errors.js";
import { currentFiles, type Files } from "../../platform/files.js";
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
  const files = currentFiles();
  const target = resolve(path);
  const kind = fileKind(target, options);
  const json = kind.format === "jsonl";
  const columns = scanColumns(requireView(view, "view"), { masks: options.masks, json });
  requireWritable(columns, kind.format);
  requirePlace(files, target);
  const temporary = join(dirname(target), `.memmap-${randomBytes(8).toString("hex")}.tmp`);
  try {
    const groupRows = rowsOfGroup(columns);
    // Several threads need memory for what one has ready before another; of text DuckDB would even keep all.
    const { memoryLimit = MEMORY } = options;
    const ordered = kind.format === "parquet" && groupRows === GROUP_ROWS && memoryLimit >= MEMORY;
    await copyTo(temporary, view, copyOptions(kind, groupRows), { ...options, json, ordered });
    signal?.throwIfAborted();
    publish(files, temporary, target);
  } catch (error) {
    if (files.look(temporary) !== undefined) files.unlink(temporary);
    throw error;
  }
}

function requirePlace(files: Files, path: string): void {
  const directory = dirname(path);
  if (files.look(directory) === undefined) {
    throw new NotFoundError(`${path}: there is no directory ${directory}`, { path });
  }
  if (files.look(path)?.isDirectory() === true) {
    throw new ExistsError(`${path}: this is a directory, which a file cannot replace`, { path });
  }
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

/** The file gets its name when the disk has it. */
function publish(files: Files, temporary: string, path: string): void {
  const fd = files.open(temporary, "r+");
  try {
    files.sync(fd, temporary);
  } finally {
    files.close(fd);
  }
  files.rename(temporary, path);
  files.syncDirectory(dirname(path));
}

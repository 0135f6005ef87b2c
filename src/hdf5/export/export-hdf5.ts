import { dirname, resolve } from "node:path";
import type { AccessMode } from "../../array/index.js";
import { showValue } from "../../dtype/index.js";
import { ExistsError, isMemmapError, LimitError, UnsupportedError } from "../../errors.js";
import { MemmapFile, type MemmapGroup } from "../../group/index.js";
import { currentFiles, type Files } from "../../platform/files.js";
import { WholeFile } from "../../platform/whole-file.js";
import type { TableView } from "../../table/index.js";
import { checkCallbacks, checkKnown, checkPath } from "../options.js";
import { planStorage, type StorageOptions } from "../write/chunk-shape.js";
import { Hdf5Writer } from "../write/hdf5-writer.js";
import { type ExportGroup, exportTree } from "./export-tree.js";
import { writeTree } from "./write-tree.js";

/** How far an export has come. */
export interface ExportProgress {
  /** Bytes of elements that are written, before compression. */
  readonly bytes: number;
  /** Bytes of elements that are to be written in all. */
  readonly total: number;
}

/** Options of {@link exportHdf5}. */
export interface ExportHdf5Options extends StorageOptions {
  /**
   * How many worker threads compress; 0 for this thread alone. As many as there are processors, less one, when left out.
   * What is not compressed or shuffled is written by this thread, in blocks, between which other work has its turn.
   */
  readonly workers?: number | undefined;
  /** Whether a file of that name is replaced. */
  readonly overwrite?: boolean | undefined;
  /** Ends the export with its reason: there is no file then. */
  readonly signal?: AbortSignal | undefined;
  /** Told after each block. What it throws ends the export. */
  readonly onProgress?: ((progress: ExportProgress) => void) | undefined;
}

/** What can be exported: the path of a store, an open one or a group of it, a table or a view of one, whatever its columns are. */
export type ExportSource =
  | string
  | MemmapGroup<AccessMode>
  | Pick<TableView, "length" | "columnNames" | "toRecords">;

/**
 * Writes a store into an HDF5 file, as h5py, PyTables, h5wasm and whatever has HDF5's library since 1.8 read it. Arrays become
 * datasets, groups groups, attributes attributes; of a table the columns become datasets, in its order, and its attribute those
 * of the root. Arrays that make no table are in the order of their names. The package h5wasm is not needed.
 *
 * ```ts
 * await exportHdf5("experiment", "experiment.h5", { gzip: true, shuffle: true });
 * ```
 *
 * | dtype | HDF5 |
 * | --- | --- |
 * | `i`, `u`, `f`, big-endian ones too | the same |
 * | `b1` | enumeration of `FALSE` and `TRUE`: h5py's bool |
 * | `c8`, `c16` | compound of `r` and `i`: h5py's complex numbers |
 * | `S<n>`; `U<n>` | text of `n` bytes; text of `4n` bytes in UTF-8 |
 * | `M8[unit]`, `m8[unit]` | opaque, with NumPy's type string as h5py writes it |
 * | `V<n>` | opaque |
 * | structured | compound, of the same offsets and size |
 *
 * In attributes numbers are 64-bit integers or doubles, text is of any length, typed arrays and lists of one kind of value are arrays;
 * all else is the text of its JSON, and so is what takes more than 64 KiB. An attribute that has no keys is called `attr`.
 * `memmap_table_dtype` and `memmap_table_attrs` say what HDF5 has no place for: `importHdf5` with
 * `compounds: "records"` gives back what was exported.
 *
 * Memory holds some blocks of a few MiB, and one chunk at least. The file has its name when it is whole and on the disk; what fails
 * leaves nothing. What is exported is what the store holds now: where arrays are changed, grow or are deleted before it is
 * written, the export fails. Only assignments of elements go unnoticed.
 *
 * @param file the path of the new file
 * @throws ExistsError for a file of that name without `overwrite`, and for a directory; NotFoundError for a store or directory that
 * is not there; StaleError for arrays that were changed meanwhile; CastError naming dataset and row of text that has no UTF-8;
 * LimitError for more than 32 axes, for chunks of over 1 GiB, and for arrays that cannot be mapped; ShapeError, UnsupportedError for options; ClosedError, NameError,
 * DiskError, WorkerError; the signal's reason
 */
export async function exportHdf5(
  root: ExportSource,
  file: string,
  options: ExportHdf5Options = {},
): Promise<void> {
  checkOptions(options);
  checkPath(file, "file");
  const { overwrite = false, signal, onProgress, workers, ...storage } = options;
  signal?.throwIfAborted();
  const plan = planStorage(storage);
  const files = currentFiles();
  const path = resolve(file);
  using whole = new WholeFile(path, files);
  if (!overwrite && files.look(path) !== undefined) throw existsError(path);
  using opened = typeof root === "string" ? MemmapFile.open(root) : undefined;
  const tree = exportTree(opened ?? root);
  const total = bytesOf(tree);
  let bytes = 0;
  const onBytes = (written: number) => {
    bytes += written;
    onProgress?.({ bytes, total });
  };
  const writer = new Hdf5Writer(whole.temporary, files, plan, { workers, signal, onBytes });
  let failure: unknown;
  try {
    await writer.finish(await writeTree(tree, writer));
    signal?.throwIfAborted();
  } catch (error) {
    failure = error;
    throw error;
  } finally {
    await writer.close(failure);
  }
  if (overwrite) whole.publish();
  else publishNew(whole, path, files);
}

const OPTIONS: ReadonlySet<string> = new Set<keyof ExportHdf5Options>([
  "chunks",
  "gzip",
  "shuffle",
  "workers",
  "overwrite",
  "signal",
  "onProgress",
]);

function checkOptions(options: ExportHdf5Options): void {
  checkKnown(options, OPTIONS, "exportHdf5");
  checkCallbacks(options, ["onProgress"]);
  const { overwrite, workers } = options;
  if (overwrite !== undefined && typeof overwrite !== "boolean") {
    throw new UnsupportedError(`overwrite is true or false, not ${showValue(overwrite)}`);
  }
  if (workers !== undefined && !(Number.isSafeInteger(workers) && workers >= 0)) {
    throw new LimitError(`workers is a whole number of at least 0, not ${showValue(workers)}`);
  }
}

/** Bytes of all elements. */
function bytesOf({ children }: ExportGroup): number {
  let bytes = 0;
  for (const node of children.values()) bytes += node.kind === "array" ? node.array.nbytes : bytesOf(node);
  return bytes;
}

function existsError(path: string, cause?: unknown): ExistsError {
  return new ExistsError(
    `${path}: something of this name is there already; say overwrite: true to replace it`,
    {
      path,
      cause,
    },
  );
}

/** Gives the file its name, unless something has come to have it. What has a second name then loses its first one. */
function publishNew(whole: WholeFile, path: string, files: Files): void {
  const { temporary } = whole;
  const fd = files.open(temporary, "r+");
  try {
    files.sync(fd, temporary);
  } finally {
    files.close(fd);
  }
  try {
    // A rename would replace what has the name.
    files.link(temporary, path);
  } catch (error) {
    if (isMemmapError(error, "EXISTS")) throw existsError(path, error);
    // Not every file system has files of two names.
    if (!isMemmapError(error, "DISK") || files.look(path) !== undefined) throw error;
    whole.publish();
  }
  files.syncDirectory(dirname(path));
}

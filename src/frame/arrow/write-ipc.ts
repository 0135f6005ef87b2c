import type { RecordBatchWriter, Schema } from "apache-arrow";
import type { AccessMode } from "../../array/index.js";
import { showValue } from "../../dtype/index.js";
import { ShapeError } from "../../errors.js";
import { currentFiles, type Files } from "../../platform/files.js";
import { WholeFile } from "../../platform/whole-file.js";
import type { Schema as Columns, TableView } from "../../table/index.js";
import { oneOf } from "../options.js";
import { arrow } from "./library.js";
import { type ArrowOptions, batchOf, planOf } from "./to-arrow.js";

/** Options of {@link writeIPC}. */
export interface IPCOptions extends Pick<ArrowOptions, "masks"> {
  /**
   * `"file"` (the default; `.arrow`, Feather V2), which readers can map and enter anywhere, or `"stream"` (`.arrows`), which
   * is read from its beginning.
   */
  readonly format?: "file" | "stream";
  /** The most rows of one record batch; 65536 when left out. */
  readonly rows?: number;
}

/**
 * Writes a table or view as an Arrow IPC file, batch by batch: memory holds one batch at most. The file appears whole or not
 * at all, and is on the disk then; one of that name is replaced. Synchronous, as all local work.
 *
 * ```ts
 * writeIPC(table, "flights.arrow"); // pyarrow.feather.read_table, pandas.read_feather
 * ```
 *
 * @throws as `toArrow`; ShapeError for batches of no rows, ExistsError where a directory has the name, NotFoundError where
 * its directory is missing, DiskError: the old file stays then
 */
export function writeIPC<S extends Columns, M extends AccessMode>(
  source: TableView<S, M>,
  path: string,
  options: IPCOptions = {},
): void {
  const { format = "file", rows = 65536 } = options;
  oneOf(format, ["file", "stream"], "format");
  if (!Number.isSafeInteger(rows) || rows < 1) {
    throw new ShapeError(`a batch has a whole number of rows, at least 1, not ${showValue(rows)}`);
  }
  const view = source as unknown as TableView;
  const plan = planOf(view, options);
  const step = Math.min(rows, plan.batchRows);
  const files = currentFiles();
  using file = new WholeFile(path, files);
  const fd = files.create(file.temporary);
  try {
    const writer = format === "file" ? new FileWriter() : new arrow.RecordBatchStreamWriter();
    writer.reset(new FileSink(fd, file.temporary, files), plan.schema);
    for (let start = 0; start < view.length; start += step) {
      writer.write(batchOf(view, plan, start, Math.min(view.length, start + step), options));
    }
    writer.close();
  } finally {
    files.close(fd);
  }
  file.publish();
}

/** Arrow's writer of files leaves out the schema at the beginning, by which a file can be read as a stream as well. */
class FileWriter extends arrow.RecordBatchFileWriter {
  protected override _writeSchema(schema: Schema): this {
    super._writeSchema(schema);
    return this._writeMessage(arrow.Message.from(schema));
  }
}

/** What Arrow's writers write to: the file, at once. */
class FileSink extends arrow.AsyncByteQueue {
  readonly #fd: number;
  readonly #path: string;
  readonly #files: Files;
  #at = 0;

  constructor(fd: number, path: string, files: Files) {
    super();
    this.#fd = fd;
    this.#path = path;
    this.#files = files;
  }

  override write(bytes: Parameters<RecordBatchWriter["_sink"]["write"]>[0]): void {
    if (!(bytes instanceof Uint8Array)) return;
    this.#files.write(this.#fd, bytes, this.#at, this.#path);
    this.#at += bytes.length;
  }
}

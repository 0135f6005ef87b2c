import { randomBytes } from "node:crypto";
import { dirname, join } from "node:path";
import type { RecordBatchWriter, Schema } from "apache-arrow";
import type { AccessMode } from "../../array/index.js";
import { showValue } from "../../dtype/index.js";
import { ExistsError, ShapeError, UnsupportedError } from "../../errors.js";
import { nodeFiles as files } from "../../platform/files.js";
import type { Schema as Columns, TableView } from "../../table/index.js";
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
 * writeIPC(table, "flights.arrow"); // pyarrow.feather.read_table, pandas.read_feather, DuckDB, Polars
 * ```
 *
 * @throws as `toArrow`; ExistsError where a directory has the name, NotFoundError where its directory is missing, DiskError:
 * the old file stays then
 */
export function writeIPC<S extends Columns, M extends AccessMode>(
  source: TableView<S, M>,
  path: string,
  options: IPCOptions = {},
): void {
  const { format = "file", rows = 65536 } = options;
  if (format !== "file" && format !== "stream") {
    throw new UnsupportedError(`format is "file" or "stream", not ${showValue(format)}`);
  }
  if (!Number.isSafeInteger(rows) || rows < 1) {
    throw new ShapeError(`a batch has a whole number of rows, at least 1, not ${showValue(rows)}`);
  }
  if (files.look(path)?.isDirectory() === true) {
    throw new ExistsError(`${path}: this is a directory, which a file cannot replace`, { path });
  }
  const view = source as unknown as TableView;
  const plan = planOf(view, options);
  const step = Math.min(rows, plan.batchRows);
  whole(path, (sink) => {
    const writer = format === "file" ? new FileWriter() : new arrow.RecordBatchStreamWriter();
    writer.reset(sink, plan.schema);
    for (let start = 0; start < view.length; start += step) {
      writer.write(batchOf(view, plan, start, Math.min(view.length, start + step), options));
    }
    writer.close();
  });
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
  #at = 0;

  constructor(fd: number, path: string) {
    super();
    this.#fd = fd;
    this.#path = path;
  }

  override write(bytes: Parameters<RecordBatchWriter["_sink"]["write"]>[0]): void {
    if (!(bytes instanceof Uint8Array)) return;
    files.write(this.#fd, bytes, this.#at, this.#path);
    this.#at += bytes.length;
  }
}

/** Writes a file under another name, and gives it its own when it is whole and on the disk. */
function whole(path: string, write: (sink: FileSink) => void): void {
  const directory = dirname(path);
  const temporary = join(directory, `.memmap-${randomBytes(8).toString("hex")}.tmp`);
  const fd = files.create(temporary);
  try {
    try {
      write(new FileSink(fd, temporary));
      files.sync(fd, temporary);
    } finally {
      files.close(fd);
    }
    files.rename(temporary, path);
  } catch (error) {
    files.unlink(temporary);
    throw error;
  }
  files.syncDirectory(directory);
}

import type { FileHandle } from "node:fs/promises";
import type { ReadableStream } from "node:stream/web";
import type {
  AsyncRecordBatchFileReader,
  AsyncRecordBatchStreamReader,
  RecordBatch,
  RecordBatchFileReader,
  RecordBatchReader,
  RecordBatchStreamReader,
  Table,
} from "apache-arrow";
import { showValue } from "../../dtype/index.js";
import { systemCode, UnsupportedError } from "../../errors.js";
import { schemaMessage } from "./flat-buffer.js";
import {
  footerLength,
  hasSchemaInFront,
  isFileFormat,
  MAGIC_BYTES,
  StreamParser,
  TAIL_BYTES,
} from "./messages.js";
import { guarded, unreadable } from "./unreadable.js";

/** What is all there: tables, batches, and the bytes of IPC files and streams, whole or in pieces. */
export type ArrowSource =
  | Table
  | RecordBatch
  | RecordBatchStreamReader
  | RecordBatchFileReader
  | ArrayBufferView
  | ArrayBuffer
  | Iterable<RecordBatch | Uint8Array>;

/** Readers that wait. */
export type AsyncArrowReader = AsyncRecordBatchStreamReader | AsyncRecordBatchFileReader;

/** What comes bit by bit: readers, streams of Node and of the web, files. */
export type AsyncArrowSource =
  | AsyncArrowReader
  | AsyncIterable<RecordBatch | Uint8Array>
  | ReadableStream<Uint8Array>
  | FileHandle;

/** Bytes of a file that are read at a time. */
const CHUNK = 1 << 20;

function has<K extends string | symbol>(value: unknown, ...keys: readonly K[]): value is Record<K, unknown> {
  return typeof value === "object" && value !== null && keys.every((key) => key in value);
}

// By their parts and not by their class: programs may have another copy of the package.
export function isTable(source: unknown): source is Table {
  return has(source, "schema", "batches") && Array.isArray(source.batches);
}

export function isBatch(item: unknown): item is RecordBatch {
  return has(item, "schema", "data", "numRows");
}

function isReader(source: unknown): source is RecordBatchReader {
  return has(source, "isSync", "isAsync", "cancel", "next");
}

function isHandle(source: unknown): source is FileHandle {
  return (
    has(source, "fd", "read", "stat") && typeof source.fd === "number" && typeof source.stat === "function"
  );
}

/** Whether a source is to be waited for. @throws UnsupportedError for what is no source */
export function isAsync(source: unknown): source is AsyncArrowSource {
  if (isReader(source)) return source.isAsync();
  if (isHandle(source) || has(source, Symbol.asyncIterator)) return true;
  if (isTable(source) || isBatch(source) || ArrayBuffer.isView(source) || source instanceof ArrayBuffer)
    return false;
  if (has(source, Symbol.iterator)) return false;
  throw new UnsupportedError(
    `${showValue(source)} is no Arrow table, record batch, reader, IPC bytes, stream or FileHandle`,
  );
}

/** The batches of a source. @throws FormatError for bytes that are no Arrow IPC, and what the source itself throws */
export function* batchesIn(source: ArrowSource): Generator<RecordBatch> {
  if (isTable(source)) yield* source.batches;
  else if (isBatch(source)) yield source;
  else if (isReader(source)) yield* readerBatches(source);
  else if (ArrayBuffer.isView(source))
    yield* byteBatches(new Uint8Array(source.buffer, source.byteOffset, source.byteLength));
  else if (source instanceof ArrayBuffer) yield* byteBatches(new Uint8Array(source));
  else {
    const items = new Items();
    for (const item of source) yield* items.take(item);
    yield* items.end();
  }
}

function* readerBatches(reader: RecordBatchReader): Generator<RecordBatch> {
  try {
    yield* guarded(reader);
  } finally {
    reader.cancel();
  }
}

function* byteBatches(bytes: Uint8Array): Generator<RecordBatch> {
  const items = new Items();
  if (isFileFormat(bytes)) {
    const length = footerLength(bytes.subarray(-TAIL_BYTES), bytes.length);
    const end = bytes.length - TAIL_BYTES;
    if (!hasSchemaInFront(bytes)) yield* items.take(schemaMessage(bytes.subarray(end - length, end)));
    yield* items.take(bytes.subarray(MAGIC_BYTES));
  } else yield* items.take(bytes);
  yield* items.end();
}

/** Items that are batches or pieces of a stream. */
class Items {
  #parser: StreamParser | undefined;

  /** @throws UnsupportedError for an item that is neither */
  *take(item: unknown): Generator<RecordBatch> {
    if (item instanceof Uint8Array) {
      this.#parser ??= new StreamParser();
      yield* guarded(this.#parser.push(item));
    } else if (isBatch(item)) yield item;
    else
      throw new UnsupportedError(
        `${showValue(item)} is no record batch, and no bytes of an Arrow IPC stream`,
      );
  }

  *end(): Generator<RecordBatch> {
    if (this.#parser !== undefined) yield* guarded(this.#parser.end());
  }
}

/** The batches of a source that is waited for; it is released when that ends, a `FileHandle` aside, which stays open. */
export async function* asyncBatchesIn(source: AsyncArrowSource): AsyncGenerator<RecordBatch> {
  if (isReader(source)) yield* asyncReaderBatches(source);
  else if (isHandle(source)) yield* handleBatches(source);
  else {
    const items = new Items();
    for await (const item of source) yield* items.take(item);
    yield* items.end();
  }
}

async function* asyncReaderBatches(reader: RecordBatchReader): AsyncGenerator<RecordBatch> {
  try {
    for await (const batch of reader) yield batch;
  } catch (error) {
    // What the reader's own source throws stays as it is.
    throw systemCode(error) === undefined ? unreadable(error) : error;
  } finally {
    await reader.cancel();
  }
}

async function* handleBatches(handle: FileHandle): AsyncGenerator<RecordBatch> {
  const items = new Items();
  const start = await readAt(handle, 0, CHUNK);
  let at = 0;
  if (isFileFormat(start)) {
    const { size } = await handle.stat();
    const length = footerLength(await readAt(handle, size - TAIL_BYTES, TAIL_BYTES), size);
    if (!hasSchemaInFront(start)) {
      yield* items.take(schemaMessage(await readAt(handle, size - TAIL_BYTES - length, length)));
    }
    at = MAGIC_BYTES;
  }
  for (;;) {
    const piece = await readAt(handle, at, CHUNK);
    if (piece.length === 0) break;
    yield* items.take(piece);
    at += piece.length;
  }
  yield* items.end();
}

/** Bytes of a file, fewer where it ends. */
async function readAt(handle: FileHandle, at: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await handle.read(bytes, done, length - done, Math.max(0, at + done));
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return bytes.subarray(0, done);
}

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
import { arrow } from "./library.js";
import { isFileFormat, StreamParser } from "./messages.js";
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

function isBatch(item: unknown): item is RecordBatch {
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
  if (isFileFormat(bytes)) {
    yield* guarded(fileBatches(bytes));
    return;
  }
  const parser = new StreamParser();
  yield* guarded(parser.push(bytes));
  yield* guarded(parser.end());
}

function* fileBatches(bytes: Uint8Array): Generator<RecordBatch> {
  yield* arrow.RecordBatchReader.from<RecordBatchFileReader>(bytes as never);
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
  const first = await handle.read(new Uint8Array(8), 0, 8, 0);
  if (isFileFormat(first.buffer)) {
    const reader: unknown = await arrow.RecordBatchReader.from(lent(handle) as never);
    if (isReader(reader)) yield* asyncReaderBatches(reader);
    return;
  }
  const items = new Items();
  for (let at = 0; ; ) {
    const { bytesRead, buffer } = await handle.read(new Uint8Array(CHUNK), 0, CHUNK, at);
    yield* items.take(buffer.subarray(0, bytesRead));
    at += bytesRead;
    if (bytesRead === 0) break;
  }
  yield* items.end();
}

/** A file that Arrow's reader does not close, and that ends where it ends: the reader would wait for more for ever. */
function lent(handle: FileHandle) {
  return {
    fd: handle.fd,
    stat: () => handle.stat(),
    read: async (buffer: Uint8Array, offset: number, length: number, position: number) => {
      const read = await handle.read(buffer, offset, length, position);
      if (read.bytesRead === 0 && length > 0) throw new Error("the file became shorter while it was read");
      return read;
    },
    close: () => Promise.resolve(),
  };
}

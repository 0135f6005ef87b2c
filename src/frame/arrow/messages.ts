import type { RecordBatch, RecordBatchReader } from "apache-arrow";
import { FormatError } from "../../errors.js";
import { verifyMessage } from "./flat-buffer.js";
import { arrow } from "./library.js";

/** What begins an IPC file; six letters, and two bytes that fill them up. */
const MAGIC = "ARROW1";
export const MAGIC_BYTES = 8;

/** Whether bytes begin as those of an IPC file do, and not those of a stream. */
export function isFileFormat(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(0, MAGIC.length)).toString("latin1") === MAGIC;
}

/** Bytes behind the footer of a file: its length, and the six letters again. */
export const TAIL_BYTES = 10;

/** The length of a file's footer, by what stands behind it. @throws FormatError */
export function footerLength(tail: Uint8Array, fileSize: number): number {
  const isWhole = tail.length === TAIL_BYTES && isFileFormat(tail.subarray(4));
  const length = isWhole ? new DataView(tail.buffer, tail.byteOffset).getInt32(0, true) : 0;
  if (length > 0 && length <= fileSize - MAGIC_BYTES - TAIL_BYTES) return length;
  throw new FormatError("the Arrow IPC file has no footer; it was cut short");
}

/** Whether a file begins with its schema, so that what follows is a stream. */
export function hasSchemaInFront(start: Uint8Array): boolean {
  try {
    const extent = extentOf(start.subarray(MAGIC_BYTES));
    return extent !== "end" && "kind" in extent && extent.kind === arrow.MessageHeader.Schema;
  } catch {
    return false;
  }
}

/** How far a message goes: bytes that are needed to say more, or all that it has. */
type Extent = { readonly needed: number } | { readonly length: number; readonly kind: number } | "end";

/** The extent of the message that bytes begin with. @throws FormatError */
function extentOf(bytes: Uint8Array): Extent {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 4) return { needed: 4 };
  const isMarked = view.getInt32(0, true) === -1;
  const prefix = isMarked ? 8 : 4;
  if (bytes.length < prefix) return { needed: prefix };
  const size = view.getInt32(prefix - 4, true);
  if (size === 0) return "end";
  if (size < 0) throw new FormatError(`a message of ${size} bytes: this is no Arrow IPC stream`);
  if (bytes.length < prefix + size) return { needed: prefix + size };
  const metadata = bytes.subarray(prefix, prefix + size);
  verifyMessage(metadata);
  const { bodyLength, headerType } = arrow.Message.decode(metadata);
  if (!Number.isSafeInteger(bodyLength) || bodyLength < 0) {
    throw new FormatError(`a message whose body has ${bodyLength} bytes: this is no Arrow IPC stream`);
  }
  const length = prefix + size + bodyLength;
  if (bytes.length < length) return { needed: length };
  return { length, kind: headerType };
}

/**
 * Record batches from the bytes of an IPC stream, or of an IPC file that has its schema in front, as most have, in pieces of
 * any size. Only whole messages go to Arrow's reader, so that an end in the middle of one is noticed, and memory holds one
 * message.
 */
export class StreamParser {
  readonly #messages: Uint8Array[] = [];
  #pieces: Uint8Array[] = [];
  #size = 0;
  #needed = MAGIC_BYTES;
  #begun = false;
  #ended = false;
  #hasSchema = false;
  #reader: RecordBatchReader | undefined;

  /** The batches that are whole with these bytes. @throws FormatError, and what Arrow's reader throws */
  *push(bytes: Uint8Array): Generator<RecordBatch> {
    this.#pieces.push(bytes);
    this.#size += bytes.length;
    while (!this.#ended && this.#size >= this.#needed) {
      const joined = this.#join();
      if (!this.#begun) {
        this.#begun = true;
        this.#needed = 4;
        if (isFileFormat(joined)) this.#drop(joined, MAGIC_BYTES);
        continue;
      }
      const extent = extentOf(joined);
      if (extent === "end") this.#ended = true;
      else if ("needed" in extent) this.#needed = extent.needed;
      else {
        this.#requireSchema(extent.kind);
        this.#messages.push(joined.subarray(0, extent.length));
        this.#drop(joined, extent.length);
        this.#needed = 4;
        if (extent.kind === arrow.MessageHeader.RecordBatch) yield* this.#read();
      }
    }
    if (this.#ended) this.#pieces = [];
  }

  #requireSchema(kind: number): void {
    this.#hasSchema ||= kind === arrow.MessageHeader.Schema;
    if (this.#hasSchema) return;
    throw new FormatError(
      "there is no Arrow schema in front; of an IPC file without one, give all bytes or a FileHandle",
    );
  }

  /** All pieces as one. */
  #join(): Uint8Array {
    const [first] = this.#pieces;
    if (first !== undefined && this.#pieces.length === 1) return first;
    const joined = new Uint8Array(this.#size);
    let at = 0;
    for (const piece of this.#pieces) {
      joined.set(piece, at);
      at += piece.length;
    }
    this.#pieces = [joined];
    return joined;
  }

  #drop(joined: Uint8Array, length: number): void {
    this.#pieces = [joined.subarray(length)];
    this.#size -= length;
  }

  /** The batch that the last message completes. */
  *#read(): Generator<RecordBatch> {
    this.#reader ??= arrow.RecordBatchReader.from<RecordBatchReader>(this.#source() as never);
    const { done, value } = this.#reader.next() as IteratorResult<RecordBatch>;
    if (done === true) throw new FormatError("a record batch without the schema that it follows");
    yield value;
  }

  /** Arrow's reader asks for what it lacks; it looks further when it lacks nothing. */
  #source(): Iterable<Uint8Array> {
    const messages = this.#messages;
    const next = (lacking?: number): IteratorResult<Uint8Array> => {
      const value = messages.shift();
      if (value === undefined && lacking !== undefined && lacking > 0) {
        throw new FormatError("a message says less than it should");
      }
      return { done: false, value: value ?? new Uint8Array(0) };
    };
    return { [Symbol.iterator]: () => ({ next }) };
  }

  /**
   * The end of the bytes.
   *
   * @returns the batch without rows that a stream without batches stands for
   * @throws FormatError where they end within a message, or there was no schema
   */
  *end(): Generator<RecordBatch> {
    if (!this.#ended && this.#size > 0) {
      throw new FormatError("the bytes end in the middle of a message; the Arrow IPC stream was cut short");
    }
    if (this.#reader !== undefined) return;
    if (!this.#hasSchema)
      throw new FormatError("there is no Arrow schema in it: no bytes of an Arrow IPC stream");
    // The end of a stream, which tells the reader that there is nothing to wait for.
    this.#messages.push(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0));
    yield* this.#read();
  }
}

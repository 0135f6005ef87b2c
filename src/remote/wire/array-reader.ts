import { CorruptError, LimitError, ShapeError } from "../../errors.js";
import { Bins } from "./bins.js";
import { answered, decodeMessage, isWireTexts, type WireArray, type WireTexts } from "./decode.js";
import { headIn } from "./head.js";
import { type ArrayHeader, arrayHeader, shapeIn } from "./header.js";
import type { ReadArrayOptions } from "./read-array.js";

/** Bytes before the elements: records of a thousand fields take less. */
const MAX_HEAD = 1 << 20;

/** Takes the bytes of one encoded array in pieces of any size. */
export class ArrayReader {
  readonly #options: ReadArrayOptions;
  /** What came until it was known what it begins; of texts all that came. */
  readonly #held = new Held();
  #tryAt = 1;
  #texts = false;
  #bins: { readonly header: ArrayHeader; readonly bins: Bins } | undefined;

  constructor(options: ReadArrayOptions) {
    this.#options = options;
  }

  /** @throws CorruptError, LimitError, ShapeError */
  push(piece: Uint8Array): void {
    if (this.#bins !== undefined) this.#fill(piece);
    else if (this.#texts) this.#collect(piece);
    else {
      this.#held.append(piece);
      // Looked at again when it has doubled: all looks together take time by the bytes.
      if (this.#held.length >= this.#tryAt) this.#look();
    }
  }

  /** The whole array. @throws CorruptError where it is not whole */
  end(): WireArray | WireTexts {
    if (this.#bins === undefined && !this.#texts) this.#look();
    if (this.#bins !== undefined) {
      const { header, bins } = this.#bins;
      const { nbytes, ...array } = header;
      return { ...array, bytes: bins.end() };
    }
    const texts = this.#texts ? decodeMessage(this.#held.bytes) : undefined;
    if (!isWireTexts(texts))
      throw new CorruptError(`the answer ends after ${this.#held.length} bytes, within its head`);
    return texts;
  }

  #look(): void {
    const held = this.#held.bytes;
    const head = answered(() => headIn(held));
    if (head === undefined) {
      if (held.length > MAX_HEAD)
        throw new CorruptError(`the head of an array is longer than ${MAX_HEAD} bytes`);
      this.#tryAt = held.length * 2;
      return;
    }
    if (head.keys.get("vlen") === true) {
      this.#expect(shapeIn(head.keys), undefined);
      this.#texts = true;
      this.#collect(new Uint8Array(0));
      return;
    }
    const header = arrayHeader(head.keys);
    this.#expect(header.shape, header);
    this.#bins = { header, bins: new Bins(this.#target(header.nbytes), head.count) };
    this.#fill(held.subarray(head.at));
    this.#held.clear();
  }

  /** @throws CorruptError where the server answers something else than it was asked for */
  #expect(shape: readonly number[], header: ArrayHeader | undefined): void {
    const { expected = {} } = this.#options;
    if (expected.shape !== undefined && String(expected.shape) !== String(shape)) {
      throw new CorruptError(
        `asked for the shape (${expected.shape.join(", ")}), the answer has (${shape.join(", ")})`,
      );
    }
    const { dtype } = expected;
    if (dtype !== undefined && !(header?.dtype?.equals(dtype) ?? false)) {
      const got = header === undefined ? "texts" : (header.dtype ?? JSON.stringify(header.type));
      throw new CorruptError(`asked for elements of ${dtype}, the answer has ${got}`);
    }
  }

  #target(nbytes: number): Uint8Array {
    const { limit, into } = this.#options;
    if (nbytes > limit) throw new LimitError(`an array of ${nbytes} bytes, where ${limit} are the most`);
    if (into !== undefined) {
      if (into.length === nbytes) return into;
      throw new ShapeError(`an array of ${nbytes} bytes does not go into ${into.length} bytes`);
    }
    try {
      return new Uint8Array(nbytes);
    } catch (cause) {
      if (!(cause instanceof RangeError)) throw cause;
      throw new LimitError(`an array of ${nbytes} bytes, which this process cannot have`, { cause });
    }
  }

  #fill(piece: Uint8Array): void {
    const bins = this.#bins?.bins;
    bins?.push(piece);
    this.#options.onBytes?.(bins?.filled ?? 0, bins?.length);
  }

  #collect(piece: Uint8Array): void {
    this.#held.append(piece);
    const { limit, onBytes } = this.#options;
    if (this.#held.length > limit + MAX_HEAD) throw new LimitError(`texts of more than ${limit} bytes`);
    onBytes?.(this.#held.length, undefined);
  }
}

/** Bytes that are put together as they come. */
class Held {
  #memory = new Uint8Array(0);
  length = 0;

  get bytes(): Uint8Array {
    return this.#memory.subarray(0, this.length);
  }

  append(piece: Uint8Array): void {
    const length = this.length + piece.length;
    if (length > this.#memory.length) {
      const memory = new Uint8Array(Math.max(length, this.#memory.length * 2));
      memory.set(this.bytes);
      this.#memory = memory;
    }
    this.#memory.set(piece, this.length);
    this.length = length;
  }

  clear(): void {
    this.#memory = new Uint8Array(0);
    this.length = 0;
  }
}

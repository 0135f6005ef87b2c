import { CorruptError } from "../../errors.js";

/** Reads numbers of a block of metadata one after another, little-endian, and never beyond its end. */
export class ByteReader {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  readonly #what: string;
  readonly #path: string;
  at = 0;

  /** @param what names the block for messages: "the object header at byte 96" */
  constructor(bytes: Uint8Array, what: string, path: string) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#what = what;
    this.#path = path;
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  /** An error about this block. */
  corrupt(problem: string): CorruptError {
    return new CorruptError(`${this.#path}: ${this.#what} ${problem}`, { path: this.#path });
  }

  /** Goes on by so many bytes. @returns where it was @throws CorruptError beyond the end */
  skip(count: number): number {
    const { at } = this;
    if (count > this.left) throw this.corrupt("is cut short");
    this.at += count;
    return at;
  }

  u8(): number {
    return this.#view.getUint8(this.skip(1));
  }

  u16(): number {
    return this.#view.getUint16(this.skip(2), true);
  }

  u32(): number {
    return this.#view.getUint32(this.skip(4), true);
  }

  /** An unsigned number of 1 to 8 bytes. @throws CorruptError where no number of JavaScript is exactly it */
  uint(size: number): number {
    const value = this.optional(size);
    if (value === undefined || !Number.isSafeInteger(value)) {
      throw this.corrupt("has a number that is too large for any file");
    }
    return value;
  }

  /** As {@link uint}; undefined for all ones, which is HDF5's way to say that there is none. */
  optional(size: number): number | undefined {
    if (size === 8) {
      const low = this.u32();
      const high = this.u32();
      return low === 0xffffffff && high === 0xffffffff ? undefined : high * 2 ** 32 + low;
    }
    const at = this.skip(size);
    let value = 0;
    let ones = true;
    for (let index = size - 1; index >= 0; index--) {
      const byte = this.bytes[at + index] ?? 0;
      ones &&= byte === 0xff;
      value = value * 256 + byte;
    }
    return ones ? undefined : value;
  }

  take(count: number): Uint8Array {
    const at = this.skip(count);
    return this.bytes.subarray(at, at + count);
  }

  /** @throws CorruptError unless these letters come next */
  signature(letters: string): void {
    if (Buffer.from(this.take(letters.length)).toString("latin1") !== letters) {
      throw this.corrupt(`does not begin with ${letters}`);
    }
  }

  /** The bytes up to the next NUL, which is passed over. */
  text(): string {
    const end = this.bytes.indexOf(0, this.at);
    if (end < 0) throw this.corrupt("has a text without an end");
    const text = Buffer.from(this.take(end - this.at)).toString();
    this.at = end + 1;
    return text;
  }

  /** A reader of the next bytes. */
  part(count: number): ByteReader {
    return new ByteReader(this.take(count), this.#what, this.#path);
  }
}

import { CorruptError } from "../../errors.js";

/** Puts the bytes of bins, which come in pieces of any size, one behind the other into a target. */
export class Bins {
  readonly #target: Uint8Array;
  /** Bytes that have come. */
  filled = 0;
  #bins: number;
  /** Bytes still to come of the bin that has begun. */
  #inBin = 0;
  /** The head of the next bin, as far as it has come: its first byte, and its length in big-endian. */
  #first = 0;
  #width = 0;
  #size = 0;

  /** @throws CorruptError where there are more bins than bytes */
  constructor(target: Uint8Array, bins: number) {
    if (bins > Math.max(1, target.length)) {
      throw new CorruptError(`an array of ${target.length} bytes in ${bins} pieces`);
    }
    this.#target = target;
    this.#bins = bins;
  }

  /** Bytes of all. */
  get length(): number {
    return this.#target.length;
  }

  /** @throws CorruptError for what are no bins, and for more bytes than there may be */
  push(piece: Uint8Array): void {
    let at = 0;
    while (at < piece.length) {
      if (this.#inBin > 0) {
        const part = piece.subarray(at, at + this.#inBin);
        this.#target.set(part, this.filled);
        this.filled += part.length;
        this.#inBin -= part.length;
        at += part.length;
      } else {
        this.#head(piece[at] ?? 0);
        at += 1;
      }
    }
  }

  /** The target, full. @throws CorruptError where it is not */
  end(): Uint8Array {
    const { length } = this.#target;
    if (this.filled < length) {
      throw new CorruptError(`the answer ends after ${this.filled} of ${length} bytes`);
    }
    if (this.#bins > 0 || this.#first !== 0) throw new CorruptError("the answer ends within its last piece");
    return this.#target;
  }

  /** One byte of a bin's head. */
  #head(byte: number): void {
    if (this.#first === 0) {
      if (this.#bins === 0) throw new CorruptError("the answer has bytes behind its array");
      if (byte < 0xc4 || byte > 0xc6)
        throw new CorruptError(`the pieces of an array are no bytes (0x${byte.toString(16)})`);
      this.#first = byte;
      this.#width = 1 << (byte - 0xc4);
      this.#size = 0;
      return;
    }
    this.#size = this.#size * 256 + byte;
    this.#width -= 1;
    if (this.#width > 0) return;
    const left = this.#target.length - this.filled;
    if (this.#size > left)
      throw new CorruptError(`a piece of ${this.#size} bytes, where ${left} are left of the array`);
    this.#inBin = this.#size;
    this.#bins -= 1;
    this.#first = 0;
  }
}

import { type Accumulator, compress, type NumericArray } from "../../compute/index.js";
import type { Strided } from "../strided.js";
import { Reader } from "./reader.js";

/** Adds those elements of blocks that masks choose. */
export class Chooser {
  readonly #reader = new Reader();
  /** Memory for the chosen elements of a block. */
  #room: NumericArray | undefined;

  /** @param mask one byte for each element of `values`; any but 0 is true */
  add(accumulator: Accumulator<unknown>, values: NumericArray, mask: Strided): void {
    const bytes = this.#reader.readBytes(mask);
    if (!(bytes instanceof Uint8Array) || bytes.length === 0) return;
    if (accumulator.addWhere !== undefined) {
      accumulator.addWhere(values, 0, bytes.length, { bytes, start: 0 });
      return;
    }
    const room = this.#roomFor(values);
    const itemsize = values.byteLength / bytes.length;
    const chosen = compress(bytesOf(values), itemsize, bytes, bytesOf(room));
    accumulator.add(room, 0, chosen);
  }

  #roomFor(values: NumericArray): NumericArray {
    if (this.#room === undefined || this.#room.length < values.length) this.#room = values.slice();
    return this.#room;
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: NumericArray): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

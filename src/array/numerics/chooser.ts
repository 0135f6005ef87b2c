import { type Accumulator, compress, type NumericArray } from "../../compute/index.js";
import { Marker, type Where } from "./where.js";

/** Adds those elements of blocks that masks choose. */
export class Chooser {
  readonly #marker = new Marker();
  /** Memory for the chosen elements of a block. */
  #room: NumericArray | undefined;

  /** @param where the elements of `values` that count */
  add(accumulator: Accumulator<unknown>, values: NumericArray, where: Where): void {
    const bytes = this.#marker.marks(where);
    if (bytes.length === 0) return;
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

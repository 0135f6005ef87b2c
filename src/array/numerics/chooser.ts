import { type Accumulator, compress, type NumericArray } from "../../compute/index.js";
import { sizeOf } from "../../dtype/index.js";
import { testOfValues } from "./comparison.js";
import { Reader } from "./reader.js";
import type { ScalarTest } from "./scalars.js";
import type { Where } from "./where.js";

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

/** Marks the elements that count, of one {@link Where} in pieces. */
class Marker {
  readonly #reader = new Reader();
  #marks = new Uint8Array(0);
  #test: ScalarTest | undefined;

  /** One byte for each element, 0 for those that do not count; good until the next call. */
  marks(where: Where): Uint8Array {
    const { compared, dtype } = where;
    if (compared === undefined) {
      const marks = this.#reader.readBytes(where);
      return marks instanceof Uint8Array ? marks : NONE;
    }
    this.#test ??= testOfValues(dtype, compared, "");
    const count = sizeOf(where.layout.shape);
    if (this.#marks.length < count) this.#marks = new Uint8Array(count);
    this.#test(this.#reader.read(where), count, this.#marks, 0);
    return this.#marks.subarray(0, count);
  }
}

const NONE = new Uint8Array(0);

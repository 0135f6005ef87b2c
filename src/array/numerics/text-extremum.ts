import type { Accumulator, Extremum, NumericArray, Side, Units } from "../../compute/index.js";
import { codecOf, type DType } from "../../dtype/index.js";
import { isUnits } from "./reader.js";

/** Whether the `width` units from `at` on come before those of `other` from `otherAt` on. */
function precedes(units: Units, at: number, other: Units, otherAt: number, width: number): boolean {
  for (let k = 0; k < width; k++) {
    const [x, y] = [units[at + k], other[otherAt + k]];
    if (x !== y) return x < y;
  }
  return false;
}

/** The least or greatest string, by code points or bytes, and its first place; null when there was none. */
export class TextExtremum implements Accumulator<Extremum<unknown> | null> {
  readonly #side: Side;
  readonly #dtype: DType;
  #best: Units | undefined;
  #index = -1;
  #seen = 0;

  /** @param dtype in this machine's byte order */
  constructor(side: Side, dtype: DType) {
    this.#side = side;
    this.#dtype = dtype;
  }

  add(values: NumericArray, start: number, end: number): void {
    if (!isUnits(values)) return;
    const { width } = this.#dtype;
    let best: Units | undefined = this.#best;
    let place = 0;
    let found = -1;
    for (let i = start; i < end; i++) {
      const at = i * width;
      const better =
        best === undefined ||
        (this.#side === "min"
          ? precedes(values, at, best, place, width)
          : precedes(best, place, values, at, width));
      if (!better) continue;
      best = values;
      place = at;
      found = i;
    }
    if (found >= 0) {
      this.#best = values.slice(place, place + width);
      this.#index = this.#seen + found - start;
    }
    this.#seen += end - start;
  }

  result(): Extremum<unknown> | null {
    if (this.#best === undefined) return null;
    const { buffer, byteOffset, byteLength } = this.#best;
    const value = codecOf(this.#dtype).read(new DataView(buffer, byteOffset, byteLength), 0);
    return { value, index: this.#index };
  }

  reset(): void {
    this.#best = undefined;
    this.#index = -1;
    this.#seen = 0;
  }
}

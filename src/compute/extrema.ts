import { BLOCK, loadBlock, newBlock } from "./blocks.js";
import type { Accumulator, MissingOptions, NumberArray } from "./types.js";

/** Which end of the order is sought. */
export type Side = "min" | "max";

/** The extreme value of a run, and the place of its first occurrence within the run. */
export interface Extremum<Value> {
  readonly value: Value;
  readonly index: number;
}

const scratch = newBlock();

/**
 * The least or greatest number and its first place. NaN propagates: the first NaN is the result, value and
 * place, unless `skipNaN`. Null when there was nothing to choose from. Which of -0 and 0 is found is the one
 * that came first.
 */
export class NumberExtremum implements Accumulator<Extremum<number> | null, NumberArray> {
  readonly #sign: 1 | -1;
  readonly #skipNaN: boolean;
  #best = Number.NaN;
  #index = -1;
  #seen = 0;
  settled = false;

  constructor(side: Side, { skipNaN = false }: MissingOptions = {}) {
    this.#sign = side === "min" ? 1 : -1;
    this.#skipNaN = skipNaN;
  }

  add(values: NumberArray, start: number, end: number): void {
    for (let at = start; at < end && !this.settled; at += BLOCK) {
      const stop = Math.min(at + BLOCK, end);
      loadBlock(values, at, stop, scratch);
      this.#addBlock(stop - at, this.#seen + at - start);
    }
    this.#seen += end - start;
  }

  #addBlock(count: number, first: number): void {
    const index = firstExtremum(scratch, count, this.#sign, this.#skipNaN);
    if (index < 0) return;
    const value = scratch[index];
    if (this.#index < 0 || value * this.#sign < this.#best * this.#sign || Number.isNaN(value)) {
      this.#best = value;
      this.#index = first + index;
      this.settled = Number.isNaN(value);
    }
  }

  result(): Extremum<number> | null {
    return this.#index < 0 ? null : { value: this.#best, index: this.#index };
  }

  reset(): void {
    this.#index = -1;
    this.#seen = 0;
    this.settled = false;
  }
}

/**
 * Where the least of the first `count` doubles of a block stands first, the greatest with `sign` -1; the
 * first NaN, or, with `skipNaN`, as if there were none. -1 when there is nothing to choose from.
 */
function firstExtremum(block: Float64Array, count: number, sign: 1 | -1, skipNaN: boolean): number {
  let index = -1;
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < count; i++) {
    const x = block[i] * sign;
    // One comparison that is false for nearly every element, and true for NaN.
    if (x >= best && index >= 0) continue;
    if (!Number.isNaN(x)) {
      best = x;
      index = i;
    } else if (!skipNaN) return i;
  }
  return index;
}

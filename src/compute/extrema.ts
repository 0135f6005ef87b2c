import { BLOCK, loadBlock, newBlock } from "./blocks.js";
import { type Extremum, Leading, type Side } from "./leading.js";
import type { MissingOptions, NumberArray } from "./types.js";

export type { Extremum, Side } from "./leading.js";

const scratch = newBlock();

/**
 * The least or greatest number and its first place. NaN propagates: the first NaN is the result, value and
 * place, unless `skipNaN`. Which of -0 and 0 is found is the one that came first.
 */
export class NumberExtremum extends Leading<number, NumberArray> {
  readonly #sign: 1 | -1;
  readonly #skipNaN: boolean;

  constructor(side: Side, { skipNaN = false }: MissingOptions = {}) {
    super();
    this.#sign = side === "min" ? 1 : -1;
    this.#skipNaN = skipNaN;
  }

  protected find(values: NumberArray, start: number, end: number): Extremum<number> | null {
    let best: Extremum<number> | null = null;
    for (let at = start; at < end; at += BLOCK) {
      const stop = Math.min(at + BLOCK, end);
      loadBlock(values, at, stop, scratch);
      const index = firstExtremum(scratch, stop - at, this.#sign, this.#skipNaN);
      if (index < 0) continue;
      const value = scratch[index];
      if (Number.isNaN(value)) return { value, index: at - start + index };
      if (best === null || this.precedes(value, best.value)) best = { value, index: at - start + index };
    }
    return best;
  }

  protected precedes(value: number, other: number): boolean {
    return value * this.#sign < other * this.#sign;
  }

  protected isMissing(value: number): boolean {
    return Number.isNaN(value);
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

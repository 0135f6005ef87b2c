import { BLOCK, loadComplexBlock, newBlock } from "./blocks.js";
import { type Extremum, Leading, type Side } from "./leading.js";
import type { Complex, FloatArray, MissingOptions } from "./types.js";

const scratchRe = newBlock();
const scratchIm = newBlock();

/**
 * The least or greatest complex number by real, then imaginary part, and its first place. A number with NaN
 * in either part propagates as NaN does in `NumberExtremum`.
 */
export class ComplexExtremum extends Leading<Complex, FloatArray> {
  readonly #sign: 1 | -1;
  readonly #skipNaN: boolean;

  constructor(side: Side, { skipNaN = false }: MissingOptions = {}) {
    super();
    this.#sign = side === "min" ? 1 : -1;
    this.#skipNaN = skipNaN;
  }

  protected find(values: FloatArray, start: number, end: number): Extremum<Complex> | null {
    let best: Extremum<Complex> | null = null;
    for (let at = start; at < end; at += BLOCK) {
      const stop = Math.min(at + BLOCK, end);
      loadComplexBlock(values, at, stop, scratchRe, scratchIm);
      const index = firstComplexExtremum(scratchRe, scratchIm, stop - at, this.#sign, this.#skipNaN);
      if (index < 0) continue;
      const value = { re: scratchRe[index], im: scratchIm[index] };
      if (best !== null && !this.isMissing(value) && !this.precedes(value, best.value)) continue;
      best = { value, index: at - start + index };
      if (this.isMissing(value)) return best;
    }
    return best;
  }

  protected precedes(a: Complex, b: Complex): boolean {
    const sign = this.#sign;
    return a.re * sign < b.re * sign || (a.re === b.re && a.im * sign < b.im * sign);
  }

  protected isMissing({ re, im }: Complex): boolean {
    return Number.isNaN(re) || Number.isNaN(im);
  }
}

function firstComplexExtremum(
  re: Float64Array,
  im: Float64Array,
  count: number,
  sign: 1 | -1,
  skipNaN: boolean,
): number {
  let index = -1;
  let bestRe = Number.POSITIVE_INFINITY;
  let bestIm = Number.POSITIVE_INFINITY;
  for (let i = 0; i < count; i++) {
    const x = re[i] * sign;
    const y = im[i] * sign;
    if (Number.isNaN(x) || Number.isNaN(y)) {
      if (!skipNaN) return i;
    } else if (index < 0 || x < bestRe || (x === bestRe && y < bestIm)) {
      bestRe = x;
      bestIm = y;
      index = i;
    }
  }
  return index;
}

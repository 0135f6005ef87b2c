import { BLOCK, loadComplexBlock, newBlock } from "./blocks.js";
import type { Extremum, Side } from "./extrema.js";
import type { Accumulator, Complex, FloatArray, MissingOptions } from "./types.js";

const scratchRe = newBlock();
const scratchIm = newBlock();

/**
 * The least or greatest complex number by real, then imaginary part, and its first place. A number with NaN
 * in either part propagates as NaN does in `NumberExtremum`.
 */
export class ComplexExtremum implements Accumulator<Extremum<Complex> | null, FloatArray> {
  readonly #sign: 1 | -1;
  readonly #skipNaN: boolean;
  #best: Complex | undefined;
  #index = -1;
  #seen = 0;
  settled = false;

  constructor(side: Side, { skipNaN = false }: MissingOptions = {}) {
    this.#sign = side === "min" ? 1 : -1;
    this.#skipNaN = skipNaN;
  }

  add(values: FloatArray, start: number, end: number): void {
    for (let at = start; at < end && !this.settled; at += BLOCK) {
      const stop = Math.min(at + BLOCK, end);
      loadComplexBlock(values, at, stop, scratchRe, scratchIm);
      this.#addBlock(stop - at, this.#seen + at - start);
    }
    this.#seen += end - start;
  }

  #addBlock(count: number, first: number): void {
    const index = firstComplexExtremum(scratchRe, scratchIm, count, this.#sign, this.#skipNaN);
    if (index < 0) return;
    const value = { re: scratchRe[index], im: scratchIm[index] };
    const isNaN = Number.isNaN(value.re) || Number.isNaN(value.im);
    if (isNaN || this.#best === undefined || precedes(value, this.#best, this.#sign)) {
      this.#best = value;
      this.#index = first + index;
      this.settled = isNaN;
    }
  }

  result(): Extremum<Complex> | null {
    return this.#best === undefined ? null : { value: this.#best, index: this.#index };
  }

  reset(): void {
    this.#best = undefined;
    this.#index = -1;
    this.#seen = 0;
    this.settled = false;
  }
}

function precedes(a: Complex, b: Complex, sign: 1 | -1): boolean {
  return a.re * sign < b.re * sign || (a.re === b.re && a.im * sign < b.im * sign);
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

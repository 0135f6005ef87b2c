import { BLOCK, loadBlock, loadComplexBlock, newBlock } from "./blocks.js";
import type { FloatArray, MissingOptions, NumberArray } from "./types.js";

/** A running total that is carried from block to block of one run. */
export interface Cumulator<Values, Out> {
  /** Writes to `out`, from `outOffset` on, the total after each of the elements `start` to `end - 1`. */
  add(values: Values, start: number, end: number, out: Out, outOffset: number): void;
  /** Begins a new run. */
  reset(): void;
}

const scratch = newBlock();
const scratchIm = newBlock();

/**
 * Running sums of floats, one after the other as NumPy adds them; into a Float32Array, each rounded to single
 * precision before the next is added. `skipNaN` counts NaN as zero.
 */
export class FloatCumsum implements Cumulator<NumberArray, FloatArray> {
  readonly #skipNaN: boolean;
  #total = -0;

  constructor({ skipNaN = false }: MissingOptions = {}) {
    this.#skipNaN = skipNaN;
  }

  add(values: NumberArray, start: number, end: number, out: FloatArray, outOffset: number): void {
    for (let at = start; at < end; at += BLOCK) {
      const count = Math.min(BLOCK, end - at);
      loadBlock(values, at, at + count, scratch);
      if (this.#skipNaN) zeroNaN(scratch, count);
      const to = outOffset + at - start;
      this.#total =
        out instanceof Float64Array
          ? cumulate(scratch, count, this.#total, out, to, 1)
          : cumulateSingle(scratch, count, this.#total, out, to, 1);
    }
  }

  reset(): void {
    this.#total = -0;
  }
}

/** As {@link FloatCumsum} for complex numbers; `out` holds pairs too, and `outOffset` counts them. */
export class ComplexCumsum implements Cumulator<FloatArray, FloatArray> {
  readonly #skipNaN: boolean;
  #re = -0;
  #im = -0;

  constructor({ skipNaN = false }: MissingOptions = {}) {
    this.#skipNaN = skipNaN;
  }

  add(values: FloatArray, start: number, end: number, out: FloatArray, outOffset: number): void {
    for (let at = start; at < end; at += BLOCK) {
      const count = Math.min(BLOCK, end - at);
      loadComplexBlock(values, at, at + count, scratch, scratchIm);
      if (this.#skipNaN) zeroComplexNaN(scratch, scratchIm, count);
      const to = 2 * (outOffset + at - start);
      if (out instanceof Float64Array) {
        this.#re = cumulate(scratch, count, this.#re, out, to, 2);
        this.#im = cumulate(scratchIm, count, this.#im, out, to + 1, 2);
      } else {
        this.#re = cumulateSingle(scratch, count, this.#re, out, to, 2);
        this.#im = cumulateSingle(scratchIm, count, this.#im, out, to + 1, 2);
      }
    }
  }

  reset(): void {
    this.#re = -0;
    this.#im = -0;
  }
}

function cumulate(
  block: Float64Array,
  count: number,
  carried: number,
  out: Float64Array,
  outOffset: number,
  step: number,
): number {
  let total = carried;
  for (let i = 0, to = outOffset; i < count; i++, to += step) {
    total += block[i];
    out[to] = total;
  }
  return total;
}

function cumulateSingle(
  block: Float64Array,
  count: number,
  carried: number,
  out: Float32Array,
  outOffset: number,
  step: number,
): number {
  let total = carried;
  for (let i = 0, to = outOffset; i < count; i++, to += step) {
    total = Math.fround(total + block[i]);
    out[to] = total;
  }
  return total;
}

function zeroNaN(block: Float64Array, count: number): void {
  for (let i = 0; i < count; i++) if (Number.isNaN(block[i])) block[i] = 0;
}

function zeroComplexNaN(re: Float64Array, im: Float64Array, count: number): void {
  for (let i = 0; i < count; i++) {
    if (!Number.isNaN(re[i]) && !Number.isNaN(im[i])) continue;
    re[i] = 0;
    im[i] = 0;
  }
}

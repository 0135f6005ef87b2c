import { BLOCK, isBig, loadBlock, loadComplexBlock, newBlock } from "./blocks.js";
import type { BigArray, FloatArray, MissingOptions, NumberArray, NumericArray } from "./types.js";
import { HIGH, LOW, WORD, wordsOf } from "./words.js";

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
 * Running sums of floats, one after the other as NumPy adds them; into a Float32Array, each rounded to single precision
 * before the next is added. `skipNaN` counts NaN as zero.
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

/**
 * Running sums of integers of any width in 64 bits, wrapping around as NumPy's do. With `nat`, of durations: from the first
 * NaT on all sums are NaT, unless `skipNaN` counts it as zero.
 */
export class IntegerCumsum implements Cumulator<NumericArray, BigArray> {
  readonly #nat: boolean;
  readonly #skipNaN: boolean;
  /** The total modulo 2⁶⁴, in two words. */
  #low = 0;
  #high = 0;
  #isNat = false;

  constructor({ nat = false, skipNaN = false }: MissingOptions = {}) {
    this.#nat = nat;
    this.#skipNaN = skipNaN;
  }

  add(values: NumericArray, start: number, end: number, out: BigArray, outOffset: number): void {
    for (let at = start; at < end; at += BLOCK) {
      const stop = Math.min(at + BLOCK, end);
      const to = outOffset + at - start;
      const outWords = wordsOf(out, to, to + stop - at);
      if (isBig(values) && this.#nat) {
        this.#addDurations(wordsOf(values, at, stop), outWords);
      } else if (isBig(values)) {
        this.#addBig(wordsOf(values, at, stop), outWords);
      } else {
        loadBlock(values, at, stop, scratch);
        this.#addBlock(stop - at, outWords);
      }
    }
  }

  // Within a block the totals stay far below 2⁵³, so doubles hold them exactly and carries can wait.

  #addBlock(count: number, out: Uint32Array): void {
    const [lowAt, highAt] = [LOW, HIGH];
    const high = this.#high;
    let total = this.#low;
    for (let i = 0; i < count; i++) {
      total += scratch[i];
      out[2 * i + lowAt] = total;
      out[2 * i + highAt] = high + Math.floor(total / 2 ** 32);
    }
    this.#keep(total, high);
  }

  #addBig(words: Uint32Array, out: Uint32Array): void {
    const [lowAt, highAt] = [LOW, HIGH];
    let low = this.#low;
    let high = this.#high;
    for (let i = 0; i < words.length; i += 2) {
      low += words[i + lowAt];
      high += words[i + highAt];
      out[i + lowAt] = low;
      out[i + highAt] = high + Math.floor(low / 2 ** 32);
    }
    this.#keep(low, high);
  }

  #addDurations(words: Uint32Array, out: Uint32Array): void {
    const read = this.#skipNaN ? withoutNat(words) : words;
    const first = this.#isNat ? 0 : findNat(read);
    const end = first < 0 ? words.length : 2 * first;
    this.#addBig(read.subarray(0, end), out);
    if (first < 0) return;
    this.#isNat = true;
    for (let i = end; i < out.length; i += 2) {
      out[i + LOW] = 0;
      out[i + HIGH] = 0x80000000;
    }
  }

  #keep(low: number, high: number): void {
    this.#high = (high + Math.floor(low / WORD)) >>> 0;
    this.#low = low >>> 0;
  }

  reset(): void {
    this.#low = 0;
    this.#high = 0;
    this.#isNat = false;
  }
}

/** The place of the first NaT, -1 when there is none. */
function findNat(words: Uint32Array): number {
  for (let i = 0; i < words.length; i += 2) {
    if (words[i + HIGH] === 0x80000000 && words[i + LOW] === 0) return i / 2;
  }
  return -1;
}

/** A copy of a block with zero for NaT. */
function withoutNat(words: Uint32Array): Uint32Array {
  const copy = words.slice();
  for (let i = 0; i < copy.length; i += 2) {
    if (copy[i + HIGH] === 0x80000000 && copy[i + LOW] === 0) copy[i + HIGH] = 0;
  }
  return copy;
}

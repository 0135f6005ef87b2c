import { BLOCK, loadBlock, loadComplexBlock, newBlock } from "./blocks.js";
import type { Accumulator, BigArray, Complex, FloatArray, MissingOptions, NumberArray } from "./types.js";
import { HIGH, isSigned, LOW, NAT, WordView } from "./words.js";

/** Which end of the order is sought. */
export type Side = "min" | "max";

/** The extreme value of a run, and the place of its first occurrence within the run. */
export interface Extremum<Value> {
  readonly value: Value;
  readonly index: number;
}

const scratch = newBlock();
const scratchIm = newBlock();

/**
 * The least or greatest number and its first place. NaN propagates: the first NaN is the result, value and place,
 * unless `skipNaN`. Null when there was nothing to choose from. Which of -0 and 0 is found is the one that came first.
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
 * Where the least of the first `count` doubles of a block stands first, the greatest with `sign` -1; the first NaN, or, with
 * `skipNaN`, as if there were none. -1 when there is nothing to choose from.
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

/**
 * The least or greatest 64-bit integer and its first place. With `nat`, NaT propagates as NaN does in
 * {@link NumberExtremum}.
 */
export class BigExtremum implements Accumulator<Extremum<bigint> | null, BigArray> {
  readonly #side: Side;
  readonly #nat: boolean;
  readonly #skipNaN: boolean;
  readonly #view = new WordView();
  #best: bigint | undefined;
  #index = -1;
  #seen = 0;
  settled = false;

  constructor(side: Side, { nat = false, skipNaN = false }: MissingOptions = {}) {
    this.#side = side;
    this.#nat = nat;
    this.#skipNaN = skipNaN;
  }

  add(values: BigArray, start: number, end: number): void {
    if (!this.settled) this.#addRun(values, start, end);
    this.#seen += end - start;
  }

  #addRun(values: BigArray, start: number, end: number): void {
    const nan = !this.#nat ? "value" : this.#skipNaN ? "skip" : "stop";
    const index = firstBigExtremum(this.#view.of(values), start, end, isSigned(values), this.#side, nan);
    if (index < 0) return;
    const value = values[index];
    const isNat = this.#nat && value === NAT;
    const better =
      this.#best === undefined || (this.#side === "min" ? value < this.#best : value > this.#best);
    if (better || isNat) {
      this.#best = value;
      this.#index = this.#seen + index - start;
      this.settled = isNat;
    }
  }

  result(): Extremum<bigint> | null {
    return this.#best === undefined ? null : { value: this.#best, index: this.#index };
  }

  reset(): void {
    this.#best = undefined;
    this.#index = -1;
    this.#seen = 0;
    this.settled = false;
  }
}

/**
 * Where the extreme one of the elements `start` to `end - 1` stands first; -1 when there is nothing to choose from.
 *
 * The words are mapped so that the least element sought is always the least pair of unsigned words.
 *
 * @param nan what -2⁶³ is: a value, to be skipped, or to be stopped at
 */
function firstBigExtremum(
  words: Uint32Array,
  start: number,
  end: number,
  signed: boolean,
  side: Side,
  nan: "value" | "skip" | "stop",
): number {
  const [lowAt, highAt] = [LOW, HIGH];
  const flipLow = side === "min" ? 0 : 0xffffffff;
  const flipHigh = (signed ? 0x80000000 : 0) ^ flipLow;
  const checked = nan !== "value";
  let index = -1;
  let bestHigh = 0xffffffff;
  let bestLow = 0xffffffff;
  for (let i = start; i < end; i++) {
    const word = words[2 * i + highAt];
    if (checked && word === 0x80000000 && words[2 * i + lowAt] === 0) {
      if (nan === "stop") return i;
      continue;
    }
    const high = (word ^ flipHigh) >>> 0;
    if (high > bestHigh) continue;
    const low = (words[2 * i + lowAt] ^ flipLow) >>> 0;
    if (high === bestHigh && low >= bestLow && index >= 0) continue;
    bestHigh = high;
    bestLow = low;
    index = i;
  }
  return index;
}

/**
 * The least or greatest complex number by real, then imaginary part, and its first place. A number with NaN in either
 * part propagates as NaN does in {@link NumberExtremum}.
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
      loadComplexBlock(values, at, stop, scratch, scratchIm);
      this.#addBlock(stop - at, this.#seen + at - start);
    }
    this.#seen += end - start;
  }

  #addBlock(count: number, first: number): void {
    const index = firstComplexExtremum(scratch, scratchIm, count, this.#sign, this.#skipNaN);
    if (index < 0) return;
    const value = { re: scratch[index], im: scratchIm[index] };
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

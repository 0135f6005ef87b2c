import { eachBlock, eachComplexBlock } from "./blocks.js";
import { Cascade } from "./cascade.js";
import type { Accumulator, BigArray, Complex, FloatArray, MissingOptions, NumberArray } from "./types.js";
import { HIGH, isSigned, LOW, NAT, WORD, wordsOf } from "./words.js";

/** Elements summed in a straight line before pairs of such sums are added. */
const STRAIGHT = 128;

/**
 * The sum of the first `count` doubles of a block by pairwise summation: straight sums of up to 128 elements, each over
 * eight independent lanes, joined in a balanced tree. Exact for integers while the sum stays below 2⁵³.
 */
export function pairwiseSum(block: Float64Array, count: number): number {
  return sumRange(block, 0, count);
}

function sumRange(block: Float64Array, start: number, end: number): number {
  if (end - start <= STRAIGHT) return sumStraight(block, start, end);
  const middle = start + (((end - start) >>> 1) & ~7);
  return sumRange(block, start, middle) + sumRange(block, middle, end);
}

function sumStraight(block: Float64Array, start: number, end: number): number {
  let [a, b, c, d, e, f, g, h] = [0, 0, 0, 0, 0, 0, 0, 0];
  let i = start;
  for (; i + 8 <= end; i += 8) {
    a += block[i];
    b += block[i + 1];
    c += block[i + 2];
    d += block[i + 3];
    e += block[i + 4];
    f += block[i + 5];
    g += block[i + 6];
    h += block[i + 7];
  }
  let rest = 0;
  for (; i < end; i++) rest += block[i];
  return a + b + (c + d) + (e + f + (g + h)) + rest;
}

/**
 * The sum of integers of up to 32 bits: exact, rounded once to a double at the end. Cost: one pass.
 */
export class IntegerSum implements Accumulator<number, NumberArray> {
  /** What has left `#partial`, which stays below 2⁵³ and so is exact. */
  #carried = 0n;
  #partial = 0;

  add(values: NumberArray, start: number, end: number): void {
    eachBlock(values, start, end, {}, (block, count) => {
      this.#partial += pairwiseSum(block, count);
      if (Math.abs(this.#partial) > 2 ** 52) this.#carry();
    });
  }

  #carry(): void {
    this.#carried += BigInt(this.#partial);
    this.#partial = 0;
  }

  result(): number {
    return this.#carried === 0n ? this.#partial : Number(this.#carried + BigInt(this.#partial));
  }

  reset(): void {
    this.#carried = 0n;
    this.#partial = 0;
  }
}

const plus = (x: number, y: number) => x + y;

/**
 * The sum of floats in double precision, with an error that grows like the logarithm of their number. Float32 elements are
 * summed as doubles; whoever wants NumPy's type rounds the result with `Math.fround`.
 */
export class FloatSum implements Accumulator<number, NumberArray> {
  readonly #options: MissingOptions;
  readonly #sums = new Cascade(plus);
  /** How many elements were added, without those that `skipNaN` left out. */
  count = 0;

  constructor(options: MissingOptions = {}) {
    this.#options = options;
  }

  add(values: NumberArray, start: number, end: number): void {
    eachBlock(values, start, end, this.#options, (block, count) => {
      this.count += count;
      this.#sums.push(pairwiseSum(block, count));
    });
  }

  result(): number {
    return this.#sums.total() ?? 0;
  }

  reset(): void {
    this.count = 0;
    this.#sums.clear();
  }
}

/** The sum of complex numbers, part by part as {@link FloatSum}; `skipNaN` leaves out numbers with NaN in either part. */
export class ComplexSum implements Accumulator<Complex, FloatArray> {
  readonly #options: MissingOptions;
  readonly #re = new Cascade(plus);
  readonly #im = new Cascade(plus);
  /** How many elements were added, without those that `skipNaN` left out. */
  count = 0;

  constructor(options: MissingOptions = {}) {
    this.#options = options;
  }

  add(values: FloatArray, start: number, end: number): void {
    eachComplexBlock(values, start, end, this.#options, (re, im, count) => {
      this.count += count;
      this.#re.push(pairwiseSum(re, count));
      this.#im.push(pairwiseSum(im, count));
    });
  }

  result(): Complex {
    return { re: this.#re.total() ?? 0, im: this.#im.total() ?? 0 };
  }

  reset(): void {
    this.count = 0;
    this.#re.clear();
    this.#im.clear();
  }
}

/** As many elements as can be added before the sum of their words might leave 2⁵³. */
const EXACT_RUN = 2 ** 20;

/**
 * The exact sum of 64-bit integers, never wrapped.
 *
 * With `nat`, the sum of durations: NaT (-2⁶³) if one of them is NaT, unless `skipNaN` leaves those out.
 */
export class BigSum implements Accumulator<bigint, BigArray> {
  readonly #options: MissingOptions;
  #sum = 0n;
  #nats = 0;
  /** How many elements were added, without those that `skipNaN` left out. */
  count = 0;

  constructor(options: MissingOptions = {}) {
    this.#options = options;
  }

  add(values: BigArray, start: number, end: number): void {
    this.count += end - start;
    for (let at = start; at < end; at += EXACT_RUN) this.#addRun(values, at, Math.min(at + EXACT_RUN, end));
  }

  #addRun(values: BigArray, start: number, end: number): void {
    const words = wordsOf(values, start, end);
    const { low, high } = sumWords(words, isSigned(values));
    this.#sum += BigInt(high) * BigInt(WORD) + BigInt(low);
    if (this.#options.nat !== true) return;
    const nats = countNat(words);
    this.#nats += nats;
    if (nats > 0 && this.#options.skipNaN === true) {
      this.#sum -= BigInt(nats) * NAT;
      this.count -= nats;
    }
  }

  result(): bigint {
    return this.#nats > 0 && this.#options.skipNaN !== true ? NAT : this.#sum;
  }

  reset(): void {
    this.#sum = 0n;
    this.#nats = 0;
    this.count = 0;
  }
}

function sumWords(words: Uint32Array, signed: boolean): { low: number; high: number } {
  const [lowAt, highAt] = [LOW, HIGH];
  let [low, nextLow, high, nextHigh, negative] = [0, 0, 0, 0, 0];
  let i = 0;
  for (; i + 4 <= words.length; i += 4) {
    const first = words[i + highAt];
    const next = words[i + 2 + highAt];
    low += words[i + lowAt];
    nextLow += words[i + 2 + lowAt];
    high += first;
    nextHigh += next;
    negative += (first >>> 31) + (next >>> 31);
  }
  if (i < words.length) {
    low += words[i + lowAt];
    high += words[i + highAt];
    negative += words[i + highAt] >>> 31;
  }
  return { low: low + nextLow, high: high + nextHigh - (signed ? negative * WORD : 0) };
}

/** How many of the elements are NaT. */
export function countNat(words: Uint32Array): number {
  const [lowAt, highAt] = [LOW, HIGH];
  let count = 0;
  for (let i = 0; i < words.length; i += 2) {
    count += Number((words[i + lowAt] | (words[i + highAt] ^ 0x80000000)) === 0);
  }
  return count;
}

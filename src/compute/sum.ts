import { BLOCK, eachBlock, eachComplexBlock, replaceMasked, zeroNaN } from "./blocks.js";
import { Cascade } from "./cascade.js";
import { inBlocks, OUT, pieces, resultsOf, suffixOf } from "./fed.js";
import { engineAround, engineFor } from "./few.js";
import { maskCount } from "./masks.js";
import type { Accumulator, Complex, FloatArray, Mask, MissingOptions, NumberArray } from "./types.js";

/** Elements summed in a straight line before pairs of such sums are added. */
const STRAIGHT = 128;

/** The straight sums of a block. */
const straightSums = new Float64Array(BLOCK / STRAIGHT);

/**
 * The sum of the first `count` doubles of a block by pairwise summation: straight sums of up to 128 elements,
 * each over eight independent lanes, joined in a balanced tree. Exact for integers while the sum stays below
 * 2⁵³.
 */
export function pairwiseSum(block: Float64Array, count: number): number {
  return sumRange(block, 0, count);
}

/** The sum of at most a block of elements. A loop is faster than a recursion, whose calls cost as much as the sums. */
function sumRange(block: Float64Array, start: number, end: number): number {
  const sums = straightSums;
  let count = 0;
  for (let at = start; at < end; at += STRAIGHT) {
    sums[count++] = sumStraight(block, at, at + STRAIGHT < end ? at + STRAIGHT : end);
  }
  while (count > 1) {
    const pairs = count >>> 1;
    for (let i = 0; i < pairs; i++) sums[i] = sums[2 * i] + sums[2 * i + 1];
    if ((count & 1) === 1) sums[pairs] = sums[count - 1];
    count -= pairs;
  }
  return count === 0 ? 0 : sums[0];
}

function sumStraight(block: Float64Array, start: number, end: number): number {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let e = 0;
  let f = 0;
  let g = 0;
  let h = 0;
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

/** The exact sum of integers of up to 32 bits, a bigint where a number might not hold it. Cost: one pass. */
export class IntegerSum implements Accumulator<number | bigint, NumberArray> {
  /** What has left `#partial`, which stays below 2⁵³ and so is exact. */
  #carried = 0n;
  #partial = 0;

  add(values: NumberArray, start: number, end: number): void {
    const running = engineFor(end - start, values);
    const suffix = suffixOf(values);
    if (running !== undefined && suffix !== "F32" && suffix !== "F64") {
      const sum = running.kernels[`sum${suffix}`];
      for (const { at, count } of pieces(running, values, start, end)) this.#take(sum(at, count));
      return;
    }
    eachBlock(values, start, end, {}, (block, count) => this.#take(pairwiseSum(block, count)));
  }

  addWhere(values: NumberArray, start: number, end: number, mask: Mask): void {
    const running = values instanceof Int32Array ? engineFor(end - start, values) : undefined;
    if (running !== undefined) {
      for (const { at, count, mask: chosen } of pieces(running, values, start, end, mask)) {
        this.#take(running.kernels.sumWhereI32(at, chosen, count));
      }
      return;
    }
    eachBlock(values, start, end, {}, (block, count, first) => {
      replaceMasked(block, count, mask, first, 0);
      this.#take(pairwiseSum(block, count));
    });
  }

  /** Adds a sum of at most 2⁵². */
  #take(sum: number): void {
    this.#partial += sum;
    if (Math.abs(this.#partial) <= 2 ** 52) return;
    this.#carried += BigInt(this.#partial);
    this.#partial = 0;
  }

  result(): number | bigint {
    return this.#carried === 0n ? this.#partial : this.#carried + BigInt(this.#partial);
  }

  state(): unknown {
    return this.result();
  }

  absorb(state: unknown): void {
    if (typeof state === "bigint") this.#carried += state;
    else this.#take(state as number);
  }

  reset(): void {
    this.#carried = 0n;
    this.#partial = 0;
  }
}

/** The state of a sum of floats; no sum where nothing was added. */
interface PartialSum<Sum> {
  readonly count: number;
  readonly sum: Sum | undefined;
}

const plus = (x: number, y: number) => x + y;

/**
 * The sum of floats in double precision, with an error that grows like the logarithm of their number. Float32
 * elements are summed as doubles; whoever wants NumPy's type rounds the result with `Math.fround`. What `skipNaN` or a mask
 * leaves out counts as zero.
 */
export class FloatSum implements Accumulator<number, NumberArray> {
  readonly #skipNaN: boolean;
  readonly #sums = new Cascade(plus);
  /** How many elements were added, without those that were left out. */
  count = 0;

  constructor({ skipNaN = false }: MissingOptions = {}) {
    this.#skipNaN = skipNaN;
  }

  add(values: NumberArray, start: number, end: number): void {
    if (values instanceof Float64Array && !this.#skipNaN && engineAround(end - start, values) === undefined) {
      return this.#addDoubles(values, start, end);
    }
    const done = this.#addByKernel(values, start, end);
    eachBlock(values, done, end, {}, (block, count) => this.#addBlock(block, count, count));
  }

  addWhere(values: NumberArray, start: number, end: number, mask: Mask): void {
    const done = this.#skipNaN ? start : this.#addByKernel(values, start, end, mask);
    const rest = { bytes: mask.bytes, start: mask.start + done - start };
    eachBlock(values, done, end, {}, (block, count, first) => {
      replaceMasked(block, count, rest, first, this.#skipNaN ? Number.NaN : 0);
      const at = rest.start + first;
      this.#addBlock(block, count, maskCount(mask.bytes, at, at + count));
    });
  }

  /** Doubles out of the kernels' sight are summed where they are, in the same blocks as others: copying them first takes longer. */
  #addDoubles(values: Float64Array, start: number, end: number): void {
    for (let at = start; at < end; at += BLOCK) {
      this.#sums.push(sumRange(values, at, Math.min(at + BLOCK, end)));
    }
    this.count += end - start;
  }

  /** @param count of elements that were not left out, before NaN is */
  #addBlock(block: Float64Array, length: number, count: number): void {
    this.count += this.#skipNaN ? zeroNaN(block, length) : count;
    this.#sums.push(pairwiseSum(block, length));
  }

  /** Adds whole blocks, and returns the end of the last. */
  #addByKernel(values: NumberArray, start: number, end: number, mask?: Mask): number {
    const running = engineFor(end - start, values);
    const suffix = suffixOf(values);
    if (running === undefined || (suffix !== "F32" && suffix !== "F64")) return start;
    const { kernels } = running;
    const stop = start + inBlocks(end - start);
    for (const piece of pieces(running, values, start, stop, mask)) {
      const { at, count } = piece;
      const blocks = count / BLOCK;
      if (mask !== undefined) {
        kernels[`sumWhere${suffix}`](at, piece.mask, blocks, OUT);
        this.count += count - kernels.countZero8(piece.mask, count);
      } else if (this.#skipNaN) {
        kernels[`sumOrdered${suffix}`](at, blocks, OUT);
        this.count += kernels[`countOrdered${suffix}`](at, count);
      } else {
        kernels[`sum${suffix}`](at, blocks, OUT);
        this.count += count;
      }
      this.#addSums(resultsOf(running, blocks));
    }
    return stop;
  }

  /** Adds the sums of blocks, which it stores over. */
  #addSums(sums: Float64Array): void {
    const { length } = sums;
    if (!this.#sums.fits(length)) {
      for (let i = 0; i < length; i++) this.#sums.push(sums[i]);
      return;
    }
    for (let count = length >>> 1; count > 0; count >>>= 1) {
      for (let i = 0; i < count; i++) sums[i] = sums[2 * i] + sums[2 * i + 1];
    }
    this.#sums.pushMerged(sums[0], length);
  }

  result(): number {
    return this.#sums.total() ?? 0;
  }

  state(): unknown {
    return { count: this.count, sum: this.#sums.total() } satisfies PartialSum<number>;
  }

  absorb(state: unknown): void {
    const { count, sum } = state as PartialSum<number>;
    this.count += count;
    if (sum !== undefined) this.#sums.push(sum);
  }

  reset(): void {
    this.count = 0;
    this.#sums.clear();
  }
}

/**
 * The sum of complex numbers, part by part as {@link FloatSum}; `skipNaN` leaves out numbers with NaN in
 * either part.
 */
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

  state(): unknown {
    const sum = this.#re.total() === undefined ? undefined : this.result();
    return { count: this.count, sum } satisfies PartialSum<Complex>;
  }

  absorb(state: unknown): void {
    const { count, sum } = state as PartialSum<Complex>;
    this.count += count;
    if (sum === undefined) return;
    this.#re.push(sum.re);
    this.#im.push(sum.im);
  }

  reset(): void {
    this.count = 0;
    this.#re.clear();
    this.#im.clear();
  }
}

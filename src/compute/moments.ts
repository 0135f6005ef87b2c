import { BLOCK, eachBlock, eachComplexBlock, isFloat } from "./blocks.js";
import { Cascade } from "./cascade.js";
import { inBlocks, OUT, pieces, resultsOf, SCRATCH, suffixOf } from "./fed.js";
import { engineFor } from "./few.js";
import { pairwiseSum } from "./sum.js";
import type { Accumulator, Complex, FloatArray, MissingOptions, NumericArray } from "./types.js";

/** Count, mean and sum of squared deviations from the mean; the variance is `m2 / (count - ddof)`. */
export interface Moments<Mean = number> {
  readonly count: number;
  /** NaN when nothing was counted. */
  readonly mean: Mean;
  readonly m2: number;
}

/** The moments of the first `count` doubles of a block, by two passes. */
export function momentsOf(block: Float64Array, count: number): Moments {
  const mean = pairwiseSum(block, count) / count;
  let [a, b, c, d, e, f, g, h] = [0, 0, 0, 0, 0, 0, 0, 0];
  let i = 0;
  for (; i + 8 <= count; i += 8) {
    const p = block[i] - mean;
    const q = block[i + 1] - mean;
    const r = block[i + 2] - mean;
    const s = block[i + 3] - mean;
    const t = block[i + 4] - mean;
    const u = block[i + 5] - mean;
    const v = block[i + 6] - mean;
    const w = block[i + 7] - mean;
    a += p * p;
    b += q * q;
    c += r * r;
    d += s * s;
    e += t * t;
    f += u * u;
    g += v * v;
    h += w * w;
  }
  for (; i < count; i++) a += (block[i] - mean) * (block[i] - mean);
  return { count, mean, m2: a + b + (c + d) + (e + f + (g + h)) };
}

/**
 * The moments of two sets taken together (T. F. Chan, G. H. Golub, R. J. LeVeque, "Updating formulae and a
 * pairwise algorithm for computing sample variances", 1979).
 */
export function mergeMoments(a: Moments, b: Moments): Moments {
  if (a.count === 0) return b;
  if (b.count === 0) return a;
  const count = a.count + b.count;
  const weight = b.count / count;
  const delta = b.mean - a.mean;
  // With an infinite mean the difference is of no use, but the weighted sum still gives what the mean of all
  // would.
  const mean = Number.isFinite(delta) ? a.mean + delta * weight : a.mean * (1 - weight) + b.mean * weight;
  return { count, mean, m2: a.m2 + b.m2 + delta * delta * (a.count * weight) };
}

/** As {@link mergeMoments}, of pairs of neighbours of `count` elements each: means and sums of squares in turn, stored over. */
function mergePairs(found: Float64Array, pairs: number, count: number): void {
  for (let i = 0, at = 0; i < 2 * pairs; i += 2, at += 4) {
    const mean = found[at];
    const delta = found[at + 2] - mean;
    found[i + 1] = found[at + 1] + found[at + 3] + delta * delta * (count * 0.5);
    found[i] = Number.isFinite(delta) ? mean + delta * 0.5 : mean * 0.5 + found[at + 2] * 0.5;
  }
}

const NOTHING: Moments = { count: 0, mean: Number.NaN, m2: 0 };

/**
 * Mean and variance in one pass over the run: each block by the two-pass method, the blocks merged in a
 * balanced tree. Bigints are rounded to doubles one by one, as NumPy does. With `nat`, NaT counts as NaN.
 */
export class MomentsAccumulator implements Accumulator<Moments> {
  readonly #options: MissingOptions;
  readonly #parts = new Cascade(mergeMoments);

  constructor(options: MissingOptions = {}) {
    this.#options = options;
  }

  add(values: NumericArray, start: number, end: number): void {
    const { skipNaN = false, nat = false } = this.#options;
    const done = nat || (skipNaN && isFloat(values)) ? start : this.#addByKernel(values, start, end);
    eachBlock(values, done, end, this.#options, (block, count) => {
      if (count > 0) this.#parts.push(momentsOf(block, count));
    });
  }

  /** Adds whole blocks, and returns the end of the last. */
  #addByKernel(values: NumericArray, start: number, end: number): number {
    const running = engineFor(end - start, values);
    if (running === undefined) return start;
    const moments = running.kernels[`moments${suffixOf(values)}`];
    const stop = start + inBlocks(end - start);
    for (const { at, count } of pieces(running, values, start, stop)) {
      moments(at, count / BLOCK, SCRATCH, OUT);
      this.#addBlocks(resultsOf(running, (2 * count) / BLOCK));
    }
    return stop;
  }

  /** Adds the moments of whole blocks, means and sums of squares in turn, which it stores over. */
  #addBlocks(found: Float64Array): void {
    const blocks = found.length / 2;
    if (!this.#parts.fits(blocks)) {
      for (let i = 0; i < found.length; i += 2) {
        this.#parts.push({ count: BLOCK, mean: found[i], m2: found[i + 1] });
      }
      return;
    }
    let count = BLOCK;
    for (let pairs = blocks >>> 1; pairs > 0; pairs >>>= 1, count *= 2) mergePairs(found, pairs, count);
    this.#parts.pushMerged({ count, mean: found[0], m2: found[1] }, blocks);
  }

  result(): Moments {
    return this.#parts.total() ?? NOTHING;
  }

  state(): unknown {
    return this.#parts.total();
  }

  absorb(state: unknown): void {
    if (state !== undefined) this.#parts.push(state as Moments);
  }

  reset(): void {
    this.#parts.clear();
  }
}

type PartMoments = readonly [re: Moments | undefined, im: Moments | undefined];

/** As {@link MomentsAccumulator} for complex numbers; `m2` sums |x - mean|². */
export class ComplexMomentsAccumulator implements Accumulator<Moments<Complex>, FloatArray> {
  readonly #options: MissingOptions;
  readonly #re = new Cascade(mergeMoments);
  readonly #im = new Cascade(mergeMoments);

  constructor(options: MissingOptions = {}) {
    this.#options = options;
  }

  add(values: FloatArray, start: number, end: number): void {
    eachComplexBlock(values, start, end, this.#options, (re, im, count) => {
      if (count === 0) return;
      this.#re.push(momentsOf(re, count));
      this.#im.push(momentsOf(im, count));
    });
  }

  result(): Moments<Complex> {
    const re = this.#re.total() ?? NOTHING;
    const im = this.#im.total() ?? NOTHING;
    return { count: re.count, mean: { re: re.mean, im: im.mean }, m2: re.m2 + im.m2 };
  }

  state(): unknown {
    return [this.#re.total(), this.#im.total()] satisfies PartMoments;
  }

  absorb(state: unknown): void {
    const [re, im] = state as PartMoments;
    if (re !== undefined) this.#re.push(re);
    if (im !== undefined) this.#im.push(im);
  }

  reset(): void {
    this.#re.clear();
    this.#im.clear();
  }
}

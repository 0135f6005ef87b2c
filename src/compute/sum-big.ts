import { OUT, pieces, resultsOf, suffixOf } from "./fed.js";
import { engineFor } from "./few.js";
import type { Accumulator, BigArray, MissingOptions } from "./types.js";
import { HIGH, isSigned, LOW, NAT, WORD, wordsOf } from "./words.js";

/** As many elements as can be added before the sum of their words might leave 2⁵³. */
const EXACT_RUN = 2 ** 20;

interface PartialSum {
  readonly sum: bigint;
  readonly nats: number;
  readonly count: number;
}

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
    const running = engineFor(end - start, values);
    if (running === undefined) {
      for (let at = start; at < end; at += EXACT_RUN) this.#addRun(values, at, Math.min(at + EXACT_RUN, end));
      return;
    }
    const { kernels } = running;
    const sum = kernels[`sum${suffixOf(values)}`];
    for (const { at, count } of pieces(running, values, start, end)) {
      sum(at, count, OUT);
      const [low, high] = resultsOf(running, 2);
      this.#take(low, high, this.#options.nat === true ? kernels.countI64(at, count, NAT) : 0);
    }
  }

  #addRun(values: BigArray, start: number, end: number): void {
    const words = wordsOf(values, start, end);
    const { low, high } = sumWords(words, isSigned(values));
    this.#take(low, high, this.#options.nat === true ? countNat(words) : 0);
  }

  /** Adds the sums of words of elements, among which were some NaT. */
  #take(low: number, high: number, nats: number): void {
    this.#sum += BigInt(high) * BigInt(WORD) + BigInt(low);
    this.#nats += nats;
    if (nats > 0 && this.#options.skipNaN === true) {
      this.#sum -= BigInt(nats) * NAT;
      this.count -= nats;
    }
  }

  result(): bigint {
    return this.#nats > 0 && this.#options.skipNaN !== true ? NAT : this.#sum;
  }

  state(): unknown {
    return { sum: this.#sum, nats: this.#nats, count: this.count } satisfies PartialSum;
  }

  absorb(state: unknown): void {
    const { sum, nats, count } = state as PartialSum;
    this.#sum += sum;
    this.#nats += nats;
    this.count += count;
  }

  reset(): void {
    this.#sum = 0n;
    this.#nats = 0;
    this.count = 0;
  }
}

function sumWords(words: Uint32Array, signed: boolean): { low: number; high: number } {
  const lowAt = LOW;
  const highAt = HIGH;
  let low = 0;
  let nextLow = 0;
  let high = 0;
  let nextHigh = 0;
  let negative = 0;
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
  const lowAt = LOW;
  const highAt = HIGH;
  let count = 0;
  for (let i = 0; i < words.length; i += 2) {
    count += Number((words[i + lowAt] | (words[i + highAt] ^ 0x80000000)) === 0);
  }
  return count;
}

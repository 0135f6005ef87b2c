import { BLOCK, isBig, loadBlock, newBlock } from "./blocks.js";
import type { Cumulator } from "./cumulate.js";
import type { BigArray, MissingOptions, NumericArray } from "./types.js";
import { HIGH, LOW, WORD, wordsOf } from "./words.js";

const scratch = newBlock();

/**
 * Running sums of integers of any width in 64 bits, wrapping around as NumPy's do. With `nat`, of durations:
 * from the first NaT on all sums are NaT, unless `skipNaN` counts it as zero.
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
    const lowAt = LOW;
    const highAt = HIGH;
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
    const lowAt = LOW;
    const highAt = HIGH;
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

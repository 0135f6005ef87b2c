/**
 * Sixty-four bits as two words of thirty-two. Arithmetic on the halves stays in plain numbers, which is four
 * times as fast as reading elements of a BigInt64Array, each of which may become an object on the heap.
 *
 * @module
 */

import type { BigArray } from "./types.js";

/** Whether this machine stores the low byte first. */
export const littleEndian = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

/** Where the low word of an element stands among its two. */
export const LOW = littleEndian ? 0 : 1;
/** Where the high word of an element stands among its two. */
export const HIGH = 1 - LOW;

/** One unit of the high word. */
export const WORD = 2 ** 32;

/** The bigint that stands for NaT among dates and durations. */
export const NAT = -(2n ** 63n);

/** The words of the elements `start` to `end - 1`, two per element. */
export function wordsOf(values: BigArray | Float64Array, start: number, end: number): Uint32Array {
  return new Uint32Array(values.buffer, values.byteOffset + 8 * start, 2 * (end - start));
}

/** Whether the high words are to be read as signed. */
export function isSigned(values: BigArray): boolean {
  return values instanceof BigInt64Array;
}

/** Writes NaN into `block` wherever an element is NaT. */
export function markNat(words: Uint32Array, block: Float64Array): void {
  const lowAt = LOW;
  const highAt = HIGH;
  for (let i = 0, at = 0; at < words.length; i++, at += 2) {
    if (words[at + highAt] === 0x80000000 && words[at + lowAt] === 0) block[i] = Number.NaN;
  }
}

/** Remembers the words of the array seen last, so that many short runs of one array make one view. */
export class WordView {
  #values: BigArray | undefined;
  #words: Uint32Array = new Uint32Array(0);

  /** The words of the whole array, two per element. */
  of(values: BigArray): Uint32Array {
    if (this.#values !== values) {
      this.#values = values;
      this.#words = wordsOf(values, 0, values.length);
    }
    return this.#words;
  }
}

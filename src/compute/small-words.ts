import type { NumericArray } from "./types.js";
import { HIGH, LOW } from "./words.js";

/** Integers of up to 32 bits as words: a word with these bits turned has the integer's rank among all of its type. */
export interface Words {
  readonly words: Uint8Array | Uint16Array | Int32Array;
  readonly flip: number;
}

/** @returns undefined where the elements are others */
export function integerWords(values: NumericArray): Words | undefined {
  const { buffer, byteOffset, length } = values;
  if (values instanceof Int8Array) return { words: new Uint8Array(buffer, byteOffset, length), flip: 0x80 };
  if (values instanceof Int16Array) {
    return { words: new Uint16Array(buffer, byteOffset, length), flip: 0x8000 };
  }
  if (values instanceof Uint32Array) {
    return { words: new Int32Array(buffer, byteOffset, length), flip: 0x80000000 | 0 };
  }
  const isWords =
    values instanceof Int32Array || values instanceof Uint16Array || values instanceof Uint8Array;
  return isWords ? { words: values, flip: 0 } : undefined;
}

/** The words of small integers, where there are enough of them for a table of all that there could be. */
function smallWords(values: NumericArray, share: number): Words | undefined {
  const small = values.BYTES_PER_ELEMENT < 4 ? integerWords(values) : undefined;
  const { length } = values;
  return length >= share * 2 ** (8 * values.BYTES_PER_ELEMENT) && length < 2 ** 32 ? small : undefined;
}

/** How often each word occurs, by its rank. */
function countWords({ words, flip }: Words): Uint32Array {
  const size = 2 ** (8 * words.BYTES_PER_ELEMENT);
  // A count that was just stored is waited for: words side by side, which often are the same, go to tables of their own.
  const counts = new Uint32Array(2 * size);
  const even = words.length - (words.length % 2);
  for (let i = 0; i < even; i += 2) {
    counts[words[i] ^ flip] += 1;
    counts[size + (words[i + 1] ^ flip)] += 1;
  }
  if (even < words.length) counts[words[even] ^ flip] += 1;
  for (let rank = 0; rank < size; rank++) counts[rank] += counts[size + rank];
  return counts.subarray(0, size);
}

/**
 * Sorts many integers of 8 or 16 bits. Memory: a count for each that there could be.
 *
 * @param out where they go, of the same type and length
 * @returns false for others, and nothing was done
 */
export function sortSmall<Values extends NumericArray>(values: Values, out: Values): boolean {
  const small = smallWords(values, 1 / 4);
  const sorted = integerWords(out)?.words;
  if (small === undefined || sorted === undefined) return false;
  const counts = countWords(small);
  for (let rank = 0, at = 0; rank < counts.length; rank++) {
    const end = at + counts[rank];
    if (end > at) sorted.fill(rank ^ small.flip, at, end);
    at = end;
  }
  return true;
}

/**
 * Writes the places of many integers of 8 or 16 bits in ascending order, stably, as integers of 64 bits. Memory: as for
 * {@link sortSmall}.
 *
 * @param out takes the two words of each place
 * @returns false for others, and nothing was done
 */
export function argsortSmall(values: NumericArray, out: Uint32Array): boolean {
  const small = smallWords(values, 1);
  if (small === undefined) return false;
  const { words, flip } = small;
  const places = countWords(small);
  for (let rank = 0, start = 0; rank < places.length; rank++) {
    const count = places[rank];
    places[rank] = start;
    start += count;
  }
  const [lowAt, highAt] = [LOW, HIGH];
  for (let i = 0; i < words.length; i++) {
    const rank = words[i] ^ flip;
    const place = places[rank];
    places[rank] = place + 1;
    out[2 * place + lowAt] = i;
    out[2 * place + highAt] = 0;
  }
  return true;
}

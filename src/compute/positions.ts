import { HIGH, LOW } from "./words.js";

/** Positions as arrays of this package have them. */
export type PositionList = Int32Array | BigInt64Array;

/** Whether these are positions that {@link resolvePositions} takes. */
export function isPositionList(list: unknown): list is PositionList {
  return list instanceof Int32Array || list instanceof BigInt64Array;
}

/**
 * Writes positions in an array of fewer than 2³¹ elements as rows, from `at` on: negative ones count from the end. Says whether
 * all are within it; where one is not, what was written is of no use.
 *
 * Cost: a nanosecond for each. No bigint is made.
 */
export function resolvePositions(list: PositionList, length: number, rows: Int32Array, at: number): boolean {
  if (list instanceof Int32Array) return resolveWords(list, 1, 0, 0, length, rows, at);
  const words = new Int32Array(list.buffer, list.byteOffset, 2 * list.length);
  return resolveWords(words, 2, LOW, HIGH, length, rows, at);
}

/** @param step words of one position @param low where its low word stands @param high where its sign does */
function resolveWords(
  words: Int32Array,
  step: number,
  low: number,
  high: number,
  length: number,
  rows: Int32Array,
  at: number,
): boolean {
  const last = length - 1;
  let signs = 0;
  let beyond = 0;
  for (let i = 0, to = at; i < words.length; i += step, to++) {
    const word = words[i + low];
    const negative = word >> 31;
    const row = (word + (length & negative)) | 0;
    // Negative are those before the first row, and the distances of those after the last.
    signs |= row | (last - row);
    // Of 32 bits more there are only those of the sign.
    if (step === 2) beyond |= words[i + high] ^ negative;
    rows[to] = row;
  }
  return signs >= 0 && beyond === 0;
}

import { isBig } from "./blocks.js";
import type { IndexBlock } from "./indices.js";
import type { NumberArray, NumericArray } from "./types.js";

/**
 * Moves the first of each run of equal numbers to the beginning of an array that is in ascending order with NaN last.
 *
 * @param starts where each run began is written there
 * @returns how many runs there are
 */
export function dropRepeated(sorted: NumericArray, starts: IndexBlock | undefined): number {
  return isBig(sorted) ? dropRepeatedWords(sorted, starts) : dropRepeatedNumbers(sorted, starts);
}

function dropRepeatedNumbers(sorted: NumberArray, starts: IndexBlock | undefined): number {
  let count = 0;
  let previous = Number.NaN;
  for (let i = 0; i < sorted.length; i++) {
    const value = sorted[i];
    if (value === previous) continue;
    if (Number.isNaN(value)) {
      // Bit for bit: a number that was read may have lost the payload of its NaN.
      sorted.copyWithin(count, i, i + 1);
      if (starts !== undefined) starts[count] = i;
      return count + 1;
    }
    sorted[count] = value;
    if (starts !== undefined) starts[count] = i;
    count += 1;
    previous = value;
  }
  return count;
}

function dropRepeatedWords(
  { buffer, byteOffset, length }: NumericArray,
  starts: IndexBlock | undefined,
): number {
  const words = new Int32Array(buffer, byteOffset, 2 * length);
  let count = 0;
  let low = 0;
  let high = 0;
  for (let i = 0; i < length; i++) {
    if (i > 0 && words[2 * i] === low && words[2 * i + 1] === high) continue;
    low = words[2 * i];
    high = words[2 * i + 1];
    words[2 * count] = low;
    words[2 * count + 1] = high;
    if (starts !== undefined) starts[count] = i;
    count += 1;
  }
  return count;
}

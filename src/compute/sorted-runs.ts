import { isBig } from "./blocks.js";
import { type Indices, newIndices } from "./indices.js";
import type { NumericArray } from "./types.js";

/** Where runs of equal numbers begin, in an array that is in ascending order with NaN last. */
export function sortedStarts(sorted: NumericArray): Indices {
  const starts = newIndices(sorted.length, sorted.length);
  return starts.slice(0, isBig(sorted) ? startsOfBigs(sorted, starts) : startsOfNumbers(sorted, starts));
}

function startsOfNumbers(
  sorted: Exclude<NumericArray, BigInt64Array | BigUint64Array>,
  starts: Indices,
): number {
  let count = 0;
  let previous = Number.NaN;
  for (let i = 0; i < sorted.length; i++) {
    const value = sorted[i];
    if (value === previous) continue;
    starts[count] = i;
    count += 1;
    if (Number.isNaN(value)) break;
    previous = value;
  }
  return count;
}

function startsOfBigs({ buffer, byteOffset, length }: NumericArray, starts: Indices): number {
  const words = new Int32Array(buffer, byteOffset, 2 * length);
  let count = 0;
  for (let i = 0; i < length; i++) {
    if (i > 0 && words[2 * i] === words[2 * i - 2] && words[2 * i + 1] === words[2 * i - 1]) continue;
    starts[count] = i;
    count += 1;
  }
  return count;
}

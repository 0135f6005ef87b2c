import { type SortingRoom, sortingRoom } from "./sort-pairs.js";
import type { FloatArray, NumericArray } from "./types.js";

/**
 * Many numbers of 32 or 64 bits in ascending order, by kernels; NaN, and with `nat` NaT, come last. Equal floats with different bits,
 * 0 and -0 and all NaN, stay in their order. Memory: the elements twice.
 *
 * @param out where they go, of the same type and length, and not the same memory
 * @returns false where there are few numbers, others, or no kernels or memory for them, and nothing was done
 */
export function sortWithKernels<Values extends NumericArray>(
  values: Values,
  nat: boolean,
  out: Values,
): boolean {
  const { length, BYTES_PER_ELEMENT: size } = values;
  const room = size < 4 ? undefined : sortingRoom(length, size);
  if (room === undefined) return false;
  room.engine.load(values, 0, length, room.at);
  const sorted = sortLoaded(values, length, nat, room) >>> 0;
  const bytes = new Uint8Array(out.buffer, out.byteOffset, out.byteLength);
  room.engine.unload(sorted, bytes.length, bytes, 0);
  if (isFloats(values) && isFloats(out)) restoreZeros([values], out);
  return true;
}

function isFloats(values: NumericArray): values is FloatArray {
  return values instanceof Float64Array || values instanceof Float32Array;
}

/** Sorts elements in the memory of kernels, of the type of `values`; gives where they are in the end. */
export function sortLoaded(
  values: NumericArray,
  length: number,
  nat: boolean,
  { engine, at, other, bins }: SortingRoom,
): number {
  const { kernels } = engine;
  if (values instanceof Float64Array) return kernels.sortFloats64(at, other, length, bins);
  if (values instanceof Float32Array) return kernels.sortFloats32(at, other, length, bins);
  if (values.BYTES_PER_ELEMENT === 4) {
    return kernels.sortIntegers32(at, other, length, values instanceof Int32Array, bins);
  }
  return kernels.sortIntegers64(at, other, length, values instanceof BigInt64Array, nat, bins);
}

/**
 * Gives zeros, which are sorted by their sign, the order that they had.
 *
 * @param values the elements before they were sorted, block by block
 */
export function restoreZeros(values: Iterable<NumericArray>, sorted: FloatArray): void {
  const first = countLess(sorted, (value) => value < 0);
  const end = countLess(sorted, (value) => value <= 0);
  if (end === first || !Object.is(sorted[first], -0) || Object.is(sorted[end - 1], -0)) return;
  let at = first;
  for (const block of values) if (isFloats(block)) at = copyZeros(block, sorted, at, end);
}

function copyZeros(values: FloatArray, sorted: FloatArray, start: number, end: number): number {
  let at = start;
  for (let i = 0; i < values.length && at < end; i++) {
    if (values[i] === 0) {
      sorted[at] = values[i];
      at += 1;
    }
  }
  return at;
}

/** How many elements, all at the beginning, some hold for. */
function countLess(sorted: FloatArray, holds: (value: number) => boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (holds(sorted[middle])) low = middle + 1;
    else high = middle;
  }
  return low;
}

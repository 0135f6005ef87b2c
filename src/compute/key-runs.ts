import { BLOCK } from "./blocks.js";
import type { Indices } from "./indices.js";
import type { RangedKeys } from "./ranged-keys.js";

/**
 * Where runs of equal elements begin, if the elements are in ascending order already; the number of elements behind
 * them. None begins where there are no elements. Stops at the first element that is less than the one before it.
 *
 * Cost: a few nanoseconds for each word of a key. Memory: 8 bytes for each run.
 *
 * @param upper how many words of a key elements of one run have in common, the most significant ones: all when left out
 * @returns undefined where the elements are not in order
 */
export function ascendingRuns(keys: RangedKeys, upper = keys.words): number[] | undefined {
  const starts: number[] = keys.length > 0 ? [0] : [];
  const column = new Uint32Array(BLOCK);
  // 1 for each element that is known to be greater than the one before it.
  const isGreater = new Uint8Array(BLOCK);
  // Blocks overlap by one element, so that each is compared with the one before it.
  for (let start = 0; start + 1 < keys.length; start += BLOCK - 1) {
    const part = keys.range(start, Math.min(start + BLOCK, keys.length));
    isGreater.fill(0);
    for (let word = part.words - 1; word >= 0; word--) {
      if (word === part.words - 1 - upper) pushPlaces(isGreater, part.length, start, starts);
      part.load(word, column);
      if (!climbs(column, part.length, isGreater)) return undefined;
    }
    if (upper === part.words) pushPlaces(isGreater, part.length, start, starts);
  }
  starts.push(keys.length);
  return starts;
}

/** Takes up the next word of keys, after those that weigh more; false where a key is less than the one before it. */
function climbs(column: Uint32Array, length: number, isGreater: Uint8Array): boolean {
  let previous = column[0];
  for (let i = 1; i < length; i++) {
    const next = column[i];
    if (next !== previous && isGreater[i] === 0) {
      if (next < previous) return false;
      isGreater[i] = 1;
    }
    previous = next;
  }
  return true;
}

function pushPlaces(mask: Uint8Array, length: number, start: number, places: number[]): void {
  for (let i = 1; i < length; i++) if (mask[i] !== 0) places.push(start + i);
}

/**
 * Where runs of equal elements begin, as those of {@link ascendingRuns}, along an order that puts equal elements side
 * by side. Memory: 5 bytes for each element, and 8 for each run.
 *
 * @param order the places to go through, every one once
 */
export function orderedRuns(keys: RangedKeys, order: Indices): number[] {
  const isFirst = new Uint8Array(keys.length);
  const column = new Uint32Array(keys.length);
  for (let word = 0; word < keys.words; word++) {
    keys.load(word, column);
    markChanges(column, order, isFirst);
  }
  const starts: number[] = keys.length > 0 ? [0] : [];
  pushPlaces(isFirst, keys.length, 0, starts);
  starts.push(keys.length);
  return starts;
}

/** Marks, along an order, each element that differs from the one before it. */
function markChanges(column: Uint32Array, order: Indices, isFirst: Uint8Array): void {
  let previous = column[order[0]];
  for (let i = 1; i < order.length; i++) {
    const next = column[order[i]];
    isFirst[i] |= Number(next !== previous);
    previous = next;
  }
}

import { LimitError } from "../errors.js";
import { type Indices, newIndices } from "./indices.js";
import type { SortKeys } from "./sort-keys.js";
import { orderWithKernels } from "./sort-pairs.js";

/** Up to this many elements, insertion is faster than filling histograms. */
const FEW = 48;

/**
 * The places of the elements in ascending order of their keys; equal ones keep their order.
 *
 * A radix sort. Bytes that are the same in all keys cost nothing, so small integers sort faster than large ones, and words of
 * keys that differ in those before them are not looked at. Memory: 24 bytes for each element, whatever the length of the keys.
 *
 * @throws LimitError from 2³² elements on
 */
export function orderOf(keys: SortKeys): Indices {
  const { length } = keys;
  if (length >= 2 ** 32) {
    throw new LimitError(`cannot sort ${length} elements in memory: the limit is ${2 ** 32 - 1}`);
  }
  const found = orderWithKernels(keys);
  if (found !== undefined) return found.order.slice();
  const order = newIndices(length, length);
  if (length <= FEW) insertAll(keys, order);
  else if (isAscending(keys)) for (let i = 0; i < length; i++) order[i] = i;
  else sortWords(keys, order);
  return order;
}

function insertAll(keys: SortKeys, order: Indices): void {
  const words = Array.from({ length: keys.words }, (_, word) => {
    const loaded = new Uint32Array(keys.length);
    keys.load(word, loaded);
    return loaded;
  }).reverse();
  for (let i = 0; i < keys.length; i++) {
    let at = i;
    for (; at > 0 && isLess(words, i, order[at - 1]); at--) order[at] = order[at - 1];
    order[at] = i;
  }
}

function isLess(words: readonly Uint32Array[], a: number, b: number): boolean {
  for (const word of words) if (word[a] !== word[b]) return word[a] < word[b];
  return false;
}

/** Whether short keys are in order already, as those of times and counters often are. */
function isAscending(keys: SortKeys): boolean {
  if (keys.words > 2) return false;
  const high = new Uint32Array(keys.length);
  keys.load(keys.words - 1, high);
  for (let i = 1; i < keys.length; i++) if (high[i] < high[i - 1]) return false;
  if (keys.words < 2) return true;
  const low = new Uint32Array(keys.length);
  keys.load(0, low);
  for (let i = 1; i < keys.length; i++) if (high[i] === high[i - 1] && low[i] < low[i - 1]) return false;
  return true;
}

/** Pairs of a key's word and a place, moved together. */
type Pairs = Uint32Array<ArrayBuffer>;

/** From the least to the most significant byte. */
function sortWords(keys: SortKeys, order: Indices): void {
  const { length } = keys;
  const word = new Uint32Array(length);
  const histograms = new Uint32Array(4 * 256);
  let pairs: Pairs = new Uint32Array(2 * length);
  let other: Pairs = new Uint32Array(2 * length);
  for (let i = 0; i < length; i++) pairs[2 * i + 1] = i;
  for (let w = 0; w < keys.words; w++) {
    keys.load(w, word);
    histograms.fill(0);
    if (fillPairs(word, pairs, histograms)) continue;
    for (let byte = 0; byte < 4; byte++) {
      const places = histograms.subarray(256 * byte, 256 * byte + 256);
      if (!startPlaces(places, length)) continue;
      movePairs(pairs, 8 * byte, places, other);
      [pairs, other] = [other, pairs];
    }
  }
  for (let i = 0; i < length; i++) order[i] = pairs[2 * i + 1];
}

/**
 * Puts the word of each key beside its place and counts its bytes; true when the words are in order already.
 */
function fillPairs(word: Uint32Array, pairs: Pairs, histograms: Uint32Array): boolean {
  let ascending = true;
  let previous = 0;
  for (let i = 0; i < pairs.length; i += 2) {
    const key = word[pairs[i + 1]];
    pairs[i] = key;
    histograms[key & 0xff] += 1;
    histograms[256 + ((key >>> 8) & 0xff)] += 1;
    histograms[512 + ((key >>> 16) & 0xff)] += 1;
    histograms[768 + (key >>> 24)] += 1;
    if (key < previous) ascending = false;
    previous = key;
  }
  return ascending;
}

/** Turns counts into the first place of each byte; false when all keys have the same byte. */
function startPlaces(counts: Uint32Array, length: number): boolean {
  let place = 0;
  for (let byte = 0; byte < 256; byte++) {
    const count = counts[byte];
    if (count === length) return false;
    counts[byte] = place;
    place += count;
  }
  return true;
}

function movePairs(from: Pairs, shift: number, places: Uint32Array, to: Pairs): void {
  for (let i = 0; i < from.length; i += 2) {
    const key = from[i];
    const byte = (key >>> shift) & 0xff;
    const place = places[byte];
    places[byte] = place + 1;
    to[2 * place] = key;
    to[2 * place + 1] = from[i + 1];
  }
}

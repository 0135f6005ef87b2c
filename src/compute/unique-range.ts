import { type Indices, newIndices } from "./indices.js";
import { integerWords, type Words } from "./small-words.js";
import { newLike } from "./sort.js";
import type { NumericArray } from "./types.js";
import type { Unique, UniqueOptions } from "./unique.js";

/** Tables have so many entries at most, and no more than a quarter of the elements where they are larger than `SMALL`. */
const LARGE = 2 ** 23;
const SMALL = 2 ** 16;

/**
 * The distinct integers of up to 32 bits, where they lie in a small range: by a table of all integers in it. Memory: 8 bytes for
 * each integer of the range, which is no more than 2 for each element but for less than 1 MiB.
 *
 * @returns undefined where they do not, or are too few for it
 */
export function uniqueInRange<Values extends NumericArray>(
  values: Values,
  options: UniqueOptions,
): Unique<Values> | undefined {
  const words = values.length >= 2 ** 31 ? undefined : integerWords(values);
  if (words === undefined) return undefined;
  const { least, size } = rangeOf(words);
  if (size > LARGE || size > Math.max(values.length / 4, Math.min(SMALL, 8 * values.length)))
    return undefined;
  return distinctInTable(values, words, least, size, options);
}

/** The least rank, and how many ranks there are from it to the greatest one. */
function rangeOf({ words, flip }: Words): { readonly least: number; readonly size: number } {
  if (words.BYTES_PER_ELEMENT === 1) return { least: 0, size: 256 };
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < words.length; i++) {
    const rank = words[i] ^ flip;
    if (rank < least) least = rank;
    if (rank > most) most = rank;
  }
  return words.length === 0 ? { least: 0, size: 0 } : { least, size: most - least + 1 };
}

function distinctInTable<Values extends NumericArray>(
  values: Values,
  { words, flip }: Words,
  least: number,
  size: number,
  { index = false, inverse = false, counts = false }: UniqueOptions,
): Unique<Values> {
  const table = new Uint32Array(size);
  const firsts = index ? new Int32Array(size) : undefined;
  if (firsts === undefined)
    for (let i = 0; i < words.length; i++) table[((words[i] ^ flip) - least) | 0] += 1;
  else countAndFind(words, flip, least, table, firsts);
  let count = 0;
  for (let rank = 0; rank < size; rank++) count += Number(table[rank] !== 0);
  const distinct = newLike(values, count);
  const out = integerWords(distinct)?.words ?? new Int32Array(0);
  const found = newIndices(index ? count : 0, words.length);
  const often = newIndices(counts ? count : 0, words.length + 1);
  for (let rank = 0, at = 0; at < count; rank++) {
    const times = table[rank];
    if (times === 0) continue;
    out[at] = (rank + least) ^ flip;
    if (firsts !== undefined) found[at] = firsts[rank];
    if (counts) often[at] = times;
    table[rank] = at;
    at += 1;
  }
  return {
    values: distinct,
    ...(index ? { index: found } : {}),
    ...(inverse ? { inverse: lookUp(words, flip, least, table) } : {}),
    ...(counts ? { counts: often } : {}),
  };
}

function countAndFind(
  words: Words["words"],
  flip: number,
  least: number,
  table: Uint32Array,
  firsts: Int32Array,
): void {
  for (let i = 0; i < words.length; i++) {
    const rank = ((words[i] ^ flip) - least) | 0;
    const times = table[rank];
    if (times === 0) firsts[rank] = i;
    table[rank] = times + 1;
  }
}

function lookUp(words: Words["words"], flip: number, least: number, table: Uint32Array): Indices {
  const inverse = newIndices(words.length, words.length);
  for (let i = 0; i < words.length; i++) inverse[i] = table[((words[i] ^ flip) - least) | 0];
  return inverse;
}

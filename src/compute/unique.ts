import type { Units } from "./compare-units.js";
import { type IndexBlock, type Indices, newIndices } from "./indices.js";
import { orderOf } from "./radix.js";
import { newLike, type SortOptions, takeElements } from "./sort.js";
import { complexKeys, keysOf, type SortKeys, unitKeys } from "./sort-keys.js";
import { orderWithKernels } from "./sort-pairs.js";
import { sortWithKernels } from "./sort-values.js";
import { dropRepeated } from "./sorted-runs.js";
import type { FloatArray, NumericArray } from "./types.js";
import { numberFew } from "./unique-few.js";
import { uniqueInRange } from "./unique-range.js";

/** Which arrays are wanted beside the values. */
export interface UniqueOptions extends SortOptions {
  readonly index?: boolean;
  readonly inverse?: boolean;
  readonly counts?: boolean;
}

/** The distinct elements of an array, and what was asked for with them. */
export interface Unique<Values> {
  /** The distinct elements, ascending; all NaN are one, at the end. */
  readonly values: Values;
  /** Where each of them occurs first. */
  readonly index?: Indices;
  /** For each element of the array, which of the distinct ones it is. */
  readonly inverse?: Indices;
  /** How often each of them occurs. */
  readonly counts?: Indices;
}

/**
 * The distinct numbers, ascending. 0 and -0 are one, all NaN are one, and so, with `nat`, are all NaT. Each is as it occurs
 * first.
 *
 * Cost: two or three nanoseconds for each element where there are few distinct ones, or integers of a small range; otherwise
 * that of sorting them, or of `argsort` where first places or the inverse are asked for. Memory likewise.
 */
export function unique<Values extends NumericArray>(
  values: Values,
  options: UniqueOptions = {},
): Unique<Values> {
  return (
    uniqueIfFew(values, options) ??
    uniqueSorted(values, options) ??
    uniqueBy(values, 1, keysOf(values, options.nat), options)
  );
}

/** As {@link unique} for complex numbers; all with a NaN in either part are one. */
export function uniqueComplex<Values extends FloatArray>(
  values: Values,
  options: UniqueOptions = {},
): Unique<Values> {
  return uniqueBy(values, 2, complexKeys(values), options);
}

/** As {@link unique} for raw strings of `width` units. */
export function uniqueUnits<Values extends Units>(
  values: Values,
  width: number,
  options: UniqueOptions = {},
): Unique<Values> {
  return uniqueBy(values, width, unitKeys(values, width), options);
}

/** As {@link unique}, but undefined where the distinct numbers are neither few nor integers of a small range. */
export function uniqueIfFew<Values extends NumericArray>(
  values: Values,
  options: UniqueOptions = {},
): Unique<Values> | undefined {
  return uniqueInRange(values, options) ?? uniqueOfFew(values, options);
}

/** By numbers for the distinct elements, where they are few. */
function uniqueOfFew<Values extends NumericArray>(
  values: Values,
  { nat = false, index = false, inverse = false, counts = false }: UniqueOptions,
): Unique<Values> | undefined {
  const numbered = numberFew(values, inverse);
  if (numbered === undefined) return undefined;
  const order = orderOf(keysOf(takeElements(values, 1, Int32Array.from(numbered.firsts)), nat));
  const firsts = Int32Array.from(order, (code) => numbered.firsts[code]);
  const { codes } = numbered;
  if (codes !== undefined) {
    const ranks = new Int32Array(order.length);
    for (let rank = 0; rank < order.length; rank++) ranks[order[rank]] = rank;
    for (let i = 0; i < codes.length; i++) codes[i] = ranks[codes[i]];
  }
  return {
    values: takeElements(values, 1, firsts),
    ...(index ? { index: firsts } : {}),
    ...(codes === undefined ? {} : { inverse: codes }),
    ...(counts ? { counts: Int32Array.from(order, (code) => numbered.counts[code]) } : {}),
  };
}

/** By sorting the elements alone, where no places are asked for. */
function uniqueSorted<Values extends NumericArray>(
  values: Values,
  { nat = false, index = false, inverse = false, counts = false }: UniqueOptions,
): Unique<Values> | undefined {
  if (index || inverse) return undefined;
  const sorted = newLike(values, values.length);
  if (!sortWithKernels(values, nat, sorted)) return undefined;
  const starts = counts ? newIndices(sorted.length, sorted.length) : undefined;
  const count = dropRepeated(sorted, starts);
  return {
    values: count === sorted.length ? sorted : (sorted.slice(0, count) as Values),
    ...(starts === undefined ? {} : { counts: countsOf(starts.subarray(0, count), sorted.length) }),
  };
}

function uniqueBy<Values extends NumericArray>(
  values: Values,
  width: number,
  keys: SortKeys,
  { index = false, inverse = false, counts = false }: UniqueOptions,
): Unique<Values> {
  const { order, isFirst } = runsOf(keys);
  const starts = startsOf(isFirst, order.length);
  const firsts = newIndices(starts.length, order.length);
  for (let group = 0; group < starts.length; group++) firsts[group] = order[starts[group]];
  return {
    values: takeElements(values, width, firsts),
    ...(index ? { index: firsts } : {}),
    ...(inverse ? { inverse: inverseOf(isFirst, order) } : {}),
    ...(counts ? { counts: countsOf(starts, order.length) } : {}),
  };
}

/** The order of the elements, and 1 for each that differs from the one before it in that order. */
function runsOf(keys: SortKeys): { readonly order: Indices; readonly isFirst: Uint8Array } {
  const found = keys.nanWord === undefined ? orderWithKernels(keys) : undefined;
  if (found !== undefined) return { order: found.order.slice(), isFirst: found.isFirst.slice() };
  const order = orderOf(keys);
  return { order, isFirst: firstsOf(keys, order) };
}

/** Marks, along the order, each element that differs from the one before it. */
function firstsOf(keys: SortKeys, order: Indices): Uint8Array {
  const isFirst = new Uint8Array(order.length);
  const word = new Uint32Array(order.length);
  for (let w = 0; w < keys.words; w++) {
    keys.load(w, word);
    for (let i = 1; i < order.length; i++) isFirst[i] |= Number(word[order[i]] !== word[order[i - 1]]);
  }
  if (keys.nanWord !== undefined) {
    keys.load(keys.nanWord, word);
    for (let i = 1; i < order.length; i++)
      if (word[order[i]] !== 0 && word[order[i - 1]] !== 0) isFirst[i] = 0;
  }
  if (order.length > 0) isFirst[0] = 1;
  return isFirst;
}

/** Where, along the order, each group of equal elements begins. */
function startsOf(isFirst: Uint8Array, length: number): Indices {
  let groups = 0;
  for (let i = 0; i < length; i++) groups += isFirst[i];
  const starts = newIndices(groups, length);
  for (let i = 0, group = 0; group < groups; i++) {
    starts[group] = i;
    group += isFirst[i];
  }
  return starts;
}

function inverseOf(isFirst: Uint8Array, order: Indices): Indices {
  const inverse = newIndices(order.length, order.length);
  for (let i = 0, group = -1; i < order.length; i++) {
    group += isFirst[i];
    inverse[order[i]] = group;
  }
  return inverse;
}

function countsOf(starts: IndexBlock, length: number): Indices {
  const counts = newIndices(starts.length, length + 1);
  for (let group = 0; group < starts.length; group++) {
    counts[group] = (group + 1 < starts.length ? starts[group + 1] : length) - starts[group];
  }
  return counts;
}

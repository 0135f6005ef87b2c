import type { Units } from "./compare-units.js";
import { type Indices, newIndices } from "./indices.js";
import { orderOf } from "./radix.js";
import { type SortOptions, takeElements } from "./sort.js";
import { complexKeys, keysOf, type SortKeys, unitKeys } from "./sort-keys.js";
import type { FloatArray, NumericArray } from "./types.js";

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

/** The distinct numbers, ascending. 0 and -0 are one, all NaN are one, and so, with `nat`, are all NaT. */
export function unique<Values extends NumericArray>(
  values: Values,
  options: UniqueOptions = {},
): Unique<Values> {
  return uniqueBy(values, 1, keysOf(values, options.nat), options);
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

function uniqueBy<Values extends NumericArray>(
  values: Values,
  width: number,
  keys: SortKeys,
  { index = false, inverse = false, counts = false }: UniqueOptions,
): Unique<Values> {
  const order = orderOf(keys);
  const isFirst = firstsOf(keys, order);
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

function countsOf(starts: Indices, length: number): Indices {
  const counts = newIndices(starts.length, length + 1);
  for (let group = 0; group < starts.length; group++) {
    counts[group] = (group + 1 < starts.length ? starts[group + 1] : length) - starts[group];
  }
  return counts;
}

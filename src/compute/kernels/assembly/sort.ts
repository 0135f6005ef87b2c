/**
 * Sorting by digits of eight bits. What is sorted are unsigned words, of 32 bits or of 64. A pair is a word of 64 bits: a word
 * of an element's key above, its place below, so that no two pairs are equal and every way to sort them is stable.
 *
 * `bins` is memory for 4 KiB, `other` for as many words as are sorted.
 */

import { ascends, descends, radix32, radix64, reverse, sortRun } from "./digits";

export * from "./distinct";
export * from "./within";

/** Pairs of each element's word and its place. */
export function makePairs(words: usize, pairs: usize, count: usize): void {
  for (let i: usize = 0; i < count; i++) {
    store<u64>(pairs + 8 * i, (<u64>load<u32>(words + 4 * i) << 32) | i);
  }
}

/** The places of pairs, one after the other. */
export function placesOfPairs(pairs: usize, count: usize, out: usize): void {
  for (let i: usize = 0; i < count; i++) store<u32>(out + 4 * i, load<u32>(pairs + 8 * i));
}

/** Whether words of 32 bits are all the same. */
export function isConstant(at: usize, count: usize): bool {
  const first = load<u32>(at);
  for (let p = at; p < at + 4 * count; p += 4) if (load<u32>(p) !== first) return false;
  return true;
}

/** Sorts pairs whose places ascend by their words. @returns where they are in the end: `at` or `other` */
export function sortPairs(at: usize, other: usize, count: usize, bins: usize): usize {
  return ascends<u64>(at, count) ? at : radix64(at, other, count, 32, bins);
}

/**
 * Marks each pair that begins a run of equal words: 1 in `isFirst`, else 0.
 *
 * @returns how many pairs begin none
 */
export function markRuns(pairs: usize, count: usize, isFirst: usize): usize {
  let previous = ~load<u32>(pairs, 4);
  let ties: usize = 0;
  for (let i: usize = 0; i < count; i++) {
    const word = load<u32>(pairs + 8 * i, 4);
    const first = word !== previous;
    store<u8>(isFirst + i, <u8>first);
    ties += <usize>!first;
    previous = word;
  }
  return ties;
}

// @ts-ignore: a decorator
@inline
function takeWords(words: usize, pairs: usize, count: usize): void {
  for (let p = pairs; p < pairs + 8 * count; p += 8) {
    store<u32>(p, load<u32>(words + 4 * <usize>load<u32>(p)), 4);
  }
}

/**
 * Sorts each run of pairs that are equal so far by the next word of their keys, and marks the runs of those that still are.
 *
 * @param ties how many pairs begin no run
 * @returns how many begin none now
 */
export function refine(
  pairs: usize,
  other: usize,
  count: usize,
  words: usize,
  isFirst: usize,
  ties: usize,
  bins: usize,
): usize {
  // The words of all at once, unless few are asked for: memory that is far apart is waited for at the same time.
  const atOnce = ties > count / 8;
  if (atOnce) takeWords(words, pairs, count);
  ties = 0;
  let start: usize = 0;
  while (start < count) {
    let end = start + 1;
    while (end < count && load<u8>(isFirst + end) === 0) end++;
    const some = end - start;
    if (some > 1) {
      const run = pairs + 8 * start;
      if (!atOnce) takeWords(words, run, some);
      sortRun(run, other + 8 * start, some, 32, bins);
      ties += markRuns(run, some, isFirst + start);
    }
    start = end;
  }
  return ties;
}

/** Sorts words of 32 bits. @returns where they are in the end: `at` or `other` */
function sort32(at: usize, other: usize, count: usize, bins: usize): usize {
  if (ascends<u32>(at, count)) return at;
  if (!descends<u32>(at, count)) return radix32(at, other, count, bins);
  reverse<u32>(at, count);
  return at;
}

/** Sorts words of 64 bits: by their upper halves, and by their lower ones where those are the same. */
function sort64(at: usize, other: usize, count: usize, bins: usize): usize {
  if (ascends<u64>(at, count)) return at;
  if (descends<u64>(at, count)) {
    reverse<u64>(at, count);
    return at;
  }
  const sorted = radix64(at, other, count, 32, bins);
  const free = sorted === at ? other : at;
  let start: usize = 0;
  while (start < count) {
    const high = load<u32>(sorted + 8 * start, 4);
    let end = start + 1;
    while (end < count && load<u32>(sorted + 8 * end, 4) === high) end++;
    if (end - start > 1) sortRun(sorted + 8 * start, free + 8 * start, end - start, 0, bins);
    start = end;
  }
  return sorted;
}

/** Turns all bits of some of the words of 32 bits. */
// @ts-ignore: a decorator
@inline
function flip<T>(at: usize, count: usize, bits: T): void {
  for (let p = at; p < at + sizeof<T>() * count; p += sizeof<T>()) store<T>(p, load<T>(p) ^ bits);
}

/** Sorts integers of 32 bits. @returns where they are in the end: `at` or `other` */
export function sortIntegers32(at: usize, other: usize, count: usize, signed: bool, bins: usize): usize {
  const bits: u32 = signed ? 0x8000_0000 : 0;
  flip<u32>(at, count, bits);
  const sorted = sort32(at, other, count, bins);
  flip<u32>(sorted, count, bits);
  return sorted;
}

/**
 * Sorts integers of 64 bits.
 *
 * @param nat whether the least one is NaT, which comes last: keys are one less than the integers
 * @returns where they are in the end: `at` or `other`
 */
export function sortIntegers64(
  at: usize,
  other: usize,
  count: usize,
  signed: bool,
  nat: bool,
  bins: usize,
): usize {
  const bits: u64 = signed ? 0x8000_0000_0000_0000 : 0;
  for (let p = at; p < at + 8 * count; p += 8) store<u64>(p, (load<u64>(p) ^ bits) - <u64>nat);
  const sorted = sort64(at, other, count, bins);
  for (let p = sorted; p < sorted + 8 * count; p += 8) store<u64>(p, (load<u64>(p) + <u64>nat) ^ bits);
  return sorted;
}

/**
 * Turns floats into words of the same order, those that are not NaN before those that are, which stay as they are. Negative
 * ones are inverted and the sign of others is flipped, so that -0 is less than 0.
 *
 * @returns how many are not NaN
 */
// @ts-ignore: a decorator
@inline
function toKeys<T>(at: usize, other: usize, count: usize, infinity: T): usize {
  const size = sizeof<T>();
  const top = <T>1 << <T>(8 * size - 1);
  let to = at;
  let nan = other;
  for (let p = at; p < at + size * count; p += size) {
    const bits = load<T>(p);
    if ((bits & ~top) > infinity) {
      store<T>(nan, bits);
      nan += size;
    } else {
      store<T>(to, bits & top ? ~bits : bits | top);
      to += size;
    }
  }
  memory.copy(to, other, nan - other);
  return (to - at) / size;
}

/** What {@link toKeys} was given, in its new order. */
// @ts-ignore: a decorator
@inline
function fromKeys<T>(at: usize, count: usize): void {
  const top = <T>1 << <T>(8 * sizeof<T>() - 1);
  for (let p = at; p < at + sizeof<T>() * count; p += sizeof<T>()) {
    const key = load<T>(p);
    store<T>(p, key & top ? key ^ top : ~key);
  }
}

/**
 * Sorts floats; NaN come last and stay in their order, and -0 comes before 0.
 *
 * @returns where they are in the end: `at` or `other`
 */
export function sortFloats32(at: usize, other: usize, count: usize, bins: usize): usize {
  const some = toKeys<u32>(at, other, count, 0x7f80_0000);
  const sorted = sort32(at, other, some, bins);
  fromKeys<u32>(sorted, some);
  if (sorted !== at) memory.copy(sorted + 4 * some, at + 4 * some, 4 * (count - some));
  return sorted;
}

/** As {@link sortFloats32}, of doubles. */
export function sortFloats64(at: usize, other: usize, count: usize, bins: usize): usize {
  const some = toKeys<u64>(at, other, count, 0x7ff0_0000_0000_0000);
  const sorted = sort64(at, other, some, bins);
  fromKeys<u64>(sorted, some);
  if (sorted !== at) memory.copy(sorted + 8 * some, at + 8 * some, 8 * (count - some));
  return sorted;
}

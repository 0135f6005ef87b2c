/**
 * Sorting by digits of eight bits. What is sorted are unsigned words, of 32 bits or of 64. A pair is a word of 64 bits: a word
 * of an element's key above, its place below, so that no two pairs are equal and every way to sort them is stable.
 *
 * `bins` is memory for 4 KiB, `other` for as many words as are sorted.
 */

const BINS: usize = 256;

/** Up to so many words, insertion is faster than counting digits. */
const FEW: usize = 48;

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

// @ts-ignore: a decorator
@inline
function ascends<T>(at: usize, count: usize): bool {
  const end = at + sizeof<T>() * count;
  for (let p = at + sizeof<T>(); p < end; p += sizeof<T>()) {
    if (load<T>(p) < load<T>(p - sizeof<T>())) return false;
  }
  return true;
}

// @ts-ignore: a decorator
@inline
function descends<T>(at: usize, count: usize): bool {
  const end = at + sizeof<T>() * count;
  for (let p = at + sizeof<T>(); p < end; p += sizeof<T>()) {
    if (load<T>(p) > load<T>(p - sizeof<T>())) return false;
  }
  return true;
}

// @ts-ignore: a decorator
@inline
function reverse<T>(at: usize, count: usize): void {
  if (count === 0) return;
  let last = at + sizeof<T>() * (count - 1);
  for (; at < last; at += sizeof<T>(), last -= sizeof<T>()) {
    const word = load<T>(at);
    store<T>(at, load<T>(last));
    store<T>(last, word);
  }
}

function insert(at: usize, count: usize): void {
  const end = at + 8 * count;
  for (let p = at + 8; p < end; p += 8) {
    const word = load<u64>(p);
    let to = p;
    for (; to > at && load<u64>(to - 8) > word; to -= 8) store<u64>(to, load<u64>(to - 8));
    store<u64>(to, word);
  }
}

// @ts-ignore: a decorator
@inline
function bump(bin: usize): void {
  store<u32>(bin, load<u32>(bin) + 1);
}

/** Counts each digit of the 32 bits from `shift` on. */
// @ts-ignore: a decorator
@inline
function countDigits<T>(at: usize, count: usize, shift: T, bins: usize): void {
  memory.fill(bins, 0, 16 * BINS);
  for (let p = at; p < at + sizeof<T>() * count; p += sizeof<T>()) {
    const key = <u32>(load<T>(p) >> shift);
    bump(bins + 4 * (key & 0xff));
    bump(bins + 4 * (BINS + ((key >> 8) & 0xff)));
    bump(bins + 4 * (2 * BINS + ((key >> 16) & 0xff)));
    bump(bins + 4 * (3 * BINS + (key >> 24)));
  }
}

/** Turns counts into the address of each digit's first word; false where all words have the same digit. */
// @ts-ignore: a decorator
@inline
function startDigits(bins: usize, count: usize, to: usize, size: usize): bool {
  for (let bin = bins; bin < bins + 4 * BINS; bin += 4) {
    const some = <usize>load<u32>(bin);
    if (some === count) return false;
    store<u32>(bin, <u32>to);
    to += size * some;
  }
  return true;
}

/**
 * Sorts words by the 32 bits from `shift` on, stably, from their least significant digit to the most significant one.
 *
 * @returns where they are in the end: `at` or `other`
 */
// @ts-ignore: a decorator
@inline
function radix<T>(at: usize, other: usize, count: usize, shift: T, bins: usize): usize {
  countDigits<T>(at, count, shift, bins);
  for (let digit = 0; digit < 4; digit++) {
    if (startDigits(bins, count, other, sizeof<T>())) {
      for (let p = at; p < at + sizeof<T>() * count; p += sizeof<T>()) {
        const word = load<T>(p);
        const bin = bins + 4 * <usize>((word >> shift) & 0xff);
        const place = <usize>load<u32>(bin);
        store<u32>(bin, <u32>(place + sizeof<T>()));
        store<T>(place, word);
      }
      const from = at;
      at = other;
      other = from;
    }
    bins += 4 * BINS;
    shift += 8;
  }
  return at;
}

function radix32(at: usize, other: usize, count: usize, bins: usize): usize {
  return radix<u32>(at, other, count, 0, bins);
}

function radix64(at: usize, other: usize, count: usize, shift: u64, bins: usize): usize {
  return radix<u64>(at, other, count, shift, bins);
}

/** Sorts words of 64 bits that differ in the 32 bits from `shift` on alone, where they are. */
function sortRun(at: usize, other: usize, count: usize, shift: u64, bins: usize): void {
  if (count <= FEW) insert(at, count);
  else if (!ascends<u64>(at, count)) {
    const sorted = radix64(at, other, count, shift, bins);
    if (sorted !== at) memory.copy(at, sorted, 8 * count);
  }
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

/** Bits that are the same for equal floats. */
// @ts-ignore: a decorator
@inline
function canonical<T>(bits: T, infinity: T): T {
  const top = <T>1 << <T>(8 * sizeof<T>() - 1);
  const magnitude = bits & ~top;
  return magnitude === 0 ? 0 : magnitude > infinity ? ~(<T>0) : bits;
}

/**
 * Numbers the distinct elements of a block as they come: open addressing, with half of the slots filled at most.
 *
 * @param slots 16 bytes each: an element's bits, and one more than its number, 0 for none
 * @param bits how many bits the number of a slot has
 * @param known how many distinct elements came before
 * @param start the place of the block's first element
 * @param codes where the number of each element goes
 * @param firsts where each distinct element's first place goes
 * @param counts how often each distinct element has occurred
 * @returns how many distinct elements there are now; one more than `limit` where there are more
 */
// @ts-ignore: a decorator
@inline
function number<T>(
  at: usize,
  count: usize,
  floats: bool,
  infinity: T,
  slots: usize,
  bits: u32,
  known: u32,
  limit: u32,
  start: u32,
  codes: usize,
  firsts: usize,
  counts: usize,
): u32 {
  const mask = (<u32>1 << bits) - 1;
  const shift = <u64>(64 - bits);
  for (let i: usize = 0; i < count; i++) {
    let word = load<T>(at + sizeof<T>() * i);
    if (floats) word = canonical<T>(word, infinity);
    const key = <u64>word;
    let slot = <u32>(((key ^ (key >> 32)) * 0x9e37_79b9_7f4a_7c15) >> shift);
    let place = slots + 16 * slot;
    let found = load<u32>(place, 8);
    while (found !== 0 && load<u64>(place) !== key) {
      slot = (slot + 1) & mask;
      place = slots + 16 * slot;
      found = load<u32>(place, 8);
    }
    if (found === 0) {
      if (known === limit) return limit + 1;
      store<u32>(firsts + 4 * known, start + i);
      known += 1;
      found = known;
      store<u64>(place, key);
      store<u32>(place, found, 8);
    }
    store<u32>(codes + 4 * i, found - 1);
    bump(counts + 4 * (found - 1));
  }
  return known;
}

export function number32(
  at: usize,
  count: usize,
  floats: bool,
  slots: usize,
  bits: u32,
  known: u32,
  limit: u32,
  start: u32,
  codes: usize,
  firsts: usize,
  counts: usize,
): u32 {
  return number<u32>(at, count, floats, 0x7f80_0000, slots, bits, known, limit, start, codes, firsts, counts);
}

export function number64(
  at: usize,
  count: usize,
  floats: bool,
  slots: usize,
  bits: u32,
  known: u32,
  limit: u32,
  start: u32,
  codes: usize,
  firsts: usize,
  counts: usize,
): u32 {
  const infinity: u64 = 0x7ff0_0000_0000_0000;
  return number<u64>(at, count, floats, infinity, slots, bits, known, limit, start, codes, firsts, counts);
}

/** What the bits of elements mean: integers, signed ones, signed ones of which the least comes last, floats. */
const SIGNED: u32 = 1;
const DATES: u32 = 2;
const FLOATS: u32 = 3;

/** A word whose order is that of the elements; equal ones have the same. */
// @ts-ignore: a decorator
@inline
function keyOf<T>(bits: T, kind: u32, infinity: T): T {
  const top = <T>1 << <T>(8 * sizeof<T>() - 1);
  if (kind === SIGNED) return bits ^ top;
  if (kind === DATES) return (bits ^ top) - 1;
  if (kind !== FLOATS) return bits;
  const magnitude = bits & ~top;
  if (magnitude > infinity) return ~(<T>0);
  return magnitude === 0 ? top : bits & top ? ~bits : bits | top;
}

/**
 * Some range of elements. `bounds` is memory of 24 bytes: the least element, at 8 the one that all are less than, and at 16 two
 * counts; bit 0 of `open` says that there is no least element, bit 1 that there is no other one.
 */
// @ts-ignore: a decorator
@inline
function startOf<T>(bounds: usize, kind: u32, open: u32, infinity: T): T {
  return open & 1 ? 0 : keyOf<T>(load<T>(bounds), kind, infinity);
}

// @ts-ignore: a decorator
@inline
function endOf<T>(bounds: usize, kind: u32, open: u32, infinity: T): T {
  return open & 2 ? 0 : keyOf<T>(load<T>(bounds, 8), kind, infinity);
}

// @ts-ignore: a decorator
@inline
function isWithin<T>(key: T, from: T, to: T, open: u32): u32 {
  return <u32>(key >= from) & (<u32>(key < to) | (open >> 1));
}

/** Adds to the two counts how many elements are less than those of a range, and how many are in it. */
// @ts-ignore: a decorator
@inline
function countWithin<T>(at: usize, count: usize, kind: u32, bounds: usize, open: u32, infinity: T): void {
  const from = startOf<T>(bounds, kind, open, infinity);
  const to = endOf<T>(bounds, kind, open, infinity);
  let before = load<u32>(bounds, 16);
  let within = load<u32>(bounds, 20);
  for (let p = at; p < at + sizeof<T>() * count; p += sizeof<T>()) {
    const key = keyOf<T>(load<T>(p), kind, infinity);
    before += <u32>(key < from);
    within += isWithin<T>(key, from, to, open);
  }
  store<u32>(bounds, before, 16);
  store<u32>(bounds, within, 20);
}

/** Copies the elements in a range, bit for bit. @returns the address behind them; one element more may have been written */
// @ts-ignore: a decorator
@inline
function takeWithin<T>(
  at: usize,
  count: usize,
  kind: u32,
  bounds: usize,
  open: u32,
  infinity: T,
  out: usize,
): usize {
  const from = startOf<T>(bounds, kind, open, infinity);
  const to = endOf<T>(bounds, kind, open, infinity);
  for (let p = at; p < at + sizeof<T>() * count; p += sizeof<T>()) {
    const bits = load<T>(p);
    store<T>(out, bits);
    out += sizeof<T>() * isWithin<T>(keyOf<T>(bits, kind, infinity), from, to, open);
  }
  return out;
}

/**
 * Makes pairs of the elements in a range, of which `known` are there: their keys' upper words with their numbers among these. The
 * lower words, where there are any, and the elements' places go to memory of their own.
 *
 * @param start the place of the first element
 * @returns how many pairs there are now; one more may have been written
 */
// @ts-ignore: a decorator
@inline
function pairWithin<T>(
  at: usize,
  count: usize,
  kind: u32,
  bounds: usize,
  open: u32,
  infinity: T,
  start: u32,
  known: usize,
  pairs: usize,
  words: usize,
  places: usize,
): usize {
  const from = startOf<T>(bounds, kind, open, infinity);
  const to = endOf<T>(bounds, kind, open, infinity);
  for (let i: usize = 0; i < count; i++) {
    const key = keyOf<T>(load<T>(at + sizeof<T>() * i), kind, infinity);
    if (sizeof<T>() === 8) store<u32>(words + 4 * known, <u32>key);
    const upper = sizeof<T>() === 8 ? <u64>key >> 32 : <u64>key;
    store<u64>(pairs + 8 * known, (upper << 32) | known);
    store<u32>(places + 4 * known, start + i);
    known += isWithin<T>(key, from, to, open);
  }
  return known;
}

const INFINITY32: u32 = 0x7f80_0000;
const INFINITY64: u64 = 0x7ff0_0000_0000_0000;

export function countWithin32(at: usize, count: usize, kind: u32, bounds: usize, open: u32): void {
  countWithin<u32>(at, count, kind, bounds, open, INFINITY32);
}

export function countWithin64(at: usize, count: usize, kind: u32, bounds: usize, open: u32): void {
  countWithin<u64>(at, count, kind, bounds, open, INFINITY64);
}

export function takeWithin32(
  at: usize,
  count: usize,
  kind: u32,
  bounds: usize,
  open: u32,
  out: usize,
): usize {
  return takeWithin<u32>(at, count, kind, bounds, open, INFINITY32, out);
}

export function takeWithin64(
  at: usize,
  count: usize,
  kind: u32,
  bounds: usize,
  open: u32,
  out: usize,
): usize {
  return takeWithin<u64>(at, count, kind, bounds, open, INFINITY64, out);
}

export function pairWithin32(
  at: usize,
  count: usize,
  kind: u32,
  bounds: usize,
  open: u32,
  start: u32,
  known: usize,
  pairs: usize,
  words: usize,
  places: usize,
): usize {
  return pairWithin<u32>(at, count, kind, bounds, open, INFINITY32, start, known, pairs, words, places);
}

export function pairWithin64(
  at: usize,
  count: usize,
  kind: u32,
  bounds: usize,
  open: u32,
  start: u32,
  known: usize,
  pairs: usize,
  words: usize,
  places: usize,
): usize {
  return pairWithin<u64>(at, count, kind, bounds, open, INFINITY64, start, known, pairs, words, places);
}

/** The places, of 64 bits, of the elements that pairs have the numbers of. */
export function placesThrough(pairs: usize, count: usize, places: usize, out: usize): void {
  for (let i: usize = 0; i < count; i++) {
    store<u64>(out + 8 * i, load<u32>(places + 4 * <usize>load<u32>(pairs + 8 * i)));
  }
}

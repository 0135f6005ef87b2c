/** Taking the elements of a range of values, to be sorted by themselves. */

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

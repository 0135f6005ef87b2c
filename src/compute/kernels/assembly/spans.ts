/** Elements within two ends, which is what comparisons with a scalar come to. */

import { firstOf, narrow32, narrow64, storeTruths, sumOfBytes } from "./truths";

/** Which of sixteen elements, as they stand after `base`, are above `range`: integers of two's complement. */
// @ts-ignore: a decorator
@inline
function beyond<T>(at: usize, base: v128, range: v128): v128 {
  if (sizeof<T>() == 1) return lane<T>(v128.load(at), base, range);
  if (sizeof<T>() == 2) {
    return i8x16.narrow_i16x8_s(lane<T>(v128.load(at), base, range), lane<T>(v128.load(at, 16), base, range));
  }
  if (sizeof<T>() == 4) {
    return narrow32(
      lane<T>(v128.load(at), base, range),
      lane<T>(v128.load(at, 16), base, range),
      lane<T>(v128.load(at, 32), base, range),
      lane<T>(v128.load(at, 48), base, range),
    );
  }
  return narrow32(
    narrow64(lane<T>(v128.load(at), base, range), lane<T>(v128.load(at, 16), base, range)),
    narrow64(lane<T>(v128.load(at, 32), base, range), lane<T>(v128.load(at, 48), base, range)),
    narrow64(lane<T>(v128.load(at, 64), base, range), lane<T>(v128.load(at, 80), base, range)),
    narrow64(lane<T>(v128.load(at, 96), base, range), lane<T>(v128.load(at, 112), base, range)),
  );
}

// @ts-ignore: a decorator
@inline
function lane<T>(x: v128, base: v128, range: v128): v128 {
  return v128.gt<T>(v128.sub<T>(x, base), range);
}

/** So many times a byte counts one more before it is full. */
const FULL = 255;

// @ts-ignore: a decorator
@inline
function countRange<T>(at: usize, count: i32, low: i64, high: i64): i32 {
  const weight: i64 = 1 << (8 * sizeof<T>() - 1);
  const base = v128.splat<T>(<T>(low + weight));
  const range = v128.splat<T>(<T>(high - low + weight));
  let outside = 0;
  let left = count;
  while (left >= 16) {
    let counts = i8x16.splat(0);
    for (let times = min(left >> 4, FULL); times > 0; times--, left -= 16, at += 16 * sizeof<T>()) {
      counts = i8x16.sub(counts, beyond<T>(at, base, range));
    }
    outside += sumOfBytes(counts);
  }
  if (left > 0) outside += sumOfBytes(firstOf(left, beyond<T>(at, base, range)));
  return count - outside;
}

/** How many integers of `size` bytes, signed or not, are from `low` to `high`. */
export function countIntegers(size: i32, at: usize, count: i32, low: i64, high: i64): i32 {
  if (size == 1) return countRange<i8>(at, count, low, high);
  if (size == 2) return countRange<i16>(at, count, low, high);
  if (size == 4) return countRange<i32>(at, count, low, high);
  return countRange<i64>(at, count, low, high);
}

// @ts-ignore: a decorator
@inline
function withinRange<T>(at: usize, count: i32, low: i64, high: i64, flip: i32, out: usize): void {
  // Less the low end and the sign's weight, all within are at most the distance of the ends less that weight.
  const weight: i64 = 1 << (8 * sizeof<T>() - 1);
  const base = v128.splat<T>(<T>(low + weight));
  const range = v128.splat<T>(<T>(high - low + weight));
  const flips = i8x16.splat(flip == 0 ? -1 : 0);
  const end = out + count;
  for (; out < end; out += 16, at += 16 * sizeof<T>()) storeTruths(out, beyond<T>(at, base, range), flips);
}

/** Where integers of `size` bytes, signed or not, are from `low` to `high`; elsewhere with `flip`. */
export function withinIntegers(
  size: i32,
  at: usize,
  count: i32,
  low: i64,
  high: i64,
  flip: i32,
  out: usize,
): void {
  if (size == 1) withinRange<i8>(at, count, low, high, flip, out);
  else if (size == 2) withinRange<i16>(at, count, low, high, flip, out);
  else if (size == 4) withinRange<i32>(at, count, low, high, flip, out);
  else withinRange<i64>(at, count, low, high, flip, out);
}

/** Choices that are made when a loop is compiled are types, told apart by their size: constants end up in the loop. */
type AtLeast = i8;
type AtMost = i16;
type Between = i32;

// @ts-ignore: a decorator
@inline
function floatLane<T, Ends>(x: v128, low: v128, high: v128): v128 {
  if (sizeof<Ends>() == sizeof<AtLeast>()) return v128.ge<T>(x, low);
  if (sizeof<Ends>() == sizeof<AtMost>()) return v128.le<T>(x, high);
  return v128.and(v128.ge<T>(x, low), v128.le<T>(x, high));
}

// @ts-ignore: a decorator
@inline
function floatLanes<T, Ends>(at: usize, low: v128, high: v128): v128 {
  if (sizeof<T>() == 4) {
    return narrow32(
      floatLane<T, Ends>(v128.load(at), low, high),
      floatLane<T, Ends>(v128.load(at, 16), low, high),
      floatLane<T, Ends>(v128.load(at, 32), low, high),
      floatLane<T, Ends>(v128.load(at, 48), low, high),
    );
  }
  return narrow32(
    narrow64(floatLane<T, Ends>(v128.load(at), low, high), floatLane<T, Ends>(v128.load(at, 16), low, high)),
    narrow64(floatLane<T, Ends>(v128.load(at, 32), low, high), floatLane<T, Ends>(v128.load(at, 48), low, high)),
    narrow64(floatLane<T, Ends>(v128.load(at, 64), low, high), floatLane<T, Ends>(v128.load(at, 80), low, high)),
    narrow64(floatLane<T, Ends>(v128.load(at, 96), low, high), floatLane<T, Ends>(v128.load(at, 112), low, high)),
  );
}

// @ts-ignore: a decorator
@inline
function withinEnds<T, Ends>(at: usize, count: i32, low: f64, high: f64, flip: i32, out: usize): void {
  const least = v128.splat<T>(<T>low);
  const most = v128.splat<T>(<T>high);
  const flips = i8x16.splat(flip == 0 ? 0 : -1);
  const end = out + count;
  for (; out < end; out += 16, at += 16 * sizeof<T>()) {
    storeTruths(out, floatLanes<T, Ends>(at, least, most), flips);
  }
}

// @ts-ignore: a decorator
@inline
function withinOf<T>(at: usize, count: i32, low: f64, high: f64, flip: i32, out: usize): void {
  if (high == Infinity) withinEnds<T, AtLeast>(at, count, low, high, flip, out);
  else if (low == -Infinity) withinEnds<T, AtMost>(at, count, low, high, flip, out);
  else withinEnds<T, Between>(at, count, low, high, flip, out);
}

/** Where floats of `size` bytes are from `low` to `high`, which NaN never is; elsewhere with `flip`. */
export function withinFloats(
  size: i32,
  at: usize,
  count: i32,
  low: f64,
  high: f64,
  flip: i32,
  out: usize,
): void {
  if (size == 4) withinOf<f32>(at, count, low, high, flip, out);
  else withinOf<f64>(at, count, low, high, flip, out);
}

// @ts-ignore: a decorator
@inline
function countEnds<T, Ends>(at: usize, count: i32, low: f64, high: f64): i32 {
  const least = v128.splat<T>(<T>low);
  const most = v128.splat<T>(<T>high);
  let within = 0;
  let left = count;
  while (left >= 16) {
    let counts = i8x16.splat(0);
    for (let times = min(left >> 4, FULL); times > 0; times--, left -= 16, at += 16 * sizeof<T>()) {
      counts = i8x16.sub(counts, floatLanes<T, Ends>(at, least, most));
    }
    within += sumOfBytes(counts);
  }
  if (left > 0) within += sumOfBytes(firstOf(left, floatLanes<T, Ends>(at, least, most)));
  return within;
}

// @ts-ignore: a decorator
@inline
function countOf<T>(at: usize, count: i32, low: f64, high: f64): i32 {
  if (high == Infinity) return countEnds<T, AtLeast>(at, count, low, high);
  if (low == -Infinity) return countEnds<T, AtMost>(at, count, low, high);
  return countEnds<T, Between>(at, count, low, high);
}

/** How many floats of `size` bytes are from `low` to `high`. */
export function countFloats(size: i32, at: usize, count: i32, low: f64, high: f64): i32 {
  return size == 4 ? countOf<f32>(at, count, low, high) : countOf<f64>(at, count, low, high);
}

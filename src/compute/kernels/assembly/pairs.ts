/** Comparisons of two arrays, pair by pair. */

import { narrow32, narrow64, storeTruths } from "./truths";

/** Relations, as types: see the ends of spans. */
type Equal = i8;
type Above = i16;
type NotBelow = i32;

// @ts-ignore: a decorator
@inline
function related<T, Relation>(x: v128, y: v128): v128 {
  if (sizeof<Relation>() == sizeof<Equal>()) return v128.eq<T>(x, y);
  if (isFloat<T>()) {
    if (sizeof<Relation>() == sizeof<NotBelow>()) return v128.ge<T>(x, y);
  }
  if (isInteger<T>() && sizeof<T>() == 8) {
    if (isSigned<T>()) return i64x2.gt_s(x, y);
    const sign = i64x2.splat(i64.MIN_VALUE);
    return i64x2.gt_s(v128.xor(x, sign), v128.xor(y, sign));
  }
  return v128.gt<T>(x, y);
}

// @ts-ignore: a decorator
@inline
function relatedSixteen<T, Relation>(a: usize, b: usize): v128 {
  if (sizeof<T>() == 1) return related<T, Relation>(v128.load(a), v128.load(b));
  if (sizeof<T>() == 2) {
    return i8x16.narrow_i16x8_s(related<T, Relation>(v128.load(a), v128.load(b)), related<T, Relation>(v128.load(a, 16), v128.load(b, 16)));
  }
  if (sizeof<T>() == 4) {
    return narrow32(
      related<T, Relation>(v128.load(a), v128.load(b)),
      related<T, Relation>(v128.load(a, 16), v128.load(b, 16)),
      related<T, Relation>(v128.load(a, 32), v128.load(b, 32)),
      related<T, Relation>(v128.load(a, 48), v128.load(b, 48)),
    );
  }
  return narrow32(
    narrow64(related<T, Relation>(v128.load(a), v128.load(b)), related<T, Relation>(v128.load(a, 16), v128.load(b, 16))),
    narrow64(related<T, Relation>(v128.load(a, 32), v128.load(b, 32)), related<T, Relation>(v128.load(a, 48), v128.load(b, 48))),
    narrow64(related<T, Relation>(v128.load(a, 64), v128.load(b, 64)), related<T, Relation>(v128.load(a, 80), v128.load(b, 80))),
    narrow64(related<T, Relation>(v128.load(a, 96), v128.load(b, 96)), related<T, Relation>(v128.load(a, 112), v128.load(b, 112))),
  );
}

// @ts-ignore: a decorator
@inline
function relate<T, Relation>(a: usize, b: usize, count: i32, flip: i32, out: usize): void {
  const flips = i8x16.splat(flip == 0 ? 0 : -1);
  const end = out + count;
  for (; out < end; out += 16, a += 16 * sizeof<T>(), b += 16 * sizeof<T>()) {
    storeTruths(out, relatedSixteen<T, Relation>(a, b), flips);
  }
}

/** Where elements of two arrays are equal; elsewhere with `flip`. Signs make no difference to integers here. */
export function equalPairs(
  float: i32,
  size: i32,
  a: usize,
  b: usize,
  count: i32,
  flip: i32,
  out: usize,
): void {
  if (float != 0) {
    if (size == 4) relate<f32, Equal>(a, b, count, flip, out);
    else relate<f64, Equal>(a, b, count, flip, out);
  } else if (size == 1) relate<i8, Equal>(a, b, count, flip, out);
  else if (size == 2) relate<i16, Equal>(a, b, count, flip, out);
  else if (size == 4) relate<i32, Equal>(a, b, count, flip, out);
  else relate<i64, Equal>(a, b, count, flip, out);
}

/** Where the integers of `a` are above those of `b`; elsewhere with `flip`. */
export function integersAbove(
  signed: i32,
  size: i32,
  a: usize,
  b: usize,
  count: i32,
  flip: i32,
  out: usize,
): void {
  if (signed != 0) {
    if (size == 1) relate<i8, Above>(a, b, count, flip, out);
    else if (size == 2) relate<i16, Above>(a, b, count, flip, out);
    else if (size == 4) relate<i32, Above>(a, b, count, flip, out);
    else relate<i64, Above>(a, b, count, flip, out);
  } else if (size == 1) relate<u8, Above>(a, b, count, flip, out);
  else if (size == 2) relate<u16, Above>(a, b, count, flip, out);
  else if (size == 4) relate<u32, Above>(a, b, count, flip, out);
  else relate<u64, Above>(a, b, count, flip, out);
}

/** Where the floats of `a` are above those of `b`, or with `equal` not below; NaN is neither. */
export function floatsAbove(size: i32, equal: i32, a: usize, b: usize, count: i32, out: usize): void {
  if (size == 4) {
    if (equal != 0) relate<f32, NotBelow>(a, b, count, 0, out);
    else relate<f32, Above>(a, b, count, 0, out);
  } else if (equal != 0) relate<f64, NotBelow>(a, b, count, 0, out);
  else relate<f64, Above>(a, b, count, 0, out);
}

/** Changes of type, byte order, and checks before them. */

/** The types of numbers, as their callers count them. */
const I8 = 0;
const U8 = 1;
const I16 = 2;
const U16 = 3;
const I32 = 4;
const U32 = 5;
const I64 = 6;
const U64 = 7;
const F32 = 8;
const F64 = 9;

/** Integers of 64 bits as numbers of another type, or others as such: integers wrap, floats round. */
export function convertLong(from: i32, to: i32, src: usize, dst: usize, count: i32): void {
  if (from == I8) each<i8, i64>(src, dst, count);
  else if (from == U8) each<u8, i64>(src, dst, count);
  else if (from == I16) each<i16, i64>(src, dst, count);
  else if (from == U16) each<u16, i64>(src, dst, count);
  else if (from == I32) each<i32, i64>(src, dst, count);
  else if (from == U32) each<u32, i64>(src, dst, count);
  else if (to == F64 && from == I64) each<i64, f64>(src, dst, count);
  else if (to == F64) each<u64, f64>(src, dst, count);
  else if (to == F32 && from == I64) each<i64, f32>(src, dst, count);
  else if (to == F32) each<u64, f32>(src, dst, count);
  else if (to >= I32) each<i64, i32>(src, dst, count);
  else if (to >= I16) each<i64, i16>(src, dst, count);
  else each<i64, i8>(src, dst, count);
}

// @ts-ignore: a decorator
@inline
function each<S, D>(src: usize, dst: usize, count: i32): void {
  let left = count;
  for (; left >= 4; left -= 4) {
    store<D>(dst, cast<S, D>(load<S>(src)));
    store<D>(dst, cast<S, D>(load<S>(src, sizeof<S>())), sizeof<D>());
    store<D>(dst, cast<S, D>(load<S>(src, 2 * sizeof<S>())), 2 * sizeof<D>());
    store<D>(dst, cast<S, D>(load<S>(src, 3 * sizeof<S>())), 3 * sizeof<D>());
    src += 4 * sizeof<S>();
    dst += 4 * sizeof<D>();
  }
  for (; left > 0; left--) {
    store<D>(dst, cast<S, D>(load<S>(src)));
    src += sizeof<S>();
    dst += sizeof<D>();
  }
}

/** By way of a double, as JavaScript's own numbers go. */
// @ts-ignore: a decorator
@inline
function cast<S, D>(value: S): D {
  return isFloat<D>() ? <D>(<f64>value) : <D>value;
}

/** Halves, by their bits, in single precision. */
export function halvesToFloats(src: usize, dst: usize, count: i32): void {
  let left = count;
  for (; left >= 4; left -= 4) {
    v128.store(dst, floatsOf(i32x4.extend_low_i16x8_u(v128.load64_zero(src))));
    src += 8;
    dst += 16;
  }
  for (; left > 0; left--) {
    store<i32>(dst, i32x4.extract_lane(floatsOf(i32x4.splat(load<u16>(src))), 0));
    src += 2;
    dst += 4;
  }
}

/** Four halves, each in a word, as floats. */
// @ts-ignore: a decorator
@inline
function floatsOf(halves: v128): v128 {
  const magnitude = v128.and(halves, i32x4.splat(0x7fff));
  const sign = i32x4.shl(v128.xor(halves, magnitude), 16);
  // The exponent of a float begins 112 before that of a half.
  const normal = i32x4.add(i32x4.shl(magnitude, 13), i32x4.splat(112 << 23));
  const special = v128.or(i32x4.shl(magnitude, 13), i32x4.splat(0x7f800000));
  const small = f32x4.mul(f32x4.convert_i32x4_s(magnitude), f32x4.splat(1.0 / 16777216.0));
  const bits = v128.bitselect(small, normal, i32x4.lt_s(magnitude, i32x4.splat(0x400)));
  return v128.or(sign, v128.bitselect(special, bits, i32x4.gt_s(magnitude, i32x4.splat(0x7bff))));
}

/** Floats as the nearest halves, ties to even. @returns whether a finite one became infinite */
export function floatsToHalves(src: usize, dst: usize, count: i32): i32 {
  let over = i32x4.splat(0);
  let left = count;
  for (; left >= 4; left -= 4) {
    const four = v128.load(src);
    const halves = halvesOf(four);
    over = v128.or(over, overflowOf(four, f32x4.splat(65520)));
    v128.store64_lane(dst, i16x8.narrow_i32x4_u(halves, halves), 0);
    src += 16;
    dst += 8;
  }
  for (; left > 0; left--) {
    const four = f32x4.splat(load<f32>(src));
    over = v128.or(over, overflowOf(four, f32x4.splat(65520)));
    store<u16>(dst, <u16>i32x4.extract_lane(halvesOf(four), 0));
    src += 4;
    dst += 2;
  }
  return v128.any_true(over);
}

/** Four floats as halves, each in a word. */
// @ts-ignore: a decorator
@inline
function halvesOf(four: v128): v128 {
  const magnitude = v128.and(four, i32x4.splat(0x7fffffff));
  const sign = v128.and(i32x4.shr_u(four, 16), i32x4.splat(0x8000));
  const odd = v128.and(i32x4.shr_u(magnitude, 13), i32x4.splat(1));
  // A carry out of the significand moves into the exponent by itself.
  const rounded = i32x4.shr_u(i32x4.add(i32x4.add(magnitude, i32x4.splat(0xfff)), odd), 13);
  const normal = i32x4.sub(rounded, i32x4.splat(112 << 10));
  // The last place of what is between a half and one is the unit of subnormal halves.
  const small = i32x4.sub(f32x4.add(magnitude, f32x4.splat(0.5)), i32x4.splat(0x3f000000));
  let bits = v128.bitselect(small, normal, i32x4.lt_s(magnitude, i32x4.splat(113 << 23)));
  // 65520 and more.
  bits = v128.bitselect(i32x4.splat(0x7c00), bits, i32x4.gt_s(magnitude, i32x4.splat(0x477fefff)));
  bits = v128.or(bits, sign);
  return v128.bitselect(i32x4.splat(0x7e00), bits, i32x4.gt_s(magnitude, i32x4.splat(0x7f800000)));
}

/** As {@link floatsToHalves}, of doubles, which are rounded once. */
export function doublesToHalves(src: usize, dst: usize, count: i32): i32 {
  let over = i32x4.splat(0);
  let left = count;
  for (; left >= 4; left -= 4) {
    const four = oddFloats(v128.load(src), v128.load(src, 16));
    const halves = halvesOf(four);
    over = v128.or(over, overflowOf(four, f32x4.splat(65520)));
    v128.store64_lane(dst, i16x8.narrow_i32x4_u(halves, halves), 0);
    src += 32;
    dst += 8;
  }
  for (; left > 0; left--) {
    const value = f64x2.splat(load<f64>(src));
    const four = oddFloats(value, value);
    over = v128.or(over, overflowOf(four, f32x4.splat(65520)));
    store<u16>(dst, <u16>i32x4.extract_lane(halvesOf(four), 0));
    src += 8;
    dst += 2;
  }
  return v128.any_true(over);
}

/** Doubles cut to floats, whose last bit is set where anything was cut off: rounded again, they are as if rounded once. */
// @ts-ignore: a decorator
@inline
function oddFloats(low: v128, high: v128): v128 {
  const lowFloats = f32x4.demote_f64x2_zero(low);
  const highFloats = f32x4.demote_f64x2_zero(high);
  const lowAgain = f64x2.promote_low_f32x4(lowFloats);
  const highAgain = f64x2.promote_low_f32x4(highFloats);
  const isLarger = v128.shuffle<u32>(
    f64x2.gt(f64x2.abs(lowAgain), f64x2.abs(low)),
    f64x2.gt(f64x2.abs(highAgain), f64x2.abs(high)),
    0,
    2,
    4,
    6,
  );
  const isOther = v128.shuffle<u32>(f64x2.ne(lowAgain, low), f64x2.ne(highAgain, high), 0, 2, 4, 6);
  const cut = i32x4.add(v128.shuffle<u64>(lowFloats, highFloats, 0, 2), isLarger);
  return v128.or(cut, v128.and(isOther, i32x4.splat(1)));
}

/** Where a finite float is at least so large. */
// @ts-ignore: a decorator
@inline
function overflowOf(four: v128, limit: v128): v128 {
  const size = f32x4.abs(four);
  return v128.and(f32x4.ge(size, limit), f32x4.lt(size, f32x4.splat(<f32>Infinity)));
}

/** Whether any finite float is at least so large; the limit of singles is one. */
export function anyOverflow(type: i32, at: usize, count: i32, limit: f64): i32 {
  return type == F32 ? overflow<f32>(at, count, <f32>limit) : overflow<f64>(at, count, limit);
}

// @ts-ignore: a decorator
@inline
function overflow<T>(at: usize, count: i32, limit: T): i32 {
  const limits = v128.splat<T>(limit);
  const infinite = v128.splat<T>(<T>Infinity);
  const lanes = <i32>(16 / sizeof<T>());
  let over = i32x4.splat(0);
  let left = count;
  for (; left >= lanes; left -= lanes) {
    const size = v128.abs<T>(v128.load(at));
    over = v128.or(over, v128.and(v128.ge<T>(size, limits), v128.lt<T>(size, infinite)));
    at += 16;
  }
  let found = false;
  for (; left > 0; left--) {
    const size = abs<T>(load<T>(at));
    if (size >= limit && size < <T>Infinity) found = true;
    at += sizeof<T>();
  }
  return i32(found) | i32(v128.any_true(over));
}

/** Whether any integer is below `low` or above `high`, which are of its type; unsigned ones by their bits. */
export function anyOutside(type: i32, at: usize, count: i32, low: i64, high: i64): i32 {
  if (type == I8) return outside<i8>(at, count, <i8>low, <i8>high);
  if (type == U8) return outside<u8>(at, count, <u8>low, <u8>high);
  if (type == I16) return outside<i16>(at, count, <i16>low, <i16>high);
  if (type == U16) return outside<u16>(at, count, <u16>low, <u16>high);
  if (type == I32) return outside<i32>(at, count, <i32>low, <i32>high);
  if (type == U32) return outside<u32>(at, count, <u32>low, <u32>high);
  if (type == I64) return outsideLong<i64>(at, count, low, high);
  return outsideLong<u64>(at, count, low, high);
}

// @ts-ignore: a decorator
@inline
function outside<T>(at: usize, count: i32, low: T, high: T): i32 {
  const lows = v128.splat<T>(low);
  const highs = v128.splat<T>(high);
  let found = i32x4.splat(0);
  const lanes = <i32>(16 / sizeof<T>());
  let left = count;
  for (; left >= lanes; left -= lanes) {
    const some = v128.load(at);
    found = v128.or(found, v128.or(v128.lt<T>(some, lows), v128.gt<T>(some, highs)));
    at += 16;
  }
  let odd = false;
  for (; left > 0; left--) {
    const one = load<T>(at);
    odd = odd || one < low || one > high;
    at += sizeof<T>();
  }
  return i32(odd) | i32(v128.any_true(found));
}

/** There is no comparison of unsigned long ones: with the first bit turned they are in the order of signed ones. */
// @ts-ignore: a decorator
@inline
function outsideLong<T>(at: usize, count: i32, low: i64, high: i64): i32 {
  const turn: i64 = isSigned<T>() ? 0 : i64.MIN_VALUE;
  const lowest = low ^ turn;
  const highest = high ^ turn;
  let found = false;
  for (let left = count; left > 0; left--) {
    const one = load<i64>(at) ^ turn;
    if (one < lowest || one > highest) found = true;
    at += 8;
  }
  return i32(found);
}

/** Whether any long integer is not exact as a double, or as a single where `isSingle`. */
export function anyInexact(type: i32, at: usize, count: i32, isSingle: i32): i32 {
  return type == I64 ? inexact<i64>(at, count, isSingle) : inexact<u64>(at, count, isSingle);
}

// @ts-ignore: a decorator
@inline
function inexact<T>(at: usize, count: i32, isSingle: i32): i32 {
  const end: f64 = isSigned<T>() ? 9223372036854775808.0 : 18446744073709551616.0;
  let found = false;
  for (let left = count; left > 0; left--) {
    const one = load<T>(at);
    let as = <f64>one;
    if (isSingle) as = <f64>(<f32>as);
    if (as >= end || <T>as != one) found = true;
    at += 8;
  }
  return i32(found);
}

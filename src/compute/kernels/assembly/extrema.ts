/** Extreme elements, and where they stand. */

/** The better one of each two lanes. NaN never is, since it is neither less nor greater. */
// @ts-ignore: a decorator
@inline
function better<T>(best: v128, x: v128, max: bool): v128 {
  if (isFloat<T>()) return max ? v128.pmax<T>(best, x) : v128.pmin<T>(best, x);
  if (sizeof<T>() < 8) return max ? v128.max<T>(best, x) : v128.min<T>(best, x);
  // Unsigned ones compare as signed ones do with their highest bits turned over.
  const flip = i64x2.splat(isSigned<T>() ? 0 : i64.MIN_VALUE);
  const a = v128.xor(best, flip);
  const b = v128.xor(x, flip);
  return v128.bitselect(x, best, max ? i64x2.gt_s(b, a) : i64x2.gt_s(a, b));
}

/** What every element is better than, or equal to. */
// @ts-ignore: a decorator
@inline
function worst<T>(max: bool): T {
  if (isFloat<T>()) return <T>(max ? -Infinity : Infinity);
  const bits: u32 = 8 * <u32>sizeof<T>();
  if (!isSigned<T>()) return max ? <T>0 : <T>((<u64>-1) >> (64 - bits));
  const lowest = (<i64>-1) << (bits - 1);
  return <T>(max ? lowest : ~lowest);
}

/** Lanes that are not zero where one of four had NaN; seldom where infinities met. */
// @ts-ignore: a decorator
@inline
function unordered<T>(p: v128, q: v128, r: v128, s: v128): v128 {
  const sum = v128.add<T>(v128.add<T>(p, q), v128.add<T>(r, s));
  return v128.ne<T>(sum, sum);
}

/**
 * The least or greatest element; NaN where there is one. Without any that is ordered it is what all others are better
 * than.
 *
 * @param skipNaN pass over NaN
 */
// @ts-ignore: a decorator
@inline
function extremum<T>(at: usize, count: i32, max: bool, skipNaN: bool): T {
  const from = at;
  const end = at + <usize>count * sizeof<T>();
  let a = v128.splat<T>(worst<T>(max));
  let b = a;
  let c = a;
  let d = a;
  let seen = i64x2.splat(0);
  for (; at + 64 <= end; at += 64) {
    const p = v128.load(at);
    const q = v128.load(at, 16);
    const r = v128.load(at, 32);
    const s = v128.load(at, 48);
    if (isFloat<T>() && !skipNaN) seen = v128.or(seen, unordered<T>(p, q, r, s));
    a = better<T>(a, p, max);
    b = better<T>(b, q, max);
    c = better<T>(c, r, max);
    d = better<T>(d, s, max);
  }
  if (isFloat<T>() && !skipNaN && v128.any_true(seen) && find<T>(from, count, <T>NaN) >= 0) return <T>NaN;
  let best = folded<T>(better<T>(better<T>(a, b, max), better<T>(c, d, max), max), max);
  for (; at < end; at += sizeof<T>()) {
    const x = load<T>(at);
    if (isFloat<T>() && !skipNaN && x != x) return x;
    best = one<T>(best, x, max);
  }
  return best;
}

// @ts-ignore: a decorator
@inline
function one<T>(best: T, x: T, max: bool): T {
  return (max ? x > best : x < best) ? x : best;
}

/** The better one of each two lanes after the second half of the bytes was laid upon the first, and so on. */
// @ts-ignore: a decorator
@inline
function folded<T>(all: v128, max: bool): T {
  all = better<T>(all, i8x16.shuffle(all, all, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15), max);
  if (sizeof<T>() < 8) {
    all = better<T>(all, i8x16.shuffle(all, all, 4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7), max);
  }
  if (sizeof<T>() < 4) {
    all = better<T>(all, i8x16.shuffle(all, all, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3), max);
  }
  if (sizeof<T>() < 2) {
    all = better<T>(all, i8x16.shuffle(all, all, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1), max);
  }
  return v128.extract_lane<T>(all, 0);
}

/** Ones in the lanes of a vector that are what is sought, or with `any` NaN. */
// @ts-ignore: a decorator
@inline
function isIt<T>(at: usize, sought: v128, any: bool): v128 {
  const x = v128.load(at);
  return any ? v128.ne<T>(x, x) : v128.eq<T>(x, sought);
}

/** The first place of an element, of NaN the first place of any; -1 where it is not. */
// @ts-ignore: a decorator
@inline
function find<T>(at: usize, count: i32, value: T): i32 {
  const any = isFloat<T>() && value != value;
  const sought = v128.splat<T>(value);
  const per: i32 = 16 / sizeof<T>();
  let i = 0;
  for (; i + 4 * per <= count; i += 4 * per) {
    const from = at + <usize>i * sizeof<T>();
    const a = v128.or(isIt<T>(from, sought, any), isIt<T>(from + 16, sought, any));
    const b = v128.or(isIt<T>(from + 32, sought, any), isIt<T>(from + 48, sought, any));
    if (v128.any_true(v128.or(a, b))) break;
  }
  for (; i < count; i++) {
    const x = load<T>(at + <usize>i * sizeof<T>());
    if (any ? x != x : x == value) return i;
  }
  return -1;
}

export function minI8(at: usize, count: i32): f64 {
  return <f64>extremum<i8>(at, count, false, true);
}
export function maxI8(at: usize, count: i32): f64 {
  return <f64>extremum<i8>(at, count, true, true);
}
export function minU8(at: usize, count: i32): f64 {
  return <f64>extremum<u8>(at, count, false, true);
}
export function maxU8(at: usize, count: i32): f64 {
  return <f64>extremum<u8>(at, count, true, true);
}
export function minI16(at: usize, count: i32): f64 {
  return <f64>extremum<i16>(at, count, false, true);
}
export function maxI16(at: usize, count: i32): f64 {
  return <f64>extremum<i16>(at, count, true, true);
}
export function minU16(at: usize, count: i32): f64 {
  return <f64>extremum<u16>(at, count, false, true);
}
export function maxU16(at: usize, count: i32): f64 {
  return <f64>extremum<u16>(at, count, true, true);
}
export function minI32(at: usize, count: i32): f64 {
  return <f64>extremum<i32>(at, count, false, true);
}
export function maxI32(at: usize, count: i32): f64 {
  return <f64>extremum<i32>(at, count, true, true);
}
export function minU32(at: usize, count: i32): f64 {
  return <f64>extremum<u32>(at, count, false, true);
}
export function maxU32(at: usize, count: i32): f64 {
  return <f64>extremum<u32>(at, count, true, true);
}
/** @param skipNaT pass over -2⁶³ */
export function minI64(at: usize, count: i32, skipNaT: bool): i64 {
  if (!skipNaT) return extremum<i64>(at, count, false, true);
  const end = at + 8 * <usize>count;
  let best = i64.MAX_VALUE;
  for (; at < end; at += 8) {
    const x = load<i64>(at);
    best = x < best && x != i64.MIN_VALUE ? x : best;
  }
  return best;
}
export function maxI64(at: usize, count: i32): i64 {
  return extremum<i64>(at, count, true, true);
}
export function minU64(at: usize, count: i32): u64 {
  return extremum<u64>(at, count, false, true);
}
export function maxU64(at: usize, count: i32): u64 {
  return extremum<u64>(at, count, true, true);
}
export function minF32(at: usize, count: i32, skipNaN: bool): f64 {
  return skipNaN ? extremum<f32>(at, count, false, true) : extremum<f32>(at, count, false, false);
}
export function maxF32(at: usize, count: i32, skipNaN: bool): f64 {
  return skipNaN ? extremum<f32>(at, count, true, true) : extremum<f32>(at, count, true, false);
}
export function minF64(at: usize, count: i32, skipNaN: bool): f64 {
  return skipNaN ? extremum<f64>(at, count, false, true) : extremum<f64>(at, count, false, false);
}
export function maxF64(at: usize, count: i32, skipNaN: bool): f64 {
  return skipNaN ? extremum<f64>(at, count, true, true) : extremum<f64>(at, count, true, false);
}
export function findI8(at: usize, count: i32, value: f64): i32 {
  return find<i8>(at, count, <i8>value);
}
export function findU8(at: usize, count: i32, value: f64): i32 {
  return find<u8>(at, count, <u8>value);
}
export function findI16(at: usize, count: i32, value: f64): i32 {
  return find<i16>(at, count, <i16>value);
}
export function findU16(at: usize, count: i32, value: f64): i32 {
  return find<u16>(at, count, <u16>value);
}
export function findI32(at: usize, count: i32, value: f64): i32 {
  return find<i32>(at, count, <i32>value);
}
export function findU32(at: usize, count: i32, value: f64): i32 {
  return find<u32>(at, count, <u32>value);
}
export function findF32(at: usize, count: i32, value: f64): i32 {
  return find<f32>(at, count, <f32>value);
}
export function findF64(at: usize, count: i32, value: f64): i32 {
  return find<f64>(at, count, value);
}
export function findI64(at: usize, count: i32, value: i64): i32 {
  return find<i64>(at, count, value);
}

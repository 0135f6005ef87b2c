/** Sums and counts. */

import { BLOCK, doubles, lanes, STRAIGHT, tree } from "./straight";

export * from "./extrema";
export * from "./moments";

/** Which elements a sum of floats takes; the others count as zero. */
const ALL = 0;
const ORDERED = 1;
const MASKED = 2;

/** Two doubles, or zero for those that are not taken. @param chosen as many bytes of ones for each as it has, or of zeros */
// @ts-ignore: a decorator
@inline
function taken(x: v128, chosen: v128, which: i32): v128 {
  if (which == ALL) return x;
  return v128.and(x, which == ORDERED ? f64x2.eq(x, x) : chosen);
}

/** Each of the first four words two times. */
// @ts-ignore: a decorator
@inline
function lowTwice(words: v128): v128 {
  return i8x16.shuffle(words, words, 0, 1, 0, 1, 2, 3, 2, 3, 4, 5, 4, 5, 6, 7, 6, 7);
}

/** Each of the last four words two times. */
// @ts-ignore: a decorator
@inline
function highTwice(words: v128): v128 {
  return i8x16.shuffle(words, words, 8, 9, 8, 9, 10, 11, 10, 11, 12, 13, 12, 13, 14, 15, 14, 15);
}

/** The sums of whole blocks as doubles, one each from `out` on. @param mask bytes, not zero for those that are taken */
// @ts-ignore: a decorator
@inline
function sums<T>(at: usize, mask: usize, blocks: i32, out: usize, which: i32): void {
  for (let i = 0; i < blocks; i++) {
    // The straight sums are put where the results will be; there is room for those of a block behind the last of them.
    for (let k: usize = 0; k < BLOCK / STRAIGHT; k++) {
      const end = at + STRAIGHT * sizeof<T>();
      let a = f64x2.splat(0);
      let b = a;
      let c = a;
      let d = a;
      let m = i64x2.splat(0);
      for (; at < end; at += 8 * sizeof<T>()) {
        if (which == MASKED) {
          m = i8x16.ne(v128.load64_zero(mask), i64x2.splat(0));
          mask += 8;
        }
        // Bytes are doubled, then words, then double words: interleaving a vector with itself is one instruction.
        const words = i8x16.shuffle(m, m, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7);
        const low = lowTwice(words);
        const high = highTwice(words);
        const p = i8x16.shuffle(low, low, 0, 1, 2, 3, 0, 1, 2, 3, 4, 5, 6, 7, 4, 5, 6, 7);
        const q = i8x16.shuffle(low, low, 8, 9, 10, 11, 8, 9, 10, 11, 12, 13, 14, 15, 12, 13, 14, 15);
        const r = i8x16.shuffle(high, high, 0, 1, 2, 3, 0, 1, 2, 3, 4, 5, 6, 7, 4, 5, 6, 7);
        const s = i8x16.shuffle(high, high, 8, 9, 10, 11, 8, 9, 10, 11, 12, 13, 14, 15, 12, 13, 14, 15);
        a = f64x2.add(a, taken(doubles<T>(at), p, which));
        b = f64x2.add(b, taken(doubles<T>(at + 2 * sizeof<T>()), q, which));
        c = f64x2.add(c, taken(doubles<T>(at + 4 * sizeof<T>()), r, which));
        d = f64x2.add(d, taken(doubles<T>(at + 6 * sizeof<T>()), s, which));
      }
      store<f64>(out + 8 * k, lanes(a, b, c, d));
    }
    store<f64>(out, tree(out));
    out += 8;
  }
}

export function sumF32(at: usize, blocks: i32, out: usize): void {
  sums<f32>(at, 0, blocks, out, ALL);
}
export function sumF64(at: usize, blocks: i32, out: usize): void {
  sums<f64>(at, 0, blocks, out, ALL);
}
export function sumOrderedF32(at: usize, blocks: i32, out: usize): void {
  sums<f32>(at, 0, blocks, out, ORDERED);
}
export function sumOrderedF64(at: usize, blocks: i32, out: usize): void {
  sums<f64>(at, 0, blocks, out, ORDERED);
}
export function sumWhereF32(at: usize, mask: usize, blocks: i32, out: usize): void {
  sums<f32>(at, mask, blocks, out, MASKED);
}
export function sumWhereF64(at: usize, mask: usize, blocks: i32, out: usize): void {
  sums<f64>(at, mask, blocks, out, MASKED);
}

/** Vectors whose elements can be added in lanes of 32 bits, and truths be counted in lanes of 8. */
const TOGETHER: usize = 255;

/** Adds a vector's integers to lanes: of 32 bits, of 64 bits where they have 32. */
// @ts-ignore: a decorator
@inline
function added<T>(sum: v128, x: v128): v128 {
  if (sizeof<T>() == 4) {
    if (isSigned<T>()) return i64x2.add(sum, i64x2.add(i64x2.extend_low_i32x4_s(x), i64x2.extend_high_i32x4_s(x)));
    return i64x2.add(sum, i64x2.add(i64x2.extend_low_i32x4_u(x), i64x2.extend_high_i32x4_u(x)));
  }
  if (sizeof<T>() == 2) {
    return i32x4.add(sum, isSigned<T>() ? i32x4.extadd_pairwise_i16x8_s(x) : i32x4.extadd_pairwise_i16x8_u(x));
  }
  const pairs = isSigned<T>() ? i16x8.extadd_pairwise_i8x16_s(x) : i16x8.extadd_pairwise_i8x16_u(x);
  return i32x4.add(sum, i32x4.extadd_pairwise_i16x8_s(pairs));
}

/** The sum of the lanes that {@link added} fills. */
// @ts-ignore: a decorator
@inline
function total<T>(sum: v128): i64 {
  const wide = sizeof<T>() == 4 ? sum : i64x2.add(i64x2.extend_low_i32x4_s(sum), i64x2.extend_high_i32x4_s(sum));
  return i64x2.extract_lane(wide, 0) + i64x2.extract_lane(wide, 1);
}

/** The sum of integers of up to 32 bits. */
// @ts-ignore: a decorator
@inline
function integerSum<T>(at: usize, count: i32): f64 {
  const end = at + <usize>count * sizeof<T>();
  let sum: i64 = 0;
  while (at + 16 <= end) {
    const stop = min(at + 16 * TOGETHER, at + ((end - at) & ~15));
    let a = i64x2.splat(0);
    let b = a;
    for (; at + 32 <= stop; at += 32) {
      a = added<T>(a, v128.load(at));
      b = added<T>(b, v128.load(at, 16));
    }
    if (at < stop) {
      a = added<T>(a, v128.load(at));
      at += 16;
    }
    sum += total<T>(a) + total<T>(b);
  }
  for (; at < end; at += sizeof<T>()) sum += <i64>load<T>(at);
  return <f64>sum;
}

export function sumI8(at: usize, count: i32): f64 {
  return integerSum<i8>(at, count);
}
export function sumU8(at: usize, count: i32): f64 {
  return integerSum<u8>(at, count);
}
export function sumI16(at: usize, count: i32): f64 {
  return integerSum<i16>(at, count);
}
export function sumU16(at: usize, count: i32): f64 {
  return integerSum<u16>(at, count);
}
export function sumI32(at: usize, count: i32): f64 {
  return integerSum<i32>(at, count);
}
export function sumU32(at: usize, count: i32): f64 {
  return integerSum<u32>(at, count);
}

/** The sum of the 32-bit integers whose bytes of the mask are not zero. */
export function sumWhereI32(at: usize, mask: usize, count: i32): f64 {
  const none = i64x2.splat(0);
  let a = none;
  let b = none;
  let i = 0;
  for (; i + 8 <= count; i += 8) {
    const truths = i8x16.ne(v128.load64_zero(mask + i), none);
    const words = i8x16.shuffle(truths, truths, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7);
    const from = at + 4 * <usize>i;
    a = added<i32>(a, v128.and(v128.load(from), lowTwice(words)));
    b = added<i32>(b, v128.and(v128.load(from, 16), highTwice(words)));
  }
  let rest = total<i32>(a) + total<i32>(b);
  for (; i < count; i++) {
    if (load<u8>(mask + i) != 0) rest += <i64>load<i32>(at + 4 * <usize>i);
  }
  return <f64>rest;
}

/**
 * The sum of the low words of 64-bit integers, and of the high words, which are signed or not: two doubles at `out`, exact for
 * up to 2²⁰ integers.
 */
// @ts-ignore: a decorator
@inline
function wordSums<T>(at: usize, count: i32, out: usize): void {
  const none = i64x2.splat(0);
  const low = i64x2.splat(0xffffffff);
  let lows = none;
  let highs = none;
  let negative = none;
  const end = at + 8 * <usize>count;
  for (; at + 32 <= end; at += 32) {
    const x = v128.load(at);
    const y = v128.load(at, 16);
    lows = i64x2.add(lows, i64x2.add(v128.and(x, low), v128.and(y, low)));
    highs = i64x2.add(highs, i64x2.add(i64x2.shr_u(x, 32), i64x2.shr_u(y, 32)));
    // Shifting with the sign is no instruction of most processors.
    if (isSigned<T>()) negative = i64x2.add(negative, i64x2.add(i64x2.lt_s(x, none), i64x2.lt_s(y, none)));
  }
  let lowSum = i64x2.extract_lane(lows, 0) + i64x2.extract_lane(lows, 1);
  let highSum = i64x2.extract_lane(highs, 0) + i64x2.extract_lane(highs, 1);
  highSum += (i64x2.extract_lane(negative, 0) + i64x2.extract_lane(negative, 1)) << 32;
  for (; at < end; at += 8) {
    lowSum += <i64>load<u32>(at);
    highSum += isSigned<T>() ? <i64>load<i32>(at, 4) : <i64>load<u32>(at, 4);
  }
  store<f64>(out, <f64>lowSum);
  store<f64>(out, <f64>highSum, 8);
}

export function sumI64(at: usize, count: i32, out: usize): void {
  wordSums<i64>(at, count, out);
}
export function sumU64(at: usize, count: i32, out: usize): void {
  wordSums<u64>(at, count, out);
}

/** Adds up the lanes of at most {@link TOGETHER} truths each. */
// @ts-ignore: a decorator
@inline
function truths<T>(lanes: v128): i32 {
  if (sizeof<T>() == 8) return <i32>(i64x2.extract_lane(lanes, 0) + i64x2.extract_lane(lanes, 1));
  let words = lanes;
  if (sizeof<T>() == 1) words = i16x8.extadd_pairwise_i8x16_u(words);
  if (sizeof<T>() <= 2) words = i32x4.extadd_pairwise_i16x8_u(words);
  return <i32>total<i16>(words);
}

/** Takes the truth of each lane, which is all ones for true, from the counts of the lanes. */
// @ts-ignore: a decorator
@inline
function counted<T>(counts: v128, truth: v128): v128 {
  if (sizeof<T>() == 8) return i64x2.sub(counts, truth);
  if (sizeof<T>() == 4) return i32x4.sub(counts, truth);
  return sizeof<T>() == 2 ? i16x8.sub(counts, truth) : i8x16.sub(counts, truth);
}

/** How many elements are a value. NaN is none but itself. */
// @ts-ignore: a decorator
@inline
function countOf<T>(at: usize, count: i32, value: T): i32 {
  const end = at + <usize>count * sizeof<T>();
  const sought = v128.splat<T>(value);
  let found = 0;
  while (at + 16 <= end) {
    const stop = min(at + 16 * TOGETHER, at + ((end - at) & ~15));
    let a = i64x2.splat(0);
    let b = a;
    for (; at + 32 <= stop; at += 32) {
      a = counted<T>(a, v128.eq<T>(v128.load(at), sought));
      b = counted<T>(b, v128.eq<T>(v128.load(at, 16), sought));
    }
    if (at < stop) {
      a = counted<T>(a, v128.eq<T>(v128.load(at), sought));
      at += 16;
    }
    found += truths<T>(a) + truths<T>(b);
  }
  for (; at < end; at += sizeof<T>()) found += i32(load<T>(at) == value);
  return found;
}

export function countZero8(at: usize, count: i32): i32 {
  return countOf<u8>(at, count, 0);
}
export function countZero16(at: usize, count: i32): i32 {
  return countOf<u16>(at, count, 0);
}
export function countZero32(at: usize, count: i32): i32 {
  return countOf<u32>(at, count, 0);
}
export function countZeroF32(at: usize, count: i32): i32 {
  return countOf<f32>(at, count, 0);
}
export function countZeroF64(at: usize, count: i32): i32 {
  return countOf<f64>(at, count, 0);
}
export function countI64(at: usize, count: i32, value: i64): i32 {
  return countOf<i64>(at, count, value);
}

/** How many elements are no NaN. */
export function countOrderedF32(at: usize, count: i32): i32 {
  return countOrdered<f32>(at, count);
}
export function countOrderedF64(at: usize, count: i32): i32 {
  return countOrdered<f64>(at, count);
}

// @ts-ignore: a decorator
@inline
function countOrdered<T>(at: usize, count: i32): i32 {
  const end = at + <usize>count * sizeof<T>();
  let counts = i64x2.splat(0);
  for (; at + 16 <= end; at += 16) {
    const x = v128.load(at);
    counts = counted<T>(counts, v128.eq<T>(x, x));
  }
  let found = truths<T>(counts);
  for (; at < end; at += sizeof<T>()) found += i32(load<T>(at) == load<T>(at));
  return found;
}

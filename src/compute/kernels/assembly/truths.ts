/** Truths of sixteen elements together: all bits of a lane or none, and as bytes of masks. */

/** Sixteen truths, all bits of a byte or none, as 0 and 1; the other way round with `flip` of all bits. */
// @ts-ignore: a decorator
@inline
export function storeTruths(out: usize, truths: v128, flip: v128): void {
  v128.store(out, v128.and(v128.xor(truths, flip), i8x16.splat(1)));
}

// @ts-ignore: a decorator
@inline
export function narrow64(a: v128, b: v128): v128 {
  return v128.shuffle<i32>(a, b, 0, 2, 4, 6);
}

// @ts-ignore: a decorator
@inline
export function narrow32(a: v128, b: v128, c: v128, d: v128): v128 {
  return i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(a, b), i16x8.narrow_i32x4_s(c, d));
}

/** Which of sixteen bytes of a mask are false. */
// @ts-ignore: a decorator
@inline
export function falseAt(at: usize): v128 {
  return i8x16.eq(v128.load(at), i8x16.splat(0));
}

/** The first so many of sixteen truths, all bits of a byte or none, as 0 and 1; 0 for the others. */
// @ts-ignore: a decorator
@inline
export function firstOf(count: i32, truths: v128): v128 {
  const places = i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  return v128.and(v128.and(truths, i8x16.lt_u(places, i8x16.splat(<i8>count))), i8x16.splat(1));
}

/** The sum of sixteen counts. */
// @ts-ignore: a decorator
@inline
export function sumOfBytes(counts: v128): i32 {
  const sums = i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(counts));
  return (
    i32x4.extract_lane(sums, 0) +
    i32x4.extract_lane(sums, 1) +
    i32x4.extract_lane(sums, 2) +
    i32x4.extract_lane(sums, 3)
  );
}

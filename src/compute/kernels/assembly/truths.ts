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

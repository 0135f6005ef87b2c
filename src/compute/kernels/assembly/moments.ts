/** Means, and squares about them. */

import { BLOCK, doubles, lanes, STRAIGHT, tree } from "./straight";

/**
 * The mean of each whole block and the sum of the squares about it, two doubles for each from `out` on. The block is
 * looked at twice, as doubles, while it lies in the nearest cache.
 *
 * @param scratch room for a block of doubles and for its straight sums
 */
// @ts-ignore: a decorator
@inline
function moments<T>(at: usize, blocks: i32, scratch: usize, out: usize): void {
  const sums = scratch + 8 * BLOCK;
  for (let i = 0; i < blocks; i++) {
    for (let k: usize = 0; k < BLOCK / STRAIGHT; k++) {
      store<f64>(sums + 8 * k, widened<T>(at + k * STRAIGHT * sizeof<T>(), scratch + k * STRAIGHT * 8));
    }
    const mean = tree(sums) / <f64>BLOCK;
    const block = sizeof<T>() == 8 && isFloat<T>() ? at : scratch;
    store<f64>(out, mean);
    store<f64>(out, squares(block, mean), 8);
    at += BLOCK * sizeof<T>();
    out += 16;
  }
}

/** The sum of a straight line, whose elements are stored as doubles where they are none. */
// @ts-ignore: a decorator
@inline
function widened<T>(at: usize, to: usize): f64 {
  let a = f64x2.splat(0);
  let b = a;
  let c = a;
  let d = a;
  const end = at + STRAIGHT * sizeof<T>();
  for (; at < end; at += 8 * sizeof<T>()) {
    const p = doubles<T>(at);
    const q = doubles<T>(at + 2 * sizeof<T>());
    const r = doubles<T>(at + 4 * sizeof<T>());
    const s = doubles<T>(at + 6 * sizeof<T>());
    a = f64x2.add(a, p);
    b = f64x2.add(b, q);
    c = f64x2.add(c, r);
    d = f64x2.add(d, s);
    if (!(sizeof<T>() == 8 && isFloat<T>())) {
      v128.store(to, p);
      v128.store(to, q, 16);
      v128.store(to, r, 32);
      v128.store(to, s, 48);
      to += 64;
    }
  }
  return lanes(a, b, c, d);
}

/** The squares of a block's doubles about their mean, added over eight lanes. */
// @ts-ignore: a decorator
@inline
function squares(at: usize, mean: f64): f64 {
  const middle = f64x2.splat(mean);
  let a = f64x2.splat(0);
  let b = a;
  let c = a;
  let d = a;
  const end = at + 8 * BLOCK;
  for (; at < end; at += 64) {
    a = f64x2.add(a, square(f64x2.sub(v128.load(at), middle)));
    b = f64x2.add(b, square(f64x2.sub(v128.load(at, 16), middle)));
    c = f64x2.add(c, square(f64x2.sub(v128.load(at, 32), middle)));
    d = f64x2.add(d, square(f64x2.sub(v128.load(at, 48), middle)));
  }
  return lanes(a, b, c, d);
}

// @ts-ignore: a decorator
@inline
function square(x: v128): v128 {
  return f64x2.mul(x, x);
}

export function momentsF64(at: usize, blocks: i32, scratch: usize, out: usize): void {
  moments<f64>(at, blocks, scratch, out);
}
export function momentsF32(at: usize, blocks: i32, scratch: usize, out: usize): void {
  moments<f32>(at, blocks, scratch, out);
}
export function momentsI8(at: usize, blocks: i32, scratch: usize, out: usize): void {
  moments<i8>(at, blocks, scratch, out);
}
export function momentsU8(at: usize, blocks: i32, scratch: usize, out: usize): void {
  moments<u8>(at, blocks, scratch, out);
}
export function momentsI16(at: usize, blocks: i32, scratch: usize, out: usize): void {
  moments<i16>(at, blocks, scratch, out);
}
export function momentsU16(at: usize, blocks: i32, scratch: usize, out: usize): void {
  moments<u16>(at, blocks, scratch, out);
}
export function momentsI32(at: usize, blocks: i32, scratch: usize, out: usize): void {
  moments<i32>(at, blocks, scratch, out);
}
export function momentsU32(at: usize, blocks: i32, scratch: usize, out: usize): void {
  moments<u32>(at, blocks, scratch, out);
}
export function momentsI64(at: usize, blocks: i32, scratch: usize, out: usize): void {
  moments<i64>(at, blocks, scratch, out);
}
export function momentsU64(at: usize, blocks: i32, scratch: usize, out: usize): void {
  moments<u64>(at, blocks, scratch, out);
}

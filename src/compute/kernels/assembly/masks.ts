/** Masks put together, turned around and counted. */

import { falseAt, storeTruths, sumOfBytes } from "./truths";

/** Where both masks are true. Operands and result may be the same memory. */
export function andMasks(a: usize, b: usize, count: i32, out: usize): void {
  const flips = i8x16.splat(-1);
  const end = out + count;
  for (; out < end; out += 16, a += 16, b += 16) {
    storeTruths(out, v128.or(falseAt(a), falseAt(b)), flips);
  }
}

/** Where either mask is true. */
export function orMasks(a: usize, b: usize, count: i32, out: usize): void {
  const flips = i8x16.splat(-1);
  const end = out + count;
  for (; out < end; out += 16, a += 16, b += 16) {
    storeTruths(out, v128.and(falseAt(a), falseAt(b)), flips);
  }
}

/** Where the mask is false. */
export function notMask(a: usize, count: i32, out: usize): void {
  const flips = i8x16.splat(0);
  const end = out + count;
  for (; out < end; out += 16, a += 16) storeTruths(out, falseAt(a), flips);
}

/** How many of the `count` bytes are not zero; no other byte is read. */
export function countMask(at: usize, count: i32): i32 {
  const end = at + count;
  let trues = count & ~15;
  while (at + 16 <= end) {
    // A lane counts to 255 at most.
    const whole = (end - at) & ~15;
    const stop = at + (whole < 16 * 255 ? whole : 16 * 255);
    let counts = i8x16.splat(0);
    for (; at < stop; at += 16) counts = i8x16.sub(counts, falseAt(at));
    trues -= sumOfBytes(counts);
  }
  for (; at < end; at++) trues += i32(load<u8>(at) != 0);
  return trues;
}

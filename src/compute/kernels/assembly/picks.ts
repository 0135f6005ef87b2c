/** What a mask picks: places, and elements; and elements picked by their places. */

import { falseAt } from "./truths";

/** For each pattern of eight truths the places of those that hold, a byte each. */
const PLACES: usize = memory.data(256 * 8);
/** For each pattern the bytes of those elements of two bytes, and of four (of four truths). */
const SHORTS: usize = memory.data(256 * 16);
const WORDS: usize = memory.data(16 * 16);

fillPatterns(PLACES, 8, 1);
fillPatterns(SHORTS, 8, 2);
fillPatterns(WORDS, 4, 4);

function fillPatterns(table: usize, truths: i32, size: i32): void {
  for (let pattern = 0; pattern < 1 << truths; pattern++) {
    let to = table + pattern * truths * size;
    for (let i = 0; i < truths; i++) {
      if (((pattern >> i) & 1) == 0) continue;
      for (let k = 0; k < size; k++) store<u8>(to++, <u8>(i * size + k));
    }
  }
}

/** The truths of up to sixteen bytes as bits, the first lowest. */
// @ts-ignore: a decorator
@inline
function bitsAt(at: usize, end: usize): u32 {
  const bits = ~i8x16.bitmask(falseAt(at)) & 0xffff;
  const left = end - at;
  return left >= 16 ? bits : bits & ((1 << <i32>left) - 1);
}

/** Stores the places of the eight truths, and says where the next ones go. */
// @ts-ignore: a decorator
@inline
function storePlaces(bits: u32, base: v128, out: usize): usize {
  const places = i16x8.extend_low_i8x16_u(v128.load64_zero(PLACES + 8 * bits));
  v128.store(out, i32x4.add(base, i32x4.extend_low_i16x8_u(places)));
  v128.store(out, i32x4.add(base, i32x4.extend_high_i16x8_u(places)), 16);
  return out + 4 * popcnt(bits);
}

/**
 * Writes the places of the true bytes, counted from `first`, one after the other as integers of four bytes, and returns how
 * many there were. What stands in the 32 bytes behind them is lost.
 */
export function placesOf(at: usize, count: i32, first: i32, out: usize): i32 {
  const start = out;
  const end = at + count;
  for (; at < end; at += 16, first += 16) {
    const bits = bitsAt(at, end);
    if (bits == 0) continue;
    out = storePlaces(bits & 0xff, i32x4.splat(first), out);
    out = storePlaces(bits >> 8, i32x4.splat(first + 8), out);
  }
  return <i32>(out - start) >> 2;
}

/** Stores those of some elements whose bits are set, and says where the next ones go. */
// @ts-ignore: a decorator
@inline
function storePicked<T>(elements: v128, bits: u32, out: usize): usize {
  if (sizeof<T>() == 1) {
    v128.store64_lane(out, i8x16.swizzle(elements, v128.load64_zero(PLACES + 8 * bits)), 0);
  } else {
    const table = sizeof<T>() == 2 ? SHORTS : WORDS;
    v128.store(out, i8x16.swizzle(elements, v128.load(table + 16 * bits)));
  }
  return out + sizeof<T>() * popcnt(bits);
}

function pick<T>(from: usize, mask: usize, count: i32, out: usize): usize {
  const end = mask + count;
  for (; mask < end; mask += 16, from += 16 * sizeof<T>()) {
    const bits = bitsAt(mask, end);
    if (bits == 0) continue;
    if (sizeof<T>() == 1) {
      out = storePicked<T>(v128.load64_zero(from), bits & 255, out);
      out = storePicked<T>(v128.load64_zero(from, 8), bits >> 8, out);
    } else if (sizeof<T>() == 2) {
      out = storePicked<T>(v128.load(from), bits & 255, out);
      out = storePicked<T>(v128.load(from, 16), bits >> 8, out);
    } else {
      out = storePicked<T>(v128.load(from), bits & 15, out);
      out = storePicked<T>(v128.load(from, 16), (bits >> 4) & 15, out);
      out = storePicked<T>(v128.load(from, 32), (bits >> 8) & 15, out);
      out = storePicked<T>(v128.load(from, 48), bits >> 12, out);
    }
  }
  return out;
}

/** Stores eight elements of eight bytes, each where those before it that are picked end; says where the next ones go. */
// @ts-ignore: a decorator
@inline
function storeLongs(from: usize, truths: u64, out: usize): usize {
  // Each byte of the product is the number of truths up to its own.
  const picked = truths * 0x0101010101010101;
  store<u64>(out, load<u64>(from));
  store<u64>(out + ((<usize>picked & 255) << 3), load<u64>(from, 8));
  store<u64>(out + ((<usize>(picked >> 8) & 255) << 3), load<u64>(from, 16));
  store<u64>(out + ((<usize>(picked >> 16) & 255) << 3), load<u64>(from, 24));
  store<u64>(out + ((<usize>(picked >> 24) & 255) << 3), load<u64>(from, 32));
  store<u64>(out + ((<usize>(picked >> 32) & 255) << 3), load<u64>(from, 40));
  store<u64>(out + ((<usize>(picked >> 40) & 255) << 3), load<u64>(from, 48));
  store<u64>(out + ((<usize>(picked >> 48) & 255) << 3), load<u64>(from, 56));
  return out + (<usize>(picked >> 56) << 3);
}

function pickLongs(from: usize, mask: usize, count: i32, out: usize): usize {
  const end = mask + count;
  for (const whole = mask + (count & ~7); mask < whole; mask += 8, from += 64) {
    const bytes = load<u64>(mask);
    if (bytes == 0) continue;
    // Adding 127 to the low seven bits of a byte sets its high bit unless they are all zero.
    const high = ((bytes & 0x7f7f7f7f7f7f7f7f) + 0x7f7f7f7f7f7f7f7f) | bytes;
    out = storeLongs(from, (high >> 7) & 0x0101010101010101, out);
  }
  return pickAny(8, from, mask, <i32>(end - mask), out);
}

/** Elements of sixteen bytes and more, without a branch on what the mask says: each is stored until a true one was. */
// @ts-ignore: a decorator
@inline
function pickLarge(size: usize, from: usize, mask: usize, count: i32, out: usize): usize {
  const end = mask + count;
  for (; mask < end; mask++, from += size) {
    for (let k: usize = 0; k + 16 <= size; k += 16) v128.store(out + k, v128.load(from + k));
    v128.store(out + size - 16, v128.load(from + size - 16));
    out += size & -usize(load<u8>(mask) != 0);
  }
  return out;
}

// @ts-ignore: a decorator
@inline
function pickAny(size: usize, from: usize, mask: usize, count: i32, out: usize): usize {
  const end = mask + count;
  for (; mask < end; mask++, from += size) {
    for (let k: usize = 0; k < size; k++) store<u8>(out + k, load<u8>(from + k));
    out += size & -usize(load<u8>(mask) != 0);
  }
  return out;
}

/**
 * Copies the elements of `size` bytes whose byte of the mask is true, one after the other, and returns how many bytes they are.
 * What stands behind them, in the bytes of one element or sixteen, is lost.
 */
export function pickMasked(size: i32, from: usize, mask: usize, count: i32, out: usize): i32 {
  let end: usize;
  if (size == 1) end = pick<u8>(from, mask, count, out);
  else if (size == 2) end = pick<u16>(from, mask, count, out);
  else if (size == 4) end = pick<u32>(from, mask, count, out);
  else if (size == 8) end = pickLongs(from, mask, count, out);
  else if (size >= 16) end = pickLarge(size, from, mask, count, out);
  else end = pickAny(size, from, mask, count, out);
  return <i32>(end - out);
}

// @ts-ignore: a decorator
@inline
function gatherAll<T>(at: usize, indices: usize, count: i32, out: usize): void {
  const end = out + sizeof<T>() * count;
  const whole = out + sizeof<T>() * (count & ~3);
  for (; out < whole; out += 4 * sizeof<T>(), indices += 16) {
    const a = load<T>(at + sizeof<T>() * load<u32>(indices));
    const b = load<T>(at + sizeof<T>() * load<u32>(indices, 4));
    const c = load<T>(at + sizeof<T>() * load<u32>(indices, 8));
    const d = load<T>(at + sizeof<T>() * load<u32>(indices, 12));
    store<T>(out, a);
    store<T>(out, b, sizeof<T>());
    store<T>(out, c, 2 * sizeof<T>());
    store<T>(out, d, 3 * sizeof<T>());
  }
  for (; out < end; out += sizeof<T>(), indices += 4) {
    store<T>(out, load<T>(at + sizeof<T>() * load<u32>(indices)));
  }
}

/** Copies the elements of 1, 2, 4 or 8 bytes at some places, which are integers of four bytes, one after the other. */
export function gatherElements(size: i32, at: usize, indices: usize, count: i32, out: usize): void {
  if (size == 1) gatherAll<u8>(at, indices, count, out);
  else if (size == 2) gatherAll<u16>(at, indices, count, out);
  else if (size == 4) gatherAll<u32>(at, indices, count, out);
  else gatherAll<u64>(at, indices, count, out);
}

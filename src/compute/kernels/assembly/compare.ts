/**
 * Comparisons, masks and what is picked by them. A mask has one byte for each element, zero for false; those that are written
 * hold 0 and 1. Elements are worked on by sixteen: what stands behind the last ones up to a multiple of sixteen is read and
 * written too, unless a function says otherwise.
 */

/** Sixteen truths, all bits of a byte or none, as 0 and 1; the other way round with `flip` of all bits. */
// @ts-ignore: a decorator
@inline
function storeTruths(out: usize, truths: v128, flip: v128): void {
  v128.store(out, v128.and(v128.xor(truths, flip), i8x16.splat(1)));
}

// @ts-ignore: a decorator
@inline
function narrow64(a: v128, b: v128): v128 {
  return v128.shuffle<i32>(a, b, 0, 2, 4, 6);
}

// @ts-ignore: a decorator
@inline
function narrow32(a: v128, b: v128, c: v128, d: v128): v128 {
  return i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(a, b), i16x8.narrow_i32x4_s(c, d));
}

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

// @ts-ignore: a decorator
@inline
function falseAt(at: usize): v128 {
  return i8x16.eq(v128.load(at), i8x16.splat(0));
}

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
    const sums = i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(counts));
    trues -= i32x4.extract_lane(sums, 0) + i32x4.extract_lane(sums, 1);
    trues -= i32x4.extract_lane(sums, 2) + i32x4.extract_lane(sums, 3);
  }
  for (; at < end; at++) trues += i32(load<u8>(at) != 0);
  return trues;
}

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

/**
 * Codes of rows by their keys: numbers of 32 bits, which place of a table is theirs. Code 0 is the place of what is left out, 1 that of
 * keys that are missing where places are told by value.
 */

const NAT: i64 = i64.MIN_VALUE;

/** The least and the greatest of 32-bit keys whose order as signed integers `flip` makes, two words at `out`. */
export function groupRange32(at: usize, count: i32, flip: u32, out: usize): void {
  const flips = i32x4.splat(<i32>flip);
  let low = i32x4.splat(i32.MAX_VALUE);
  let high = i32x4.splat(i32.MIN_VALUE);
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const keys = v128.xor(v128.load(at), flips);
    low = i32x4.min_s(low, keys);
    high = i32x4.max_s(high, keys);
    at += 16;
  }
  let least = min(
    min(i32x4.extract_lane(low, 0), i32x4.extract_lane(low, 1)),
    min(i32x4.extract_lane(low, 2), i32x4.extract_lane(low, 3)),
  );
  let greatest = max(
    max(i32x4.extract_lane(high, 0), i32x4.extract_lane(high, 1)),
    max(i32x4.extract_lane(high, 2), i32x4.extract_lane(high, 3)),
  );
  for (; i < count; i++) {
    const key = <i32>(load<u32>(at) ^ flip);
    least = min(least, key);
    greatest = max(greatest, key);
    at += 4;
  }
  store<i32>(out, least);
  store<i32>(out, greatest, 4);
}

/** Codes of 32-bit keys, counted from a least one; may be in place. */
export function groupPlaces32(at: usize, count: i32, base: u32, out: usize): void {
  const less = 2 - base;
  const step = i32x4.splat(<i32>less);
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    v128.store(out, i32x4.add(v128.load(at), step));
    at += 16;
    out += 16;
  }
  for (; i < count; i++) {
    store<u32>(out, load<u32>(at) + less);
    at += 4;
    out += 4;
  }
}

/** As {@link groupRange32} for 64 bits, of which `flip` is for the upper word; with `nat`, without NaT. */
export function groupRange64(at: usize, count: i32, flip: u32, nat: bool, out: usize): void {
  const flips = (<i64>flip) << 32;
  let least = i64.MAX_VALUE;
  let greatest = i64.MIN_VALUE;
  for (let i = 0; i < count; i++) {
    const key = load<i64>(at) ^ flips;
    at += 8;
    least = select(key, least, key < least && !(nat && key === NAT));
    greatest = max(greatest, key);
  }
  store<i64>(out, least);
  store<i64>(out, greatest, 8);
}

/** As {@link groupPlaces32} for 64 bits, with the least key at `base`, as it is; NaT has code 1 with `nat`. */
export function groupPlaces64(at: usize, count: i32, base: usize, nat: bool, out: usize): void {
  const least = load<i64>(base);
  for (let i = 0; i < count; i++) {
    const key = load<i64>(at);
    store<u32>(out, select<u32>(1, <u32>(key - least) + 2, nat && key === NAT));
    at += 8;
    out += 4;
  }
}

// What a table of rows of bytes knows, by places from its address on.
/** Where its slots are: the code of a row in each, 0 where there is none. */
const SLOTS: usize = 0;
/** One less than the number of slots, a power of two. */
const MASK: usize = 4;
/** Where its distinct rows are, one behind the other, from code 2 on. */
const ROWS: usize = 8;
/** How many there are. */
const LENGTH: usize = 12;
/** How many there may be. */
const LIMIT: usize = 16;
/** Whether rows that are not there are added. */
const ADDS: usize = 20;

// @ts-ignore: a decorator
@inline
function mix(hash: u32, word: u32): u32 {
  const mixed = (hash ^ word) * 0x9e3779b1;
  return mixed ^ (mixed >> 15);
}

// @ts-ignore: a decorator
@inline
function finish(hash: u32): u32 {
  const mixed = hash * 0xc2b2ae35;
  return mixed ^ (mixed >> 13);
}

// @ts-ignore: a decorator
@inline
function hashRow(at: usize, size: u32): u32 {
  let hash: u32 = 0x811c9dc5;
  const words = at + (size & ~3);
  const end = at + size;
  for (; at < words; at += 4) hash = mix(hash, load<u32>(at));
  for (; at < end; at++) hash = mix(hash, load<u8>(at));
  return finish(hash);
}

// @ts-ignore: a decorator
@inline
function isSameRow(a: usize, b: usize, size: u32): bool {
  const words = a + (size & ~3);
  const end = a + size;
  for (; a < words; a += 4) {
    if (load<u32>(a) !== load<u32>(b)) return false;
    b += 4;
  }
  for (; a < end; a++) if (load<u8>(a) !== load<u8>(b++)) return false;
  return true;
}

/**
 * The codes of rows of `size` bytes in a table, which rows that are new are added to, if it does; 0 for those that are not there. May be
 * in place where rows have 4 bytes or more.
 *
 * @returns how many rows have codes: fewer than all where the table is full
 */
export function groupCodes(table: usize, at: usize, count: i32, size: u32, out: usize): i32 {
  if (size === 4) return codesOf<u32>(table, at, count, out);
  if (size === 8) return codesOf<u64>(table, at, count, out);
  const slots = load<u32>(table, SLOTS);
  const mask = load<u32>(table, MASK);
  const rows = load<u32>(table, ROWS);
  const limit = load<u32>(table, LIMIT);
  const adds = load<u32>(table, ADDS) !== 0;
  let length = load<u32>(table, LENGTH);
  let i = 0;
  for (; i < count; i++) {
    let slot = hashRow(at, size) & mask;
    let code = load<u32>(slots + 4 * slot);
    while (code !== 0 && !isSameRow(rows + (code - 2) * size, at, size)) {
      slot = (slot + 1) & mask;
      code = load<u32>(slots + 4 * slot);
    }
    if (code === 0 && adds) {
      if (length === limit) break;
      code = length + 2;
      memory.copy(rows + length * size, at, size);
      store<u32>(slots + 4 * slot, code);
      length += 1;
    }
    store<u32>(out, code);
    out += 4;
    at += size;
  }
  store<u32>(table, length, LENGTH);
  return i;
}

// @ts-ignore: a decorator
@inline
function hashOf<T>(row: T): u32 {
  if (sizeof<T>() === 4) return finish(mix(0x811c9dc5, <u32>row));
  return finish(mix(mix(0x811c9dc5, <u32>row), <u32>((<u64>row) >> 32)));
}

function codesOf<T>(table: usize, at: usize, count: i32, out: usize): i32 {
  const slots = load<u32>(table, SLOTS);
  const mask = load<u32>(table, MASK);
  const rows = load<u32>(table, ROWS);
  const limit = load<u32>(table, LIMIT);
  const adds = load<u32>(table, ADDS) !== 0;
  let length = load<u32>(table, LENGTH);
  let i = 0;
  for (; i < count; i++) {
    const row = load<T>(at);
    let slot = hashOf<T>(row) & mask;
    let code = load<u32>(slots + 4 * slot);
    while (code !== 0 && load<T>(rows + (code - 2) * sizeof<T>()) !== row) {
      slot = (slot + 1) & mask;
      code = load<u32>(slots + 4 * slot);
    }
    if (code === 0 && adds) {
      if (length === limit) break;
      code = length + 2;
      store<T>(rows + length * sizeof<T>(), row);
      store<u32>(slots + 4 * slot, code);
      length += 1;
    }
    store<u32>(out, code);
    out += 4;
    at += sizeof<T>();
  }
  store<u32>(table, length, LENGTH);
  return i;
}

/** Puts the rows of a table into its slots, which are empty. */
export function groupRehash(table: usize, size: u32): void {
  const slots = load<u32>(table, SLOTS);
  const mask = load<u32>(table, MASK);
  const length = load<u32>(table, LENGTH);
  let at: usize = load<u32>(table, ROWS);
  for (let i: u32 = 0; i < length; i++) {
    let slot = hashRow(at, size) & mask;
    while (load<u32>(slots + 4 * slot) !== 0) slot = (slot + 1) & mask;
    store<u32>(slots + 4 * slot, i + 2);
    at += size;
  }
}

/** Two codes as one, where the second is below `width`; may be in place. */
export function groupPairs(a: usize, b: usize, count: i32, width: u32, out: usize): void {
  for (let i = 0; i < count; i++) {
    store<u32>(out, load<u32>(a) * width + load<u32>(b));
    a += 4;
    b += 4;
    out += 4;
  }
}

/** Two codes side by side. */
export function groupZip(a: usize, b: usize, count: i32, out: usize): void {
  for (let i = 0; i < count; i++) {
    store<u32>(out, load<u32>(a));
    store<u32>(out, load<u32>(b), 4);
    a += 4;
    b += 4;
    out += 8;
  }
}

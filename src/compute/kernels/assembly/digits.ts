/**
 * Digits of eight bits, by which words of 32 or of 64 bits are sorted. `bins` is memory for 4 KiB, `other` for as many words as
 * are sorted.
 */

const BINS: usize = 256;

/** Up to so many words, insertion is faster than counting digits. */
const FEW: usize = 48;

// @ts-ignore: a decorator
@inline
export function ascends<T>(at: usize, count: usize): bool {
  const end = at + sizeof<T>() * count;
  for (let p = at + sizeof<T>(); p < end; p += sizeof<T>()) {
    if (load<T>(p) < load<T>(p - sizeof<T>())) return false;
  }
  return true;
}

// @ts-ignore: a decorator
@inline
export function descends<T>(at: usize, count: usize): bool {
  const end = at + sizeof<T>() * count;
  for (let p = at + sizeof<T>(); p < end; p += sizeof<T>()) {
    if (load<T>(p) > load<T>(p - sizeof<T>())) return false;
  }
  return true;
}

// @ts-ignore: a decorator
@inline
export function reverse<T>(at: usize, count: usize): void {
  if (count === 0) return;
  let last = at + sizeof<T>() * (count - 1);
  for (; at < last; at += sizeof<T>(), last -= sizeof<T>()) {
    const word = load<T>(at);
    store<T>(at, load<T>(last));
    store<T>(last, word);
  }
}

function insert(at: usize, count: usize): void {
  const end = at + 8 * count;
  for (let p = at + 8; p < end; p += 8) {
    const word = load<u64>(p);
    let to = p;
    for (; to > at && load<u64>(to - 8) > word; to -= 8) store<u64>(to, load<u64>(to - 8));
    store<u64>(to, word);
  }
}

// @ts-ignore: a decorator
@inline
export function bump(bin: usize): void {
  store<u32>(bin, load<u32>(bin) + 1);
}

/** Counts each digit of the 32 bits from `shift` on. */
// @ts-ignore: a decorator
@inline
function countDigits<T>(at: usize, count: usize, shift: T, bins: usize): void {
  memory.fill(bins, 0, 16 * BINS);
  for (let p = at; p < at + sizeof<T>() * count; p += sizeof<T>()) {
    const key = <u32>(load<T>(p) >> shift);
    bump(bins + 4 * (key & 0xff));
    bump(bins + 4 * (BINS + ((key >> 8) & 0xff)));
    bump(bins + 4 * (2 * BINS + ((key >> 16) & 0xff)));
    bump(bins + 4 * (3 * BINS + (key >> 24)));
  }
}

/** Turns counts into the address of each digit's first word; false where all words have the same digit. */
// @ts-ignore: a decorator
@inline
function startDigits(bins: usize, count: usize, to: usize, size: usize): bool {
  for (let bin = bins; bin < bins + 4 * BINS; bin += 4) {
    const some = <usize>load<u32>(bin);
    if (some === count) return false;
    store<u32>(bin, <u32>to);
    to += size * some;
  }
  return true;
}

/**
 * Sorts words by the 32 bits from `shift` on, stably, from their least significant digit to the most significant one.
 *
 * @returns where they are in the end: `at` or `other`
 */
// @ts-ignore: a decorator
@inline
function radix<T>(at: usize, other: usize, count: usize, shift: T, bins: usize): usize {
  countDigits<T>(at, count, shift, bins);
  for (let digit = 0; digit < 4; digit++) {
    if (startDigits(bins, count, other, sizeof<T>())) {
      for (let p = at; p < at + sizeof<T>() * count; p += sizeof<T>()) {
        const word = load<T>(p);
        const bin = bins + 4 * <usize>((word >> shift) & 0xff);
        const place = <usize>load<u32>(bin);
        store<u32>(bin, <u32>(place + sizeof<T>()));
        store<T>(place, word);
      }
      const from = at;
      at = other;
      other = from;
    }
    bins += 4 * BINS;
    shift += 8;
  }
  return at;
}

export function radix32(at: usize, other: usize, count: usize, bins: usize): usize {
  return radix<u32>(at, other, count, 0, bins);
}

export function radix64(at: usize, other: usize, count: usize, shift: u64, bins: usize): usize {
  return radix<u64>(at, other, count, shift, bins);
}

/** Sorts words of 64 bits that differ in the 32 bits from `shift` on alone, where they are. */
export function sortRun(at: usize, other: usize, count: usize, shift: u64, bins: usize): void {
  if (count <= FEW) insert(at, count);
  else if (!ascends<u64>(at, count)) {
    const sorted = radix64(at, other, count, shift, bins);
    if (sorted !== at) memory.copy(at, sorted, 8 * count);
  }
}

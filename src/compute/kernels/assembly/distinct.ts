/** Numbering distinct elements. */

/** Bits that are the same for equal floats. */
// @ts-ignore: a decorator
@inline
function canonical<T>(bits: T, infinity: T): T {
  const top = <T>1 << <T>(8 * sizeof<T>() - 1);
  const magnitude = bits & ~top;
  return magnitude === 0 ? 0 : magnitude > infinity ? ~(<T>0) : bits;
}

/**
 * Numbers the distinct elements of a block as they come: open addressing, with half of the slots filled at most.
 *
 * @param slots 16 bytes each: an element's bits, and one more than its number, 0 for none
 * @param bits how many bits the number of a slot has
 * @param known how many distinct elements came before
 * @param start the place of the block's first element
 * @param codes where the number of each element goes
 * @param firsts where each distinct element's first place goes
 * @param counts how often each distinct element has occurred
 * @returns how many distinct elements there are now; one more than `limit` where there are more
 */
// @ts-ignore: a decorator
@inline
function number<T>(
  at: usize,
  count: usize,
  floats: bool,
  infinity: T,
  slots: usize,
  bits: u32,
  known: u32,
  limit: u32,
  start: u32,
  codes: usize,
  firsts: usize,
  counts: usize,
): u32 {
  const mask = (<u32>1 << bits) - 1;
  const shift = <u64>(64 - bits);
  for (let i: usize = 0; i < count; i++) {
    let word = load<T>(at + sizeof<T>() * i);
    if (floats) word = canonical<T>(word, infinity);
    const key = <u64>word;
    let slot = <u32>(((key ^ (key >> 32)) * 0x9e37_79b9_7f4a_7c15) >> shift);
    let place = slots + 16 * slot;
    let found = load<u32>(place, 8);
    while (found !== 0 && load<u64>(place) !== key) {
      slot = (slot + 1) & mask;
      place = slots + 16 * slot;
      found = load<u32>(place, 8);
    }
    if (found === 0) {
      if (known === limit) return limit + 1;
      store<u32>(firsts + 4 * known, start + i);
      known += 1;
      found = known;
      store<u64>(place, key);
      store<u32>(place, found, 8);
    }
    store<u32>(codes + 4 * i, found - 1);
    const often = counts + 4 * (found - 1);
    store<u32>(often, load<u32>(often) + 1);
  }
  return known;
}

export function number32(
  at: usize,
  count: usize,
  floats: bool,
  slots: usize,
  bits: u32,
  known: u32,
  limit: u32,
  start: u32,
  codes: usize,
  firsts: usize,
  counts: usize,
): u32 {
  return number<u32>(at, count, floats, 0x7f80_0000, slots, bits, known, limit, start, codes, firsts, counts);
}

export function number64(
  at: usize,
  count: usize,
  floats: bool,
  slots: usize,
  bits: u32,
  known: u32,
  limit: u32,
  start: u32,
  codes: usize,
  firsts: usize,
  counts: usize,
): u32 {
  const infinity: u64 = 0x7ff0_0000_0000_0000;
  return number<u64>(at, count, floats, infinity, slots, bits, known, limit, start, codes, firsts, counts);
}

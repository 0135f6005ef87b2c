/**
 * A set of 64-bit patterns, given as two words each, for looking up many: open addressing in typed arrays, so
 * that a lookup makes no object and hashes no bigint.
 */
export class WordSet {
  /** Pairs of low and high word; the capacity is a power of two, at most half of it filled. */
  readonly #slots: Uint32Array;
  readonly #filled: Uint8Array;
  readonly #mask: number;
  #size = 0;

  /** @param limit the most patterns that will be added */
  constructor(limit: number) {
    const capacity = 2 ** Math.ceil(Math.log2(Math.max(4, 2 * limit)));
    this.#slots = new Uint32Array(2 * capacity);
    this.#filled = new Uint8Array(capacity);
    this.#mask = capacity - 1;
  }

  /** How many different patterns there are. */
  get size(): number {
    return this.#size;
  }

  add(low: number, high: number): void {
    let slot = hash(low, high) & this.#mask;
    while (this.#filled[slot] !== 0) {
      if (this.#slots[2 * slot] === low && this.#slots[2 * slot + 1] === high) return;
      slot = (slot + 1) & this.#mask;
    }
    this.#filled[slot] = 1;
    this.#slots[2 * slot] = low;
    this.#slots[2 * slot + 1] = high;
    this.#size += 1;
  }

  /**
   * Writes to `out` which of `count` patterns are in the set.
   *
   * @param words two per pattern
   * @param lowAt where the low word stands among the two
   */
  mark(words: Uint32Array, lowAt: number, count: number, out: Uint8Array, outOffset: number): void {
    const slots = this.#slots;
    const filled = this.#filled;
    const mask = this.#mask;
    const highAt = 1 - lowAt;
    for (let i = 0; i < count; i++) {
      const low = words[2 * i + lowAt];
      const high = words[2 * i + highAt];
      let slot = hash(low, high) & mask;
      let found = 0;
      while (filled[slot] !== 0) {
        if (slots[2 * slot] === low && slots[2 * slot + 1] === high) {
          found = 1;
          break;
        }
        slot = (slot + 1) & mask;
      }
      out[outOffset + i] = found;
    }
  }
}

/**
 * Mixes two words into one whose low bits depend on all of theirs: multiplication by odd constants, and
 * folding.
 */
function hash(low: number, high: number): number {
  let mixed = Math.imul(low ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b);
  mixed ^= mixed >>> 15;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return mixed ^ (mixed >>> 13);
}

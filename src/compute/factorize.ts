import { BLOCK } from "./blocks.js";
import { orderOf } from "./radix.js";
import type { RangedKeys } from "./ranged-keys.js";

/** The most distinct elements that {@link factorize} looks for: of more, sorting is faster. */
export const MAX_DISTINCT = 2 ** 16;

/** From a word of a key to the next in a block. Were it a power of two, the words of one key would share a cache line. */
const STEP = BLOCK + 16;

/** The elements of an array as numbers of its distinct ones. */
export interface Codes {
  /** Of each element, which of the distinct ones it is, counted from 0 in ascending order. */
  readonly codes: Uint32Array;
  /** Of each distinct element, where it occurs first. */
  readonly firsts: Uint32Array;
}

/**
 * Numbers the distinct elements of an array in ascending order, without sorting it: each is looked up among those that
 * came before it, and only the distinct ones are sorted.
 *
 * Cost: some ten nanoseconds for each element, and one more for each word of its key. Memory: 4 bytes for each element,
 * and the keys of the distinct ones.
 *
 * @param limit the most distinct elements
 * @returns undefined where there are more
 */
export function factorize(keys: RangedKeys, limit = MAX_DISTINCT): Codes | undefined {
  const { length, words } = keys;
  const found = new Uint32Array(length);
  const distinct = new DistinctKeys(words, Math.min(limit, length));
  const block = new Uint32Array(words * STEP);
  const columns = Array.from({ length: words }, (_, word) =>
    block.subarray(word * STEP, word * STEP + BLOCK),
  );
  const signed = new Int32Array(block.buffer);
  for (let start = 0; start < length; start += BLOCK) {
    const end = Math.min(start + BLOCK, length);
    const part = keys.range(start, end);
    for (const [word, column] of columns.entries()) part.load(word, column);
    if (!distinct.number(columns, signed, start, found.subarray(start, end))) return undefined;
  }
  const { firsts, ranks } = distinct.inOrder();
  for (let i = 0; i < length; i++) found[i] = ranks[found[i]];
  return { codes: found, firsts };
}

/** Keys that were seen, numbered as they came: open addressing in typed arrays, so that a lookup makes no object. */
class DistinctKeys {
  readonly #words: number;
  readonly #limit: number;
  /** One more than the number of the key in each slot, 0 for none; at most half are filled. */
  readonly #slots: Int32Array;
  readonly #hashes = new Int32Array(BLOCK);
  /** The keys, one after the other. */
  #keys: Int32Array;
  readonly #firsts: Uint32Array;
  #count = 0;

  constructor(words: number, limit: number) {
    this.#words = words;
    this.#limit = limit;
    this.#slots = new Int32Array(2 ** Math.ceil(Math.log2(Math.max(4, 2 * limit))));
    this.#keys = new Int32Array(16 * words);
    this.#firsts = new Uint32Array(limit);
  }

  /**
   * Writes the number of each key of a block to `codes`; false when there are more distinct ones than the limit.
   *
   * @param columns each word of all keys, in turn; `block` is the memory behind them
   * @param start the place of the first element
   */
  number(columns: readonly Uint32Array[], block: Int32Array, start: number, codes: Uint32Array): boolean {
    const words = this.#words;
    const slots = this.#slots;
    const mask = slots.length - 1;
    const step = STEP;
    const hashes = hashAll(columns, codes.length, this.#hashes);
    let keys = this.#keys;
    for (let i = 0; i < codes.length; i++) {
      let slot = hashes[i] & mask;
      let code = slots[slot] - 1;
      while (code >= 0) {
        let word = 0;
        for (let at = code * words; word < words && keys[at + word] === block[word * step + i]; ) word++;
        if (word === words) break;
        slot = (slot + 1) & mask;
        code = slots[slot] - 1;
      }
      if (code < 0) {
        code = this.#count;
        if (code === this.#limit) return false;
        keys = this.#add(columns, i, start + i);
        slots[slot] = code + 1;
      }
      codes[i] = code;
    }
    return true;
  }

  /** Takes up a new key, and gives the memory that all keys are in from now on. */
  #add(columns: readonly Uint32Array[], i: number, place: number): Int32Array {
    const at = this.#count * this.#words;
    if (at + this.#words > this.#keys.length) {
      const keys = new Int32Array(2 * this.#keys.length);
      keys.set(this.#keys);
      this.#keys = keys;
    }
    for (const [word, column] of columns.entries()) this.#keys[at + word] = column[i];
    this.#firsts[this.#count] = place;
    this.#count += 1;
    return this.#keys;
  }

  /** The rank of each key by its number, and where each key occurs first by its rank. */
  inOrder(): { readonly ranks: Uint32Array; readonly firsts: Uint32Array } {
    const [length, words, keys] = [this.#count, this.#words, this.#keys];
    const order = orderOf({
      length,
      words,
      load: (word, into) => {
        for (let i = 0, at = word; i < length; i++, at += words) into[i] = keys[at];
      },
    });
    const ranks = new Uint32Array(length);
    const firsts = new Uint32Array(length);
    for (let rank = 0; rank < length; rank++) {
      ranks[order[rank]] = rank;
      firsts[rank] = this.#firsts[order[rank]];
    }
    return { ranks, firsts };
  }
}

/** A hash of each key whose low bits depend on all of its words: multiplication by odd constants, and folding. */
function hashAll(columns: readonly Uint32Array[], count: number, hashes: Int32Array): Int32Array {
  hashes.fill(0x811c9dc5);
  for (const column of columns) {
    for (let i = 0; i < count; i++) {
      const mixed = Math.imul(hashes[i] ^ column[i], 0x9e3779b1);
      hashes[i] = mixed ^ (mixed >>> 15);
    }
  }
  for (let i = 0; i < count; i++) {
    const mixed = Math.imul(hashes[i], 0xc2b2ae35);
    hashes[i] = mixed ^ (mixed >>> 13);
  }
  return hashes;
}

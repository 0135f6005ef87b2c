import type { Units } from "../../compute/index.js";

/** Units up to the last that is not zero. */
function lengthOf(units: Units, at: number, width: number): number {
  let length = width;
  while (length > 0 && units[at + length - 1] === 0) length--;
  return length;
}

/** The FNV-1a hash, over units instead of bytes. */
function hashOf(units: Units, at: number, length: number): number {
  let hash = 0x811c9dc5;
  for (let i = at; i < at + length; i++) hash = Math.imul(hash ^ units[i], 0x01000193);
  return hash ^ (hash >>> 15);
}

/** A set of raw strings, for looking up many: open addressing, so that a lookup makes no object. */
export class UnitsSet {
  readonly #slots: (Units | undefined)[];
  readonly #mask: number;

  constructor(members: readonly Units[]) {
    const capacity = 2 ** Math.ceil(Math.log2(Math.max(4, 2 * members.length)));
    this.#slots = new Array<Units | undefined>(capacity).fill(undefined);
    this.#mask = capacity - 1;
    for (const member of members) {
      const trimmed = member.subarray(0, lengthOf(member, 0, member.length));
      const slot = this.#find(trimmed, 0, trimmed.length);
      this.#slots[slot] = trimmed;
    }
  }

  /** The slot of a string, or the free one where it would go. */
  #find(units: Units, at: number, length: number): number {
    let slot = hashOf(units, at, length) & this.#mask;
    for (let member = this.#slots[slot]; member !== undefined; member = this.#slots[slot]) {
      let k = member.length === length ? 0 : -1;
      while (k >= 0 && k < length && member[k] === units[at + k]) k++;
      if (k === length) return slot;
      slot = (slot + 1) & this.#mask;
    }
    return slot;
  }

  /** Writes to `out` which of the first `count` strings of `width` units are in the set. */
  mark(values: Units, width: number, count: number, out: Uint8Array, outOffset: number): void {
    for (let i = 0, at = 0; i < count; i++, at += width) {
      const slot = this.#find(values, at, lengthOf(values, at, width));
      out[outOffset + i] = Number(this.#slots[slot] !== undefined);
    }
  }
}

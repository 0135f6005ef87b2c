import type { GroupMemory } from "./group-memory.js";

/** Slots of a hash table at first, and the bytes of rows that it then has room for, where eight take no more. */
const FIRST_SLOTS = 1 << 12;
const FIRST_BYTES = 1 << 18;
const FEWEST_SLOTS = 16;
/** Bytes of what the kernels know of a table. */
const HEAD = 32;
/** Its words, as in assembly/group.ts. */
const [SLOTS, MASK, ROWS, LENGTH, LIMIT, ADDS] = [0, 1, 2, 3, 4, 5];

/** The first code that a row can have. */
export const FIRST_CODE = 2;

/** A power of two. */
function firstSlots(size: number): number {
  let slots = FIRST_SLOTS;
  while (slots > FEWEST_SLOTS && (slots / 2) * size > FIRST_BYTES) slots /= 2;
  return slots;
}

/**
 * Numbers rows of as many bytes each: equal rows have equal codes, from {@link FIRST_CODE} on in the order in which they are
 * first seen. A hash table that grows, in a memory of groups.
 */
export class RowCoder {
  readonly #memory: GroupMemory;
  readonly #size: number;
  readonly #table: number;

  /** @param size bytes of each row */
  constructor(memory: GroupMemory, size: number) {
    this.#memory = memory;
    this.#size = size;
    this.#table = memory.filled(HEAD);
    this.#grow(firstSlots(size));
    this.#set(ADDS, 1);
  }

  /** How many different rows there are. */
  get length(): number {
    return this.#get(LENGTH);
  }

  /** From now on rows that have not been seen have code 0, and are not seen. */
  freeze(): void {
    this.#set(ADDS, 0);
  }

  /** Writes the codes of rows, both in the coder's memory; in place where rows have 4 bytes or more. */
  code(at: number, count: number, out: number): void {
    const { kernels } = this.#memory;
    for (let done = 0; done < count; ) {
      const from = at + done * this.#size;
      done += kernels.groupCodes(this.#table, from, count - done, this.#size, out + 4 * done);
      if (done < count) this.#grow(4 * (this.#get(MASK) + 1));
    }
  }

  /** The bytes of all different rows in the order of their codes; good until something is taken of the memory. */
  rows(): Uint8Array<ArrayBuffer> {
    return this.#memory.u1(this.#get(ROWS), this.length * this.#size);
  }

  #grow(slots: number): void {
    const limit = slots / 2;
    const places = this.#memory.filled(4 * slots);
    const rows = this.#memory.take(limit * this.#size);
    const before = this.length;
    if (before > 0) this.#memory.u1(rows, before * this.#size).set(this.rows());
    this.#set(SLOTS, places);
    this.#set(MASK, slots - 1);
    this.#set(ROWS, rows);
    this.#set(LIMIT, limit);
    this.#memory.kernels.groupRehash(this.#table, this.#size);
  }

  #get(word: number): number {
    return this.#memory.u4(this.#table, HEAD / 4)[word];
  }

  #set(word: number, value: number): void {
    this.#memory.u4(this.#table, HEAD / 4)[word] = value;
  }
}

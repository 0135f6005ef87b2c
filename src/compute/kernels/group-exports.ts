/**
 * The kernels of assembly/group.ts. Codes are numbers of 32 bits, one a row: which place of a table is the row's. Tables begin
 * at an address and have a place of the same size for each code.
 */
export interface GroupKernels {
  /** The least and the greatest of 32-bit keys, xor `flip`, as signed words. */
  groupRange32(at: number, count: number, flip: number, out: number): void;
  /** Codes of 32-bit keys: what is above the least one, and 2. */
  groupPlaces32(at: number, count: number, base: number, out: number): void;
  /** As `groupRange32` for 64 bits; with `nat`, the least that is not NaT. */
  groupRange64(at: number, count: number, flip: number, nat: boolean, out: number): void;
  /** As `groupPlaces32` for 64 bits, the least one at the address `base`; with `nat`, NaT has code 1. */
  groupPlaces64(at: number, count: number, base: number, nat: boolean, out: number): void;
  /** Codes of rows of `size` bytes by a hash table; how many have one: fewer than all where the table is full. */
  groupCodes(table: number, at: number, count: number, size: number, out: number): number;
  /** Fills the empty slots of a hash table from its rows. */
  groupRehash(table: number, size: number): void;
  /** Two codes as one: the first times `width`, and the second. */
  groupPairs(a: number, b: number, count: number, width: number, out: number): void;
  /** Two codes side by side. */
  groupZip(a: number, b: number, count: number, out: number): void;
  /** Codes, but 0 where the double is NaN. */
  groupSkipF64(codes: number, count: number, values: number, out: number): void;
  /** Codes, but 0 where the date is NaT. */
  groupSkipNat(codes: number, count: number, values: number, out: number): void;
  /** The first row of each code, in words, where there is none (all bits) yet; `row` is the first one's number. How many are new. */
  groupFirst(codes: number, count: number, row: number, table: number): number;
  /** The last row of each code, in words. */
  groupLast(codes: number, count: number, row: number, table: number): void;
  /** How many rows have each code, in words. */
  groupCount(codes: number, count: number, table: number): void;
  /** Of the doubles of each code, two: the sum, and what rounding took from it. */
  groupSumF64(codes: number, count: number, values: number, table: number): void;
  /** Of the 64-bit integers of each code, two doubles: the sums of the lower and of the upper words. */
  groupSumI64(codes: number, count: number, values: number, unsigned: boolean, table: number): void;
  /**
   * Of the doubles of each code, six: their number, the first, and of the differences from it and of their squares the
   * sum and what rounding took from it.
   */
  groupMoments(codes: number, count: number, values: number, table: number): void;
  /** The least double of each code. */
  groupMinF64(codes: number, count: number, values: number, table: number): void;
  /** The greatest double of each code. */
  groupMaxF64(codes: number, count: number, values: number, table: number): void;
  /** The least 64-bit integer of each code. */
  groupMinI64(codes: number, count: number, values: number, unsigned: boolean, table: number): void;
  /** The greatest 64-bit integer of each code. */
  groupMaxI64(codes: number, count: number, values: number, unsigned: boolean, table: number): void;
}

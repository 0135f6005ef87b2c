import { engine, SLOT, slot } from "./kernels/engine.js";
import type { NumericArray } from "./types.js";

/** Up to so many distinct elements are looked up in a table; of more, sorting is not slower. */
const MOST = 2 ** 15;
/** Elements of a block: their numbers take as many bytes as the tables of distinct ones. */
const BLOCK = 2 ** 15;
/** Of fewer elements, sorting is fast. */
const MANY = 1000;

/** The distinct elements of an array, numbered as they come. */
export interface Numbered {
  /** Where each of them occurs first. */
  readonly firsts: Int32Array;
  readonly counts: Int32Array;
  /** The number of each element, where that was asked for. */
  readonly codes?: Int32Array<ArrayBuffer>;
}

/**
 * Numbers the distinct elements of an array of 32 or 64 bits, by kernels. Memory: 4 bytes for each element, where their numbers are
 * asked for.
 *
 * @returns undefined where there are few elements, many distinct ones, or no kernels
 */
export function numberFew(values: NumericArray, wantsCodes: boolean): Numbered | undefined {
  const { length, BYTES_PER_ELEMENT: size } = values;
  const shared = size < 4 || length < MANY || length >= 2 ** 31 ? undefined : engine();
  if (shared === undefined) return undefined;
  const { kernels, bytes } = shared;
  const limit = Math.min(MOST, length >> 2);
  const bits = Math.ceil(Math.log2(2 * limit));
  // Two slots of memory for the table, one for a block, one for what is known of its elements and the distinct ones.
  const [table, block] = [slot(0), slot(2)];
  const [codesAt, firstsAt, countsAt] = [0, 1, 2].map((part) => slot(3) + part * (SLOT / 4));
  bytes.fill(0, table, table + 16 * 2 ** bits);
  bytes.fill(0, countsAt, countsAt + 4 * limit);
  const isFloat = values instanceof Float64Array || values instanceof Float32Array;
  const number = size === 4 ? kernels.number32 : kernels.number64;
  const codes = wantsCodes ? new Int32Array(length) : undefined;
  let known = 0;
  for (let start = 0; start < length; start += BLOCK) {
    const count = Math.min(BLOCK, length - start);
    shared.load(values, start, start + count, block);
    known = number(block, count, isFloat, table, bits, known, limit, start, codesAt, firstsAt, countsAt);
    if (known > limit) return undefined;
    codes?.set(new Int32Array(bytes.buffer, codesAt, count), start);
  }
  return {
    firsts: new Int32Array(bytes.buffer, firstsAt, known).slice(),
    counts: new Int32Array(bytes.buffer, countsAt, known).slice(),
    ...(codes === undefined ? {} : { codes }),
  };
}

import { LimitError } from "../errors.js";
import { freshMemory } from "../platform/fresh.js";
import { BLOCK, loadBlock, newBlock } from "./blocks.js";
import type { NumericArray } from "./types.js";

/** Positions of elements as they are handed in: whole numbers, none negative, checked by the caller. */
export type IndexList = NumericArray | readonly number[];

/** Positions as kernels make them: 32-bit where every position fits. */
export type Indices = Int32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;

/** Positions as kernels read them. */
export type IndexBlock = Int32Array | Float64Array;

/** Room for `count` positions in an array of `length` elements. @throws LimitError where there is no memory for it */
export function newIndices(count: number, length: number): Indices {
  try {
    return length < 2 ** 31 ? new Int32Array(count) : new Float64Array(count);
  } catch (cause) {
    throw new LimitError(`no memory for ${count} positions`, { cause });
  }
}

/** As {@link newIndices}, of any content: for who stores all of them. */
export function freshIndices(count: number, length: number): Indices {
  if (length >= 2 ** 31 || count < MANY) return newIndices(count, length);
  return new Int32Array(freshMemory(count * Int32Array.BYTES_PER_ELEMENT).buffer);
}

/** Below so many positions, zeros cost nothing. */
const MANY = 1 << 14;

const scratch = newBlock();

/**
 * Calls `visit` with successive blocks of the list, in one of the two types that kernels read. The block is
 * reused.
 *
 * @param visit takes the block, the number of positions in it, and the place of its first one in the list
 */
export function eachIndexBlock(
  list: IndexList,
  visit: (block: IndexBlock, count: number, first: number) => void,
): void {
  for (let at = 0; at < list.length; at += BLOCK) {
    const end = Math.min(at + BLOCK, list.length);
    if (list instanceof Int32Array || list instanceof Float64Array) {
      visit(list.subarray(at, end), end - at, at);
    } else if (ArrayBuffer.isView(list)) {
      loadBlock(list, at, end, scratch);
      visit(scratch, end - at, at);
    } else {
      for (let i = at; i < end; i++) scratch[i - at] = list[i];
      visit(scratch, end - at, at);
    }
  }
}

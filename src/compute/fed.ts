/**
 * How elements come before the kernels in WebAssembly: where they are, if they are mapped in the kernels' memory, else copied
 * into it in pieces of a size that the second cache holds.
 *
 * @module
 */

import { BLOCK } from "./blocks.js";
import { type Engine, SLOT, slot } from "./kernels/engine.js";
import type { Mask, NumericArray } from "./types.js";

/** Where the pieces lie. They are as long as two slots: larger ones are copied faster, up to a size that leaves the cache. */
const PIECE = slot(0);
const PIECE_BYTES = 2 * SLOT;
/** Where the mask of a piece lies: a byte for each element, of which there are no more than a slot has bytes. */
const MASK = slot(2);
/** Where kernels put their results. */
export const OUT = slot(3);
/** Memory that kernels use as they like, behind the results. */
export const SCRATCH = OUT + SLOT / 2;

/** The types of elements, as the kernels' names end. */
const SUFFIXES = {
  Int8Array: "I8",
  Uint8Array: "U8",
  Int16Array: "I16",
  Uint16Array: "U16",
  Int32Array: "I32",
  Uint32Array: "U32",
  BigInt64Array: "I64",
  BigUint64Array: "U64",
  Float32Array: "F32",
  Float64Array: "F64",
} as const;

/** How the name of a kernel ends. */
export type Suffix = (typeof SUFFIXES)[keyof typeof SUFFIXES];

/** How the names of the kernels for these elements end. */
export function suffixOf<Values extends NumericArray>(
  values: Values,
): (typeof SUFFIXES)[Values[typeof Symbol.toStringTag]] {
  return SUFFIXES[values[Symbol.toStringTag] as Values[typeof Symbol.toStringTag]];
}

/** A piece as kernels take it. */
export interface Piece {
  /** Its address. */
  readonly at: number;
  readonly count: number;
  /** Its distance from the beginning of the run. */
  readonly first: number;
  /** The address of its part of the mask, if there is one. */
  readonly mask: number;
}

/** Pieces of what lies in the kernels' memory are larger: each costs some calls. */
const PIECE_IN_PLACE = 1 << 22;
/** Kernels that sum integers take no more. */
const MOST = 1 << 20;

/** Lays the elements `start` to `end - 1` before the kernels, piece by piece; all but the last have whole blocks. */
export function* pieces(
  running: Engine,
  values: NumericArray,
  start: number,
  end: number,
  mask?: Mask,
): Generator<Piece> {
  const isInPlace = mask === undefined && running.addressOf(values.buffer) !== undefined;
  const length = Math.min((isInPlace ? PIECE_IN_PLACE : PIECE_BYTES) / values.BYTES_PER_ELEMENT, MOST);
  for (let from = start; from < end; from += length) {
    const stop = Math.min(from + length, end);
    const [count, first] = [stop - from, from - start];
    const at = running.place(values, from, stop, PIECE);
    const chosen =
      mask === undefined
        ? MASK
        : running.place(mask.bytes, mask.start + first, mask.start + first + count, MASK);
    yield { at, count, first, mask: chosen };
  }
}

/** The first doubles among the kernels' results. */
export function resultsOf({ bytes }: Engine, count: number): Float64Array {
  return new Float64Array(bytes.buffer, OUT, count);
}

/** How many of so many elements are in whole blocks. */
export function inBlocks(count: number): number {
  return count - (count % BLOCK);
}

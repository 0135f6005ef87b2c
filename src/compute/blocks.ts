/**
 * Elements of any type as short blocks of doubles. The engine compiles a loop well for about four types of
 * array; copying a block into doubles is one fast native call, after which each kernel is a single loop over
 * a Float64Array that stays in the nearest cache.
 *
 * @module
 */

import type { BigArray, FloatArray, Mask, MissingOptions, NumericArray } from "./types.js";
import { HIGH, isSigned, LOW, markNat, WORD, wordsOf } from "./words.js";

/** The largest number of elements in a block. */
export const BLOCK = 2048;

/** Below this many elements a loop is faster than the view that a native copy needs. */
const SHORT = 32;

/** A new block to load elements into. */
export function newBlock(): Float64Array<ArrayBuffer> {
  return new Float64Array(BLOCK);
}

const scratch = newBlock();
const scratchIm = newBlock();

/** Whether the elements are bigints. */
export function isBig(values: ArrayLike<unknown>): values is BigArray {
  return values instanceof BigInt64Array || values instanceof BigUint64Array;
}

/** Whether an element can be NaN. */
export function isFloat(values: ArrayLike<unknown>): values is FloatArray {
  return values instanceof Float64Array || values instanceof Float32Array;
}

/**
 * Copies the elements `start` to `end - 1`, at most a block of them, as doubles. Bigints are rounded once, to
 * the nearest double; with `nat`, NaT becomes NaN.
 */
export function loadBlock(
  values: NumericArray,
  start: number,
  end: number,
  into: Float64Array,
  nat = false,
): void {
  if (isBig(values)) {
    const words = wordsOf(values, start, end);
    loadBig(words, isSigned(values), into);
    if (nat) markNat(words, into);
  } else if (end - start < SHORT) {
    for (let i = start; i < end; i++) into[i - start] = values[i];
  } else {
    into.set(values.subarray(start, end));
  }
}

function loadBig(words: Uint32Array, signed: boolean, into: Float64Array): void {
  // Imported constants are read anew for every element unless they are made local.
  const lowAt = LOW;
  const highAt = HIGH;
  const unit = WORD;
  const flip = signed ? 0x80000000 | 0 : 0;
  const offset = signed ? 2 ** 31 : 0;
  for (let i = 0, at = 0; at < words.length; i++, at += 2) {
    into[i] = (((words[at + highAt] ^ flip) >>> 0) - offset) * unit + words[at + lowAt];
  }
}

/**
 * Calls `visit` with successive blocks of the elements `start` to `end - 1` as doubles, and the distance of the first from
 * `start`. The block is reused: what `visit` wants to keep it must copy, and it may overwrite it.
 */
export function eachBlock(
  values: NumericArray,
  start: number,
  end: number,
  { skipNaN = false, nat = false }: MissingOptions,
  visit: (block: Float64Array, count: number, first: number) => void,
): void {
  const drop = skipNaN && (nat || isFloat(values));
  for (let at = start; at < end; at += BLOCK) {
    const stop = Math.min(at + BLOCK, end);
    loadBlock(values, at, stop, scratch, nat);
    visit(scratch, drop ? dropNaN(scratch, stop - at) : stop - at, at - start);
  }
}

/** As `eachBlock` for complex numbers: the real parts in one block, the imaginary parts in another. */
export function eachComplexBlock(
  values: FloatArray,
  start: number,
  end: number,
  { skipNaN = false }: MissingOptions,
  visit: (re: Float64Array, im: Float64Array, count: number) => void,
): void {
  for (let at = start; at < end; at += BLOCK) {
    const stop = Math.min(at + BLOCK, end);
    loadComplexBlock(values, at, stop, scratch, scratchIm);
    visit(scratch, scratchIm, skipNaN ? dropComplexNaN(scratch, scratchIm, stop - at) : stop - at);
  }
}

/** Copies the complex elements `start` to `end - 1`, at most a block of them, into their parts. */
export function loadComplexBlock(
  values: FloatArray,
  start: number,
  end: number,
  re: Float64Array,
  im: Float64Array,
): void {
  for (let i = 0, at = 2 * start; at < 2 * end; i++, at += 2) {
    re[i] = values[at];
    im[i] = values[at + 1];
  }
}

// Loops add Number(condition) where the outcome is unpredictable: it compiles to no branch.

/** Moves what is not NaN to the front of the block and returns how many there are. */
function dropNaN(block: Float64Array, count: number): number {
  let kept = 0;
  for (let i = 0; i < count; i++) {
    const x = block[i];
    block[kept] = x;
    kept += Number(!Number.isNaN(x));
  }
  return kept;
}

/** Makes zero of NaN and returns how many elements were something else. */
export function zeroNaN(block: Float64Array, count: number): number {
  let kept = 0;
  for (let i = 0; i < count; i++) {
    const x = block[i];
    kept += Number(!Number.isNaN(x));
    if (Number.isNaN(x)) block[i] = 0;
  }
  return kept;
}

/** Puts something else in the place of what a mask leaves out. */
export function replaceMasked(
  block: Float64Array,
  count: number,
  { bytes, start }: Mask,
  first: number,
  value: number,
): void {
  const at = start + first;
  for (let i = 0; i < count; i++) if (bytes[at + i] === 0) block[i] = value;
}

function dropComplexNaN(re: Float64Array, im: Float64Array, count: number): number {
  let kept = 0;
  for (let i = 0; i < count; i++) {
    const x = re[i];
    const y = im[i];
    re[kept] = x;
    im[kept] = y;
    kept += Number(!Number.isNaN(x)) & Number(!Number.isNaN(y));
  }
  return kept;
}

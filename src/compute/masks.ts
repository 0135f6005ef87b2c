/**
 * Masks: one byte per element, zero for false. Masks that are read may hold any byte for true; those that are
 * written hold 0 and 1. A result may be written over one of its operands, element for element.
 *
 * @module
 */

import { countNonzeroBytes, truthsOf } from "./bytes.js";
import { engineFor } from "./few.js";
import { freshIndices, type Indices } from "./indices.js";
import { type Engine, SLOT, slot } from "./kernels/engine.js";
import { littleEndian } from "./words.js";

/** How many elements of a mask are true. */
export function maskCount(mask: Uint8Array, start = 0, end = mask.length): number {
  const running = engineFor(end - start);
  if (running === undefined) return countNonzeroBytes(mask, start, end);
  let count = 0;
  for (let at = start; at < end; at += SLOT) {
    const stop = Math.min(at + SLOT, end);
    running.load(mask, at, stop, slot(0));
    count += running.kernels.countMask(slot(0), stop - at);
  }
  return count;
}

/**
 * The places of the true elements, ascending: an Int32Array where the mask is shorter than 2³¹, else a
 * Float64Array.
 */
export function maskToIndices(mask: Uint8Array): Indices {
  const count = maskCount(mask);
  const indices = freshIndices(count, mask.length);
  const running = indices instanceof Int32Array ? engineFor(mask.length) : undefined;
  if (running !== undefined) {
    placesByKernel(mask, new Uint8Array(indices.buffer), running);
    return indices;
  }
  const inWords = littleEndian && indices instanceof Int32Array;
  const words = inWords ? alignedWords(mask, 0, mask.length) : NO_WORDS;
  let found = inWords ? placesInWords(words, count, indices) : 0;
  // Written without a branch, and over again until the element turns out to be true.
  for (let i = 4 * words.length; found < count; i++) {
    indices[found] = i;
    found += (mask[i] + 0xff) >>> 8;
  }
  return indices;
}

/** The places of a block are four times as many bytes as its mask, and one slot is what they have. */
const PLACES = SLOT / Int32Array.BYTES_PER_ELEMENT;

function placesByKernel(mask: Uint8Array, out: Uint8Array, running: Engine): void {
  let written = 0;
  for (let at = 0; at < mask.length; at += PLACES) {
    const stop = Math.min(at + PLACES, mask.length);
    running.load(mask, at, stop, slot(0));
    const length = 4 * running.kernels.placesOf(slot(0), stop - at, at, slot(1));
    running.unload(slot(1), length, out, written);
    written += length;
  }
}

/** The places of the true bytes of words, as many as there is room for; how many there were. */
function placesInWords(words: Int32Array, count: number, indices: Int32Array): number {
  let found = 0;
  for (let i = 0, at = 0; i < words.length && found < count; i++, at += 4) {
    const truths = truthsOf(words[i]);
    // What comes after the last place falls outside, where a store does nothing.
    indices[found] = at;
    found += truths & 1;
    indices[found] = at + 1;
    found += (truths >>> 8) & 1;
    indices[found] = at + 2;
    found += (truths >>> 16) & 1;
    indices[found] = at + 3;
    found += truths >>> 24;
  }
  return found;
}

/** Where both masks are true. */
export function maskAnd(
  a: Uint8Array,
  aStart: number,
  b: Uint8Array,
  bStart: number,
  count: number,
  out: Uint8Array,
  outOffset: number,
): void {
  const running = engineFor(count);
  if (running !== undefined) {
    combine(running.kernels.andMasks, a, aStart, b, bStart, count, out, outOffset, running);
    return;
  }
  const x = alignedWords(a, aStart, count);
  const y = alignedWords(b, bStart, count);
  const z = alignedWords(out, outOffset, count);
  const words = Math.min(x.length, y.length, z.length);
  for (let i = 0; i < words; i++) z[i] = truthsOf(x[i]) & truthsOf(y[i]);
  for (let i = 4 * words; i < count; i++) {
    out[outOffset + i] = ((a[aStart + i] + 0xff) & (b[bStart + i] + 0xff)) >>> 8;
  }
}

/** Where either mask is true. */
export function maskOr(
  a: Uint8Array,
  aStart: number,
  b: Uint8Array,
  bStart: number,
  count: number,
  out: Uint8Array,
  outOffset: number,
): void {
  const running = engineFor(count);
  if (running !== undefined) {
    combine(running.kernels.orMasks, a, aStart, b, bStart, count, out, outOffset, running);
    return;
  }
  const x = alignedWords(a, aStart, count);
  const y = alignedWords(b, bStart, count);
  const z = alignedWords(out, outOffset, count);
  const words = Math.min(x.length, y.length, z.length);
  for (let i = 0; i < words; i++) z[i] = truthsOf(x[i] | y[i]);
  for (let i = 4 * words; i < count; i++) {
    out[outOffset + i] = ((a[aStart + i] | b[bStart + i]) + 0xff) >>> 8;
  }
}

/** Where the mask is false. */
export function maskNot(
  a: Uint8Array,
  aStart: number,
  count: number,
  out: Uint8Array,
  outOffset: number,
): void {
  const running = engineFor(count);
  if (running !== undefined) {
    for (let done = 0; done < count; done += SLOT) {
      const some = Math.min(SLOT, count - done);
      running.load(a, aStart + done, aStart + done + some, slot(0));
      running.kernels.notMask(slot(0), some, slot(1));
      running.unload(slot(1), some, out, outOffset + done);
    }
    return;
  }
  const x = alignedWords(a, aStart, count);
  const z = alignedWords(out, outOffset, count);
  const words = Math.min(x.length, z.length);
  for (let i = 0; i < words; i++) z[i] = truthsOf(x[i]) ^ 0x01010101;
  for (let i = 4 * words; i < count; i++) out[outOffset + i] = ((a[aStart + i] + 0xff) >>> 8) ^ 1;
}

type MaskKernel = (a: number, b: number, count: number, out: number) => void;

function combine(
  kernel: MaskKernel,
  a: Uint8Array,
  aStart: number,
  b: Uint8Array,
  bStart: number,
  count: number,
  out: Uint8Array,
  outOffset: number,
  running: Engine,
): void {
  for (let done = 0; done < count; done += SLOT) {
    const some = Math.min(SLOT, count - done);
    running.load(a, aStart + done, aStart + done + some, slot(0));
    running.load(b, bStart + done, bStart + done + some, slot(1));
    kernel(slot(0), slot(1), some, slot(2));
    running.unload(slot(2), some, out, outOffset + done);
  }
}

const NO_WORDS = new Int32Array(0);

/** The whole words of a range of bytes; none where it does not start at one. */
function alignedWords(bytes: Uint8Array, start: number, count: number): Int32Array {
  const at = bytes.byteOffset + start;
  return at % 4 === 0 ? new Int32Array(bytes.buffer, at, Math.floor(count / 4)) : NO_WORDS;
}

/**
 * Masks: one byte per element, zero for false. Masks that are read may hold any byte for true; those that are
 * written hold 0 and 1. A result may be written over one of its operands, element for element.
 *
 * @module
 */

import { StaleError } from "../errors.js";
import { countNonzeroBytes, truthsOf } from "./bytes.js";
import { engineFor } from "./few.js";
import { freshIndices, type Indices } from "./indices.js";
import { type Engine, SLOT, slot } from "./kernels/engine.js";
import { littleEndian } from "./words.js";

/** How many elements of a mask are true. */
export function maskCount(mask: Uint8Array, start = 0, end = mask.length): number {
  const running = engineFor(end - start, mask);
  if (running === undefined) return countNonzeroBytes(mask, start, end);
  let count = 0;
  for (let at = start; at < end; at += SLOT) {
    const stop = Math.min(at + SLOT, end);
    const truths = running.place(mask, at, stop, slot(0));
    count += running.kernels.countMask(truths, stop - at);
  }
  return count;
}

/** What a mask is that does not choose as many elements as when they were counted. */
export function maskChanged(): StaleError {
  return new StaleError(
    "the mask was changed while elements were chosen by it; leave it alone until they are there",
  );
}

/**
 * The places of the true elements, ascending: an Int32Array where the mask is shorter than 2³¹, else a
 * Float64Array.
 *
 * @param count how many are true, where that is known
 * @throws StaleError where another thread has made them more or fewer since they were counted
 */
export function maskToIndices(mask: Uint8Array, count = maskCount(mask)): Indices {
  const indices = freshIndices(count, mask.length);
  const running = engineFor(mask.length, mask);
  const found =
    running !== undefined && indices instanceof Int32Array
      ? placesByKernel(mask, indices, running)
      : placesByLoop(mask, indices);
  if (found !== count) throw maskChanged();
  return indices;
}

/** Stores as many places as there is room for. @returns how many there are, or some number of more than that */
function placesByLoop(mask: Uint8Array, indices: Indices): number {
  const { length } = indices;
  const inWords = littleEndian && indices instanceof Int32Array;
  const words = inWords ? alignedWords(mask, 0, mask.length) : NO_WORDS;
  let found = inWords ? placesInWords(words, length, indices) : 0;
  // Written without a branch, and over again until the element turns out to be true.
  for (let i = 4 * words.length; found < length && i < mask.length; i++) {
    indices[found] = i;
    found += (mask[i] + 0xff) >>> 8;
  }
  const behind = length === 0 ? 0 : indices[length - 1] + 1;
  return found === length ? found + maskCount(mask, behind) : found;
}

/** The places of a block are four times as many bytes as its mask, and one slot is what they have. */
const PLACES = SLOT / Int32Array.BYTES_PER_ELEMENT;

/** As {@link placesByLoop}. */
function placesByKernel(mask: Uint8Array, indices: Int32Array<ArrayBuffer>, running: Engine): number {
  const out = new Uint8Array(indices.buffer);
  let written = 0;
  for (let at = 0; at < mask.length; at += PLACES) {
    const stop = Math.min(at + PLACES, mask.length);
    const truths = running.place(mask, at, stop, slot(0));
    const length = 4 * running.kernels.placesOf(truths, stop - at, at, slot(1));
    if (written + length <= indices.byteLength) running.unload(slot(1), length, out, written);
    written += length;
  }
  return written / 4;
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
  const running = engineFor(count, a, b);
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
  const running = engineFor(count, a, b);
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
  const running = engineFor(count, a);
  if (running !== undefined) {
    for (let done = 0; done < count; done += SLOT) {
      const some = Math.min(SLOT, count - done);
      const truths = running.place(a, aStart + done, aStart + done + some, slot(0));
      running.kernels.notMask(truths, some, slot(1));
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
    const one = running.place(a, aStart + done, aStart + done + some, slot(0));
    const other = running.place(b, bStart + done, bStart + done + some, slot(1));
    kernel(one, other, some, slot(2));
    running.unload(slot(2), some, out, outOffset + done);
  }
}

const NO_WORDS = new Int32Array(0);

/** The whole words of a range of bytes; none where it does not start at one. */
function alignedWords(bytes: Uint8Array, start: number, count: number): Int32Array {
  const at = bytes.byteOffset + start;
  return at % 4 === 0 ? new Int32Array(bytes.buffer, at, Math.floor(count / 4)) : NO_WORDS;
}

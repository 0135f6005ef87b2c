import { StaleError } from "../errors.js";
import { engineAround, engineFor } from "./few.js";
import { gatherBytes, gatherLongs, gatherShorts, gatherViewed, gatherWords } from "./indexed.js";
import { eachIndexBlock, type IndexBlock, type IndexList } from "./indices.js";
import { type Engine, SLOT, slot } from "./kernels/engine.js";
import { Memory } from "./memory.js";
import { pickBytes, pickLongs, pickShorts, pickWords } from "./picked.js";

/** From this size on, copying an element by a native call beats moving its words in a loop. */
const LARGE = 256;

/**
 * Copies the elements at `indices` one after the other to the beginning of `dst`, bit for bit: element `i` of
 * the result is the `itemsize` bytes of `src` at `offsetBytes + indices[i] * strideBytes`. The indices were
 * checked by the caller; the two arrays must not overlap.
 *
 * Cost: about a nanosecond for each word of 4 or 8 bytes, ten where the memory is far apart.
 */
export function gather(
  src: Uint8Array,
  itemsize: number,
  indices: IndexList,
  strideBytes: number,
  offsetBytes: number,
  dst: Uint8Array,
): void {
  const to = new Memory(dst);
  const isDense = strideBytes === itemsize;
  // Without an offset, elements side by side are found by their index alone.
  const near = isDense ? src.subarray(offsetBytes) : src;
  const running = isDense ? enginePicking(near, itemsize, indices) : undefined;
  if (running !== undefined && indices instanceof Int32Array) {
    gatherByKernel(near, itemsize, indices, dst, running);
    return;
  }
  const from = new Memory(near);
  eachIndexBlock(indices, (block, count, first) => {
    if (isDense && block instanceof Int32Array && pickBlock(from, itemsize, block, count, to, first)) return;
    gatherBlock(from, itemsize, block, count, strideBytes, isDense ? 0 : offsetBytes, to, first * itemsize);
  });
}

/** The kernels that have all elements in their memory, or get them: where they are so few, and picked so often, that it pays. */
function enginePicking(src: Uint8Array, itemsize: number, indices: IndexList): Engine | undefined {
  if (itemsize > 8 || (itemsize & (itemsize - 1)) !== 0) return undefined;
  const around = engineAround(indices.length, src);
  if (around !== undefined) return around;
  const isSmall = itemsize < 8 && src.length <= SLOT && src.length <= itemsize * indices.length;
  return isSmall ? engineFor(indices.length) : undefined;
}

/** What places are that are not those which were judged. */
function placesChanged(): StaleError {
  return new StaleError(
    "the places of rows were changed while rows were taken; leave them alone until these are there",
  );
}

function gatherByKernel(
  src: Uint8Array,
  itemsize: number,
  indices: Int32Array,
  dst: Uint8Array,
  running: Engine,
): void {
  const [places, gathered] = [slot(1), slot(2)];
  const step = SLOT / Math.max(itemsize, indices.BYTES_PER_ELEMENT);
  const elements = running.place(src, 0, src.length, slot(0));
  const count = Math.floor(src.length / itemsize);
  for (let at = 0; at < indices.length; at += step) {
    const end = Math.min(at + step, indices.length);
    running.load(indices, at, end, places);
    // Whoever judged them may not be the last who saw them, and behind the elements are others.
    if (running.kernels.maxU32(places, end - at) >= count) throw placesChanged();
    running.kernels.gatherElements(itemsize, elements, places, end - at, gathered);
    running.unload(gathered, (end - at) * itemsize, dst, at * itemsize);
  }
}

/** Gathers elements that are one aligned unit each, from side by side; false where they are not. */
function pickBlock(
  src: Memory,
  itemsize: number,
  indices: Int32Array,
  count: number,
  dst: Memory,
  first: number,
): boolean {
  if (!src.isAligned(0, itemsize, itemsize) || !dst.isAligned(0, itemsize, itemsize)) return false;
  switch (itemsize) {
    case 1:
      pickBytes(src.bytes, indices, count, dst.bytes, first);
      return true;
    case 2:
      pickShorts(src.shorts, indices, count, dst.shorts, first);
      return true;
    case 4:
      pickWords(src.words, indices, count, dst.words, first);
      return true;
    case 8:
      pickLongs(src.longs, indices, count, dst.longs, first);
      return true;
    default:
      return false;
  }
}

/** Gathers `count` elements to `dst` from the byte `start` on. */
export function gatherBlock(
  src: Memory,
  itemsize: number,
  indices: IndexBlock,
  count: number,
  stride: number,
  offset: number,
  dst: Memory,
  start: number,
): void {
  if (itemsize >= LARGE) {
    for (let i = 0; i < count; i++) {
      const at = offset + indices[i] * stride;
      dst.bytes.set(src.bytes.subarray(at, at + itemsize), start + i * itemsize);
    }
    return;
  }
  for (let k = 0, unit = 0; k < itemsize; k += unit) {
    unit = gatherPass(src, indices, count, stride, offset + k, dst, itemsize, start + k, itemsize - k);
  }
}

/**
 * Copies the next bytes of every element, by the widest unit that is left and aligned; returns how many of
 * each.
 */
function gatherPass(
  src: Memory,
  indices: IndexBlock,
  count: number,
  stride: number,
  offset: number,
  dst: Memory,
  step: number,
  start: number,
  left: number,
): number {
  const fits = (unit: number) =>
    left >= unit && src.isAligned(offset, stride, unit) && dst.isAligned(start, step, unit);
  if (fits(8)) {
    gatherLongs(src.longs, indices, count, stride / 8, offset / 8, dst.longs, step / 8, start / 8);
    return 8;
  }
  if (fits(4)) {
    gatherWords(src.words, indices, count, stride / 4, offset / 4, dst.words, step / 4, start / 4);
    return 4;
  }
  if (left >= 4) {
    gatherViewed(src.view, indices, count, stride, offset, dst.view, step, start);
    return 4;
  }
  if (fits(2)) {
    gatherShorts(src.shorts, indices, count, stride / 2, offset / 2, dst.shorts, step / 2, start / 2);
    return 2;
  }
  gatherBytes(src.bytes, indices, count, stride, offset, dst.bytes, step, start);
  return 1;
}

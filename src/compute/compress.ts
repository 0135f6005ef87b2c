import { BLOCK } from "./blocks.js";
import { countNonzeroBytes } from "./bytes.js";
import { engineFor } from "./few.js";
import { gatherBlock } from "./gather.js";
import { type Engine, SLOT, slot } from "./kernels/engine.js";
import { Memory } from "./memory.js";
import { scatterBlock } from "./scatter.js";

/**
 * The places of the true elements of one block; one more, since a place is written before it is known to be
 * one.
 */
const places = new Int32Array(BLOCK + 1);

/**
 * Copies the elements where `mask` is true, one after the other, to the beginning of `dst`.
 *
 * @param src elements of `itemsize` bytes side by side, as many as the mask is long
 * @returns how many there were; where that is more than `dst` has room for, as far as they were looked for, and it is not full
 */
export function compress(src: Uint8Array, itemsize: number, mask: Uint8Array, dst: Uint8Array): number {
  const running = itemsize <= WIDE ? engineFor(mask.length, src) : undefined;
  if (running !== undefined) return compressByKernel(src, itemsize, mask, dst, running);
  const [from, to] = [new Memory(src), new Memory(dst)];
  return eachPlaces(mask, dst.length / itemsize, (count, first, done) => {
    gatherBlock(from, itemsize, places, count, itemsize, first * itemsize, to, done * itemsize);
  });
}

/** Up to this size all elements of a block are handed to a kernel; larger ones are copied one by one. */
const WIDE = 64;

function compressByKernel(
  src: Uint8Array,
  itemsize: number,
  mask: Uint8Array,
  dst: Uint8Array,
  running: Engine,
): number {
  const { kernels } = running;
  const [picked, truths] = [slot(1), slot(3)];
  const step = Math.floor(SLOT / itemsize / 16) * 16;
  let done = 0;
  for (let first = 0; first < mask.length; first += step) {
    const end = Math.min(first + step, mask.length);
    // Copied in any case: others may change a mask between the count and the choice.
    running.load(mask, first, end, truths);
    const count = kernels.countMask(truths, end - first);
    const at = done * itemsize;
    if (at + count * itemsize > dst.length) return done + count;
    if (count === end - first) dst.set(src.subarray(first * itemsize, end * itemsize), at);
    else if (count > 0) {
      const elements = running.place(src, first * itemsize, end * itemsize, slot(0));
      kernels.pickMasked(itemsize, elements, truths, end - first, picked);
      running.unload(picked, count * itemsize, dst, at);
    }
    done += count;
  }
  return done;
}

/**
 * The inverse of {@link compress}: copies the elements at the beginning of `src`, one after the other, to
 * where `mask` is true in `dst`, and leaves the others alone.
 *
 * @returns how many there were
 */
export function expand(src: Uint8Array, itemsize: number, mask: Uint8Array, dst: Uint8Array): number {
  const [from, to] = [new Memory(src), new Memory(dst)];
  return eachPlaces(mask, src.length / itemsize, (count, first, done) => {
    scatterBlock(from, done * itemsize, itemsize, places, count, itemsize, first * itemsize, to);
  });
}

/**
 * Fills `places` for each block of the mask with any true elements, counted from the block's first element.
 *
 * @param most so many elements are visited at most
 * @returns how many there were; if more, in the blocks up to the one that had too many
 */
function eachPlaces(
  mask: Uint8Array,
  most: number,
  visit: (count: number, first: number, done: number) => void,
): number {
  let done = 0;
  for (let first = 0; first < mask.length; first += BLOCK) {
    const end = Math.min(first + BLOCK, mask.length);
    if (countNonzeroBytes(mask, first, end) === 0) continue;
    // Another thread may have changed the mask since.
    const count = fillPlaces(mask, first, end);
    if (done + count > most) return done + count;
    visit(count, first, done);
    done += count;
  }
  return done;
}

function fillPlaces(mask: Uint8Array, start: number, end: number): number {
  let found = 0;
  for (let i = start; i < end; i++) {
    places[found] = i - start;
    found += (mask[i] + 0xff) >>> 8;
  }
  return found;
}

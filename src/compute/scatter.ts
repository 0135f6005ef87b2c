import { scatterBytes, scatterLongs, scatterShorts, scatterViewed, scatterWords } from "./indexed.js";
import { eachIndexBlock, type IndexBlock, type IndexList } from "./indices.js";
import { Memory } from "./memory.js";

/** From this size on, copying an element by a native call beats moving its words in a loop. */
const LARGE = 256;

/**
 * The inverse of `gather`: copies the elements that stand one after the other at the beginning of `src` to
 * the places at `indices`, the `itemsize` bytes of `dst` at `offsetBytes + indices[i] * strideBytes`. Of
 * several elements for one place, the last one stays.
 */
export function scatter(
  src: Uint8Array,
  itemsize: number,
  indices: IndexList,
  strideBytes: number,
  offsetBytes: number,
  dst: Uint8Array,
): void {
  const [from, to] = [new Memory(src), new Memory(dst)];
  eachIndexBlock(indices, (block, count, first) => {
    scatterBlock(from, first * itemsize, itemsize, block, count, strideBytes, offsetBytes, to);
  });
}

/** Scatters `count` elements of `src` from the byte `start` on. */
export function scatterBlock(
  src: Memory,
  start: number,
  itemsize: number,
  indices: IndexBlock,
  count: number,
  stride: number,
  offset: number,
  dst: Memory,
): void {
  if (itemsize >= LARGE) {
    for (let i = 0; i < count; i++) {
      const at = start + i * itemsize;
      dst.bytes.set(src.bytes.subarray(at, at + itemsize), offset + indices[i] * stride);
    }
    return;
  }
  for (let k = 0, unit = 0; k < itemsize; k += unit) {
    unit = scatterPass(src, itemsize, start + k, indices, count, stride, offset + k, dst, itemsize - k);
  }
}

/**
 * Copies the next bytes of every element, by the widest unit that is left and aligned; returns how many of
 * each.
 */
function scatterPass(
  src: Memory,
  step: number,
  start: number,
  indices: IndexBlock,
  count: number,
  stride: number,
  offset: number,
  dst: Memory,
  left: number,
): number {
  const fits = (unit: number) =>
    left >= unit && src.isAligned(start, step, unit) && dst.isAligned(offset, stride, unit);
  if (fits(8)) {
    scatterLongs(src.longs, step / 8, start / 8, indices, count, stride / 8, offset / 8, dst.longs);
    return 8;
  }
  if (fits(4)) {
    scatterWords(src.words, step / 4, start / 4, indices, count, stride / 4, offset / 4, dst.words);
    return 4;
  }
  if (left >= 4) {
    scatterViewed(src.view, step, start, indices, count, stride, offset, dst.view);
    return 4;
  }
  if (fits(2)) {
    scatterShorts(src.shorts, step / 2, start / 2, indices, count, stride / 2, offset / 2, dst.shorts);
    return 2;
  }
  scatterBytes(src.bytes, step, start, indices, count, stride, offset, dst.bytes);
  return 1;
}

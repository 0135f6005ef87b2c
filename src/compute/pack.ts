import { Memory } from "./memory.js";
import { copyByKernels, type StridedCopy } from "./pack-blocks.js";
import {
  copyBytes,
  copyLongs,
  copyShorts,
  copyWords,
  moveWords,
  packPairs,
  packWords,
  unpackPairs,
  unpackWords,
} from "./strides.js";
import { littleEndian } from "./words.js";

export type { StridedCopy } from "./pack-blocks.js";

/**
 * Elements per pass: what one pass over them touches stays in the nearest cache for the passes over their
 * other words.
 */
const PASS = 1024;

/** From this size on, copying an element by a native call beats moving its words in a loop. */
const LARGE = 256;

/** Up to this many bytes in all, a plain loop is done before the views for words are made. */
const FEW = 64;

/**
 * Copies `count` elements of `itemsize` bytes from one strided layout into another, bit for bit, such as a
 * dense column into one field of packed records. Offsets and strides are in bytes; strides may be negative or
 * zero. The two layouts must lie within their arrays and must not overlap.
 *
 * Cost: about half a nanosecond for each element whose neighbours are near, by the kernels; else about a nanosecond for each
 * four bytes, aligned or not.
 */
export function copyStrided(
  src: Uint8Array,
  srcOffset: number,
  srcStride: number,
  dst: Uint8Array,
  dstOffset: number,
  dstStride: number,
  itemsize: number,
  count: number,
): void {
  if (count <= 0 || itemsize <= 0) return;
  if (srcStride === itemsize && dstStride === itemsize) {
    dst.set(src.subarray(srcOffset, srcOffset + itemsize * count), dstOffset);
  } else if (itemsize >= LARGE) {
    for (let i = 0; i < count; i++) {
      const at = srcOffset + i * srcStride;
      dst.set(src.subarray(at, at + itemsize), dstOffset + i * dstStride);
    }
  } else if (count * itemsize <= FEW) {
    copyFew(src, srcOffset, srcStride, dst, dstOffset, dstStride, itemsize, count);
  } else {
    const copy = { src, srcOffset, srcStride, dst, dstOffset, dstStride, itemsize };
    // Only what is dense is stored by the kernels.
    if (dstStride === itemsize && copyByKernels([copy], count).length === 0) return;
    copyPasses(new Memory(src), srcOffset, srcStride, new Memory(dst), dstOffset, dstStride, itemsize, count);
  }
}

function copyFew(
  src: Uint8Array,
  srcOffset: number,
  srcStride: number,
  dst: Uint8Array,
  dstOffset: number,
  dstStride: number,
  itemsize: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) {
    const from = srcOffset + i * srcStride;
    const to = dstOffset + i * dstStride;
    for (let k = 0; k < itemsize; k++) dst[to + k] = src[from + k];
  }
}

/**
 * Makes several copies of `count` elements each as {@link copyStrided} does, a few elements of each in turn: what
 * lies side by side on one side, such as the fields of packed records, is then brought into the cache once.
 */
export function copyTogether(copies: readonly StridedCopy[], count: number): void {
  const left = copyByKernels(copies, count);
  if (left.length === 0) return;
  const ready = left.map((copy) => ({ ...copy, from: new Memory(copy.src), to: new Memory(copy.dst) }));
  for (let done = 0; done < count; done += PASS) {
    const some = Math.min(PASS, count - done);
    for (const { from, srcOffset, srcStride, to, dstOffset, dstStride, itemsize } of ready) {
      const start = srcOffset + done * srcStride;
      copyPasses(from, start, srcStride, to, dstOffset + done * dstStride, dstStride, itemsize, some);
    }
  }
}

/** One pass over some elements for each word of them, by the widest unit that still fits. */
function copyPasses(
  src: Memory,
  srcOffset: number,
  srcStride: number,
  dst: Memory,
  dstOffset: number,
  dstStride: number,
  itemsize: number,
  count: number,
): void {
  for (let done = 0; done < count; done += PASS) {
    const some = Math.min(PASS, count - done);
    for (let k = 0, unit = 0; k < itemsize; k += unit) {
      const from = srcOffset + done * srcStride + k;
      const to = dstOffset + done * dstStride + k;
      unit = copyPass(src, from, srcStride, dst, to, dstStride, itemsize - k, some);
    }
  }
}

/** Copies the first bytes of every element and returns how many of each. */
function copyPass(
  src: Memory,
  from: number,
  srcStride: number,
  dst: Memory,
  to: number,
  dstStride: number,
  left: number,
  count: number,
): number {
  const aligned = (unit: number) =>
    src.isAligned(from, srcStride, unit) && dst.isAligned(to, dstStride, unit);
  if (left >= 8 && aligned(8)) {
    copyLongs(src.longs, from / 8, srcStride / 8, dst.longs, to / 8, dstStride / 8, count);
    return 8;
  }
  if (littleEndian && left >= 8 && !aligned(4)) {
    if (src.isAligned(from, srcStride, 4)) {
      packPairs(src.words, from / 4, srcStride / 4, dst.view, to, dstStride, count);
      return 8;
    }
    if (dst.isAligned(to, dstStride, 4)) {
      unpackPairs(src.view, from, srcStride, dst.words, to / 4, dstStride / 4, count);
      return 8;
    }
  }
  if (left >= 4) {
    if (aligned(4)) {
      copyWords(src.words, from / 4, srcStride / 4, dst.words, to / 4, dstStride / 4, count);
    } else if (littleEndian && src.isAligned(from, srcStride, 4)) {
      packWords(src.words, from / 4, srcStride / 4, dst.view, to, dstStride, count);
    } else if (littleEndian && dst.isAligned(to, dstStride, 4)) {
      unpackWords(src.view, from, srcStride, dst.words, to / 4, dstStride / 4, count);
    } else {
      moveWords(src.view, from, srcStride, dst.view, to, dstStride, count);
    }
    return 4;
  }
  if (left >= 2) {
    copyShorts(src.view, from, srcStride, dst.view, to, dstStride, count);
    return 2;
  }
  copyBytes(src.bytes, from, srcStride, dst.bytes, to, dstStride, count);
  return 1;
}

import { littleEndian } from "./words.js";

/**
 * Moving elements between strided layouts, such as a dense column and one field of packed records.
 *
 * @module
 */

/** Elements per pass: the records that one pass touches stay in the nearest cache for the passes over their other words. */
const PASS = 512;

/** From this size on, copying an element by a native call beats moving its words in a loop. */
const LARGE = 256;

/** One piece of memory seen as bytes, as words wherever they stand, and as aligned words where the start allows it. */
interface Side {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly words: Int32Array | undefined;
}

function sideOf(bytes: Uint8Array): Side {
  const { buffer, byteOffset, byteLength } = bytes;
  return {
    bytes,
    view: new DataView(buffer, byteOffset, byteLength),
    words: byteOffset % 4 === 0 ? new Int32Array(buffer, byteOffset, Math.floor(byteLength / 4)) : undefined,
  };
}

/**
 * Copies `count` elements of `itemsize` bytes from one strided layout into another, bit for bit. Offsets and strides
 * are in bytes; strides may be negative or zero. The two layouts must not overlap, and must lie within their arrays.
 *
 * Cost: about a nanosecond for each four bytes, wherever they stand.
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
  if (count <= 0 || itemsize === 0) return;
  if (srcStride === itemsize && dstStride === itemsize) {
    dst.set(src.subarray(srcOffset, srcOffset + itemsize * count), dstOffset);
  } else if (itemsize >= LARGE) {
    for (let i = 0; i < count; i++) {
      const at = srcOffset + i * srcStride;
      dst.set(src.subarray(at, at + itemsize), dstOffset + i * dstStride);
    }
  } else if (count * itemsize < 64) {
    copyBytes(src, srcOffset, srcStride, dst, dstOffset, dstStride, itemsize, count);
  } else {
    copyWords(sideOf(src), srcOffset, srcStride, sideOf(dst), dstOffset, dstStride, itemsize, count);
  }
}

/** For few bytes, where views would cost more than they save. */
function copyBytes(
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

/** Word by word: one pass over the elements for each four bytes of them, then for the two and the one that are left. */
function copyWords(
  src: Side,
  srcOffset: number,
  srcStride: number,
  dst: Side,
  dstOffset: number,
  dstStride: number,
  itemsize: number,
  count: number,
): void {
  for (let done = 0; done < count; done += PASS) {
    const some = Math.min(PASS, count - done);
    const from = srcOffset + done * srcStride;
    const to = dstOffset + done * dstStride;
    let k = 0;
    for (; k + 4 <= itemsize; k += 4) copyFours(src, from + k, srcStride, dst, to + k, dstStride, some);
    for (; k + 2 <= itemsize; k += 2)
      movePairs(src.view, from + k, srcStride, dst.view, to + k, dstStride, some);
    if (k < itemsize) moveBytes(src.bytes, from + k, srcStride, dst.bytes, to + k, dstStride, some);
  }
}

function copyFours(
  src: Side,
  srcOffset: number,
  srcStride: number,
  dst: Side,
  dstOffset: number,
  dstStride: number,
  count: number,
): void {
  const from = (srcOffset | srcStride) % 4 === 0 ? src.words : undefined;
  const to = (dstOffset | dstStride) % 4 === 0 ? dst.words : undefined;
  if (from !== undefined && to !== undefined) {
    copyAligned(from, srcOffset / 4, srcStride / 4, to, dstOffset / 4, dstStride / 4, count);
  } else if (from !== undefined) {
    packWords(from, srcOffset / 4, srcStride / 4, dst.view, dstOffset, dstStride, count);
  } else if (to !== undefined) {
    unpackWords(src.view, srcOffset, srcStride, to, dstOffset / 4, dstStride / 4, count);
  } else {
    moveWords(src.view, srcOffset, srcStride, dst.view, dstOffset, dstStride, count);
  }
}

// The four ways to copy words; their offsets and strides count bytes in a DataView, words in an Int32Array.

function copyAligned(
  src: Int32Array,
  srcOffset: number,
  srcStride: number,
  dst: Int32Array,
  dstOffset: number,
  dstStride: number,
  count: number,
): void {
  for (let i = 0, from = srcOffset, to = dstOffset; i < count; i++, from += srcStride, to += dstStride) {
    dst[to] = src[from];
  }
}

function packWords(
  src: Int32Array,
  srcOffset: number,
  srcStride: number,
  dst: DataView,
  dstOffset: number,
  dstStride: number,
  count: number,
): void {
  for (let i = 0, from = srcOffset, to = dstOffset; i < count; i++, from += srcStride, to += dstStride) {
    dst.setInt32(to, src[from], littleEndian);
  }
}

function unpackWords(
  src: DataView,
  srcOffset: number,
  srcStride: number,
  dst: Int32Array,
  dstOffset: number,
  dstStride: number,
  count: number,
): void {
  for (let i = 0, from = srcOffset, to = dstOffset; i < count; i++, from += srcStride, to += dstStride) {
    dst[to] = src.getInt32(from, littleEndian);
  }
}

function moveWords(
  src: DataView,
  srcOffset: number,
  srcStride: number,
  dst: DataView,
  dstOffset: number,
  dstStride: number,
  count: number,
): void {
  for (let i = 0, from = srcOffset, to = dstOffset; i < count; i++, from += srcStride, to += dstStride) {
    dst.setInt32(to, src.getInt32(from, littleEndian), littleEndian);
  }
}

function movePairs(
  src: DataView,
  srcOffset: number,
  srcStride: number,
  dst: DataView,
  dstOffset: number,
  dstStride: number,
  count: number,
): void {
  for (let i = 0, from = srcOffset, to = dstOffset; i < count; i++, from += srcStride, to += dstStride) {
    dst.setInt16(to, src.getInt16(from, littleEndian), littleEndian);
  }
}

function moveBytes(
  src: Uint8Array,
  srcOffset: number,
  srcStride: number,
  dst: Uint8Array,
  dstOffset: number,
  dstStride: number,
  count: number,
): void {
  for (let i = 0, from = srcOffset, to = dstOffset; i < count; i++, from += srcStride, to += dstStride) {
    dst[to] = src[from];
  }
}

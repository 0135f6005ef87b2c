/**
 * Loops that copy one unit of every element between two strided layouts, each for one type of memory on
 * either side. Offsets and strides count bytes in a DataView and units in a typed array. The byte order in
 * the calls of DataViews is literal: an imported constant would be read and tested again for every element.
 *
 * @module
 */

/** Single bytes. */
export function copyBytes(
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

/** Two bytes, wherever they stand. */
export function copyShorts(
  src: DataView,
  srcOffset: number,
  srcStride: number,
  dst: DataView,
  dstOffset: number,
  dstStride: number,
  count: number,
): void {
  for (let i = 0, from = srcOffset, to = dstOffset; i < count; i++, from += srcStride, to += dstStride) {
    dst.setInt16(to, src.getInt16(from, true), true);
  }
}

/** Four bytes, aligned on both sides. */
export function copyWords(
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

/** Four bytes, aligned on the source's side; for little-endian machines. */
export function packWords(
  src: Int32Array,
  srcOffset: number,
  srcStride: number,
  dst: DataView,
  dstOffset: number,
  dstStride: number,
  count: number,
): void {
  for (let i = 0, from = srcOffset, to = dstOffset; i < count; i++, from += srcStride, to += dstStride) {
    dst.setInt32(to, src[from], true);
  }
}

/** Four bytes, aligned on the destination's side; for little-endian machines. */
export function unpackWords(
  src: DataView,
  srcOffset: number,
  srcStride: number,
  dst: Int32Array,
  dstOffset: number,
  dstStride: number,
  count: number,
): void {
  for (let i = 0, from = srcOffset, to = dstOffset; i < count; i++, from += srcStride, to += dstStride) {
    dst[to] = src.getInt32(from, true);
  }
}

/** Eight bytes as two words, aligned to four on the source's side; for little-endian machines. */
export function packPairs(
  src: Int32Array,
  srcOffset: number,
  srcStride: number,
  dst: DataView,
  dstOffset: number,
  dstStride: number,
  count: number,
): void {
  for (let i = 0, from = srcOffset, to = dstOffset; i < count; i++, from += srcStride, to += dstStride) {
    const first = src[from];
    const second = src[from + 1];
    dst.setInt32(to, first, true);
    dst.setInt32(to + 4, second, true);
  }
}

/** Eight bytes as two words, aligned to four on the destination's side; for little-endian machines. */
export function unpackPairs(
  src: DataView,
  srcOffset: number,
  srcStride: number,
  dst: Int32Array,
  dstOffset: number,
  dstStride: number,
  count: number,
): void {
  for (let i = 0, from = srcOffset, to = dstOffset; i < count; i++, from += srcStride, to += dstStride) {
    const first = src.getInt32(from, true);
    const second = src.getInt32(from + 4, true);
    dst[to] = first;
    dst[to + 1] = second;
  }
}

/** Four bytes, wherever they stand. */
export function moveWords(
  src: DataView,
  srcOffset: number,
  srcStride: number,
  dst: DataView,
  dstOffset: number,
  dstStride: number,
  count: number,
): void {
  for (let i = 0, from = srcOffset, to = dstOffset; i < count; i++, from += srcStride, to += dstStride) {
    dst.setInt32(to, src.getInt32(from, true), true);
  }
}

/** Eight bytes, aligned on both sides. */
export function copyLongs(
  src: BigUint64Array,
  srcOffset: number,
  srcStride: number,
  dst: BigUint64Array,
  dstOffset: number,
  dstStride: number,
  count: number,
): void {
  for (let i = 0, from = srcOffset, to = dstOffset; i < count; i++, from += srcStride, to += dstStride) {
    dst[to] = src[from];
  }
}

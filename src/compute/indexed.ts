/**
 * Loops that move one unit of every element between places given by indices and places one after the other:
 * `gather` to the latter, `scatter` from them. Strides, offsets and steps count units of the typed arrays,
 * bytes in a DataView. `stride` and `offset` belong to the side with the indices, `step` and `start` to the
 * other.
 *
 * @module
 */

import type { IndexBlock } from "./indices.js";

/** Single bytes. */
export function gatherBytes(
  src: Uint8Array,
  indices: IndexBlock,
  count: number,
  stride: number,
  offset: number,
  dst: Uint8Array,
  step: number,
  start: number,
): void {
  for (let i = 0, at = start; i < count; i++, at += step) dst[at] = src[offset + indices[i] * stride];
}

/** Two bytes, aligned. */
export function gatherShorts(
  src: Uint16Array,
  indices: IndexBlock,
  count: number,
  stride: number,
  offset: number,
  dst: Uint16Array,
  step: number,
  start: number,
): void {
  for (let i = 0, at = start; i < count; i++, at += step) dst[at] = src[offset + indices[i] * stride];
}

/** Four bytes, aligned. */
export function gatherWords(
  src: Int32Array,
  indices: IndexBlock,
  count: number,
  stride: number,
  offset: number,
  dst: Int32Array,
  step: number,
  start: number,
): void {
  for (let i = 0, at = start; i < count; i++, at += step) dst[at] = src[offset + indices[i] * stride];
}

/** Eight bytes, aligned. */
export function gatherLongs(
  src: BigUint64Array,
  indices: IndexBlock,
  count: number,
  stride: number,
  offset: number,
  dst: BigUint64Array,
  step: number,
  start: number,
): void {
  for (let i = 0, at = start; i < count; i++, at += step) dst[at] = src[offset + indices[i] * stride];
}

/** Four bytes, wherever they stand. */
export function gatherViewed(
  src: DataView,
  indices: IndexBlock,
  count: number,
  stride: number,
  offset: number,
  dst: DataView,
  step: number,
  start: number,
): void {
  for (let i = 0, at = start; i < count; i++, at += step) {
    dst.setInt32(at, src.getInt32(offset + indices[i] * stride, true), true);
  }
}

/** Single bytes. */
export function scatterBytes(
  src: Uint8Array,
  step: number,
  start: number,
  indices: IndexBlock,
  count: number,
  stride: number,
  offset: number,
  dst: Uint8Array,
): void {
  for (let i = 0, at = start; i < count; i++, at += step) dst[offset + indices[i] * stride] = src[at];
}

/** Two bytes, aligned. */
export function scatterShorts(
  src: Uint16Array,
  step: number,
  start: number,
  indices: IndexBlock,
  count: number,
  stride: number,
  offset: number,
  dst: Uint16Array,
): void {
  for (let i = 0, at = start; i < count; i++, at += step) dst[offset + indices[i] * stride] = src[at];
}

/** Four bytes, aligned. */
export function scatterWords(
  src: Int32Array,
  step: number,
  start: number,
  indices: IndexBlock,
  count: number,
  stride: number,
  offset: number,
  dst: Int32Array,
): void {
  for (let i = 0, at = start; i < count; i++, at += step) dst[offset + indices[i] * stride] = src[at];
}

/** Eight bytes, aligned. */
export function scatterLongs(
  src: BigUint64Array,
  step: number,
  start: number,
  indices: IndexBlock,
  count: number,
  stride: number,
  offset: number,
  dst: BigUint64Array,
): void {
  for (let i = 0, at = start; i < count; i++, at += step) dst[offset + indices[i] * stride] = src[at];
}

/** Four bytes, wherever they stand. */
export function scatterViewed(
  src: DataView,
  step: number,
  start: number,
  indices: IndexBlock,
  count: number,
  stride: number,
  offset: number,
  dst: DataView,
): void {
  for (let i = 0, at = start; i < count; i++, at += step) {
    dst.setInt32(offset + indices[i] * stride, src.getInt32(at, true), true);
  }
}

import { byteSwap } from "../compute/index.js";
import { type AnyValues, sizeOf } from "../dtype/index.js";
import { copyElements } from "./copy.js";
import { denseLayout, type Layout, rangeRows, rowLayout } from "./layout.js";
import { scanned } from "./scan.js";
import { contiguousBytes, isAligned, type Strided, typedArray } from "./strided.js";

/** Bytes that an operation may hold beside its result. */
export const BLOCK_BYTES = 1 << 20;

/** Pieces of a layout of at most `limit` elements each, in C order: whole, else by rows, else by parts of rows. */
export function* split(layout: Layout, limit: number): Generator<Layout> {
  const { shape, strides, offset } = layout;
  const size = sizeOf(shape);
  if (size === 0) return;
  const rows = shape[0];
  if (size <= limit || rows === undefined) {
    yield layout;
    return;
  }
  const perRow = size / rows;
  if (perRow > limit) {
    for (let row = 0; row < rows; row++) yield* split(rowLayout(layout, row), limit);
    return;
  }
  const step = Math.max(1, Math.floor(limit / perRow));
  for (let row = 0; row < rows; row += step) {
    yield {
      shape: shape.with(0, Math.min(step, rows - row)),
      strides,
      offset: offset + row * (strides[0] ?? 0),
    };
  }
}

/**
 * The part of a layout from one place in C order to before another, as {@link split} cuts it: rows that are not whole by parts of
 * rows.
 */
export function* splitRange(layout: Layout, from: number, to: number, limit: number): Generator<Layout> {
  const { shape } = layout;
  const rows = shape[0];
  if (to <= from) return;
  if (rows === undefined) {
    yield layout;
    return;
  }
  const perRow = sizeOf(shape) / rows;
  const part = (row: number) =>
    splitRange(
      rowLayout(layout, row),
      Math.max(0, from - row * perRow),
      Math.min(perRow, to - row * perRow),
      limit,
    );
  const start = Math.ceil(from / perRow);
  const end = Math.floor(to / perRow);
  if (start > end) {
    // All of it lies within one row.
    yield* part(end);
    return;
  }
  if (start * perRow > from) yield* part(start - 1);
  yield* split(rangeRows(layout, { start, length: end - start, step: 1 }), limit);
  if (end * perRow < to) yield* part(end);
}

/** An ArrayBuffer costs as much as a short array's sum. */
const NOTHING = new Uint8Array(0);

/** Memory that blocks are copied into where they do not lie as wanted. It grows to what is asked of it. */
export class Scratch {
  #bytes = NOTHING;

  take(length: number): Uint8Array {
    if (this.#bytes.length < length) this.#bytes = new Uint8Array(length);
    return this.#bytes.subarray(0, length);
  }
}

/**
 * A piece of an array as one native typed array in C order: its own bytes where they lie so, else a copy in
 * `scratch`. The typed array is the one that `values` has (`f2` as bits, complex numbers in pairs, strings as code
 * points or bytes).
 */
export function blockOf(array: Strided, scratch: Scratch): AnyValues {
  const { dtype, layout } = array;
  const direct = dtype.native ? contiguousBytes(array) : undefined;
  if (direct !== undefined && isAligned(direct, dtype.alignment)) return typedArray(dtype, direct);
  const bytes = scratch.take(sizeOf(layout.shape) * dtype.itemsize);
  copyElements(array, { dtype, layout: denseLayout(layout.shape, dtype.itemsize), bytes });
  if (!dtype.native) byteSwap(bytes, dtype.itemsize, dtype.alignment);
  return typedArray(dtype, bytes);
}

/** The elements in C order, block by block; a block lasts until the next one is taken. */
export function* blocks(array: Strided, bytes = BLOCK_BYTES): Generator<AnyValues> {
  const scratch = new Scratch();
  const pieces = split(array.layout, Math.max(1, Math.floor(bytes / array.dtype.itemsize)));
  for (const layout of scanned(array, pieces, (piece) => piece)) {
    yield blockOf({ ...array, layout }, scratch);
  }
}

/** The bytes of all elements in C order and their own byte order, block by block, as a file holds them. */
export function* byteBlocks(array: Strided, bytes = BLOCK_BYTES): Generator<Uint8Array> {
  const { dtype } = array;
  const whole = contiguousBytes(array);
  if (whole !== undefined) {
    if (whole.length > 0) yield whole;
    return;
  }
  const scratch = new Scratch();
  for (const layout of split(array.layout, Math.max(1, Math.floor(bytes / dtype.itemsize)))) {
    const block = scratch.take(sizeOf(layout.shape) * dtype.itemsize);
    copyElements(
      { ...array, layout },
      { dtype, layout: denseLayout(layout.shape, dtype.itemsize), bytes: block },
    );
    yield block;
  }
}

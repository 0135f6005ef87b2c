import { compress, gather, maskChanged, scatter } from "../compute/index.js";
import { sizeOf } from "../dtype/index.js";
import { BLOCK_BYTES } from "./blocks.js";
import { copyElements } from "./copy.js";
import { forEachElement } from "./elements.js";
import { denseLayout, isContiguous, type Layout, rowLayout } from "./layout.js";
import type { MaskedRows, Rows } from "./rows.js";
import { room, type Strided, zeros } from "./strided.js";

/** A copy of these rows, in their order. */
export function takeRows(array: Strided, rows: Rows): Strided {
  const taken = room(array.dtype, array.layout.shape.with(0, rows.length));
  takeInto(array, rows, taken);
  return taken;
}

/** A copy of the rows that a mask selects. @throws StaleError where another thread changes the mask meanwhile */
export function filterRows(array: Strided, chosen: MaskedRows): Strided {
  const filtered = room(array.dtype, array.layout.shape.with(0, chosen.count));
  filterInto(array, chosen, filtered);
  return filtered;
}

/** Copies the rows that a mask selects to an array in C order of as many. @throws StaleError as {@link filterRows} */
export function filterInto(array: Strided, chosen: MaskedRows, filtered: Strided): void {
  const { dtype, layout, bytes } = array;
  const rowBytes = solidRow(layout, dtype.itemsize);
  const isDense = rowBytes !== undefined && rowBytes > 0 && layout.strides[0] === rowBytes;
  if (!isDense || chosen.isSparse) {
    takeInto(array, chosen.rows, filtered);
    return;
  }
  const source = bytes.subarray(layout.offset, layout.offset + chosen.mask.length * rowBytes);
  if (compress(source, rowBytes, chosen.mask, filtered.bytes) !== chosen.count) throw maskChanged();
}

/** Copies these rows, in their order, to an array in C order of as many. */
export function takeInto(array: Strided, rows: Rows, taken: Strided): void {
  const { dtype, layout, bytes } = array;
  if (taken.bytes.length === 0) return;
  const stride = layout.strides[0] ?? 0;
  const rowBytes = solidRow(layout, dtype.itemsize);
  if (rowBytes !== undefined) gather(bytes, rowBytes, rows, stride, layout.offset, taken.bytes);
  else if (isWide(layout, rows)) {
    rows.forEach((from: number, to: number) => copyElements(rowOf(array, from), rowOf(taken, to)));
  } else {
    forEachColumn(layout, taken, rows, (part, offset, column, block) => {
      gather(bytes, dtype.itemsize, part, stride, offset, block.bytes);
      copyElements(block, column);
    });
  }
}

/** Stores the rows of `from` into these rows of `to`, of the same dtype; the last of several for one row stays. */
export function putRows(from: Strided, rows: Rows, to: Strided): void {
  const { dtype, layout, bytes } = to;
  if (rows.length === 0) return;
  const stride = layout.strides[0] ?? 0;
  const rowBytes = solidRow(layout, dtype.itemsize);
  if (rowBytes !== undefined) scatter(from.bytes, rowBytes, rows, stride, layout.offset, bytes);
  else if (isWide(layout, rows)) {
    rows.forEach((row: number, i: number) => copyElements(rowOf(from, i), rowOf(to, row)));
  } else {
    forEachColumn(layout, from, rows, (part, offset, column, block) => {
      copyElements(column, block);
      scatter(block.bytes, dtype.itemsize, part, stride, offset, bytes);
    });
  }
}

function rowOf(array: Strided, row: number): Strided {
  return { ...array, layout: rowLayout(array.layout, row) };
}

/** Bytes of one row where its elements lie together in C order, so that rows move as a whole; undefined otherwise. */
export function solidRow(layout: Layout, itemsize: number): number | undefined {
  const row = rowLayout(layout, 0);
  return isContiguous(row, itemsize) ? sizeOf(row.shape) * itemsize : undefined;
}

/** Whether rows that do not lie together are few and long, so that they are moved one by one, not place by place. */
function isWide({ shape }: Layout, rows: Rows): boolean {
  return rows.length < sizeOf(shape.slice(1));
}

/**
 * Goes through the places of a row, and for each through the rows block by block.
 *
 * @param picked the layout that the rows are picked in; `dense` has them one after the other
 * @param move takes some rows, the first byte of their place in row 0, their elements in `dense`, and memory for them
 */
function forEachColumn(
  picked: Layout,
  dense: Strided,
  rows: Rows,
  move: (rows: Rows, offset: number, column: Strided, block: Strided) => void,
): void {
  const { dtype, layout } = dense;
  const step = Math.max(1, Math.floor(BLOCK_BYTES / dtype.itemsize));
  const { bytes } = zeros(dtype, [Math.min(step, rows.length)]);
  for (let start = 0; start < rows.length; start += step) {
    const part = rows.subarray(start, start + step);
    const block: Strided = { dtype, layout: denseLayout([part.length], dtype.itemsize), bytes };
    forEachElement(rowLayout(picked, 0), rowLayout(layout, start), (offset, denseOffset) => {
      const strides = layout.strides.slice(0, 1);
      move(part, offset, { ...dense, layout: { shape: [part.length], strides, offset: denseOffset } }, block);
      return false;
    });
  }
}

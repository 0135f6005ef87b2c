import { sizeOf } from "../dtype/index.js";
import { BLOCK_BYTES, Scratch, split } from "./blocks.js";
import { copyElements, denseCopy } from "./copy.js";
import { broadcast, denseLayout, isContiguous, type Layout, unstretched } from "./layout.js";
import { mayOverlap, type Strided } from "./strided.js";

/** Stores the elements of one array into another of the same shape and memory of its own. */
type Store = (from: Strided, to: Strided) => void;

/**
 * Stores elements into an array that may share memory with theirs as if they had been copied first, as NumPy does. They
 * are copied indeed only where the strides of the two differ, and then each element once.
 */
export function storeApart(from: Strided, to: Strided, store: Store): void {
  if (!mayOverlap(from, to) || (store === copyElements && isOneMove(from, to))) store(from, to);
  else if (isShifted(from.layout, to.layout)) storeShifted(from, to, store);
  else store(copyApart(from), to);
}

/** A copy of an array, whose repeated axes stay repeated ones. */
export function copyApart(array: Strided): Strided {
  const copy = denseCopy(array, unstretched(array.layout));
  return { ...copy, layout: broadcast(copy.layout, array.layout.shape) ?? copy.layout };
}

/** Whether the elements are one range of bytes in both, which a single call moves whichever way they overlap. */
function isOneMove(from: Strided, to: Strided): boolean {
  return isContiguous(from.layout, from.dtype.itemsize) && isContiguous(to.layout, to.dtype.itemsize);
}

/** Whether all elements are equally far from their destinations. */
function isShifted(from: Layout, to: Layout): boolean {
  return from.shape.every((length, axis) => length <= 1 || from.strides[axis] === to.strides[axis]);
}

/**
 * Block by block in the order of addresses: the upper elements first where they move up, so that no block is stored over
 * elements that are still to be read. Right because in every layout that selections can make, axes of larger stride step
 * over all of the smaller ones.
 */
function storeShifted(from: Strided, to: Strided, store: Store): void {
  const up = to.bytes.byteOffset + to.layout.offset > from.bytes.byteOffset + from.layout.offset;
  const { itemsize } = from.dtype;
  const limit = Math.max(1, Math.floor(BLOCK_BYTES / itemsize));
  const order = byAddress(from.layout);
  const sources = [...split(order(from.layout), limit)];
  const targets = [...split(order(to.layout), limit)];
  const scratch = new Scratch();
  for (let k = 0; k < sources.length; k++) {
    const i = up ? sources.length - 1 - k : k;
    const layout = denseLayout(sources[i].shape, itemsize);
    const block: Strided = { ...from, layout, bytes: scratch.take(sizeOf(layout.shape) * itemsize) };
    copyElements({ ...from, layout: sources[i] }, block);
    store(block, { ...to, layout: targets[i] });
  }
}

/** How to turn a layout, and others of its strides, so that C order is the order of addresses. */
function byAddress({ strides, shape }: Layout): (layout: Layout) => Layout {
  const axes = shape.map((_, axis) => axis).filter((axis) => shape[axis] !== 1);
  axes.sort((a, b) => Math.abs(strides[b] ?? 0) - Math.abs(strides[a] ?? 0));
  return (layout) => {
    let { offset } = layout;
    for (const axis of axes) {
      const stride = layout.strides[axis] ?? 0;
      if (stride < 0) offset += stride * ((shape[axis] ?? 0) - 1);
    }
    return {
      shape: axes.map((axis) => shape[axis] ?? 0),
      strides: axes.map((axis) => Math.abs(layout.strides[axis] ?? 0)),
      offset,
    };
  };
}

import { type Layout, type Range, type Slice, slice } from "../../array/index.js";

/** One axis of a dataset as a view shows it: the positions that are left of it, and whether the axis itself is. */
export interface FrameAxis {
  readonly range: Range;
  readonly isKept: boolean;
}

/** What a view shows of a dataset: for each axis of the dataset a part of it. */
export type Frame = readonly FrameAxis[];

/** All of a dataset of this shape. */
export function wholeFrame(shape: readonly number[]): Frame {
  return shape.map((length) => ({ range: { start: 0, length, step: 1 }, isKept: true }));
}

/** The shape of a view: the lengths of the axes that are left. */
export function frameShape(frame: Frame): number[] {
  return frame.flatMap(({ range, isKept }) => (isKept ? [range.length] : []));
}

/** A range of a range. */
export function composed(outer: Range, inner: Range): Range {
  const step = inner.length < 2 ? 1 : outer.step * inner.step;
  return { start: outer.start + outer.step * inner.start, length: inner.length, step };
}

/** The same positions from the lowest up. */
export function ascending({ start, length, step }: Range): Range {
  return step > 0 ? { start, length, step } : { start: start + (length - 1) * step, length, step: -step };
}

/** A layout of a shape whose bytes nobody looks at. */
export function shapeOnly(shape: readonly number[]): Layout {
  return { shape, strides: shape.map(() => 0), offset: 0 };
}

/** The slice that selects a range. */
export function sliceOf({ start, length, step }: Range): Slice {
  const stop = start + length * step;
  return slice(start, stop < 0 ? null : stop, step);
}

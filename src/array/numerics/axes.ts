import { sizeOf } from "../../dtype/index.js";
import { split } from "../blocks.js";
import type { Layout } from "../layout.js";

/** A layout taken apart: for each place in `kept` there is one run of elements, which lie by `run` from there. */
export interface Runs {
  readonly kept: Layout;
  readonly run: Layout;
}

/** Takes the runs along some axes out of a layout. */
export function runsAlong({ shape, strides, offset }: Layout, axes: readonly number[]): Runs {
  const inRun = (_: number, axis: number) => axes.includes(axis);
  const outside = (_: number, axis: number) => !axes.includes(axis);
  return {
    kept: { shape: shape.filter(outside), strides: strides.filter(outside), offset },
    run: { shape: shape.filter(inRun), strides: strides.filter(inRun), offset: 0 },
  };
}

/** The shape of a reduction along some axes. */
export function reducedShape(
  shape: readonly number[],
  axes: readonly number[],
  keepdims: boolean,
): readonly number[] {
  return keepdims
    ? shape.map((length, axis) => (axes.includes(axis) ? 1 : length))
    : shape.filter((_, axis) => !axes.includes(axis));
}

/**
 * The same elements in the order in which they lie in memory, for reductions to which order is nothing.
 *
 * @param along the strides of another array of the same shape, whose order is taken instead
 */
export function memoryOrder({ shape, strides, offset }: Layout, along: readonly number[] = strides): Layout {
  let start = offset;
  const axes = shape.map((length, axis) => {
    const [stride, guide] = [strides[axis] ?? 0, along[axis] ?? 0];
    if (guide < 0) start += stride * Math.max(0, length - 1);
    return { length, stride: guide < 0 ? -stride : stride, distance: Math.abs(guide) };
  });
  axes.sort((a, b) => b.distance - a.distance);
  return {
    shape: axes.map(({ length }) => length),
    strides: axes.map(({ stride }) => stride),
    offset: start,
  };
}

/** How large tiles are: so many neighbouring runs, so many elements of each. */
export interface Tiling {
  readonly runs: number;
  readonly length: number;
}

/** Runs side by side that are read together where their elements alternate in memory: a page of them, or more. */
const SIDE = 512;

function leastStride({ shape, strides }: Layout): number {
  return Math.min(
    ...strides.map((stride, axis) => ((shape[axis] ?? 0) > 1 ? Math.abs(stride) : Number.POSITIVE_INFINITY)),
  );
}

/**
 * The tiles to read runs by, each of at most `limit` elements: whole runs where that is how they lie in memory or
 * where many of them fit; otherwise pieces of many neighbouring runs, so that memory is read once and not once for
 * each run.
 */
export function tilingOf({ kept, run }: Runs, limit: number): Tiling {
  const count = Math.max(1, sizeOf(kept.shape));
  const length = Math.max(1, sizeOf(run.shape));
  const side = Math.min(SIDE, count, limit);
  if (length * side <= limit || leastStride(run) <= leastStride(kept)) {
    return { runs: Math.max(1, Math.floor(limit / length)), length: Math.min(length, limit) };
  }
  return { runs: side, length: Math.max(1, Math.floor(limit / side)) };
}

/** How many runs are open at a time: one after the other where tiles hold whole runs, else all of a tile. */
export function openRuns({ kept, run }: Runs, tiling: Tiling): number {
  return tiling.length < sizeOf(run.shape) ? Math.min(tiling.runs, sizeOf(kept.shape)) : 1;
}

/** A part of some neighbouring runs: `length` elements of each from `start` on. */
export interface Tile {
  /** The number of its first run. */
  readonly first: number;
  /** How many runs. */
  readonly count: number;
  readonly start: number;
  readonly length: number;
  /** The runs' axes come last, so that in C order each run's elements stand together. */
  readonly layout: Layout;
}

/** All tiles; those of the same runs follow each other in the order of the runs. None where there are no elements. */
export function* tiles({ kept, run }: Runs, tiling: Tiling): Generator<Tile> {
  let first = 0;
  for (const group of split(kept, tiling.runs)) {
    const count = sizeOf(group.shape);
    let start = 0;
    for (const piece of split(run, tiling.length)) {
      const length = sizeOf(piece.shape);
      const layout = {
        shape: [...group.shape, ...piece.shape],
        strides: [...group.strides, ...piece.strides],
        offset: group.offset + piece.offset,
      };
      yield { first, count, start, length, layout };
      start += length;
    }
    first += count;
  }
}

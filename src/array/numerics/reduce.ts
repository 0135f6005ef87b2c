import type { Accumulator } from "../../compute/index.js";
import { codecOf, type DType, sizeOf } from "../../dtype/index.js";
import { CastError, ShapeError } from "../../errors.js";
import { showShape } from "../layout.js";
import { scanned } from "../scan.js";
import { dataView, type Strided, zeros } from "../strided.js";
import { openRuns, reducedShape, runsAlong, tiles, tilingOf } from "./axes.js";
import { chunksOf, reduceChunk } from "./chunks.js";
import { type AxisOptions, resolveAxes } from "./options.js";
import { blockLength, Reader } from "./reader.js";

/** How one reduction of one dtype goes. */
export interface Reduction<Result = unknown> {
  /** What messages call it: `min`. */
  readonly name: string;
  /** The dtype of an array of results. */
  readonly dtype: DType;
  /** A new accumulator for runs of elements; its results can be stored as elements of `dtype`. */
  start(): Accumulator<Result>;
  /** What a reduction to one value gives; the accumulator's result when left out. */
  scalar?(result: Result): unknown;
  /** Whether the elements must come in C order. */
  readonly ordered?: boolean;
  /** Whether there is no result without elements. */
  readonly needsElements?: boolean;
}

/** What a reduction gives: one JavaScript value, or an array. */
export type Reduced = { readonly value: unknown } | { readonly array: Strided };

/** Reduces an array along the axes that the options name, or as a whole. */
export function reduce<Result>(
  array: Strided,
  reduction: Reduction<Result>,
  options: AxisOptions,
  label: string,
): Reduced {
  const axes = resolveAxes(options, array.layout.shape.length, label);
  if (axes === undefined) {
    const result = reduceAll(array, reduction, label);
    return { value: reduction.scalar === undefined ? result : reduction.scalar(result) };
  }
  return { array: reduceAxes(array, axes, options.keepdims === true, reduction, label) };
}

/** @throws ShapeError where a reduction has no result of so few elements */
export function requireElements(
  { name, needsElements = false }: Reduction,
  length: number,
  { layout }: Strided,
  label: string,
): void {
  if (!needsElements || length > 0) return;
  throw new ShapeError(`${name} of no elements has no result; ${label} has shape ${showShape(layout.shape)}`);
}

function reduceAll<Result>(array: Strided, reduction: Reduction<Result>, label: string): Result {
  requireElements(reduction, sizeOf(array.layout.shape), array, label);
  const accumulator = reduction.start();
  const reader = new Reader();
  for (const chunk of scanned(array, chunksOf({ array }, reduction), (chunk) => chunk.array.layout)) {
    accumulator.absorb(reduceChunk(chunk, reduction, reader));
    if (accumulator.settled === true) break;
  }
  return accumulator.result();
}

function reduceAxes<Result>(
  array: Strided,
  axes: readonly number[],
  keepdims: boolean,
  reduction: Reduction<Result>,
  label: string,
): Strided {
  const results = zeros(reduction.dtype, resultShape(array, axes, keepdims, reduction, label));
  reduceRuns(array, axes, reduction, results, label);
  return results;
}

/** The shape of a reduction along axes. @throws ShapeError where it has no result of so few elements */
export function resultShape(
  array: Strided,
  axes: readonly number[],
  keepdims: boolean,
  reduction: Reduction,
  label: string,
): readonly number[] {
  requireElements(reduction, sizeOf(runsAlong(array.layout, axes).run.shape), array, label);
  return reducedShape(array.layout.shape, axes, keepdims);
}

/** A part of the runs along axes: of so many parts the one of that index. Runs that are read together are in one. */
export interface Part {
  readonly index: number;
  readonly of: number;
  /** Asked between tiles: whether the results are of no use any more. */
  readonly isOver?: () => boolean;
}

/**
 * Reduces runs along axes, and stores the results in their places.
 *
 * @throws CastError where a result does not fit
 */
export function reduceRuns<Result>(
  array: Strided,
  axes: readonly number[],
  reduction: Reduction<Result>,
  results: Strided,
  label: string,
  part: Part = { index: 0, of: 1 },
): void {
  const runs = runsAlong(array.layout, axes);
  const length = sizeOf(runs.run.shape);
  const store = storing(results, reduction.name, label);
  const count = sizeOf(runs.kept.shape);
  if (length === 0) {
    for (let i = part.index; i < count; i += part.of) store(i, reduction.start().result());
    return;
  }
  const tiling = tilingOf(runs, blockLength(array.dtype));
  const together = openRuns(runs, tiling);
  const accumulators = Array.from({ length: together }, () => reduction.start());
  const reader = new Reader();
  let group = -1;
  for (const tile of tiles(runs, tiling)) {
    if (tile.start === 0) group += 1;
    if (group % part.of !== part.index) continue;
    if (part.isOver?.() === true) return;
    const values = reader.read({ ...array, layout: tile.layout });
    for (let i = 0; i < tile.count; i++) {
      const accumulator = accumulators[i % together];
      if (tile.start === 0) accumulator.reset();
      accumulator.add(values, i * tile.length, (i + 1) * tile.length);
      if (tile.start + tile.length === length) store(tile.first + i, accumulator.result());
    }
  }
}

/** Stores results one after the other, each judged: an exact sum may be too large for its dtype. */
function storing(
  { dtype, bytes }: Strided,
  name: string,
  label: string,
): (position: number, result: unknown) => void {
  const view = dataView(bytes);
  const { problem, write } = codecOf(dtype);
  const rounds = dtype.kind === "f" || dtype.kind === "c";
  return (position, result) => {
    // Floats overflow to infinity, as in NumPy.
    const found = rounds ? undefined : problem(result);
    if (found !== undefined) throw new CastError(`${name} ${position} of ${label}: ${found}`);
    write(view, position * dtype.itemsize, result);
  };
}

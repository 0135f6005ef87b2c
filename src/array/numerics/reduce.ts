import type { Accumulator } from "../../compute/index.js";
import { codecOf, type DType, sizeOf } from "../../dtype/index.js";
import { CastError, ShapeError, UnsupportedError } from "../../errors.js";
import { showShape } from "../layout.js";
import { scanned } from "../scan.js";
import { dataView, type Strided, zeros } from "../strided.js";
import { openRuns, reducedShape, runsAlong, tiles, tilingOf } from "./axes.js";
import { chunksOf, type Operand, reduceChunk } from "./chunks.js";
import { heldBy } from "./held.js";
import { type AxisOptions, resolveAxes } from "./options.js";
import { blockLength, Reader } from "./reader.js";
import { anyOf } from "./truth.js";
import { type Where, whereOf } from "./where.js";

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
  /** Whether a result is a place among the elements. */
  readonly isPlace?: boolean;
  /** Whether truth values may be any bytes, and not 0 and 1 alone. */
  readonly anyTruth?: boolean;
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
  const { axes, where } = judged(array, reduction, options, label);
  if (axes === undefined) {
    const result = reduceAll({ array, where }, reduction, label);
    return { value: reduction.scalar === undefined ? result : reduction.scalar(result) };
  }
  return { array: reduceAxes(array, axes, options.keepdims === true, reduction, label) };
}

/** The axes that options name, all if undefined, and the mask of the array's shape. @throws as these are judged */
export function judged(
  array: Strided,
  reduction: Reduction,
  options: AxisOptions,
  label: string,
): { readonly axes: readonly number[] | undefined; readonly where: Where | undefined } {
  const axes = resolveAxes(options, array.layout.shape.length, label);
  const where = whereOf(options.where, array, label);
  if (axes !== undefined || reduction.isPlace === true) refuseWhere(where, reduction);
  return { axes, where };
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

/** @throws UnsupportedError for a mask: reductions along axes, and those to places, take none */
function refuseWhere(where: Where | undefined, { name, isPlace = false }: Reduction): void {
  if (where === undefined) return;
  const what = isPlace ? name : `${name} along an axis`;
  throw new UnsupportedError(`${what} takes no where; it goes with reductions to one value of elements`);
}

/** @throws ShapeError where a reduction to one value has none of so few elements */
export function requireChosen({ array, where }: Operand, reduction: Reduction, label: string): void {
  requireElements(reduction, sizeOf(array.layout.shape), array, label);
  if (where === undefined || reduction.needsElements !== true) return;
  const { compared } = where;
  const any = compared === undefined ? anyOf(where.dtype, label) : heldBy(where.dtype, compared, label, 1);
  if (Boolean(reduceAll<unknown>({ array: where }, any, label))) return;
  throw new ShapeError(`${reduction.name} of no elements has no result; where chooses none of ${label}`);
}

function reduceAll<Result>(operand: Operand, reduction: Reduction<Result>, label: string): Result {
  const { array } = operand;
  requireChosen(operand, reduction, label);
  const accumulator = reduction.start();
  const reader = new Reader();
  for (const chunk of scanned(array, chunksOf(operand, reduction), (chunk) => chunk.array.layout)) {
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
    const piece = { ...array, layout: tile.layout };
    const values = reduction.anyTruth === true ? reader.readBytes(piece) : reader.read(piece);
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

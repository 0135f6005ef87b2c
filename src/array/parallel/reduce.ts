import { sizeOf } from "../../dtype/index.js";
import { hostOf } from "../../platform/index.js";
import { chunksOf, type Operand } from "../numerics/chunks.js";
import type { Comparison } from "../numerics/comparison.js";
import type { MomentOptions } from "../numerics/options.js";
import {
  judged,
  type Reduced,
  type Reduction,
  reduce,
  requireChosen,
  resultShape,
} from "../numerics/reduce.js";
import { isCached } from "../scan.js";
import { contiguousBytes, type Strided } from "../strided.js";
import { whileThere } from "./reading.js";
import { type ChunksTask, madeBy, type Recipe, reduceChunks, reduceSomeRuns } from "./reduce-task.js";
import { type AsyncOptions, inParallel, PARALLEL_BYTES } from "./run.js";
import { freeCopy, lendForTasks, type SharedArray, sharedZeros } from "./share.js";
import { byteLength, forWorkers, type Source, shareOperand, spansOf } from "./source.js";

/** What workers run. */
const MODULE = new URL("./reduce-task.js", import.meta.url).href;

/**
 * Of fewer bytes, which take up to five milliseconds to look at, workers win nothing: it takes half a millisecond to have them
 * begin, and two read memory hardly faster than one.
 */
const IN_PLACE_BYTES = 1 << 27;

/** A reduction with all that the workers need for it. */
interface Work {
  readonly source: Source;
  readonly shared: SharedArray;
  readonly recipe: Recipe;
  readonly reduction: Reduction;
  readonly options: MomentOptions & AsyncOptions;
}

/** Reduces an array as `reduce` does, by workers where that pays. The result is the same to the last bit. */
export async function reduceAsync(
  source: Source,
  recipe: Recipe,
  options: MomentOptions & AsyncOptions,
): Promise<Reduced> {
  const { array, label } = source;
  const reduction = madeBy(recipe, array.dtype, label);
  const { axes, where } = judged(array, reduction, options, label);
  const isFast = axes === undefined && where === undefined && isLookedThrough(reduction, array);
  const shared = forWorkers(source, options, isFast ? IN_PLACE_BYTES : PARALLEL_BYTES);
  const mask = shared && where && shareOperand(where, array);
  if (shared === undefined || (where !== undefined && mask === undefined)) {
    return reduce(array, reduction, options, label);
  }
  const work: Work = { source, shared, recipe, reduction, options };
  try {
    return await whileThere(where === undefined ? [array] : [array, where], options, async () => {
      if (axes !== undefined) return { array: await along(work, axes) };
      requireChosen({ array, where }, reduction, label);
      // What was copied for the workers has another layout.
      const operand = { array, where: where && mask && { ...where, layout: mask.layout } };
      return { value: await whole(work, [...chunksOf(operand, reduction)], mask, where?.compared) };
    });
  } finally {
    if (mask !== undefined) freeCopy(mask);
  }
}

/** Reductions whose kernels look at each element once, as fast as memory is. */
const LOOKS: ReadonlySet<string> = new Set([
  "sum",
  "mean",
  "min",
  "max",
  "any",
  "all",
  "countNonzero",
  "count",
]);

/** Whether an array is reduced as fast as memory is read: kernels see its elements where they are, and no disk is waited for. */
function isLookedThrough({ name, anyTruth }: Reduction, array: Strided): boolean {
  const { dtype, bytes } = array;
  return (
    LOOKS.has(name) &&
    hostOf(bytes.buffer) !== undefined &&
    contiguousBytes(array) !== undefined &&
    ("iu".includes(dtype.kind) ||
      (dtype.kind === "f" && dtype.itemsize > 2) ||
      (dtype.kind === "b" && anyTruth === true)) &&
    dtype.native &&
    byteLength(array) < IN_PLACE_BYTES &&
    isCached(array)
  );
}

/** What the task of a worker makes the reduction of. */
function described({ source: { label }, shared, recipe }: Work) {
  return { recipe, label, array: shared };
}

/** @param where the mask that the chunks have parts of, or what it is made of by comparisons */
async function whole(
  work: Work,
  chunks: readonly Operand[],
  where: SharedArray | undefined,
  compared: readonly Comparison[] | undefined,
): Promise<unknown> {
  const { reduction, options } = work;
  const settled = new Int32Array(new SharedArrayBuffer(4)).fill(chunks.length);
  const inputs = spansOf(chunks.length, options).map(
    ({ from, to }): ChunksTask => ({
      ...described(work),
      where,
      compared,
      chunks: chunks.slice(from, to).map(({ array, where }) => ({
        layout: array.layout,
        where: where?.layout,
      })),
      first: from,
      settled,
    }),
  );
  const states = await inParallel({ ...options, module: MODULE, act: reduceChunks, inputs });
  const accumulator = reduction.start();
  for (const state of states.flat()) {
    accumulator.absorb(state);
    if (accumulator.settled === true) break;
  }
  const result = accumulator.result();
  return reduction.scalar === undefined ? result : reduction.scalar(result);
}

async function along(work: Work, axes: readonly number[]) {
  const { source, reduction, options } = work;
  const shape = resultShape(source.array, axes, options.keepdims === true, reduction, source.label);
  const results = sharedZeros(reduction.dtype, shape);
  const parts = spansOf(sizeOf(shape), options);
  const inputs = parts.map((_, index) => ({
    ...described(work),
    axes,
    results: lendForTasks(results),
    part: { index, of: parts.length },
  }));
  await inParallel({ ...options, module: MODULE, act: reduceSomeRuns, inputs });
  return results;
}

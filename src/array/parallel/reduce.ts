import { sizeOf } from "../../dtype/index.js";
import { chunksOf } from "../numerics/chunks.js";
import { type MomentOptions, resolveAxes } from "../numerics/options.js";
import { type Reduced, type Reduction, reduce, requireElements, resultShape } from "../numerics/reduce.js";
import { type ReductionName, reductionOf } from "../numerics/reductions.js";
import { type ChunksTask, reduceChunks, reduceSomeRuns } from "./reduce-task.js";
import { type AsyncOptions, inParallel } from "./run.js";
import { type SharedArray, sharedZeros, shareMemory } from "./share.js";
import { forWorkers, type Source, spansOf } from "./source.js";

/** What workers run. */
const MODULE = new URL("./reduce-task.js", import.meta.url).href;

/** A reduction with all that the workers need for it. */
interface Work {
  readonly source: Source;
  readonly shared: SharedArray;
  readonly name: ReductionName;
  readonly reduction: Reduction;
  readonly options: MomentOptions & AsyncOptions;
}

/** Reduces an array as `reduce` does, by workers where that pays. The result is the same to the last bit. */
export async function reduceAsync(
  source: Source,
  name: ReductionName,
  options: MomentOptions & AsyncOptions,
): Promise<Reduced> {
  const { array, label } = source;
  const reduction = reductionOf(name, array.dtype, options, label);
  const axes = resolveAxes(options, array.layout.shape.length, label);
  const shared = forWorkers(source, options);
  const isMasked = options.where !== undefined && options.where !== null;
  if (shared === undefined || isMasked) return reduce(array, reduction, options, label);
  const work: Work = { source, shared, name, reduction, options };
  return axes === undefined ? { value: await whole(work) } : { array: await along(work, axes) };
}

/** What the task of a worker makes the reduction of. */
function described({ source: { label }, shared, name, options: { skipNaN, ddof } }: Work) {
  return { name, options: { skipNaN, ddof }, label, array: shared };
}

async function whole(work: Work): Promise<unknown> {
  const { source, reduction, options } = work;
  requireElements(reduction, sizeOf(source.array.layout.shape), source.array, source.label);
  const chunks = [...chunksOf({ array: source.array }, reduction)].map(({ array, where }) => ({
    layout: array.layout,
    where: where?.layout,
  }));
  const settled = new Int32Array(new SharedArrayBuffer(4)).fill(chunks.length);
  const inputs = spansOf(chunks.length, options).map(
    ({ from, to }): ChunksTask => ({
      ...described(work),
      where: undefined,
      chunks: chunks.slice(from, to),
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
    results: shareMemory(results),
    part: { index, of: parts.length },
  }));
  await inParallel({ ...options, module: MODULE, act: reduceSomeRuns, inputs });
  return results;
}

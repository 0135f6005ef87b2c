import type { DType } from "../../dtype/index.js";
import type { TaskContext } from "../../workers/index.js";
import type { Layout } from "../layout.js";
import { reduceChunk } from "../numerics/chunks.js";
import type { Comparison } from "../numerics/comparison.js";
import { heldBy } from "../numerics/held.js";
import type { MomentOptions } from "../numerics/options.js";
import { Reader } from "../numerics/reader.js";
import { type Part, type Reduction, reduceRuns } from "../numerics/reduce.js";
import { type ReductionName, reductionOf } from "../numerics/reductions.js";
import { scanned } from "../scan.js";
import { holdingBytes } from "../shared-bytes.js";
import { openArray, type SharedArray } from "./share.js";

/** Which reduction is meant, in any thread. */
export type Recipe =
  | { readonly name: ReductionName; readonly options: MomentOptions }
  /** For how many elements comparisons hold. */
  | { readonly comparisons: readonly Comparison[] };

/** @throws as `reductionOf` */
export function madeBy(recipe: Recipe, dtype: DType, label: string): Reduction {
  return "comparisons" in recipe
    ? heldBy(dtype, recipe.comparisons, label)
    : reductionOf(recipe.name, dtype, recipe.options, label);
}

/** A reduction, as workers make it anew. */
interface SharedReduction {
  readonly recipe: Recipe;
  readonly label: string;
  readonly array: SharedArray;
}

/** Some chunks one after the other. */
export interface ChunksTask extends SharedReduction {
  /** The mask of those elements that count, or what it is made of. */
  readonly where: SharedArray | undefined;
  readonly compared: readonly Comparison[] | undefined;
  readonly chunks: readonly { readonly layout: Layout; readonly where: Layout | undefined }[];
  /** The number of the first of them. */
  readonly first: number;
  /** One word: the first chunk so far after which no further one changes the result. */
  readonly settled: Int32Array<SharedArrayBuffer>;
}

/** The states of chunks; none of those that are not needed any more. */
export function reduceChunks(task: ChunksTask, context: TaskContext): Promise<unknown[]> {
  return holdingBytes(async () => {
    const { chunks, first, settled, compared } = task;
    const array = openArray(task.array);
    const where = task.where && openArray(task.where);
    const reduction = madeBy(task.recipe, array.dtype, task.label);
    const reader = new Reader();
    const states: unknown[] = [];
    for (const chunk of scanned(array, chunks, ({ layout }) => layout)) {
      const place = first + states.length;
      if (context.stopped || Atomics.load(settled, 0) < place) break;
      const state = reduceChunk(
        {
          array: { ...array, layout: chunk.layout },
          where: where && chunk.where && { ...where, layout: chunk.where, compared },
        },
        reduction,
        reader,
      );
      states.push(state);
      const alone = reduction.start();
      alone.absorb(state);
      if (alone.settled === true) lower(settled, place);
    }
    return states;
  });
}

/** Makes a word that threads share as small as a value. */
function lower(word: Int32Array<SharedArrayBuffer>, value: number): void {
  for (let known = Atomics.load(word, 0); value < known; known = Atomics.load(word, 0)) {
    if (Atomics.compareExchange(word, 0, known, value) === known) return;
  }
}

/** A reduction along axes, a part of it. */
export interface RunsTask extends SharedReduction {
  readonly axes: readonly number[];
  readonly results: SharedArray;
  readonly part: Part;
}

/** Reduces some of the runs along axes, and stores the results. */
export function reduceSomeRuns(task: RunsTask, context: TaskContext): Promise<void> {
  return holdingBytes(async () => {
    const array = openArray(task.array);
    const reduction = madeBy(task.recipe, array.dtype, task.label);
    const part = { ...task.part, isOver: () => context.stopped };
    reduceRuns(array, task.axes, reduction, openArray(task.results), task.label, part);
  });
}

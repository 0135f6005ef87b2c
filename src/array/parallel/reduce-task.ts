import type { TaskContext } from "../../workers/index.js";
import type { Layout } from "../layout.js";
import { reduceChunk } from "../numerics/chunks.js";
import type { MomentOptions } from "../numerics/options.js";
import { Reader } from "../numerics/reader.js";
import { type Part, reduceRuns } from "../numerics/reduce.js";
import { type ReductionName, reductionOf } from "../numerics/reductions.js";
import { scanned } from "../scan.js";
import { holdingBytes } from "../shared-bytes.js";
import { openArray, type SharedArray } from "./share.js";

/** A reduction, as workers make it anew. */
interface SharedReduction {
  readonly name: ReductionName;
  readonly options: MomentOptions;
  readonly label: string;
  readonly array: SharedArray;
}

/** Some chunks one after the other. */
export interface ChunksTask extends SharedReduction {
  /** The mask of those elements that count. */
  readonly where: SharedArray | undefined;
  readonly chunks: readonly { readonly layout: Layout; readonly where: Layout | undefined }[];
  /** The number of the first of them. */
  readonly first: number;
  /** One word: the first chunk so far after which no further one changes the result. */
  readonly settled: Int32Array<SharedArrayBuffer>;
}

/** The states of chunks; none of those that are not needed any more. */
export function reduceChunks(task: ChunksTask, context: TaskContext): Promise<unknown[]> {
  return holdingBytes(async () => {
    const { chunks, first, settled } = task;
    const array = openArray(task.array);
    const where = task.where && openArray(task.where);
    const reduction = reductionOf(task.name, array.dtype, task.options, task.label);
    const reader = new Reader();
    const states: unknown[] = [];
    for (const chunk of scanned(array, chunks, ({ layout }) => layout)) {
      const place = first + states.length;
      if (context.stopped || Atomics.load(settled, 0) < place) break;
      const state = reduceChunk(
        {
          array: { ...array, layout: chunk.layout },
          where: where && chunk.where && { ...where, layout: chunk.where },
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
    const reduction = reductionOf(task.name, array.dtype, task.options, task.label);
    const part = { ...task.part, isOver: () => context.stopped };
    reduceRuns(array, task.axes, reduction, openArray(task.results), task.label, part);
  });
}

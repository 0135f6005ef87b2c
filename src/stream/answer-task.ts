import { holdingBytes } from "../array/index.js";
import type { TaskContext } from "../workers/index.js";
import { type Reading, readBlocks } from "./row-blocks.js";
import { type RowWork, rowWorker, type SharedWork, type WorkResult } from "./row-work.js";
import type { Cut } from "./steps.js";

/** Rows to be read, and what is to be done with them; a structured clone of it says the same. */
export interface AnswerTask {
  readonly reading: Reading;
  readonly cut: Cut;
  readonly work: RowWork;
  /** How many rows there are in all. */
  readonly rows: number;
  /** Where other tasks do parts of the work. */
  readonly shared?: SharedWork | undefined;
  /** Memory for the result. */
  readonly target: Uint8Array<SharedArrayBuffer>;
  /** One word: 1 when nobody wants the answer any more. */
  readonly stop: Int32Array;
  readonly label: string;
}

/** Carries out a part of an operation, in any thread. */
export async function answer(task: AnswerTask, context: TaskContext): Promise<WorkResult> {
  const { reading, cut, work, rows, shared, target, stop, label } = task;
  const isStopped = () => context.stopped || Atomics.load(stop, 0) !== 0;
  const worker = rowWorker(work, rows, target, label, shared);
  return holdingBytes(async () => {
    for await (const block of readBlocks(reading, cut, isStopped)) worker.add(block);
    return shared?.isLast === false ? worker.pause() : worker.finish();
  });
}

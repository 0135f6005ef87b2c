import { availableParallelism } from "node:os";
import { setImmediate } from "node:timers/promises";
import { showValue } from "../../dtype/index.js";
import { LimitError, UnsupportedError } from "../../errors.js";
import { canStartWorkers, type TaskFunction, workerPool } from "../../workers/index.js";
import { requireOptions } from "../numerics/options.js";
import type { Outputs, Turns } from "./turns-task.js";

/** What workers run. */
const TURNS = new URL("./turns-task.js", import.meta.url).href;

/** How the asynchronous form of an operation goes. */
export interface AsyncOptions {
  /**
   * How many threads may work for it: the processors that this process may use when left out. No more are started than have
   * something to do, and never more than four for each processor. The result is the same.
   */
  readonly workers?: number | undefined;
  /** Ends it early: it is rejected with the signal's reason, when nothing of it runs any more. */
  readonly signal?: AbortSignal | undefined;
}

/** Of fewer bytes than these the asynchronous forms are done at once, on this thread. */
export const PARALLEL_BYTES = 1 << 23;

/** Some tasks that one function does, which its module exports by its own name. */
export interface ParallelTasks<I, O> extends AsyncOptions {
  /** `import.meta.url` of the function's module. */
  readonly module: string;
  /** It looks at `context.stopped` between blocks, and leaves its input as it is. */
  readonly act: TaskFunction<I, O>;
  /** The input of each task, begun in their order. Each worker has a structured clone of all; what several share is cloned once. */
  readonly inputs: readonly I[];
}

/** Threads that wait for a disk leave their processor to others; more than so many for each processor gain nothing. */
const PER_PROCESSOR = 4;

/**
 * How many threads may work.
 *
 * @throws LimitError for what is not a whole number of at least 1, UnsupportedError for options that are no object and for a signal
 * that is none
 */
export function workersOf(options: AsyncOptions): number {
  requireAsyncOptions(options);
  const { workers = availableParallelism() } = options;
  if (Number.isSafeInteger(workers) && workers >= 1) {
    return Math.min(workers, PER_PROCESSOR * availableParallelism());
  }
  throw new LimitError(`workers must be a whole number of at least 1, not ${showValue(workers)}`);
}

/** @throws UnsupportedError for options that are no object, and for a signal that is none */
export function requireAsyncOptions(options: Pick<AsyncOptions, "signal">): void {
  requireOptions(options);
  const { signal } = options;
  if (signal === undefined || signal instanceof AbortSignal) return;
  throw new UnsupportedError(`signal is an AbortSignal, not ${showValue(signal)}`);
}

/**
 * Has tasks done by the workers of this process's pool; where none can be started, which is so in bundles, by this thread, between
 * turns of the event loop.
 *
 * @returns the results in the order of the inputs; rejected with the first failure of all, or the signal's reason, once no task
 * runs any more. A worker that dies is a WorkerError; those that live stay for others
 */
export async function inParallel<I, O>(tasks: ParallelTasks<I, O>): Promise<O[]> {
  const workers = workersOf(tasks);
  tasks.signal?.throwIfAborted();
  return canStartWorkers() ? onWorkers(tasks, workers) : onThisThread(tasks);
}

/** One message to each worker, and one back: a thread that is waited for may be a long time in waking up. */
async function onWorkers<I, O>(
  { module, act, inputs, signal }: ParallelTasks<I, O>,
  workers: number,
): Promise<O[]> {
  const run = workerPool().begin({ workers, independent: true });
  const failures: unknown[] = [];
  const fail = (error: unknown) => {
    failures.push(error);
    run.interrupt();
  };
  const onAbort = () => fail(signal?.reason);
  const input: Turns = { module, name: act.name, inputs, next: new Int32Array(new SharedArrayBuffer(4)) };
  try {
    signal?.addEventListener("abort", onAbort);
    // Whoever lends memory to them keeps it by what says so.
    inHands.add(inputs);
    const turns = Array.from({ length: Math.min(workers, inputs.length) }, () =>
      run.submit<Turns, Outputs>({ module: TURNS, name: "takeTurns", input }),
    );
    for (const turn of turns) turn.catch(fail);
    const settled = await Promise.allSettled(turns);
    if (failures.length > 0) throw failures[0];
    const results: O[] = new Array(inputs.length);
    for (const each of settled) {
      if (each.status === "fulfilled") for (const [i, output] of each.value) results[i] = output as O;
    }
    return results;
  } finally {
    // A pool that was closed has rejected them before its workers are gone.
    await run.finish().catch(() => undefined);
    inHands.delete(inputs);
    signal?.removeEventListener("abort", onAbort);
  }
}

/** The inputs of tasks that run. */
const inHands = new Set<readonly unknown[]>();

async function onThisThread<I, O>({ act, inputs, signal }: ParallelTasks<I, O>): Promise<O[]> {
  const context = {
    get stopped() {
      return signal?.aborted === true;
    },
  };
  const results: O[] = [];
  for (const input of inputs) {
    results.push(await act(input, context));
    await setImmediate();
    signal?.throwIfAborted();
  }
  return results;
}

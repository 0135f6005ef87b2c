import { ClosedError, LimitError } from "../errors.js";
import type { Task } from "./task.js";

/** What the pool does for its runs. */
export interface RunOwner {
  /** The run has a task that waits. */
  dispatch(run: WorkerRun): void;
  /** The run has failed. Fulfilled when all workers that worked for it are gone, or busy with another's task. */
  retire(run: WorkerRun): Promise<void>;
  /** Waits, without the event loop, until no task of a run whose flag is set is running. */
  halt(run: WorkerRun): void;
  /** The run has given up its tasks. Workers that go on with one of them for too long are ended. */
  abandon(run: WorkerRun): void;
}

/** A task that was submitted. */
export interface Job extends Settle<unknown> {
  readonly task: Task<unknown>;
  readonly run: WorkerRun;
}

interface Settle<T> {
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
}

/** How a task has ended. */
export type Outcome =
  | { readonly ok: true; readonly output: unknown }
  | { readonly ok: false; readonly error: unknown };

/** How many may work for a run, and what ends it early. */
export interface RunOptions {
  /** How many workers may work for it, at least 1. */
  readonly workers: number;
  /** Fails the run with its reason. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Whether a task that fails, or whose worker dies, fails alone: others of the run go on, with a new worker if need be.
   * Without it, the first failure is the run's.
   */
  readonly independent?: boolean | undefined;
}

/**
 * The tasks of one call: they succeed together or fail together. The first failure is the run's: all its promises
 * are rejected with that error, tasks that wait are dropped, and those under way are told to stop. Tasks of an
 * `independent` run fail one by one.
 *
 * No promise of a run has to be awaited: none that is left alone counts as an unhandled rejection. But
 * {@link finish}, {@link stop} or {@link cancel} must end a run that has a signal.
 */
export class WorkerRun {
  readonly workers: number;
  /** One word that the workers see: 1 when the run is stopped. */
  readonly flag = new Int32Array(new SharedArrayBuffer(4));
  readonly #owner: RunOwner;
  readonly #signal: AbortSignal | undefined;
  readonly #independent: boolean;
  readonly #queue: Job[] = [];
  readonly #running = new Set<Job>();
  /** Those of them that a thread has, but has not begun. */
  #ahead = 0;
  /** Who waits for room. */
  readonly #waiting: Settle<void>[] = [];
  #failure: { readonly error: unknown } | undefined;
  /** Fulfilled when the workers of a run that failed are gone. */
  #retired: Promise<void> | undefined;
  #finished: Promise<void> | undefined;
  /** Called when the last task is done, or the first has failed. */
  #drained: (() => void) | undefined;
  /** Nothing more can happen to it. */
  #over = false;

  /** @throws LimitError where `workers` is not a whole number of at least 1 */
  constructor(owner: RunOwner, { workers, signal, independent = false }: RunOptions) {
    if (!Number.isSafeInteger(workers) || workers < 1) {
      throw new LimitError(`workers must be a whole number of at least 1, not ${workers}`);
    }
    this.workers = workers;
    this.#owner = owner;
    this.#signal = signal;
    this.#independent = independent;
    if (signal?.aborted) this.fail(signal.reason);
    else signal?.addEventListener("abort", this.#onAbort);
  }

  /** Whether a task waits that one more worker may take. */
  get ready(): boolean {
    return this.waits && this.#running.size - this.#ahead < this.workers;
  }

  /** Whether a task waits for a worker. */
  get waits(): boolean {
    return this.#queue.length > 0;
  }

  /**
   * Has a task done by a worker, after those that were submitted before it were begun.
   *
   * @returns what its function returns; rejected with the run's error, or a ClosedError after {@link finish}
   */
  submit<I, O>(task: Task<I>): Promise<O> {
    if (this.#failure !== undefined) return quiet(Promise.reject(this.#failure.error));
    if (this.#finished !== undefined) {
      return quiet(Promise.reject(new ClosedError("this run of tasks is finished: begin another")));
    }
    const done = new Promise<O>((resolve, reject) => {
      this.#queue.push({ task, run: this, resolve: (output) => resolve(output as O), reject });
    });
    this.#owner.dispatch(this);
    return quiet(done);
  }

  /**
   * Back pressure: fulfilled when fewer than 2 × `workers` tasks are unfinished, for one caller for each place.
   *
   * @returns rejected with the run's error
   */
  whenRoom(): Promise<void> {
    return quiet(
      new Promise((resolve, reject) => {
        this.#waiting.push({ resolve, reject });
        this.#wake();
      }),
    );
  }

  /**
   * Fulfilled when all tasks are done; none can be submitted any more.
   *
   * @returns rejected with the run's error once every task has stopped and the workers that worked for it are gone
   */
  finish(): Promise<void> {
    this.#finished ??= quiet(this.#finish());
    return this.#finished;
  }

  /**
   * Fails the run with `reason`, unless it has failed or finished before, and waits in this very call: when it
   * returns, no task of this run is running, and none will. A task that does not look at `stopped` within some seconds
   * is ended together with its worker. It can be called at any time, and again.
   */
  stop(reason: unknown): void {
    this.fail(reason);
    this.#owner.halt(this);
  }

  /** Fails the run: its tasks are told to stop, but not waited for. Nothing if it has failed or finished before. */
  fail(error: unknown): void {
    if (this.#giveUp(error)) this.#retired = this.#owner.retire(this);
    this.#drained?.();
  }

  /**
   * Gives up all tasks, and takes no more: their promises are rejected with `reason`, those under way are told to stop.
   * Workers stay, but for one that goes on with such a task for some seconds. Nothing if the run has ended before.
   */
  cancel(reason: unknown): void {
    if (this.#giveUp(reason)) this.#owner.abandon(this);
    this.#drained?.();
  }

  /** Tells all tasks to stop, those to come too; each ends by itself, and its worker stays. What they return is of no use. */
  interrupt(): void {
    Atomics.store(this.flag, 0, 1);
  }

  #giveUp(error: unknown): boolean {
    if (this.#over || this.#failure !== undefined) return false;
    this.#failure = { error };
    this.interrupt();
    this.#signal?.removeEventListener("abort", this.#onAbort);
    for (const each of [...this.#queue.splice(0), ...this.#running]) each.reject(error);
    this.#wake();
    return true;
  }

  /** No worker can be had: tasks that wait fail with that error, and where they are not independent, the run. */
  refuse(error: unknown): void {
    if (!this.#independent) {
      this.fail(error);
      return;
    }
    for (const each of this.#queue.splice(0)) each.reject(error);
    this.#wake();
    if (this.unfinished === 0) this.#drained?.();
  }

  /** The next task, for a worker that begins it now; undefined where none is {@link ready}. */
  take(): Job | undefined {
    const job = this.ready ? this.#queue.shift() : undefined;
    if (job !== undefined) this.#running.add(job);
    return job;
  }

  /** The next task, for a worker that has begun another of this run; undefined where it must not have two. */
  takeAhead(): Job | undefined {
    const job = this.#independent ? this.#queue.shift() : undefined;
    if (job === undefined) return undefined;
    this.#running.add(job);
    this.#ahead += 1;
    return job;
  }

  /** A task that was taken ahead is begun, or is none any more. */
  follow(): void {
    this.#ahead -= 1;
  }

  /** A task that was taken ahead was not begun, and its worker is gone. */
  putBack(job: Job): void {
    this.follow();
    this.#running.delete(job);
    if (this.#failure === undefined) this.#queue.unshift(job);
  }

  /** A worker has ended a task of this run, well or not, and is free. */
  settle(job: Job, outcome: Outcome): void {
    this.#running.delete(job);
    if (outcome.ok) job.resolve(outcome.output);
    else if (this.#independent) job.reject(outcome.error);
    else {
      this.fail(outcome.error);
      job.reject(this.#failure?.error);
    }
    this.#wake();
    if (this.unfinished === 0) this.#drained?.();
  }

  /** Tasks that wait or are under way. */
  get unfinished(): number {
    return this.#queue.length + this.#running.size;
  }

  async #finish(): Promise<void> {
    if (this.unfinished > 0 && this.#failure === undefined) {
      await new Promise<void>((resolve) => {
        this.#drained = resolve;
      });
    }
    if (this.#failure !== undefined) {
      await this.#retired;
      throw this.#failure.error;
    }
    this.#over = true;
    this.#signal?.removeEventListener("abort", this.#onAbort);
  }

  #wake(): void {
    if (this.#failure !== undefined) {
      for (const each of this.#waiting.splice(0)) each.reject(this.#failure.error);
      return;
    }
    const room = Math.max(0, 2 * this.workers - this.unfinished);
    // Who is woken may submit nothing, so nobody is left waiting for a task that never comes.
    const woken = this.unfinished === 0 ? this.#waiting.length : room;
    for (const each of this.#waiting.splice(0, woken)) each.resolve();
  }

  readonly #onAbort = (): void => this.fail(this.#signal?.reason);
}

/** Marks a promise as one whose rejection may stay unseen. */
function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

import { ClosedError, type WorkerError } from "../errors.js";
import type { Reply } from "./protocol.js";
import { type Job, type Outcome, type RunOptions, type RunOwner, WorkerRun } from "./run.js";
import { type ThreadOptions, type ThreadOwner, WorkerThread } from "./thread.js";
import { unpackThrown } from "./thrown.js";

const DEFAULTS: ThreadOptions = { idle: 10_000, patience: 5_000 };
/** A thread that is terminated stops within so many milliseconds, unless the system holds it. */
const INTERRUPT = 500;
/** The end of the process waits so many milliseconds at most. */
const LEAVE = 500;

/**
 * Long-lived worker threads that do the tasks of all runs, which take turns. There are never more than the largest of
 * the runs under way asks for; they start when they are first needed, and end after some seconds without a task. Only
 * tasks keep the process alive.
 */
export class WorkerPool {
  readonly #options: ThreadOptions;
  readonly #threads = new Set<WorkerThread>();
  readonly #idle = new Set<WorkerThread>();
  /** With unfinished tasks; the one whose turn is next first. */
  readonly #runs = new Set<WorkerRun>();
  readonly #asRunOwner: RunOwner = {
    dispatch: (run) => {
      this.#runs.add(run);
      this.#dispatch();
    },
    retire: (run) => this.#retire(run),
    halt: (run) => this.#halt(run),
    abandon: (run) => {
      this.#runs.delete(run);
      for (const thread of this.#threads) thread.abandon(run);
    },
  };
  readonly #asThreadOwner: ThreadOwner = {
    replied: (thread, job, reply) => this.#replied(thread, job, reply),
    ended: (thread, job, next, why) => this.#ended(thread, job, next, why),
  };

  /** @param options for tests: all else shares {@link workerPool} */
  constructor(options: Partial<ThreadOptions> = {}) {
    this.#options = { ...DEFAULTS, ...options };
  }

  /** Workers alive, those that are about to end included. */
  get size(): number {
    return this.#threads.size;
  }

  /**
   * Begins the tasks of one call. It costs nothing until the first task is submitted.
   *
   * @throws LimitError where `workers` is not a whole number of at least 1
   */
  begin(options: RunOptions): WorkerRun {
    return new WorkerRun(this.#asRunOwner, options);
  }

  /** Ends all workers; runs with unfinished tasks fail with a ClosedError. What is submitted later starts workers again. */
  async close(): Promise<void> {
    for (const run of [...this.#runs]) run.fail(new ClosedError("the pool of workers was closed"));
    const threads = [...this.#threads];
    for (const thread of threads) thread.retire();
    await Promise.all(threads.map(({ gone }) => gone));
  }

  /**
   * For the end of the process: has all tasks stop, and waits a moment for it. Node ends the threads then, and would end the
   * process with a signal where one is about to make one of Node's own objects.
   */
  leave(): void {
    const end = performance.now() + LEAVE;
    for (const thread of this.#threads)
      if (thread.job !== undefined) Atomics.store(thread.job.run.flag, 0, 1);
    for (const thread of this.#threads) thread.settles(end);
  }

  /** Gives tasks to workers while there are both, the runs taking turns. */
  #dispatch(): void {
    for (;;) {
      const run = [...this.#runs].find(({ ready }) => ready);
      if (run === undefined) break;
      try {
        const thread = this.#free();
        if (thread === undefined) break;
        this.#runs.delete(run);
        this.#runs.add(run);
        this.#give(thread, run);
      } catch (error) {
        // Those that there are will do it.
        if ([...this.#threads].some(({ leaving }) => !leaving)) break;
        run.refuse(error);
        if (run.unfinished === 0) this.#runs.delete(run);
      }
    }
    this.#dispatchAhead();
    for (const thread of this.#idle) thread.rest();
  }

  /** Where no other run waits, threads have their next task before they are done with one. */
  #dispatchAhead(): void {
    const waiting = [...this.#runs].filter(({ waits }) => waits);
    const [run] = waiting;
    if (run === undefined || waiting.length > 1) return;
    for (const thread of this.#threads) {
      const job = thread.mayFollow(run) ? run.takeAhead() : undefined;
      if (job !== undefined) this.#hand(thread, job);
    }
  }

  #give(thread: WorkerThread, run: WorkerRun): void {
    const job = run.take();
    if (job !== undefined && this.#hand(thread, job)) this.#idle.delete(thread);
  }

  /** @returns false where the thread cannot take it, and the job has failed */
  #hand(thread: WorkerThread, job: Job): boolean {
    try {
      thread.give(job);
      return true;
    } catch (error) {
      if (thread.job !== undefined) job.run.follow();
      job.run.settle(job, { ok: false, error });
      return false;
    }
  }

  /** A worker without a task, started if none is there; undefined if there are as many as may be. */
  #free(): WorkerThread | undefined {
    for (const thread of this.#idle) if (!thread.leaving) return thread;
    const working = [...this.#threads].filter(({ leaving }) => !leaving).length;
    if (working >= Math.max(...[...this.#runs].map(({ workers }) => workers))) return undefined;
    const thread = new WorkerThread(this.#options, this.#asThreadOwner);
    this.#threads.add(thread);
    this.#idle.add(thread);
    return thread;
  }

  #replied(thread: WorkerThread, job: Job, reply: Reply): void {
    if (!thread.leaving && thread.job === undefined) this.#idle.add(thread);
    this.#settle(job, reply.ok ? reply : { ok: false, error: unpackThrown(reply.thrown) });
  }

  #ended(thread: WorkerThread, job: Job | undefined, next: Job | undefined, why: WorkerError): void {
    this.#threads.delete(thread);
    this.#idle.delete(thread);
    next?.run.putBack(next);
    if (job !== undefined) this.#settle(job, { ok: false, error: why });
  }

  #settle(job: Job, outcome: Outcome): void {
    job.run.settle(job, outcome);
    if (job.run.unfinished === 0) this.#runs.delete(job.run);
    this.#dispatch();
  }

  async #retire(run: WorkerRun): Promise<void> {
    this.#runs.delete(run);
    const threads = [...this.#threads].filter((thread) => thread.workedFor(run));
    for (const thread of threads) {
      this.#idle.delete(thread);
      thread.retire(run);
    }
    const ours = threads.filter(({ job }) => job === undefined || job.run === run);
    // Others may take their place.
    this.#dispatch();
    await Promise.all(ours.map(({ gone }) => gone));
  }

  #halt(run: WorkerRun): void {
    const end = performance.now() + this.#options.patience;
    const stuck = [...this.#threads].filter((thread) => thread.job?.run === run && !thread.settles(end));
    for (const thread of stuck) thread.terminate();
    const interrupted = performance.now() + INTERRUPT;
    for (const thread of stuck) thread.settles(interrupted);
  }
}

let pool: WorkerPool | undefined;

/** The one pool of this process (of this thread, where there are several). It starts no worker before there is a task. */
export function workerPool(): WorkerPool {
  if (pool !== undefined) return pool;
  const made = new WorkerPool();
  process.once("exit", () => made.leave());
  pool = made;
  return pool;
}

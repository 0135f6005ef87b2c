import { existsSync } from "node:fs";
import { type ResourceLimits, Worker } from "node:worker_threads";
import { WorkerError } from "../errors.js";
import { platform } from "../platform/index.js";
import { canStartWorkers, PROGRAM } from "./available.js";
import { BUSY, LEAVE, type Order, type Reply, STATE_WORDS, THREAD, type ThreadData } from "./protocol.js";
import type { Job, WorkerRun } from "./run.js";
import { nameOf } from "./task.js";
import { messageOf } from "./thrown.js";

/** So often (milliseconds) a thread that is waited for is looked for: one that died wakes nobody. */
const LOOK = 10;

/** Times in milliseconds. */
export interface ThreadOptions {
  /** After so long without a task a worker is ended. */
  readonly idle: number;
  /** So long a worker may take to end by itself, or to look at its run's flag, before it is terminated. */
  readonly patience: number;
  readonly resourceLimits?: ResourceLimits | undefined;
}

/** Who is told what becomes of a thread. */
export interface ThreadOwner {
  replied(thread: WorkerThread, job: Job, reply: Reply): void;
  /**
   * @param job what it was doing, and did not finish
   * @param next what it would have done after that, and did not begin
   */
  ended(thread: WorkerThread, job: Job | undefined, next: Job | undefined, why: WorkerError): void;
}

/** One worker thread, as the pool sees it: it has one job at a time. */
export class WorkerThread {
  /** Fulfilled when the thread is gone. */
  readonly gone: Promise<void>;
  readonly #worker: Worker;
  readonly #state = new Int32Array(new SharedArrayBuffer(4 * STATE_WORDS));
  readonly #options: ThreadOptions;
  readonly #owner: ThreadOwner;
  readonly #runs = new WeakSet<WorkerRun>();
  #job: Job | undefined;
  /** The job after it, which the thread has already. */
  #next: Job | undefined;
  #leaving = false;
  #uncaught: unknown;
  #timer: NodeJS.Timeout | undefined;

  /** @throws WorkerError where no worker can be started */
  constructor(options: ThreadOptions, owner: ThreadOwner) {
    this.#options = options;
    this.#owner = owner;
    this.#worker = start(this.#state, options.resourceLimits);
    this.#worker.on("message", (reply: Reply) => this.#replied(reply));
    this.#worker.on("error", (error) => {
      this.#uncaught = error;
    });
    this.#worker.on("messageerror", (error) => {
      this.#uncaught = error;
      this.terminate();
    });
    this.gone = new Promise((resolve) => {
      this.#worker.once("exit", (code) => {
        this.#ended(code);
        resolve();
      });
    });
  }

  /** What it is doing. */
  get job(): Job | undefined {
    return this.#job;
  }

  /** Whether it may be given a job of the run to do after the one that it is doing, which is of the same run. */
  mayFollow(run: WorkerRun): boolean {
    return this.#job?.run === run && this.#next === undefined && !this.#leaving;
  }

  /** Whether a task of the run was ever given to it. */
  workedFor(run: WorkerRun): boolean {
    return this.#runs.has(run);
  }

  /** Whether it takes no further job. */
  get leaving(): boolean {
    return this.#leaving;
  }

  /**
   * Begins a job, which keeps the process alive until it has ended; where it is doing another, after that. To wake a thread
   * takes a tenth of a millisecond.
   *
   * @throws WorkerError where the input cannot be handed over; the thread is as it was
   */
  give(job: Job): void {
    const { module, name, input, transfer = [] } = job.task;
    try {
      this.#worker.postMessage({ module, name, input, stop: job.run.flag } satisfies Order, transfer);
    } catch (cause) {
      const message = `the input of ${nameOf(job.task)} cannot be handed over: ${messageOf(cause)}`;
      throw new WorkerError(message, { cause });
    }
    if (this.#job === undefined) this.#job = job;
    else this.#next = job;
    this.#runs.add(job.run);
    this.#wakeAfter(undefined);
    this.#worker.ref();
  }

  /** Has nothing to do for now: does not keep the process alive, and is ended after a while. */
  rest(): void {
    if (this.#timer !== undefined) return;
    this.#worker.unref();
    this.#wakeAfter(this.#options.idle, () => {
      this.#leave();
      this.#terminateLater();
    });
  }

  /** Ends after its job; the process stays alive until then. A job of `run` must look at its flag in time. */
  retire(run?: WorkerRun): void {
    this.#worker.ref();
    this.#leave();
    if (this.#job === undefined || this.#job.run === run) this.#terminateLater();
  }

  /** A job of `run` is of no use any more: it must look at its flag in time. */
  abandon(run: WorkerRun): void {
    if (this.#job?.run === run && !this.#leaving) this.#terminateLater();
  }

  /**
   * Waits, without the event loop, until no task runs in it or it is gone.
   *
   * @param end until when, as `performance.now()` counts
   * @returns whether it was so in time
   */
  settles(end: number): boolean {
    for (;;) {
      if (Atomics.load(this.#state, BUSY) === 0 || this.#isGone) return true;
      const left = end - performance.now();
      if (left <= 0) return false;
      Atomics.wait(this.#state, BUSY, 1, Math.min(left, LOOK));
    }
  }

  /** Ends it wherever it is; a call of the system that it is in comes to its end first. */
  terminate(): void {
    this.#leaving = true;
    void this.#worker.terminate();
  }

  /** As the system sees it; the event of its end waits for the event loop. */
  get #isGone(): boolean {
    const thread = Atomics.load(this.#state, THREAD);
    return thread !== 0 && !existsSync(`/proc/self/task/${thread}`);
  }

  #replied(reply: Reply): void {
    const job = this.#job;
    this.#job = this.#next;
    this.#next = undefined;
    this.#job?.run.follow();
    if (this.#leaving) this.#terminateLater();
    else this.#wakeAfter(undefined);
    if (job !== undefined) this.#owner.replied(this, job, reply);
  }

  #ended(code: number): void {
    const job = this.#job;
    const next = this.#next;
    this.#job = undefined;
    this.#next = undefined;
    this.#leaving = true;
    this.#wakeAfter(undefined);
    const cause = this.#uncaught;
    const why = cause === undefined ? "" : `: ${messageOf(cause)}`;
    const what = job === undefined ? "without a task" : `during ${nameOf(job.task)}`;
    this.#owner.ended(
      this,
      job,
      next,
      new WorkerError(`a worker thread ended with exit code ${code} ${what}${why}`, { cause }),
    );
  }

  #leave(): void {
    if (this.#leaving) return;
    this.#leaving = true;
    this.#wakeAfter(undefined);
    this.#worker.postMessage(LEAVE);
  }

  #terminateLater(): void {
    this.#wakeAfter(this.#options.patience, () => this.terminate());
  }

  /** The one timer of a thread; it keeps nothing alive. */
  #wakeAfter(milliseconds: number | undefined, act: () => void = () => undefined): void {
    clearTimeout(this.#timer);
    this.#timer = milliseconds === undefined ? undefined : setTimeout(act, milliseconds).unref();
  }
}

function start(state: ThreadData["state"], resourceLimits: ResourceLimits | undefined): Worker {
  if (!canStartWorkers()) {
    throw new WorkerError(
      `worker threads cannot be started from sources: ${PROGRAM.href} is not there; build the package, or use no workers`,
    );
  }
  countMapsTogether();
  // What this process was started with (loaders, --input-type, code to evaluate) is not meant for the program.
  const { NODE_OPTIONS, ...env } = process.env;
  try {
    const worker = new Worker(PROGRAM, {
      name: "memmap-table",
      workerData: { state } satisfies ThreadData,
      execArgv: [],
      env,
      stdout: true,
      stderr: true,
      ...(resourceLimits && { resourceLimits }),
    });
    // Streams that are read would keep the process alive.
    worker.stdout.destroy();
    worker.stderr.destroy();
    return worker;
  } catch (cause) {
    throw new WorkerError(`no worker thread can be started: ${messageOf(cause)}`, { cause });
  }
}

/** Threads share the count of maps that their parent has when they start. */
function countMapsTogether(): void {
  try {
    platform();
  } catch {
    // Whoever needs to map will say so.
  }
}

import { shareBytes } from "../../array/index.js";
import type { Strided } from "../../array/strided.js";
import { sizeOf } from "../../dtype/index.js";
import { type Files, nodeFiles } from "../../platform/files.js";
import { turn } from "../../platform/turns.js";
import { canStartWorkers, defaultWorkers, type WorkerRun, workerPool } from "../../workers/index.js";
import { type FileEnd, FileTarget } from "./file-target.js";
import { type JobResult, type WriteJob, writeJob } from "./write-job.js";
import type { WriteTask } from "./write-task.js";

/** What workers run. */
const MODULE = new URL("./write-task.js", import.meta.url).href;

/** A dataset with fewer bytes is compressed in this thread: a message to a worker takes as long. */
const LEAST = 1 << 20;

/** Bytes that this thread compresses between two turns of others, or one chunk. */
const STEP_BYTES = 64 << 10;

/** Whether bytes are not only copied: no thread does that faster than another. */
function isWork(job: WriteJob): boolean {
  return job.kind === "chunks" && (job.filters.shuffle || job.filters.gzip !== undefined);
}

/** Who writes. */
export interface RunnerOptions {
  /** How many worker threads; 0 for this thread alone. As many as there are processors, less one, when left out. */
  readonly workers?: number | undefined;
  /** Ends the writing with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** An array that is to be written. */
export interface JobSource {
  /** What it is now. @throws ClosedError, StaleError and the like where it is not what it was at first */
  read(): Strided;
  /** Bytes of its elements. */
  readonly nbytes: number;
  /** What messages call it. */
  readonly label: string;
}

/** Has the jobs of one file done: by workers where there is something to compress that they can see, else in this thread. */
export class JobRunner {
  /** The file, for this thread. */
  readonly target: FileTarget;
  readonly #path: string;
  readonly #files: Files;
  readonly #end: FileEnd;
  readonly #signal: AbortSignal | undefined;
  readonly #run: WorkerRun | undefined;
  #isClosed = false;
  #failure: { readonly error: unknown } | undefined;

  /** @throws LimitError where `workers` is no whole number of at least 0 */
  constructor(fd: number, path: string, files: Files, end: FileEnd, { workers, signal }: RunnerOptions) {
    this.target = new FileTarget(fd, path, files, end, () => this.#isClosed);
    this.#path = path;
    this.#files = files;
    this.#end = end;
    this.#signal = signal;
    const count = workers ?? defaultWorkers();
    if (count !== 0 && files === nodeFiles && canStartWorkers()) {
      this.#run = workerPool().begin({ workers: count, signal });
    }
  }

  /**
   * Fulfilled when the job is taken up, with the promise of its end in a box: who takes up jobs one after another does not
   * wait for their ends.
   *
   * @throws what earlier jobs threw, the signal's reason
   */
  async begin(source: JobSource, job: WriteJob): Promise<{ readonly done: Promise<JobResult> }> {
    this.#throwIfOver();
    if (this.#run !== undefined && source.nbytes >= LEAST && isWork(job)) {
      await this.#run.whenRoom();
      const input = this.#taskOf(source, job);
      if (input !== undefined) {
        return { done: this.#run.submit<WriteTask, JobResult>({ module: MODULE, name: "writePart", input }) };
      }
    }
    await this.turn();
    return { done: Promise.resolve(await this.#here(source, job)) };
  }

  /** Does a job in this thread, some chunks at a time. */
  async #here(source: JobSource, job: WriteJob): Promise<JobResult> {
    if (!isWork(job) || job.kind !== "chunks") {
      return writeJob(source.read(), job, this.target, source.label);
    }
    const result: JobResult = { bytes: 0, addresses: [], lengths: [] };
    const step = Math.max(1, Math.floor(STEP_BYTES / (sizeOf(job.grid.chunk) * job.grid.itemsize)));
    for (let from = job.from; from < job.to; from += step) {
      await this.turn();
      const part = { ...job, from, to: Math.min(from + step, job.to) };
      const { bytes, addresses, lengths } = writeJob(source.read(), part, this.target, source.label);
      result.bytes += bytes;
      result.addresses.push(...addresses);
      result.lengths.push(...lengths);
    }
    return result;
  }

  /** The job for a worker; undefined where no other thread can see the bytes. */
  #taskOf({ read, label }: JobSource, job: WriteJob): WriteTask | undefined {
    const { dtype, layout, bytes } = read();
    const source = shareBytes(bytes, this.#files);
    if (source === undefined) return undefined;
    return { source, descr: dtype.descr, layout, label, job, path: this.#path, end: this.#end };
  }

  /** Gives other work of this thread its turn, if it has waited. @throws the signal's reason */
  async turn(): Promise<void> {
    this.#throwIfOver();
    await turn();
    this.#throwIfOver();
  }

  /** Ends everything: whoever begins a job hears of it. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    this.#run?.fail(error);
  }

  #throwIfOver(): void {
    this.#signal?.throwIfAborted();
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** Fulfilled when all jobs are done. @throws what one of them threw */
  async finish(): Promise<void> {
    this.#throwIfOver();
    await this.#run?.finish();
  }

  /** Ends all jobs. Fulfilled when none is under way; nothing is written any more then. */
  async close(reason: unknown): Promise<void> {
    this.#isClosed = true;
    this.fail(reason);
    await this.#run?.finish().catch(() => undefined);
  }
}

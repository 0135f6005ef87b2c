import { Scratch, type SharedBytes, shareBytes } from "../../array/index.js";
import type { Files } from "../../platform/files.js";
import { type WorkerRun, workerPool } from "../../workers/index.js";
import { ranksOf } from "./move-rows.js";
import type { PlannedArray } from "./plan-frame.js";
import {
  arrayName,
  checkSources,
  type FramePlan,
  rowsPerUnit,
  totalOf,
  UNIT_BYTES,
  type WriteContext,
} from "./write-frames.js";
import type { Segment, WriteJob, WriteUnit } from "./write-task.js";

/** Files of one job at most: opening each of them costs more than a small one's bytes. */
const MAX_SEGMENTS = 256;

/** What workers run. */
const MODULE = new URL("./write-task.js", import.meta.url).href;

/** A unit, and what is to be done when it is written. */
interface Ready {
  readonly unit: WriteUnit;
  readonly bytes: number;
  readonly release: () => void;
}

/**
 * Writes frames by workers. This thread makes the files; workers gather rows and write them, in units cut by bytes, so that
 * one large array is shared among them and many small ones are one job. Of sources that no other thread can see, this thread
 * gathers the rows.
 */
export class SharedWriter {
  readonly #run: WorkerRun;
  readonly #context: WriteContext;
  readonly #files: Files;
  readonly #buffers: Buffers;
  readonly #total: number;
  readonly #scratch = new Scratch();
  #written = 0;
  #job: Ready[] = [];
  #jobBytes = 0;
  #jobSegments = 0;
  #failure: { readonly error: unknown } | undefined;

  constructor(run: WorkerRun, plans: readonly FramePlan[], context: WriteContext, files: Files) {
    this.#run = run;
    this.#context = context;
    this.#files = files;
    this.#buffers = new Buffers(2 * run.workers + 1);
    this.#total = totalOf(plans);
  }

  /** @throws the first error of all: what a worker, the source or `onProgress` threw */
  async write(plans: readonly FramePlan[]): Promise<void> {
    const waiting = plans.flatMap((plan) => plan.arrays.map((array) => this.#units(plan, array)));
    // As many arrays in turn as there are workers: two workers on one file wait for each other.
    const turns = waiting.splice(0, this.#run.workers);
    for (let units = turns.shift(); units !== undefined; units = turns.shift()) {
      const { value, done } = await units.next();
      const next = done === true ? waiting.shift() : units;
      if (next !== undefined) turns.push(next);
      if (done !== true) await this.#add(value);
    }
    await this.#submit();
    await this.#run.finish();
    if (this.#failure !== undefined) throw this.#failure.error;
    checkSources(plans);
  }

  /** The units of one array, whose files are made as they come. */
  async *#units(plan: FramePlan, array: PlannedArray): AsyncGenerator<Ready> {
    const { rows } = array;
    const direct = rows.direct();
    const shared = direct && shareBytes(direct, this.#files);
    const targets = this.#makeFiles(plan, array);
    const step = rowsPerUnit(rows.rowBytes, rows.order);
    const length = plan.groups.at(-1)?.end ?? 0;
    let group = 0;
    for (let start = 0; start < length && rows.rowBytes > 0; start += step) {
      const end = Math.min(start + step, length);
      const segments: Segment[] = [];
      for (let at = start; at < end; ) {
        const target = targets[group];
        const bounds = plan.groups[group];
        if (target === undefined || bounds === undefined) break;
        const stop = Math.min(bounds.end, end);
        const offset = target.dataOffset + (at - bounds.start) * rows.rowBytes;
        if (stop > at) segments.push({ path: target.path, at: offset, length: (stop - at) * rows.rowBytes });
        at = stop;
        if (at === bounds.end) group += 1;
      }
      const bytes = (end - start) * rows.rowBytes;
      if (shared === undefined) yield await this.#gathered(array, start, end, segments, bytes);
      else {
        const { rowBytes, order } = rows;
        const ranks = order !== undefined && end - start === order.length ? ranksOf(order) : undefined;
        const unit = { source: shared, rowBytes, order, ranks, start, end, segments };
        yield { unit, bytes, release: () => {} };
      }
    }
  }

  #makeFiles(plan: FramePlan, array: PlannedArray): { readonly path: string; readonly dataOffset: number }[] {
    const { draft, layout } = this.#context;
    const { dtype, itemShape } = array.rows;
    this.#context.throwIfOver();
    return plan.groups.map((group) =>
      draft.add(arrayName(plan, group, array), {
        dtype,
        itemShape,
        rows: group.end - group.start,
        layout,
        attr: null,
        overwrite: false,
        isFilled: true,
      }),
    );
  }

  /** Rows that this thread gathers, for a worker to write. */
  async #gathered(
    { rows }: PlannedArray,
    start: number,
    end: number,
    segments: readonly Segment[],
    bytes: number,
  ): Promise<Ready> {
    // What holds the buffers may be waiting for company.
    if (this.#buffers.isEmpty) await this.#submit();
    const buffer = await this.#buffers.take(bytes);
    new Uint8Array(buffer, 0, bytes).set(rows.read(start, end, this.#scratch));
    const source: SharedBytes = { kind: "memory", buffer, offset: 0, length: bytes };
    const unit = { source, rowBytes: bytes, order: undefined, ranks: undefined, start: 0, end: 1, segments };
    return { unit, bytes, release: () => this.#buffers.give(buffer) };
  }

  async #add(ready: Ready): Promise<void> {
    this.#job.push(ready);
    this.#jobBytes += ready.bytes;
    this.#jobSegments += ready.unit.segments.length;
    if (this.#jobBytes >= UNIT_BYTES || this.#jobSegments >= MAX_SEGMENTS) await this.#submit();
  }

  async #submit(): Promise<void> {
    const units = this.#job;
    this.#job = [];
    this.#jobBytes = 0;
    this.#jobSegments = 0;
    if (units.length === 0) return;
    await this.#run.whenRoom();
    const input: WriteJob = { units: units.map(({ unit }) => unit) };
    const written = this.#run.submit<WriteJob, void>({ module: MODULE, name: "writeRows", input });
    void written.then(
      () => this.#settle(units),
      (error: unknown) => this.#buffers.fail(error),
    );
  }

  #settle(units: readonly Ready[]): void {
    for (const { bytes, release } of units) {
      release();
      this.#written += bytes;
    }
    try {
      this.#context.onProgress({ bytes: this.#written, total: this.#total });
    } catch (error) {
      this.#failure ??= { error };
      this.#run.fail(error);
    }
  }
}

/** Buffers that are lent to workers and come back. */
class Buffers {
  readonly #free: SharedArrayBuffer[] = [];
  #left: number;
  #waiting: { readonly resolve: () => void; readonly reject: (error: unknown) => void } | undefined;
  #failure: { readonly error: unknown } | undefined;

  /** @param most how many there are */
  constructor(most: number) {
    this.#left = most;
  }

  get isEmpty(): boolean {
    return this.#left === 0 && this.#free.length === 0;
  }

  /** One of so many bytes, or more. @throws the error that keeps it from coming back */
  async take(bytes: number): Promise<SharedArrayBuffer> {
    while (this.isEmpty) {
      if (this.#failure !== undefined) throw this.#failure.error;
      await new Promise<void>((resolve, reject) => {
        this.#waiting = { resolve, reject };
      });
    }
    const free = this.#free.pop();
    if (free !== undefined && free.byteLength >= bytes) return free;
    if (free === undefined) this.#left -= 1;
    return new SharedArrayBuffer(Math.max(bytes, UNIT_BYTES));
  }

  give(buffer: SharedArrayBuffer): void {
    this.#free.push(buffer);
    this.#waiting?.resolve();
    this.#waiting = undefined;
  }

  fail(error: unknown): void {
    this.#failure ??= { error };
    this.#waiting?.reject(error);
    this.#waiting = undefined;
  }
}

/** Begins what workers do for one call. */
export function beginRun(workers: number, signal: AbortSignal | undefined): WorkerRun {
  return workerPool().begin({ workers, signal });
}

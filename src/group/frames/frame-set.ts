import { setImmediate } from "node:timers/promises";
import { showValue } from "../../dtype/index.js";
import { ExistsError, LimitError, NameError, NotFoundError, UnsupportedError } from "../../errors.js";
import { checkName, type Draft, didYouMean } from "../../store/index.js";
import { canStartWorkers, defaultWorkers } from "../../workers/index.js";
import type { FrameSource } from "../column-source.js";
import type { Hierarchy } from "../hierarchy.js";
import { showPath } from "../node-path.js";
import { defaultName, type FrameInfo, infosOf } from "./frame-info.js";
import type { FrameTable } from "./frame-table.js";
import { type FrameOptions, PendingFrame } from "./pending-frame.js";
import { writtenFrames } from "./read-frame.js";
import {
  beginFrames,
  type PlacedFrame,
  totalOf,
  UNIT_BYTES,
  type WriteContext,
  type WriteProgress,
  writeHere,
} from "./write-frames.js";
import { beginRun, SharedWriter } from "./write-shared.js";

/** Whatever else there is has its turn about so often, in milliseconds, while this thread writes. */
const WORK_MS = 10;

/** Options of {@link MemmapFile.commit}. */
export interface CommitOptions {
  /**
   * How many worker threads write; 0 for this thread alone. When left out, one less than there are processors, at least 1.
   * What is less than 8 MiB in all is written by this thread.
   */
  readonly workers?: number | undefined;
  /** Told how many bytes are written, of how many. What it throws ends the commit. */
  readonly onProgress?: ((progress: WriteProgress) => void) | undefined;
  /** Ends the commit, which comes to nothing then. */
  readonly signal?: AbortSignal | undefined;
}

/** The frames of a file: those that were written, and those that wait for a commit. */
export class FrameSet {
  readonly #hierarchy: Hierarchy;
  #pending: PendingFrame[] = [];
  readonly #running = new Set<Promise<void>>();
  /** Those that are being written. */
  #leaving: readonly PendingFrame[] = [];

  constructor(hierarchy: Hierarchy) {
    this.#hierarchy = hierarchy;
  }

  /** Whether frames wait for a commit. */
  get isPending(): boolean {
    return this.#pending.length > 0;
  }

  /** The frame that registered arrays are of. @throws NotFoundError */
  get current(): PendingFrame {
    this.#hierarchy.session.store.requireWritable();
    const frame = this.#pending.at(-1);
    if (frame !== undefined) return frame;
    throw new NotFoundError("there is no frame to write arrays of; call fromDataFrame() first");
  }

  /** Takes a frame. @throws ExistsError for a name that a frame has, unless it is to be replaced */
  begin(source: FrameSource, options: FrameOptions): void {
    this.#hierarchy.session.store.requireWritable();
    const { name, overwrite = false } = options;
    if (name !== undefined) this.#claim(name, overwrite);
    this.#pending.push(new PendingFrame(source, options, this.#nextNumber()));
  }

  #claim(name: string, overwrite: boolean): void {
    checkName(name, "group");
    if (name.includes("/"))
      throw new NameError(`the name of a frame is one part of a path, not ${showValue(name)}`);
    const shown = JSON.stringify(name);
    if (this.#isPendingName(name)) throw new ExistsError(`a frame ${shown} waits for commit() already`);
    const written = infosOf(this.#written()).get(name);
    const isItsGroup = written?.path === showPath(name);
    if (written === undefined || (overwrite && isItsGroup)) return;
    const hint = isItsGroup ? "say overwrite: true to replace it" : "it is in /; take another name";
    throw new ExistsError(`there is a frame ${shown} already; ${hint}`, {
      path: this.#hierarchy.session.store.paths.file(name),
    });
  }

  #isPendingName(name: string): boolean {
    return [...this.#leaving, ...this.#pending].some(
      (other) => (other.name ?? defaultName(other.number ?? 0)) === name,
    );
  }

  #nextNumber(): number {
    const numbers = [...this.#written().values(), ...this.#leaving, ...this.#pending].map(
      ({ number }) => number ?? -1,
    );
    let next = Math.max(-1, ...numbers) + 1;
    // A group of that name is somebody else's.
    const isTaken = (name: string) => this.#isPendingName(name) || this.#hierarchy.kindOf(name) !== undefined;
    while (isTaken(defaultName(next))) next += 1;
    return next;
  }

  #written(): Map<string, FrameTable> {
    return writtenFrames(this.#hierarchy);
  }

  /** Where the frames that wait will be. */
  #placed(): PlacedFrame[] {
    const isSingle = this.#pending.length === 1 && this.#written().size === 0;
    return this.#pending.map((pending) => {
      const { name, number } = pending;
      return { pending, group: name ?? (isSingle ? "" : defaultName(number ?? 0)) };
    });
  }

  /** All frames by their names. */
  get all(): Map<string, FrameInfo> {
    const tables = new Map(this.#written());
    for (const { pending, group } of this.#placed()) tables.set(group, pending.table);
    return infosOf(tables);
  }

  /** One frame; the only one when left out. @throws NotFoundError; NameError where there are several and none is named */
  info(name?: string): FrameInfo {
    const { all } = this;
    const [first] = all.values();
    if (name === undefined && first !== undefined && all.size === 1) return first;
    const names = [...all.keys()];
    if (name === undefined && first !== undefined) {
      throw new NameError(`there are ${all.size} frames, ${names.join(", ")}: say which one`);
    }
    const found = name === undefined ? undefined : all.get(name);
    if (found !== undefined) return found;
    const what = name === undefined ? "no frame" : `no frame ${JSON.stringify(name)}`;
    throw new NotFoundError(`there is ${what} in this file${didYouMean(name ?? "", names)}`, {
      path: this.#hierarchy.root,
    });
  }

  /** Takes what waits: whatever becomes of it, it is not tried twice. */
  #take(): PlacedFrame[] {
    const placed = this.#placed();
    this.#pending = [];
    return placed;
  }

  /** Writes what waits in this thread. */
  commitHere(): void {
    if (!this.isPending) return;
    const placed = this.#take();
    this.#hierarchy.change((draft) => {
      const plans = beginFrames(placed, draft);
      for (const _ of writeHere(plans, this.#context(draft, {}))) void _;
    });
  }

  /** Writes what waits. */
  async commit(options: CommitOptions): Promise<void> {
    const running = this.#commit(options);
    this.#running.add(running);
    try {
      await running;
    } finally {
      this.#running.delete(running);
    }
  }

  /** Waits until nothing is being written, whatever becomes of it. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#running);
  }

  async #commit(options: CommitOptions): Promise<void> {
    checkCommit(options);
    const { signal } = options;
    const { session, usesNodeFiles } = this.#hierarchy;
    session.store.requireOpen();
    const workers = checkWorkers(options.workers);
    if (!this.isPending) return signal?.throwIfAborted();
    let stop = (): void => {};
    let placed: readonly PlacedFrame[] = [];
    const write = async (draft: Draft) => {
      // Not before: where no change can begin now, the frames go on waiting.
      placed = this.#take();
      this.#leaving = placed.map(({ pending }) => pending);
      signal?.throwIfAborted();
      const plans = beginFrames(placed, draft);
      const context = this.#context(draft, options);
      const isSmall = totalOf(plans) < UNIT_BYTES;
      if (workers === 0 || isSmall || !usesNodeFiles || !canStartWorkers()) {
        let rested = performance.now();
        for (const _ of writeHere(plans, context)) {
          if (performance.now() - rested < WORK_MS) continue;
          await setImmediate();
          rested = performance.now();
          context.throwIfOver();
        }
        return;
      }
      const run = beginRun(workers, signal);
      stop = () => run.stop(session.closedError());
      const writer = new SharedWriter(run, plans, context, session.store.files);
      try {
        await writer.write(plans);
      } catch (error) {
        run.fail(error);
        // Until the last worker has left the files, these cannot be taken back.
        await run.finish().catch(() => {});
        throw error;
      }
    };
    try {
      await session.changeAsync(write, () => stop());
    } finally {
      if (placed.length > 0) this.#leaving = [];
    }
  }

  #context(draft: Draft, { onProgress, signal }: CommitOptions): WriteContext {
    return {
      draft,
      layout: this.#hierarchy.layout,
      onProgress: (progress) => {
        onProgress?.(progress);
        signal?.throwIfAborted();
      },
      throwIfOver: () => {
        this.#hierarchy.session.store.requireOpen();
        signal?.throwIfAborted();
      },
    };
  }
}

/** @throws UnsupportedError for what is no signal and no function */
function checkCommit({ onProgress, signal }: CommitOptions): void {
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new UnsupportedError(`signal is an AbortSignal, not ${showValue(signal)}`);
  }
  if (onProgress !== undefined && typeof onProgress !== "function") {
    throw new UnsupportedError(`onProgress is a function, not ${showValue(onProgress)}`);
  }
}

function checkWorkers(workers: unknown): number {
  if (workers === undefined) return defaultWorkers();
  if (typeof workers === "number" && Number.isSafeInteger(workers) && workers >= 0) return workers;
  throw new LimitError(`workers is a whole number from 0, not ${showValue(workers)}`);
}

import { isMemmapError, TimeoutError } from "../errors.js";
import { turn } from "../platform/turns.js";
import { type Abortable, onAbort } from "./abort.js";
import type { BlockSpan } from "./block-plan.js";
import type { FlowOptions, SkippedBlock } from "./flow-options.js";
import type { Loaded, Loader } from "./loader.js";
import { Place } from "./place.js";

/** What makes of what was read what is given out. */
export type Deliver<L, T> = (loaded: L, span: BlockSpan, place: Place) => T;

interface Entry<L> {
  readonly span: BlockSpan;
  outcome: { readonly loaded: L } | { readonly error: unknown } | undefined;
}

/** What a flow is of. */
export interface FlowCourse {
  readonly spans: Iterator<BlockSpan, void>;
  /** The most blocks that there are at a time. */
  readonly readAhead: number;
  /** Rows of all blocks, or of one cycle. */
  readonly rows: number;
  readonly cyclic: boolean;
}

interface Waiter<T> {
  readonly resolve: (value: T | undefined) => void;
  readonly reject: (error: unknown) => void;
  timer: NodeJS.Timeout | undefined;
}

/** Longer than this Node does not wait, but not at all. */
const LONGEST = 2 ** 31 - 1;

/** A stream without end keeps so many of the blocks that were skipped. */
const MOST_SKIPPED = 1000;

/**
 * Blocks from what reads them to whoever asks, with back pressure: there are never more than `readAhead`, and nothing
 * happens but by a call, or when a block has been read. Nothing but such a block under way leads here, so that a stream
 * that was dropped is collected.
 */
export class Flow<L extends Loaded<unknown>, T> implements Abortable {
  readonly readAhead: number;
  readonly skipped: SkippedBlock[] = [];
  readonly #loader: Loader<unknown, L>;
  readonly #deliver: Deliver<L, T>;
  readonly #options: FlowOptions;
  readonly #course: FlowCourse;
  /** Blocks that are begun and not given out, in the order in which they were begun. */
  readonly #entries: Entry<L>[] = [];
  readonly #waiting: Waiter<T>[] = [];
  #held = 0;
  #upcoming: IteratorResult<BlockSpan, void> | undefined;
  #isExhausted = false;
  #isServing = false;
  #ended: { readonly reason: unknown; readonly isError: boolean } | undefined;
  #blocks = 0;
  #rows = 0;
  /** Rows that were skipped since the last block that was given out. */
  #skippedRows = 0;
  #removeListener: (() => void) | undefined;

  /** @throws the signal's reason, where it was given already */
  constructor(loader: Loader<unknown, L>, deliver: Deliver<L, T>, course: FlowCourse, options: FlowOptions) {
    this.readAhead = course.readAhead;
    this.#loader = loader;
    this.#deliver = deliver;
    this.#course = course;
    this.#options = options;
    this.#listen(options.signal);
  }

  #listen(signal: AbortSignal | undefined): void {
    if (signal === undefined) return;
    signal.throwIfAborted();
    this.#removeListener = onAbort(signal, this);
  }

  /** The signal was given. */
  aborted(reason: unknown): void {
    this.stop(reason, true);
  }

  /**
   * The next block.
   *
   * @returns undefined at the end, again and again
   * @throws what kept the block from being read, once for each; TimeoutError; the signal's reason
   */
  get(): Promise<T | undefined> {
    const next = this.#get();
    const due = turn();
    if (due === undefined) return next;
    // Nobody else waits for it meanwhile.
    next.catch(() => undefined);
    return due.then(() => next);
  }

  #get(): Promise<T | undefined> {
    if (this.#ended !== undefined) {
      const { isError, reason } = this.#ended;
      return isError ? Promise.reject(reason) : Promise.resolve(undefined);
    }
    this.#pump();
    // What has the rows may be closed by now.
    if (this.#ended !== undefined) return this.#get();
    if (this.#waiting.length === 0) {
      const next = this.#next();
      if (next !== undefined) return next;
    }
    return this.#wait();
  }

  #wait(): Promise<T | undefined> {
    const { timeout } = this.#options;
    return new Promise((resolve, reject) => {
      const waiter: Waiter<T> = { resolve, reject, timer: undefined };
      this.#waiting.push(waiter);
      if (timeout === undefined) return;
      if (timeout > LONGEST) return;
      waiter.timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        const where = this.#entries[0]?.span.start;
        const what =
          where === undefined ? "all that there may be are held" : `rows from ${where} are being read`;
        reject(new TimeoutError(`no block came within ${timeout} ms: ${what}`));
      }, timeout);
    });
  }

  /** What is there for whoever asks; undefined where he has to wait. */
  #next(): Promise<T | undefined> | undefined {
    for (;;) {
      const isAny = this.#options.ordered === false;
      const at = isAny ? this.#entries.findIndex(({ outcome }) => outcome !== undefined) : 0;
      const entry = this.#entries[at];
      if (entry === undefined) {
        if (!this.#isExhausted || this.#entries.length > 0) return undefined;
        this.#settle();
        return Promise.resolve(undefined);
      }
      const { span, outcome } = entry;
      if (outcome === undefined) return undefined;
      this.#entries.splice(at, 1);
      const given = "loaded" in outcome ? this.#give(outcome.loaded, span) : this.#fail(outcome.error, span);
      if (given !== undefined) return given;
    }
  }

  #give(loaded: L, span: BlockSpan): Promise<T> {
    const failure = this.#tell(span);
    if (failure !== undefined) {
      loaded.release();
      return failure;
    }
    this.#held += 1;
    this.#skippedRows = 0;
    return Promise.resolve(this.#deliver(loaded, span, new Place(this.#left)));
  }

  readonly #left = (): void => {
    this.#held -= 1;
    this.#serve();
  };

  /** Of a block that cannot be read. */
  #fail(error: unknown, span: BlockSpan): Promise<never> | undefined {
    const failure = this.#tell(span);
    if (failure !== undefined) return failure;
    // It is not the block that is wrong, and no other can be read either.
    if (isMemmapError(error, "CLOSED") || isMemmapError(error, "STALE")) return this.#end(error);
    if (this.#options.onError !== "skip") return Promise.reject(error);
    const { cyclic, rows } = this.#course;
    const { start, length } = span;
    this.#skippedRows += length;
    if (cyclic && this.#skippedRows >= rows) return this.#end(error);
    if (cyclic && this.skipped.length >= MOST_SKIPPED) this.skipped.shift();
    this.skipped.push({ start, length, error });
    this.#pump();
    return undefined;
  }

  #end(error: unknown): Promise<never> {
    this.stop(error, true);
    return Promise.reject(error);
  }

  /** Tells of progress; what the listener throws ends the stream. */
  #tell({ length }: BlockSpan): Promise<never> | undefined {
    this.#blocks += 1;
    this.#rows += length;
    try {
      const { cyclic, rows } = this.#course;
      const total = cyclic ? undefined : rows;
      this.#options.onProgress?.({ blocks: this.#blocks, rows: this.#rows, total });
      return undefined;
    } catch (error) {
      return this.#end(error);
    }
  }

  /** Begins blocks while there may be more. Whether there are any is known also where all places are taken. */
  #pump(): void {
    while (!this.#isExhausted) {
      this.#upcoming ??= this.#course.spans.next();
      const { value: span, done } = this.#upcoming;
      if (done === true) this.#isExhausted = true;
      else if (this.#entries.length + this.#held >= this.readAhead) return;
      else {
        this.#upcoming = undefined;
        this.#begin(span);
      }
    }
  }

  #begin(span: BlockSpan): void {
    const entry: Entry<L> = { span, outcome: undefined };
    this.#entries.push(entry);
    try {
      const loaded = this.#loader.load(span);
      if (!(loaded instanceof Promise)) {
        entry.outcome = { loaded };
        return;
      }
      loaded.then(
        (read) => this.#loaded(entry, { loaded: read }),
        (error: unknown) => this.#loaded(entry, { error }),
      );
    } catch (error) {
      entry.outcome = { error };
    }
  }

  #loaded(entry: Entry<L>, outcome: NonNullable<Entry<L>["outcome"]>): void {
    entry.outcome = outcome;
    if (this.#ended === undefined) this.#serve();
    else if ("loaded" in outcome) outcome.loaded.release();
  }

  /** Gives what is there to those who wait. */
  #serve(): void {
    if (this.#ended !== undefined) return;
    this.#pump();
    // What is given out may make room at once: whoever waits next is served below.
    if (this.#isServing) return;
    this.#isServing = true;
    try {
      while (this.#waiting.length > 0) {
        const next = this.#next();
        if (next === undefined) return;
        const waiter = this.#waiting.shift();
        clearTimeout(waiter?.timer);
        // Where a listener's error ended the stream, whoever waited knows of it.
        next.then(waiter?.resolve, waiter?.reject ?? (() => undefined));
      }
    } finally {
      this.#isServing = false;
    }
  }

  /** Begins no more blocks; those that are begun are still given out. */
  close(): void {
    this.#isExhausted = true;
    this.#serve();
  }

  /** Gives up: whoever waits or asks is told the end, or `reason` where it is an error. What is held stays good. */
  stop(reason: unknown, isError = false): void {
    if (this.#ended !== undefined) return;
    this.#ended = { reason, isError };
    this.#isExhausted = true;
    for (const { outcome } of this.#entries.splice(0)) {
      if (outcome !== undefined && "loaded" in outcome) outcome.loaded.release();
    }
    this.#settle();
    this.#loader.stop(reason);
    for (const { timer, resolve, reject } of this.#waiting.splice(0)) {
      clearTimeout(timer);
      if (isError) reject(reason);
      else resolve(undefined);
    }
  }

  /** The signal has nothing to end any more. */
  #settle(): void {
    this.#removeListener?.();
    this.#removeListener = undefined;
  }
}

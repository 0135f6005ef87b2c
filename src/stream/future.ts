import { MemoryStorage } from "../array/index.js";
import { ClosedError } from "../errors.js";
import { turn } from "../platform/turns.js";
import { LentStorage } from "./lent-storage.js";
import { bytesOf, type Outcome, resultOver } from "./outcome.js";
import type { Pending, RequestState } from "./pending.js";

/**
 * A result that lies in its stage, which is another's after {@link release}. Where it is dropped without that, the stage goes on
 * with other memory.
 */
export class LentResult<V> {
  /** The rows; using them after the release is a ClosedError. */
  readonly data: V;
  readonly #release: () => void;

  /** @internal */
  constructor(data: V, release: () => void) {
    this.data = data;
    this.#release = release;
  }

  /** Gives the stage back. A second call does nothing. */
  release(): void {
    this.#release();
  }

  [Symbol.dispose](): void {
    this.#release();
  }
}

/** Gives back the stages of what nobody can reach any more. */
const dropped = new FinalizationRegistry<Pending>((pending) => pending.drop());
const droppedViews = new FinalizationRegistry<Pending>((pending) => pending.releaseLent());

/** So many futures are kept until it is seen whether they are read at once, as most are: to watch one costs a microsecond. */
const FRESH = 256;
const fresh: Future<unknown>[] = [];

/** Watches what is not read by the next turn of the event loop. */
function watchLater(future: Future<unknown>): void {
  if (fresh.length === 0) setImmediate(watchFresh);
  if (fresh.push(future) >= FRESH) watchFresh();
}

function watchFresh(): void {
  for (const future of fresh.splice(0)) future.watch();
}

/**
 * The answer to a request, to be read once: by {@link get}, {@link use} or {@link view}. A future that is dropped unread
 * gives its stage back; one that failed, and is not read, is no unhandled rejection.
 */
export class Future<V> {
  readonly #pending: Pending;
  #isTaken = false;

  /** @internal Use `request` of readers. */
  constructor(pending: Pending) {
    this.#pending = pending;
    watchLater(this);
  }

  /** `"ready"` and `"failed"` are there to be read. */
  get state(): RequestState {
    return this.#isTaken ? "read" : this.#pending.state;
  }

  /** Whether it can be read without waiting. */
  get done(): boolean {
    return this.#pending.isSettled;
  }

  /** Fulfilled when it can be read without waiting, also where it has failed. It is not read by that. */
  whenDone(): Promise<void> {
    return new Promise((resolve) => this.#pending.whenSettled(resolve));
  }

  /**
   * A copy that is the caller's; the stage is free again.
   *
   * @throws (rejected) what the request failed with: IndexError, LimitError where it does not fit the stage, TimeoutError,
   * WorkerError where its worker died, CorruptError; ClosedError where it was cancelled, or has been read before
   */
  get(): Promise<V> {
    return this.#read((pending) => {
      try {
        return copyOf<V>(pending.take(), pending);
      } finally {
        pending.release();
      }
    });
  }

  /**
   * Calls a function with the result where it lies, without a copy. When it has returned, or the promise that it returns is
   * settled, the stage is free again.
   *
   * @returns what the function gives
   * @throws (rejected) as {@link get}, and what the function throws
   */
  async use<R>(fn: (result: V) => R | PromiseLike<R>): Promise<R> {
    using lent = await this.#read((pending) => lend<V>(pending.take(), pending, false));
    return await fn(lent.data);
  }

  /** The result where it lies, without a copy, until it is released. @throws (rejected) as {@link get} */
  view(): Promise<LentResult<V>> {
    return this.#read((pending) => lend<V>(pending.take(), pending, true));
  }

  async #read<R>(read: (pending: Pending) => R): Promise<R> {
    const pending = this.#pending;
    if (this.#isTaken) throw new ClosedError("this future has been read: one future gives its result once");
    this.#isTaken = true;
    if (pending.isSettled) {
      // Many that are there at once leave nothing else a turn.
      const others = turn();
      if (others !== undefined) await others;
      return read(pending);
    }
    return new Promise((resolve, reject) => {
      // It reaches the future, too, so that nobody takes that for dropped while it is waited for.
      pending.whenSettled(() => {
        try {
          resolve(read(this.#pending));
        } catch (error) {
          reject(error);
        }
      });
    });
  }

  /** @internal Has its stage given back when nobody can read it any more. */
  watch(): void {
    if (!this.#isTaken) dropped.register(this, this.#pending);
  }

  /** Gives the request up: its future fails with a ClosedError, unless it has been read. */
  cancel(): void {
    if (!this.#isTaken || !this.#pending.isSettled) {
      this.#pending.abandon(new ClosedError("the request was cancelled"));
    }
  }

  /** As {@link cancel}. */
  [Symbol.dispose](): void {
    this.cancel();
  }
}

function copyOf<V>(outcome: Outcome, { bytes }: Pending): V {
  const own = outcome.gives === "rows" ? bytes.slice(0, bytesOf(outcome)) : bytes;
  return resultOver(outcome, new MemoryStorage(own, { label: "the result" })) as V;
}

/** @param isKept whether it may be kept, and dropped, by whoever gets it */
function lend<V>(outcome: Outcome, pending: Pending, isKept: boolean): LentResult<V> {
  const bytes = pending.bytes.subarray(0, bytesOf(outcome));
  const memory = new MemoryStorage(bytes, { writable: false, label: "the result" });
  if (outcome.gives !== "rows") {
    const data = resultOver(outcome, memory) as V;
    pending.release();
    return new LentResult(data, () => undefined);
  }
  const life = {};
  const storage = new LentStorage(memory, "it", life);
  if (isKept) droppedViews.register(life, pending);
  return new LentResult(resultOver(outcome, storage) as V, () => {
    storage.release();
    pending.release();
  });
}

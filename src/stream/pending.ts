import { showValue } from "../dtype/index.js";
import { ClosedError, LimitError, TimeoutError, UnsupportedError } from "../errors.js";
import { type Abortable, onAbort } from "./abort.js";
import type { Outcome } from "./outcome.js";
import type { Destination } from "./part-tasks.js";
import type { Stage, StageUser, StageWaiter } from "./stage.js";

/** What a request may be given. */
export interface RequestOptions {
  /** Milliseconds, from the request on, after which its future fails with a TimeoutError. */
  readonly timeout?: number | undefined;
  /** Fails the future with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** How far a request has come. */
export type RequestState = "waiting" | "running" | "ready" | "failed" | "read";

/** The longest time that a timer of Node takes. */
const LONGEST = 2 ** 31 - 1;

/**
 * A request on its way, which knows nothing of its future: that may be dropped.
 *
 * A stage is given back once its result was read or is not wanted, and nobody writes into it any more.
 */
export class Pending implements Abortable, Destination, StageUser, StageWaiter {
  readonly #answer: (to: Destination) => Outcome | Promise<Outcome>;
  readonly #settled: (pending: Pending) => void;
  #state: RequestState = "waiting";
  #stage: Stage | undefined;
  #bytes: Uint8Array<SharedArrayBuffer> | undefined;
  #isWriting = false;
  #stop: Int32Array | undefined;
  #outcome: Outcome | undefined;
  #error: unknown;
  #listeners: (() => void)[] | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Listens to the signal no more. */
  #unlisten: (() => void) | undefined;

  /** @param settled called once, when it is ready or has failed */
  constructor(answer: (to: Destination) => Outcome | Promise<Outcome>, settled: (pending: Pending) => void) {
    this.#answer = answer;
    this.#settled = settled;
  }

  get state(): RequestState {
    return this.#state;
  }

  get isSettled(): boolean {
    return this.#state !== "waiting" && this.#state !== "running";
  }

  get isWanted(): boolean {
    return !this.isSettled;
  }

  /** Whether it has failed: it has its stage only until nobody writes into it any more. */
  get isLost(): boolean {
    return this.#state === "failed";
  }

  /** What it failed with. */
  get error(): unknown {
    return this.#error;
  }

  get bytes(): Uint8Array<SharedArrayBuffer> {
    if (this.#bytes !== undefined) return this.#bytes;
    throw new ClosedError("this request has no stage any more");
  }

  stop(): Int32Array {
    this.#stop ??= new Int32Array(new SharedArrayBuffer(4));
    return this.#stop;
  }

  /** Limits the time that it may take. */
  limit({ timeout, signal }: RequestOptions): void {
    if (this.isSettled) return;
    if (timeout !== undefined && timeout < LONGEST) {
      const late = () => this.fail(new TimeoutError(`the request was not answered within ${timeout} ms`));
      this.#timer = setTimeout(late, timeout).unref();
    }
    if (signal === undefined) return;
    if (signal.aborted) this.fail(signal.reason);
    else this.#unlisten = onAbort(signal, this);
  }

  aborted(reason: unknown): void {
    this.fail(reason);
  }

  /** Has a stage from now on, and is carried out. */
  begin(stage: Stage): void {
    this.#stage = stage;
    this.#state = "running";
    try {
      this.#bytes = stage.claim(this);
      const outcome = this.#answer(this);
      if (!(outcome instanceof Promise)) {
        this.#ready(outcome);
        return;
      }
      this.#isWriting = true;
      outcome.then(
        (later) => this.#wrote(() => this.#ready(later)),
        (error: unknown) => this.#wrote(() => this.fail(error)),
      );
    } catch (error) {
      this.fail(error);
    }
  }

  #wrote(settle: () => void): void {
    this.#isWriting = false;
    settle();
    // What was ready may be read by now: its reader releases the stage.
    if (this.#state === "failed") this.release();
  }

  #ready(outcome: Outcome): void {
    if (this.isSettled) return;
    this.#outcome = outcome;
    this.#settle("ready");
  }

  /** It is not wanted any more, or cannot be answered. Nothing if it is ready or has failed. */
  fail(error: unknown): void {
    if (this.isSettled) return;
    this.#error = error;
    this.#settle("failed");
    this.release();
  }

  closed(error: ClosedError): void {
    if (this.#state === "ready") {
      this.#error = error;
      this.#state = "failed";
    }
    this.fail(error);
  }

  /** Its future is gone. */
  drop(): void {
    if (this.#state !== "read" && this.#state !== "failed") {
      this.abandon(new ClosedError("nobody wants the answer any more"));
    }
  }

  /** Nobody will read it. */
  abandon(error: unknown): void {
    this.fail(error);
    if (this.#state !== "ready") return;
    this.#error = error;
    this.#state = "failed";
    this.release();
  }

  #settle(state: "ready" | "failed"): void {
    this.#state = state;
    clearTimeout(this.#timer);
    this.#unlisten?.();
    if (state === "failed" && this.#stop !== undefined) Atomics.store(this.#stop, 0, 1);
    this.#settled(this);
    const listeners = this.#listeners ?? [];
    this.#listeners = undefined;
    for (const listener of listeners) listener();
  }

  /** Calls back when it is ready or has failed; while somebody waits, a limit of time keeps the process alive. */
  whenSettled(listener: () => void): void {
    if (this.isSettled) {
      listener();
      return;
    }
    this.#listeners ??= [];
    this.#listeners.push(listener);
    this.#timer?.ref();
  }

  /** Takes the outcome, which is there once. @throws what it failed with */
  take(): Outcome {
    if (this.#state === "failed") throw this.#error;
    if (this.#outcome === undefined || this.#state !== "ready") {
      throw new ClosedError("this request has been read, or is not ready");
    }
    this.#state = "read";
    return this.#outcome;
  }

  /** Gives the stage back, if nobody writes into it. */
  release(): void {
    if (this.#isWriting) return;
    this.#leave()?.release(this);
  }

  /** Gives the stage back without its memory: what was lent of it may be in use. */
  releaseLent(): void {
    const stage = this.#leave();
    stage?.forget(this);
    stage?.release(this);
  }

  #leave(): Stage | undefined {
    const stage = this.#stage;
    this.#stage = undefined;
    this.#bytes = undefined;
    return stage;
  }
}

/** @throws LimitError for no number of milliseconds, UnsupportedError for other values that are none of an option */
export function checkRequest(options: RequestOptions | undefined): void {
  if (options === undefined) return;
  if (typeof options !== "object" || options === null) {
    throw new UnsupportedError(`options are an object, such as { timeout: 1000 }, not ${showValue(options)}`);
  }
  const { timeout, signal } = options;
  if (timeout !== undefined && !(typeof timeout === "number" && timeout >= 0)) {
    throw new LimitError(`timeout is a number of milliseconds, not ${showValue(timeout)}`);
  }
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new UnsupportedError(`signal is an AbortSignal, not ${showValue(signal)}`);
  }
}

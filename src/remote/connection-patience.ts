import { type Abortable, onAbort } from "../stream/abort.js";

/**
 * What one call waits for, and what ends that: its caller's signal, the end of the connection, or nothing having come for too
 * long. One lasts for all attempts of a call, and ends them all.
 */
export class Patience implements Abortable {
  readonly #timeout: number;
  readonly #timedOut: () => unknown;
  readonly #others: Set<Patience>;
  readonly #leave: (() => void) | undefined;
  #controller: AbortController | undefined;
  #over: { readonly reason: unknown } | undefined;
  #reject: ((reason: unknown) => void) | undefined;

  /**
   * @param timeout milliseconds that one step may take
   * @param timedOut the error of a step that took longer
   * @param others those of the connection, which this is one of until it ends
   * @param signal the caller's
   * @throws the signal's reason, where it was given already
   */
  constructor(
    timeout: number,
    timedOut: () => unknown,
    others: Set<Patience>,
    signal: AbortSignal | undefined,
  ) {
    signal?.throwIfAborted();
    this.#timeout = timeout;
    this.#timedOut = timedOut;
    this.#others = others;
    others.add(this);
    this.#leave = signal === undefined ? undefined : onAbort(signal, this);
  }

  /** Whether everything was ended, be it by the caller or with the connection. */
  get isOver(): boolean {
    return this.#over !== undefined;
  }

  /** Ends the attempt that runs and all that come after it. */
  aborted(reason: unknown): void {
    if (this.#over !== undefined) return;
    this.#over = { reason };
    this.#stop(reason);
  }

  /**
   * Lets an attempt begin, and ends what still runs of the one before.
   *
   * @returns what tells it to end
   */
  begin(): AbortSignal {
    this.#controller?.abort();
    this.#controller = new AbortController();
    return this.#controller.signal;
  }

  /** To be called when there is nothing to wait for any more. */
  end(): void {
    this.#others.delete(this);
    this.#leave?.();
    this.#controller?.abort();
  }

  #stop(reason: unknown): void {
    const reject = this.#reject;
    this.#reject = undefined;
    this.#controller?.abort(reason);
    reject?.(reason);
  }

  /**
   * Waits for one step, whether or not what takes it heeds the signal.
   *
   * @throws what the step throws; the reason for which it was ended, or that it took too long
   */
  step<T>(step: Promise<T>): Promise<T> {
    return this.#wait(this.#timeout, () => this.#stop(this.#timedOut()), step);
  }

  /** Waits that long. @throws the reason for which it was ended */
  sleep(milliseconds: number): Promise<void> {
    return this.#wait(milliseconds, (done) => done());
  }

  #wait<T>(milliseconds: number, late: (done: (value: T) => void) => void, step?: Promise<T>): Promise<T> {
    if (this.#over !== undefined) {
      step?.catch(() => {});
      return Promise.reject(this.#over.reason);
    }
    return new Promise<T>((resolve, reject) => {
      let settled = false;
      const settle = (act: () => void): void => {
        if (settled) return;
        settled = true;
        clearTimeout(timer);
        this.#reject = undefined;
        act();
      };
      const done = (value: T): void => settle(() => resolve(value));
      const failed = (reason: unknown): void => settle(() => reject(reason));
      const timer = Number.isFinite(milliseconds) ? setTimeout(() => late(done), milliseconds) : undefined;
      this.#reject = failed;
      step?.then(done, failed);
    });
  }
}

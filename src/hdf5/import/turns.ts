import { setImmediate } from "node:timers/promises";

/** Whatever else there is has its turn about so often, in milliseconds, while this thread works. */
const WORK_MS = 10;

/** The turns of others during long work in this thread. */
export class Turns {
  readonly #signal: AbortSignal | undefined;
  #rested = performance.now();

  constructor(signal: AbortSignal | undefined) {
    this.#signal = signal;
  }

  /** To be awaited between two steps of work. @throws the signal's reason */
  async give(): Promise<void> {
    if (performance.now() - this.#rested >= WORK_MS) {
      await setImmediate();
      this.#rested = performance.now();
    }
    this.#signal?.throwIfAborted();
  }
}

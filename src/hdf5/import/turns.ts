import { turn } from "../../platform/turns.js";

/** The turns of others during long work in this thread. */
export class Turns {
  readonly #signal: AbortSignal | undefined;

  constructor(signal: AbortSignal | undefined) {
    this.#signal = signal;
  }

  /** To be awaited between two steps of work. @throws the signal's reason */
  async give(): Promise<void> {
    await turn();
    this.#signal?.throwIfAborted();
  }
}

import { setImmediate } from "node:timers/promises";
import { isMainThread } from "node:worker_threads";
import { ClosedError } from "../../errors.js";

/** How long the event loop of the main thread waits at most for one step after another, in milliseconds. */
const WORK_MS = 10;

/** Asks between two steps of reading whether to go on, and lets others have their turn. */
export class Pace {
  readonly #isStopped: () => boolean;
  #rested = performance.now();

  constructor(isStopped: () => boolean) {
    this.#isStopped = isStopped;
  }

  /** @returns what is to be awaited before the next step, where anything is @throws ClosedError where it is stopped */
  turn(): Promise<void> | undefined {
    if (this.#isStopped()) throw new ClosedError("the reading of rows was stopped");
    if (!isMainThread || performance.now() - this.#rested < WORK_MS) return undefined;
    return this.#rest();
  }

  async #rest(): Promise<void> {
    await setImmediate();
    this.#rested = performance.now();
  }
}

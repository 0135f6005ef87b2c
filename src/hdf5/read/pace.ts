import { isMainThread } from "node:worker_threads";
import { ClosedError } from "../../errors.js";
import { turn } from "../../platform/turns.js";

/** Asks between two steps of reading whether to go on, and lets others have their turn. */
export class Pace {
  readonly #isStopped: () => boolean;

  constructor(isStopped: () => boolean) {
    this.#isStopped = isStopped;
  }

  /** @returns what is to be awaited before the next step, where anything is @throws ClosedError where it is stopped */
  turn(): Promise<void> | undefined {
    if (this.#isStopped()) throw new ClosedError("the reading of rows was stopped");
    return isMainThread ? turn() : undefined;
  }
}

import { readFileSync } from "node:fs";
import { changeAfter } from "./changes.mjs";
import { EMPTY, follow } from "./model.mjs";

/** The last step that a worker has acknowledged; -1 where it has not opened its table once. */
export function lastAcknowledged(path) {
  const text = readFileSync(path, "utf8");
  const line = text.slice(0, text.lastIndexOf("\n")).split("\n").at(-1);
  return line === undefined || line === "" ? -1 : Number(line);
}

/** The states of a workload's steps, each of which is asked for once or again; `undefined` before the table. */
export class States {
  #seed;
  #state = EMPTY;

  constructor(seed) {
    this.#seed = seed;
  }

  /** The state at a step and the one after it: what a crash may have left. @param step never one before an earlier one's */
  since(step) {
    if (step < 0) return [undefined, EMPTY];
    while (this.#state.step < step) this.#state = this.#next();
    return [this.#state, this.#next()];
  }

  #next() {
    return follow(this.#seed, this.#state, changeAfter(this.#seed, this.#state));
  }
}

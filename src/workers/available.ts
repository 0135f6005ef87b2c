import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";

/** The program of the worker threads, as it is built. */
export const PROGRAM = new URL("./program.js", import.meta.url);

/** How many workers a run has unless told otherwise: the processors that this process may use − 1, at least 1. */
export function defaultWorkers(): number {
  return Math.max(1, availableParallelism() - 1);
}

/**
 * Whether worker threads can be started from where this module is: not from `.ts` sources, which Node 20 cannot load
 * in a worker, and not from a bundle that left their program behind.
 */
export function canStartWorkers(): boolean {
  return PROGRAM.protocol === "file:" && existsSync(fileURLToPath(PROGRAM));
}

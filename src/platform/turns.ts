import { setImmediate } from "node:timers/promises";

/** Timers, signals and requests wait at most about so long, in milliseconds, for work that is done step by step. */
const WORK_MS = 10;

let rested = performance.now();

/**
 * To be asked between two steps of work in this thread: promises that are fulfilled at once give nobody else a turn.
 *
 * @returns what is to be awaited before the next step; undefined where the last turn was just now
 */
export function turnIfDue(): Promise<void> | undefined {
  return performance.now() - rested < WORK_MS ? undefined : turn();
}

async function turn(): Promise<void> {
  await setImmediate();
  rested = performance.now();
}

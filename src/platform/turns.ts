import { setImmediate } from "node:timers/promises";

/** How long the event loop of a thread waits at most for one step after another, in milliseconds. */
const WORK_MS = 10;

let rested = performance.now();
let resting: Promise<void> | undefined;

/**
 * To be awaited between two steps that come without waiting for anything, such as blocks that are mapped: so that timers,
 * signals and connections have their turn. All such work of a thread shares its time.
 *
 * @returns undefined where no turn is due
 */
export function turn(): Promise<void> | undefined {
  if (resting !== undefined) return resting;
  if (performance.now() - rested < WORK_MS) return undefined;
  resting = rest();
  return resting;
}

async function rest(): Promise<void> {
  await setImmediate();
  resting = undefined;
  rested = performance.now();
}

import { type Engine, engine } from "./kernels/engine.js";

/** Below this many elements a plain loop is done before a kernel has got them. */
const FEW = 512;

/** The kernels of this thread for so many elements; undefined where a plain loop is better. */
export function engineFor(count: number): Engine | undefined {
  return count < FEW ? undefined : engine();
}

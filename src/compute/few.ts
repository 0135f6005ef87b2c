import { type Engine, engine, engineOver } from "./kernels/engine.js";

/** Below this many elements a plain loop is done before a kernel has got them. */
const FEW = 512;

/** The kernels in whose memory so many elements are mapped; undefined where they are not, or a plain loop is better. */
export function engineAround(count: number, values: ArrayBufferView): Engine | undefined {
  return count < FEW ? undefined : engineOver(values);
}

/**
 * The kernels of this thread for so many elements; undefined where a plain loop is better.
 *
 * @param operands of which the first one that is mapped in the memory of kernels has these do the work
 */
export function engineFor(count: number, ...operands: readonly ArrayBufferView[]): Engine | undefined {
  if (count < FEW) return undefined;
  for (const operand of operands) {
    const over = engineOver(operand);
    if (over !== undefined) return over;
  }
  return engine();
}

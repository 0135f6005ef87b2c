import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

function isFunction(value: unknown): value is () => void {
  return typeof value === "function";
}

/** The engine's own function, which only contexts show that are made while the flag is set. */
function behindTheFlag(): unknown {
  try {
    setFlagsFromString("--expose-gc");
    const found: unknown = runInNewContext("gc");
    setFlagsFromString("--no-expose-gc");
    return found;
  } catch {
    // An engine without it collects when it thinks best.
    return undefined;
  }
}

let known: (() => void) | undefined;

/**
 * Collects all garbage now, where the engine can be asked to; finalizers run at the next turn of the event loop. What
 * a mapping takes from the system does not weigh on the heap, so the engine alone may wait until there are too many.
 */
export function collectGarbage(): void {
  if (known === undefined) {
    const found: unknown = Reflect.get(globalThis, "gc") ?? behindTheFlag();
    known = isFunction(found) ? found : () => undefined;
  }
  known();
}

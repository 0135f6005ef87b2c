import { isMainThread } from "node:worker_threads";

const endings: ((idle: boolean) => void)[] = [];
/** Whether the event loop came to its end: then nothing is in flight. Not so after `process.exit()` or a throw. */
let idle = false;

/**
 * Calls `end` when this worker ends, but not when it is terminated from outside. The main thread needs no
 * such care: the kernel takes back what the process had.
 */
export function atWorkerExit(end: (idle: boolean) => void): void {
  if (isMainThread) return;
  if (endings.length === 0) {
    process.on("beforeExit", () => {
      idle = true;
      // Runs only if a listener found more to do.
      setImmediate(() => {
        idle = false;
      }).unref();
    });
    process.on("exit", () => {
      for (const each of endings) each(idle);
    });
  }
  endings.push(end);
}

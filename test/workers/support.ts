import { existsSync, readdirSync, readFileSync } from "node:fs";
import { stat } from "node:fs/promises";
import { afterEach } from "vitest";
import type { WorkerPool } from "../../src/workers/index.js";

type Workers = typeof import("../../src/workers/index.js");
type Errors = typeof import("../../src/errors.js");

/** The package as it is built: workers cannot be started from sources. Another build can be named while working on it. */
const dist = process.env.MEMMAP_TABLE_DIST ?? "../../dist";
/** URL of one of its modules. */
export const built = (module: string): string => new URL(`${dist}/${module}`, import.meta.url).href;

export const workers: Workers = await import(built("workers/index.js"));
export const errors: Errors = await import(built("errors.js"));

/** URL of a module of tasks. */
export const tasks = (name: string): string => new URL(`./tasks/${name}.mjs`, import.meta.url).href;

/** Pools of a test's own, closed at its end. */
export function pools(): (options?: ConstructorParameters<Workers["WorkerPool"]>[0]) => WorkerPool {
  const made: WorkerPool[] = [];
  afterEach(async () => {
    await Promise.all(made.splice(0).map((pool) => pool.close()));
  });
  return (options) => {
    const pool = new workers.WorkerPool(options);
    made.push(pool);
    return pool;
  };
}

// The threads for files, which the first request starts, stay: they are not to be counted later.
await stat(".");

const TASKS = "/proc/self/task";

/** Threads of this process, where the system tells; Node's own included. */
export function threads(): number {
  return existsSync(TASKS) ? readdirSync(TASKS).length : 0;
}

/**
 * Expects no more threads than there were. The system lists one for a moment more after its end was waited for: that moment is
 * waited for too, without a turn of the event loop.
 */
export function expectThreads(most: number): void {
  const turn = sharedInts(1);
  for (let left = 1000; threads() > most && left > 0; left--) Atomics.wait(turn, 0, 0, 1);
  const names = () => readdirSync(TASKS).map((task) => readFileSync(`${TASKS}/${task}/comm`, "utf8").trim());
  if (threads() > most) throw new Error(`of ${most} threads became ${names().join(", ")}`);
}

export const sharedInts = (length: number): Int32Array<SharedArrayBuffer> =>
  new Int32Array(new SharedArrayBuffer(4 * length));

/** Lets the tasks go on that wait for a gate. */
export function open(gate: Int32Array): void {
  Atomics.store(gate, 0, 1);
  Atomics.notify(gate, 0);
}

/** Waits until a word of shared memory is at least `value`, the event loop running. */
export async function reaches(shared: Int32Array, index: number, value: number): Promise<void> {
  while (Atomics.load(shared, index) < value) await pause(2);
}

export const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** What a promise is rejected with. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("the promise was fulfilled");
}

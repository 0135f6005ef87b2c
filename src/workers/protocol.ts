import type { Task } from "./task.js";
import type { Thrown } from "./thrown.js";

/** What a thread is born with. */
export interface ThreadData {
  /** The thread's state, by the words below. */
  readonly state: Int32Array<SharedArrayBuffer>;
}

/** Words of a thread's state. `BUSY` is 1 from before a task is begun until after it has ended. */
export const BUSY = 0;
/** The thread's number in `/proc/self/task`, 0 where there is no such thing. */
export const THREAD = 1;
export const STATE_WORDS = 2;

/** A task on its way to a worker. */
export interface Order extends Pick<Task<unknown>, "module" | "name" | "input"> {
  /** One word of the task's run: 1 when the run is stopped. */
  readonly stop: Int32Array<SharedArrayBuffer>;
}

/** Tells a worker to end once it has no task. */
export const LEAVE = null;

/** What a worker says when its task has ended: one for each order, in their order. */
export type Reply =
  | { readonly ok: true; readonly output: unknown }
  | { readonly ok: false; readonly thrown: Thrown };

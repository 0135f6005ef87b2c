/** Tasks that end well. */
import { threadId } from "node:worker_threads";

export const double = (input) => 2 * input;

export const whoAmI = () => threadId;

export const sum = (values) => values.reduce((total, each) => total + each, 0);

export const environment = () => ({ args: process.execArgv, options: process.env.NODE_OPTIONS });

/** Appends `name` to the log, which is shared: the count is in its first element. */
export function log({ shared, name }) {
  shared[Atomics.add(shared, 0, 1) + 1] = name;
}

/** Takes its time. */
export const rest = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Waits until [0] of the gate is not 0; [1] counts those that came. */
export function waitFor(gate) {
  Atomics.add(gate, 1, 1);
  Atomics.notify(gate, 1);
  Atomics.wait(gate, 0, 0);
}

export function chatter() {
  console.log("printed");
  console.error("printed");
  process.emitWarning("printed");
  return new Promise((resolve) => process.stdout.write("printed", () => resolve("done")));
}

export const notAFunction = 1;

import { writeSync } from "node:fs";
import { createInterface } from "node:readline";

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

/** Says that everything is loaded, and what comes now takes no more time than it must. */
export function report(line = "ready") {
  writeSync(1, `${line}\n`);
}

/** The next line of JSON that this process is told; undefined where nobody tells it any more. */
export async function nextOrders() {
  const { value, done } = await lines.next();
  return done ? undefined : JSON.parse(value);
}

const parent = process.ppid;

/** Ends this process where nobody waits for it any more: a loop that never waits itself does not notice. */
export function endWithParent() {
  if (process.ppid !== parent) process.exit(5);
}

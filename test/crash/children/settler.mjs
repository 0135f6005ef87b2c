/**
 * Makes a few changes that do not wait for the disk, then makes them safe in one of the ways that there are, says so, and
 * waits for the power to be cut.
 */
import { openSync, writeSync } from "node:fs";
import { changeAfter } from "../changes.mjs";
import { MemmapTable } from "../dist.mjs";
import { EMPTY, follow } from "../model.mjs";
import { randomOf } from "../random.mjs";
import { perform } from "../workload.mjs";
import { nextOrders, report } from "./orders.mjs";

report();
const orders = await nextOrders();
if (orders === undefined) process.exit(0);
const { root, acks, seed, step } = orders;

let state = EMPTY;
while (state.step < step) state = follow(seed, state, changeAfter(seed, state));
const random = randomOf(seed, step, 13);

function change(table) {
  const next = changeAfter(seed, state);
  perform(table, seed, next);
  state = follow(seed, state, next);
}

let table = MemmapTable.open(root, { mode: "a", durability: "process" });
for (let i = random.below(4); i >= 0; i -= 1) change(table);
if (random.chance(0.5)) {
  // Assignments, too, are safe once they are flushed: wrong ones that are on the disk first would stay.
  for (const [, column] of table.columns()) {
    const { values } = column;
    const right = values.slice();
    values.fill(values instanceof BigInt64Array ? 5n : 5);
    table.flush();
    values.set(right);
  }
  table.flush();
} else {
  // A change that waits takes along those that did not.
  table.close();
  table = MemmapTable.open(root, { mode: "r+", durability: "full" });
  change(table);
}
writeSync(openSync(acks, "a"), `${state.step}\n`);
report("safe");
await nextOrders();

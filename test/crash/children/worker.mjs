/**
 * Carries out a workload from a step on until it is killed. Each change that was acknowledged is a line of the file
 * `acks`: whoever kills this process knows what must not be lost.
 */
import { openSync, writeSync } from "node:fs";
import { changeAfter, vainChangeAfter } from "../changes.mjs";
import { MemmapTable, nodeFiles, withFiles } from "../dist.mjs";
import { EMPTY, follow } from "../model.mjs";
import { randomOf } from "../random.mjs";
import { difference, perform, performInVain } from "../workload.mjs";
import { endWithParent, nextOrders, report } from "./orders.mjs";

report();
const orders = await nextOrders();
if (orders === undefined) process.exit(0);
const { root, acks, seed, step, durability, broken } = orders;

/** File systems that do not do what they say, by which a run shows that it would notice. */
const BROKEN = {
  fsync: { ...nodeFiles, sync() {}, syncAll: () => true },
  record: {
    ...nodeFiles,
    write: (fd, bytes, at, path) =>
      nodeFiles.write(fd, path.includes("commit-") ? new Uint8Array(bytes.length) : bytes, at, path),
  },
};

const open = () =>
  withFiles(BROKEN[broken] ?? nodeFiles, () => MemmapTable.open(root, { mode: "a", durability }));

let state = EMPTY;
while (state.step < step) state = follow(seed, state, changeAfter(seed, state));

const file = openSync(acks, "a");
const acknowledge = (line) => writeSync(file, `${line}\n`);

let table = open();
const problem = difference(table, state);
if (problem !== undefined) throw new Error(`after opening at step ${step}: ${problem}`);
acknowledge(state.step);

for (;;) {
  endWithParent();
  const random = randomOf(seed, state.step, 3);
  if (random.chance(0.1)) performInVain(table, seed, vainChangeAfter(seed, state));
  if (random.chance(0.03)) table.flush();
  if (random.chance(0.05)) {
    table.close();
    table = open();
  }
  const change = changeAfter(seed, state);
  perform(table, seed, change);
  state = follow(seed, state, change);
  acknowledge(state.step);
}

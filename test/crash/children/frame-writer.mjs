/**
 * Replaces the frame of a hierarchy by the next one, again and again, until it is killed: from outside, or right after a
 * call of the file system. Each commit that was acknowledged is a line of the file `acks`.
 */
import { openSync, writeSync } from "node:fs";
import { MemmapFile, nodeFiles, withFiles } from "../dist.mjs";
import { registerStep } from "../frames.mjs";
import { endWithParent, nextOrders, report } from "./orders.mjs";
import { countingFiles, die } from "./stopping-files.mjs";

report();
const orders = await nextOrders();
if (orders === undefined) process.exit(0);
const { root, acks, size, durability, workers, stopAt } = orders;
let { step } = orders;

const file = openSync(acks, "a");
const counting = countingFiles((count) => {
  if (count === stopAt) die();
});
const files = stopAt === undefined ? nodeFiles : counting.files;
const open = () => withFiles(files, () => MemmapFile.open(root, { mode: "r+", durability }));

const tree = open();
for (;;) {
  endWithParent();
  step += 1;
  registerStep(tree, size, step);
  counting.start();
  report("begun");
  await tree.commit({ workers });
  writeSync(file, `${step}\n`);
  // The call at which this was to end does not come.
  if (stopAt !== undefined) process.exit(0);
}

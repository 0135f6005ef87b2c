/** Reads a table that describes itself, again and again, and says whether it ever saw two generations at once. */
import { readFileSync } from "node:fs";
import { setPriority } from "node:os";
import { isMemmapError, MemmapTable } from "../dist.mjs";
import { randomOf } from "../random.mjs";
import { mixture } from "../tide.mjs";
import { endWithParent, nextOrders, report } from "./orders.mjs";

// The more generations there are, the more there is to mix.
setPriority(10);
report();
const orders = await nextOrders();
if (orders === undefined) process.exit(0);
const { root, log, seed, milliseconds } = orders;

/** The fewest rows of any generation after this one. */
function fate(generation) {
  const later = readFileSync(log, "utf8")
    .split("\n")
    .map((line) => line.split(" ").map(Number))
    .filter(([number]) => number > generation);
  return later.reduce((least, [, rows]) => Math.min(least, rows), Number.POSITIVE_INFINITY);
}

const count = { snapshots: 0, opened: 0, stale: 0, generations: 0, violations: [] };
const random = randomOf(seed, 7);
const end = performance.now() + milliseconds;
let table;
let last = 0;
/** Typed arrays of some time ago: to touch them must never be a signal. */
const old = [];

while (performance.now() < end && count.violations.length < 3) {
  endWithParent();
  try {
    if (table !== undefined && random.chance(0.3)) {
      table.close();
      table = undefined;
    }
    if (table === undefined) {
      table = MemmapTable.open(root);
      count.opened += 1;
    } else table.refresh();
    const problem = mixture(table, fate);
    if (problem !== undefined) count.violations.push(problem);
    const { generation } = table;
    if (generation < last) count.violations.push(`generation ${generation} after ${last}`);
    if (generation > last) count.generations += 1;
    last = generation;
    count.snapshots += 1;
    const [name] = table.columnNames;
    if (name !== undefined) old.push(table.column(name).values);
    if (old.length > 20) old.shift();
    for (const values of old) for (let i = 0; i < values.length; i += 256) void values[i];
  } catch (error) {
    // Between opening and first use the writer has replaced a file: said, and cured by refresh().
    if (isMemmapError(error, "STALE")) count.stale += 1;
    else count.violations.push(error instanceof Error ? error.stack : String(error));
  }
}
report(JSON.stringify(count));
process.exit(0);

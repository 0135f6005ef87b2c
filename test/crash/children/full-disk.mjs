/** Makes every kind of change on a disk with too little room for it: none, then a little more, until it is enough. */
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { act } from "../act.mjs";
import { isMemmapError, MemmapTable, nodeFiles } from "../dist.mjs";
import { inspect } from "../inspect.mjs";
import { SCENARIOS, SEED } from "../scenarios.mjs";
import { difference, perform, strays } from "../workload.mjs";
import { Filler } from "./filler.mjs";
import { endWithParent, nextOrders, report } from "./orders.mjs";

/** What a change may need at most, in steps. */
const MOST_STEPS = 60;
/** The room that preparing a table needs, in bytes. */
const AMPLE = 3 * 2 ** 20;

report();
const orders = await nextOrders();
if (orders === undefined) process.exit(0);
const { directory, durability, step, names } = orders;
const root = join(directory, "table");
const filler = new Filler(directory);

function prepare({ first }) {
  filler.leave(AMPLE);
  rmSync(root, { recursive: true, force: true });
  if (first === undefined) return;
  const table = MemmapTable.create(root, { durability });
  perform(table, SEED, first);
  table.close();
}

/** An error after the moment from which a change is sure: the next writer finishes it. */
const isCommitted = (error) => isMemmapError(error, "CORRUPT") && /is committed/.test(error.message);

/** One try with so many bytes left. @returns what came of it, and what is wrong */
function attempt(scenario, bytes) {
  prepare(scenario);
  const [before, after] = scenario.states;
  const problems = [];
  const expect = (what, problem) => problem === undefined || problems.push(`${what}: ${problem}`);
  let table;
  let outcome = "done";
  const open = scenario.kind === "change" ? MemmapTable.open(root, { mode: "r+", durability }) : undefined;
  const once = () => act({ ...scenario, root, durability, table: open }, nodeFiles, () => {});
  if (open !== undefined) for (const [, column] of open.columns()) void column.values.length;
  filler.leave(bytes);
  const free = filler.free();
  try {
    table = once();
  } catch (error) {
    outcome = isCommitted(error) ? "committed" : "refused";
    if (outcome === "committed") {
      expect("committed", inspect(root, [after], { recover: false }).problem);
      filler.leave(AMPLE);
      open?.close();
      expect("committed, then opened again", inspect(root, [after]).problem);
      return { outcome, problems };
    }
    if (!isMemmapError(error, "DISK")) expect("instead of a DiskError", error?.stack ?? String(error));
    const left = filler.free();
    // Columns in place stay as long as they got, and where the system does not free a page in part, with their last one.
    const kept = step * (before?.columns.size ?? 0);
    if (left < free - kept) expect("room that was not given back", `${free - left} of ${free} bytes`);
    expect("after the failure", inspect(root, [before], { recover: false }).problem);
    if (before === undefined) expect("after the failure", existsSync(root) ? `there is ${root}` : undefined);
    else expect("after the failure", strays(root, before)[0]);
    if (open !== undefined) expect("after the failure, in the writer's eyes", difference(open, before));
    filler.leave(AMPLE);
    try {
      table = once();
    } catch (again) {
      expect("once there was room", again?.stack ?? String(again));
    }
  }
  if (table !== undefined) expect("after the change", difference(table, after));
  filler.leave(AMPLE);
  table?.close();
  open?.close();
  if (table !== undefined) expect("after closing", inspect(root, [after]).problem);
  return { outcome, problems };
}

for (const name of names) {
  const scenario = SCENARIOS.find((one) => one.name === name);
  report(JSON.stringify({ begins: scenario.name }));
  const found = { steps: 0, refused: 0, committed: 0, done: 0, problems: [] };
  for (
    let bytes = 0;
    found.steps < MOST_STEPS && found.done === 0 && found.problems.length < 3;
    bytes += step
  ) {
    endWithParent();
    const { outcome, problems } = attempt(scenario, bytes);
    found.steps += 1;
    found[outcome] += 1;
    for (const problem of problems) found.problems.push(`${scenario.name}, ${bytes} bytes left: ${problem}`);
  }
  if (found.steps === MOST_STEPS) found.problems.push(`${scenario.name}: never had room enough`);
  report(JSON.stringify(found));
}
process.exit(0);

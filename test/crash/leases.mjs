/**
 * A writer that stands still for longer than its lease lasts, in the midst of changing the table, finds that it is
 * another's, and changes it no more.
 */
import { readdirSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { sleep, startChild } from "./children.mjs";
import { temporaryDirectory } from "./cleanup.mjs";
import { MemmapTable } from "./dist.mjs";
import { randomOf } from "./random.mjs";

/** Long ago: whoever holds a lease of this age is taken to be dead. */
const AGE = 3600;

/** @returns counts, and a list of violations in words */
export async function runLeases({ seed, rounds, until = Number.POSITIVE_INFINITY }) {
  const { directory, remove } = temporaryDirectory();
  const result = { rounds: 0, changes: 0, violations: [] };
  const children = [startChild("rival.mjs"), startChild("rival.mjs")];
  try {
    for (const child of children) await child.nextLine();
    while (result.rounds < rounds && performance.now() < until && result.violations.length === 0) {
      const root = join(directory, `${result.rounds}`);
      const pause = randomOf(seed, 11, result.rounds).real() * 60;
      const problem = await takeOver({ root, pause, children, result });
      if (problem !== undefined) result.violations.push(`lease, round ${result.rounds}: ${problem}`);
      result.rounds += 1;
    }
  } finally {
    for (const child of children) child.kill();
  }
  remove();
  return result;
}

async function takeOver({ root, pause, children: [holder, thief], result }) {
  const open = { ask: "take", root, locking: "lease", timeout: 5000 };
  const taken = await tell(holder, { ...open, mode: "a" });
  if (taken !== "held") return `a free lease was refused: ${taken}`;
  const early = await tell(thief, { ...open, mode: "r+", timeout: 0 });
  if (early !== "LOCKED") return `a young lease was taken over: ${early}`;
  await tell(holder, { ask: "churn", name: "holder" });
  await sleep(pause);
  process.kill(holder.pid, "SIGSTOP");
  let changed;
  try {
    makeOld(join(root, ".memmap", "lock.lease"));
    const stolen = await tell(thief, { ...open, mode: "r+" });
    if (stolen !== "held") return `an old lease was refused: ${stolen}`;
    changed = await tell(thief, { ask: "change", name: "stolen" });
  } finally {
    process.kill(holder.pid, "SIGCONT");
  }
  const answer = await holder.nextLine();
  const [, own] = /^lost (\d+)$/.exec(answer) ?? [];
  if (own === undefined) return `the holder noticed nothing: ${answer}`;
  await tell(thief, { ask: "release" });
  result.changes += Number(own);
  // Whole in the eyes of a reader, and of a writer who clears what the holder left behind.
  return stateProblem(root, "r", changed, Number(own)) ?? stateProblem(root, "r+", changed, Number(own));
}

/** @param own the last change that the holder knows to be made: one more may have been finished for it */
function stateProblem(root, mode, changed, own) {
  const table = MemmapTable.open(root, { mode });
  try {
    const { generation, attr } = table;
    if (changed !== `generation ${generation}`) return `${changed} became ${generation}`;
    const before = generation - 1;
    if (own !== 0 && own !== before && own !== before - 1)
      return `change ${own} is lost before ${generation}`;
    // Attributes are set in generation 4, 7, 10, …
    const set = before - ((before - 1) % 3);
    const expected = set > 1 ? { generation: set } : null;
    if (!isDeepStrictEqual(attr, expected)) return `${JSON.stringify(attr)} in generation ${generation}`;
    const columns = [...(before % 3 === 2 ? ["holder"] : []), "stolen"];
    if (!isDeepStrictEqual([...table.columnNames], columns)) {
      return `columns ${table.columnNames} in generation ${generation}`;
    }
  } finally {
    table.close();
  }
  const left = readdirSync(join(root, ".memmap")).filter((name) => name !== "lock" && name !== "last");
  return mode === "r" || left.length === 0 ? undefined : `left in .memmap: ${left.join(", ")}`;
}

function makeOld(lease) {
  const then = statSync(lease).mtimeMs / 1000 - AGE;
  utimesSync(lease, then, then);
}

async function tell(child, orders) {
  child.tell(orders);
  return child.nextLine();
}

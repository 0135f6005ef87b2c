/**
 * Every call of the file system in every kind of change as the moment of a crash, each with a process that dies there;
 * and every call of the recovery after it.
 */
import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { act } from "./act.mjs";
import { countingFiles } from "./children/stopping-files.mjs";
import { startChild } from "./children.mjs";
import { temporaryDirectory } from "./cleanup.mjs";
import { MemmapTable, nodeFiles } from "./dist.mjs";
import { inspect } from "./inspect.mjs";
import { randomOf, shuffled } from "./random.mjs";
import { SCENARIOS, SEED } from "./scenarios.mjs";
import { perform } from "./workload.mjs";

/** More calls than any recovery makes. */
const MOST_CALLS = 200;
/** So many processes at a time. */
const LANES = 2;

/**
 * @param options.until when to stop, by `performance.now()`
 * @param options.only the name of the one scenario to try
 * @returns counts, and a list of violations in words
 */
export async function runCalls({ seed, until, only }) {
  const { directory, remove } = temporaryDirectory();
  const points = [];
  for (const scenario of SCENARIOS) {
    if (only !== undefined && scenario.name !== only) continue;
    for (const durability of ["process", "full"]) {
      const calls = callsOf({ scenario, durability, root: join(directory, "dry") });
      for (const [i, call] of calls.entries()) points.push({ scenario, durability, stopAt: i + 1, call });
    }
  }
  const result = { points: points.length, crashes: 0, second: 0, violations: [] };
  const isDone = () => performance.now() >= until || result.violations.length > 0;
  const inOrder = shuffled(points, randomOf(seed, 5));
  const queue = inTurn(inOrder);
  const ends = new Set();
  const lane = async (number) => {
    const root = join(directory, `lane-${number}`);
    let spare = startChild("point.mjs");
    const next = () => {
      const child = spare;
      spare = startChild("point.mjs");
      return child;
    };
    try {
      for (const point of queue) {
        await crash(point, root, next, result, ends);
        if (isDone()) return;
      }
    } finally {
      spare.kill();
    }
  };
  await Promise.all(Array.from({ length: LANES }, (_, i) => lane(i)));
  remove();
  return result;
}

/** Each point; then once more, with a second crash: in the recovery, at one call of it after the other. */
function* inTurn(points) {
  yield* points;
  for (let again = 1; again <= MOST_CALLS; again += 1) {
    for (const point of points) yield { ...point, again };
  }
}

/** The calls of a scenario, in their order. */
function callsOf({ scenario, durability, root }) {
  prepare(root, scenario);
  const calls = [];
  const counting = countingFiles((_count, what) => calls.push(what));
  const table = act({ ...scenario, root, durability }, counting.files, () => {
    calls.length = 0;
  });
  const own = calls.slice();
  table.close();
  return own;
}

/** Makes the table of before. */
function prepare(root, { first }) {
  rmSync(root, { recursive: true, force: true });
  if (first === undefined) return;
  const table = MemmapTable.create(root, { durability: "process" });
  perform(table, SEED, first);
  table.close();
}

async function crash({ scenario, durability, stopAt, call, again }, root, next, result, ends) {
  const key = `${scenario.name} ${durability} ${stopAt}`;
  // A recovery that ended before its call has no later one either.
  if (ends.has(key)) return;
  const where = `${scenario.name}, durability "${durability}", after call ${stopAt} (${call})`;
  prepare(root, scenario);
  const action = { ...scenario, states: undefined, root, durability };
  const first = await run(next(), { action, stopAt });
  if (first.signal !== "SIGKILL") {
    result.violations.push(`${where}: the process ended by itself (${first.code}): ${first.stderr}`);
    return;
  }
  if (again === undefined) result.crashes += 1;
  else {
    const kind = scenario.kind === "make" ? "make" : "recover";
    const second = await run(next(), { action: { ...action, kind }, stopAt: again });
    if (second.signal !== "SIGKILL") {
      ends.add(key);
      if (second.code !== 0) result.violations.push(`${where}: recovery failed: ${second.stderr}`);
      return;
    }
    result.second += 1;
  }
  const deep = again === undefined ? where : `${where}, then after call ${again} of what followed`;
  // A copy has other inodes, and none of the hard links.
  const copy = `${root}-copy`;
  rmSync(copy, { recursive: true, force: true });
  cpSync(root, copy, { recursive: true });
  const { state, problem } = inspect(root, scenario.states);
  if (problem !== undefined) {
    result.violations.push(`${deep}: ${problem}`);
    return;
  }
  if (state === undefined) remake(root, scenario, durability, deep, result);
  const copied = inspect(copy, [state]);
  if (copied.problem !== undefined) result.violations.push(`${deep}, in a copy: ${copied.problem}`);
}

/** Where no table came to be, one can be made. */
function remake(root, scenario, durability, where, result) {
  act({ ...scenario, root, durability }, nodeFiles, () => {}).close();
  const { problem } = inspect(root, scenario.states.slice(1));
  if (problem !== undefined) result.violations.push(`${where}, made anew: ${problem}`);
}

async function run(child, orders) {
  await child.nextLine();
  child.tell(orders);
  return child.exited;
}

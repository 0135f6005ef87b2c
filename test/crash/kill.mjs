/** `kill -9` at random moments of a random workload: nothing that was acknowledged is lost, nothing is mixed. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { lastAcknowledged, States } from "./acknowledged.mjs";
import { sleep, startChild } from "./children.mjs";
import { temporaryDirectory } from "./cleanup.mjs";
import { inspect } from "./inspect.mjs";
import { mix, randomOf } from "./random.mjs";

/** A table is killed this often before the next one takes its place. */
const KILLS_PER_TABLE = 30;
/** The longest that a worker lives after it was told what to do, in milliseconds, where others get something done meanwhile. */
const LONGEST_LIFE = 140;

/**
 * @param options.kills how many; as many as the time allows where left out
 * @param options.until when to stop, by `performance.now()`
 * @param options.broken what the worker's file system does wrong, by which a violation is to be seen
 * @returns counts, and a list of violations in words
 */
export async function runKills({
  seed,
  kills = Number.POSITIVE_INFINITY,
  until = Number.POSITIVE_INFINITY,
  broken,
}) {
  const result = { kills: 0, acknowledged: 0, unacknowledged: 0, tables: 0, violations: [] };
  let spare = startChild("worker.mjs");
  try {
    while (result.kills < kills && performance.now() < until && result.violations.length === 0) {
      const own = mix(seed, result.tables) % 1_000_000;
      const durability = result.tables % 2 === 0 ? "process" : "full";
      spare = await killTable({ seed: own, durability, kills, until, broken, result, spare });
      result.tables += 1;
    }
  } finally {
    spare.kill();
  }
  return result;
}

async function killTable({ seed, durability, kills, until, broken, result, spare }) {
  const { directory, remove } = temporaryDirectory();
  const [root, acks] = [join(directory, "table"), join(directory, "acks")];
  writeFileSync(acks, "");
  const states = new States(seed);
  let step = -1;
  let longest = LONGEST_LIFE;
  let worker = spare;
  for (let i = 0; i < KILLS_PER_TABLE && result.kills < kills && performance.now() < until; i += 1) {
    const random = randomOf(seed, i, 4);
    await worker.nextLine();
    worker.tell({ root, acks, seed, step, durability, broken });
    const next = startChild("worker.mjs");
    await sleep(random.real() * longest);
    worker.kill();
    const { code, signal, stderr } = await worker.exited;
    worker = next;
    result.kills += 1;
    const where = `kill ${i + 1}, durability "${durability}", workload ${seed}, step ${step}`;
    if (signal !== "SIGKILL") {
      result.violations.push(`${where}: the worker ended by itself (${signal ?? code}): ${stderr}`);
      break;
    }
    const known = Math.max(lastAcknowledged(acks), step);
    const { state, problem } = inspect(root, states.since(known), { recover: random.chance(0.5) });
    if (problem !== undefined) {
      result.violations.push(`${where}, acknowledged ${known}: ${problem}`);
      break;
    }
    longest = known > step ? LONGEST_LIFE : 1.5 * longest;
    result.acknowledged += known - step;
    if (state !== undefined && state.step > known) result.unacknowledged += 1;
    step = state?.step ?? -1;
  }
  remove();
  return worker;
}

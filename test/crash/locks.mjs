/** Eight processes that all want to write one table: one at a time does, and gives way the moment that it dies. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { startChild } from "./children.mjs";
import { temporaryDirectory } from "./cleanup.mjs";
import { isMemmapError, MemmapTable } from "./dist.mjs";
import { randomOf } from "./random.mjs";

const RIVALS = 8;
/** For how long a lock whose holder is dead may still be taken, in milliseconds, before that is an error. */
const PATIENCE = 10_000;

/**
 * @param options.rounds how many races
 * @param options.blockFor for how long a holder blocks its event loop, in milliseconds; not at all where left out
 * @returns counts, how long locks of the dead were held, in milliseconds, and a list of violations in words
 */
export async function runLocks({ seed, rounds, until = Number.POSITIVE_INFINITY, blockFor }) {
  const { directory, remove } = temporaryDirectory();
  const result = { rounds: 0, kills: 0, freed: [], refusedWhileBlocked: 0, violations: [] };
  const rivals = Array.from({ length: RIVALS }, () => startChild("rival.mjs"));
  const replace = (i) => {
    rivals[i] = startChild("rival.mjs");
    return rivals[i].nextLine();
  };
  try {
    for (const rival of rivals) await rival.nextLine();
    while (result.rounds < rounds && performance.now() < until && result.violations.length === 0) {
      const root = join(directory, `${result.rounds}`);
      await race({
        root,
        round: result.rounds,
        random: randomOf(seed, 8, result.rounds),
        rivals,
        replace,
        result,
      });
      result.rounds += 1;
    }
    if (blockFor !== undefined) await block(join(directory, "blocked"), rivals, blockFor, result);
  } finally {
    for (const rival of rivals) rival.kill();
  }
  remove();
  return result;
}

async function race({ root, round, random, rivals, replace, result }) {
  // A table that is there, an empty directory, nothing at all: all want it, or to make it.
  const kind = round % 3;
  if (kind === 0) MemmapTable.create(root, { durability: "process" }).close();
  if (kind === 1) mkdirSync(root);
  const mode = kind === 0 ? "r+" : "a";
  const answers = await Promise.all(rivals.map((rival) => ask(rival, { ask: "take", root, mode })));
  const holders = rivals.filter((_, i) => answers[i] === "held");
  const odd = answers.filter((answer) => answer !== "held" && answer !== "LOCKED");
  if (holders.length !== 1 || odd.length > 0) {
    result.violations.push(`round ${round}, mode "${mode}": ${answers.join(", ")}`);
    return;
  }
  const [holder] = holders;
  if (random.chance(0.3)) {
    await ask(holder, { ask: "release" });
  } else {
    // A kill is done when the kernel says so, not when it was asked for.
    const killed = performance.now();
    holder.kill();
    const delay = await untilFree(root, killed);
    await holder.exited;
    result.kills += 1;
    if (delay === undefined) result.violations.push(`round ${round}: a dead process kept its lock`);
    else result.freed.push(delay);
    await replace(rivals.indexOf(holder));
  }
  const next = await ask(random.oneOf(rivals), { ask: "take", root, mode: "r+" });
  if (next !== "held") result.violations.push(`round ${round}: a free lock was refused: ${next}`);
  await Promise.all(rivals.map((rival) => ask(rival, { ask: "release" })));
}

async function ask(rival, orders) {
  rival.tell(orders);
  return rival.nextLine();
}

/** Tries to write until it can. @returns how long after `since` it could, in milliseconds */
async function untilFree(root, since) {
  while (performance.now() - since < PATIENCE) {
    try {
      const table = MemmapTable.open(root, { mode: "r+", durability: "process" });
      const delay = performance.now() - since;
      table.close();
      return delay;
    } catch (error) {
      if (!isMemmapError(error, "LOCKED")) throw error;
    }
    await new Promise(setImmediate);
  }
  return undefined;
}

/** A holder whose event loop is blocked keeps what it has. */
async function block(root, rivals, milliseconds, result) {
  const [holder, ...others] = rivals;
  const taken = await ask(holder, { ask: "take", root, mode: "a" });
  await ask(holder, { ask: "block", milliseconds });
  const end = performance.now() + milliseconds - 500;
  while (performance.now() < end) {
    for (const rival of others) {
      const answer = await ask(rival, { ask: "take", root, mode: "r+" });
      if (answer !== "LOCKED")
        result.violations.push(`${taken}, but while its holder was blocked: ${answer}`);
      else result.refusedWhileBlocked += 1;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const answer = await ask(holder, { ask: "change", name: "afterwards" });
  if (!answer.startsWith("generation ")) result.violations.push(`after having been blocked: ${answer}`);
}

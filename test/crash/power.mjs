/**
 * Power cuts: `node test/crash/power.mjs [--cuts 200] [--seed N] [--break fsync]`. A file system in a file is shut down
 * under a random workload, without what had not reached it; then the table on it must be whole, and nothing that was
 * acknowledged may be lost. `--break fsync` is the proof that a loss would be noticed: with syncs of files that do nothing.
 * (To leave out those of directories proves nothing here: ext4 takes its whole journal along with each synced file.)
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { lastAcknowledged } from "./acknowledged.mjs";
import { sleep, startChild } from "./children.mjs";
import { temporaryDirectory } from "./cleanup.mjs";
import { freshSeed, mix, randomOf } from "./random.mjs";
import { fileDisk, whyNoDisk } from "./small-disk.mjs";

const { values: options } = parseArgs({
  options: {
    cuts: { type: "string" },
    seed: { type: "string" },
    break: { type: "string" },
  },
});
const isBroken = options.break !== undefined;
if (isBroken && options.break !== "fsync") throw new Error(`--break can be "fsync", not "${options.break}"`);
const cuts = Number(options.cuts ?? (isBroken ? 60 : 200));
const seed = Number(options.seed ?? freshSeed());

const DISK_BYTES = 64 * 2 ** 20;
/** A table is cut off this often before the next one takes its place. */
const CUTS_PER_TABLE = 40;
/** The longest time between a worker's start and the cut, in milliseconds. */
const LONGEST_LIFE = 300;

async function main() {
  const reason = whyNoDisk();
  if (reason !== undefined) {
    console.log(`power cuts: ${reason}`);
    return;
  }
  const disk = fileDisk(DISK_BYTES);
  const result = { cuts: 0, acknowledged: 0, unacknowledged: 0, settled: 0, problem: undefined };
  const start = performance.now();
  let worker = startChild("worker.mjs");
  try {
    for (let table = 0; result.cuts < cuts && result.problem === undefined; table += 1) {
      worker = await cutTable(disk, mix(seed, 9, table) % 1_000_000, worker, result);
    }
  } finally {
    worker.kill();
    disk.remove();
  }
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  const counts = `${result.cuts} cuts (${result.settled} when all was safe), ${result.acknowledged} changes acknowledged, ${result.unacknowledged} more found`;
  console.log(`power cuts: ${counts}, in ${seconds} s`);
  if (isBroken) {
    console.log(
      result.problem === undefined ? "NOT NOTICED: syncs that do nothing" : `noticed: ${result.problem}`,
    );
    process.exitCode = result.problem === undefined ? 1 : 0;
  } else if (result.problem !== undefined) {
    console.log(`VIOLATION: ${result.problem}\nreplay: node test/crash/power.mjs --seed ${seed}`);
    process.exitCode = 1;
  } else console.log("0 violations");
}

/** Cuts the power of one table's workload again and again. @returns a worker that waits for orders */
async function cutTable(disk, own, spare, result) {
  const elsewhere = temporaryDirectory();
  const acks = join(elsewhere.directory, "acks");
  const home = join(disk.directory, "home");
  const root = join(home, "table");
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home);
  // The directory itself is none of the table's business.
  disk.restart();
  writeFileSync(acks, "");
  let step = -1;
  let worker = spare;
  for (let i = 0; i < CUTS_PER_TABLE && result.cuts < cuts; i += 1) {
    const random = randomOf(own, i, 10);
    // Now and then the power is cut when all is said to be safe, and not in the midst of a change.
    const isSettled = !isBroken && step >= 0 && random.chance(0.25);
    if (isSettled) {
      worker.kill();
      worker = startChild("settler.mjs");
    }
    await worker.nextLine();
    worker.tell({ root, acks, seed: own, step, durability: "full", broken: options.break });
    const next = startChild("worker.mjs");
    const inspector = startChild("inspector.mjs");
    const moment = isSettled
      ? worker.nextLine().then((line) => line !== "safe")
      : sleep(random.real() * LONGEST_LIFE).then(() => false);
    const isEarly = await Promise.race([worker.exited.then(() => true), moment]);
    disk.cutPower();
    worker.kill();
    const { code, signal, stderr } = await worker.exited;
    worker = next;
    const known = Math.max(lastAcknowledged(acks), step);
    if (isSettled) result.settled += 1;
    const where = `${isSettled ? "settled " : ""}workload ${own}, cut ${i + 1}, step ${step}, acknowledged ${known}`;
    if (isEarly) {
      inspector.kill();
      result.problem = `${where}: the worker ended before the cut (${signal ?? code}): ${stderr}`;
      break;
    }
    disk.restart();
    result.cuts += 1;
    // Not recovered here each time: the worker that comes next does it, and may be cut off in it.
    const found = await inspected({ root, seed: own, known, recover: random.chance(0.5) }, inspector);
    if (found.problem !== undefined) {
      result.problem = `${where}: ${found.problem}`;
      break;
    }
    result.acknowledged += known - step;
    if (found.step > known) result.unacknowledged += 1;
    step = found.step;
  }
  elsewhere.remove();
  return worker;
}

/** What a process finds that opens the table and ends: nothing is left in use that keeps the disk from being unmounted. */
async function inspected(orders, inspector) {
  await inspector.nextLine();
  inspector.tell(orders);
  const line = await inspector.nextLine();
  const { code, signal, stderr } = await inspector.exited;
  if (code !== 0) return { problem: `whoever opened the table ended by ${signal ?? code}: ${stderr}` };
  return JSON.parse(line);
}

await main();

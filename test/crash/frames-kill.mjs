/** `kill -9` in commits of frames: after chosen calls of one thread, and at random moments while workers write. */
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { lastAcknowledged } from "./acknowledged.mjs";
import { countingFiles } from "./children/stopping-files.mjs";
import { sleep, startChild } from "./children.mjs";
import { temporaryDirectory } from "./cleanup.mjs";
import { MemmapFile, withFiles } from "./dist.mjs";
import { inspectFile, makeFile, registerStep, SIZES } from "./frames.mjs";
import { randomOf } from "./random.mjs";

/**
 * @param options.kills how many of each kind; as many as the time allows where left out
 * @param options.until when to stop, by `performance.now()`
 * @returns counts, and a list of violations in words
 */
export async function runFrameKills({
  seed,
  kills = Number.POSITIVE_INFINITY,
  until = Number.POSITIVE_INFINITY,
}) {
  const result = { calls: 0, kills: 0, midway: 0, acknowledged: 0, violations: [] };
  const { directory, remove } = temporaryDirectory();
  const isDone = () => performance.now() >= until || result.violations.length > 0;
  let spare = startChild("frame-writer.mjs");
  /** Has a writer begin, lets it live as long as `live` takes, and kills it; without, it ends by itself. */
  const run = async (orders, live) => {
    const child = spare;
    await child.nextLine();
    child.tell(orders);
    spare = startChild("frame-writer.mjs");
    if (live !== undefined) {
      await child.nextLine();
      await live(child);
      child.kill();
    }
    return child.exited;
  };
  try {
    const files = Object.keys(SIZES).map((size) => new KilledFile(directory, size));
    const longest = 2 * (await timeOfCommit(files[2], run, result));
    // More of them, where all happened to be before there is anything or after the end.
    for (let i = 0; (i < kills || (result.midway === 0 && i < 10 * kills)) && !isDone(); i += 1) {
      const random = randomOf(seed, i, 21);
      const durability = random.oneOf(["process", "full"]);
      const [small, many, large] = files;
      await atCall(random.chance(0.5) ? small : many, { random, durability, run, result });
      await whileWorking(large, { random, longest, run, result });
    }
  } finally {
    spare.kill();
    remove();
  }
  return result;
}

/** A hierarchy whose writers are killed, one after the other. */
class KilledFile {
  step = 0;

  constructor(directory, size) {
    this.size = size;
    this.root = join(directory, size);
    this.acks = join(directory, `${size}-acks`);
    writeFileSync(this.acks, "");
    makeFile(this.root);
  }

  /** Looks at what a writer left. */
  judge(where, { signal, code, stderr }, result) {
    if (signal !== "SIGKILL") {
      result.violations.push(`${where}: the writer ended by itself (${signal ?? code}): ${stderr}`);
      return;
    }
    if (readdirSync(join(this.root, ".memmap")).length > 2) result.midway += 1;
    const known = Math.max(lastAcknowledged(this.acks), this.step);
    const { step, problem } = inspectFile(this.root, this.size, [known, known + 1]);
    if (problem !== undefined) result.violations.push(`${where}, acknowledged ${known}: ${problem}`);
    result.acknowledged += known - this.step;
    this.step = step ?? known;
  }
}

/** How many calls a commit makes that replaces a frame, in a hierarchy of its own. */
async function callsOf({ root, size }, durability) {
  const dry = `${root}-dry`;
  makeFile(dry);
  const counting = countingFiles(() => {});
  const file = withFiles(counting.files, () => MemmapFile.open(dry, { mode: "r+", durability }));
  for (const step of [1, 2]) {
    registerStep(file, size, step);
    counting.start();
    await file.commit({ workers: 0 });
  }
  const { count } = counting;
  file.close();
  return count;
}

async function atCall(file, { random, durability, run, result }) {
  const { root, acks, size, step } = file;
  const stopAt = 1 + random.below(await callsOf(file, durability));
  const ended = await run({ root, acks, size, step, durability, workers: 0, stopAt });
  result.calls += 1;
  // It makes fewer calls than were counted where there was less to replace.
  if (ended.code === 0) ended.signal = "SIGKILL";
  file.judge(`${size}, durability "${durability}", after call ${stopAt}, step ${step}`, ended, result);
}

/** How long a commit by workers takes here and now, in milliseconds. */
async function timeOfCommit(file, run, result) {
  const { root, acks, size, step } = file;
  let milliseconds = 0;
  const ended = await run({ root, acks, size, step, durability: "process", workers: 2 }, async (child) => {
    const start = performance.now();
    // It begins another one when this one is through.
    await child.nextLine();
    milliseconds = performance.now() - start;
  });
  file.judge(`${size}, killed after a commit`, ended, result);
  return milliseconds;
}

async function whileWorking(file, { random, longest, run, result }) {
  const { root, acks, size, step } = file;
  const durability = random.chance(0.8) ? "process" : "full";
  const orders = { root, acks, size, step, durability, workers: 2 };
  const ended = await run(orders, () => sleep(random.real() * longest));
  result.kills += 1;
  file.judge(`${size}, durability "${durability}", killed while workers write, step ${step}`, ended, result);
}

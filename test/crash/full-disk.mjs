/** Every kind of change on disks that are full at every step of it: an error, never a signal, and nothing has changed. */
import { startChild } from "./children.mjs";
import { randomOf, shuffled } from "./random.mjs";
import { SCENARIOS } from "./scenarios.mjs";
import { fileDisk, memoryDisk, whyNoDisk } from "./small-disk.mjs";

const MEGABYTE = 2 ** 20;
const PAGE = 4096;

const DISKS = {
  tmpfs: { make: () => memoryDisk(8 * MEGABYTE), durability: "process" },
  ext4: { make: () => fileDisk(32 * MEGABYTE), durability: "full" },
};

/**
 * @param options.disks the names of those to fill; all where left out
 * @param options.names the scenarios; all where left out
 * @param options.until when to stop, by `performance.now()`
 * @returns counts, and a list of violations in words; `skipped` says why nothing could be done
 */
export async function runFullDisk({
  seed,
  disks = Object.keys(DISKS),
  names = SCENARIOS.map(({ name }) => name),
  until = Number.POSITIVE_INFINITY,
}) {
  const result = {
    skipped: whyNoDisk(),
    scenarios: 0,
    most: 0,
    steps: 0,
    refused: 0,
    committed: 0,
    violations: [],
  };
  if (result.skipped !== undefined) return result;
  // Where the time is short, others come first each time.
  const order = shuffled(names, randomOf(seed, 12));
  result.most = disks.length * names.length;
  for (const name of disks) {
    const { make, durability } = DISKS[name];
    const disk = make();
    const child = startChild("full-disk.mjs");
    try {
      await child.nextLine();
      child.tell({ directory: disk.directory, durability, step: PAGE, names: order });
      await follow(child, name, until, result);
    } finally {
      child.kill();
      await child.exited;
      disk.remove();
    }
  }
  return result;
}

/** Counts what a child reports, until it ends or the time is over. */
async function follow(child, disk, until, result) {
  let current = "nothing yet";
  for (let line = await child.nextLine(); line !== undefined; line = await child.nextLine()) {
    const { begins, steps, refused, committed, problems } = JSON.parse(line);
    if (begins !== undefined) {
      current = begins;
      if (performance.now() >= until) return;
      continue;
    }
    result.scenarios += 1;
    result.steps += steps;
    result.refused += refused;
    result.committed += committed;
    for (const problem of problems) result.violations.push(`${disk}: ${problem}`);
  }
  const { code, signal, stderr } = await child.exited;
  if (code !== 0)
    result.violations.push(`${disk}, ${current}: the process ended by ${signal ?? code}: ${stderr}`);
}

/** One writer and six readers, each a process: no reader ever sees two generations at once, or dies. */
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sleep, startChild } from "./children.mjs";
import { temporaryDirectory } from "./cleanup.mjs";
import { mix } from "./random.mjs";

const READERS = 6;

/** @returns counts, and a list of violations in words */
export async function runReaders({ seed, milliseconds, durability = "process" }) {
  const { directory, remove } = temporaryDirectory();
  const [root, log] = [join(directory, "table"), join(directory, "log")];
  writeFileSync(log, "");
  const writer = startChild("tide-writer.mjs");
  const readers = Array.from({ length: READERS }, () => startChild("tide-reader.mjs"));
  const result = { generations: 0, snapshots: 0, opened: 0, stale: 0, violations: [] };
  try {
    for (const child of [writer, ...readers]) await child.nextLine();
    writer.tell({ root, log, seed, durability, milliseconds: milliseconds + 200 });
    await made(root);
    for (const [i, reader] of readers.entries()) {
      reader.tell({ root, log, seed: mix(seed, i), milliseconds });
    }
    for (const [i, reader] of readers.entries()) {
      const line = await reader.nextLine();
      const { code, signal, stderr } = await reader.exited;
      const who = `reader ${i}, workload ${seed}`;
      if (line === undefined || code !== 0) {
        result.violations.push(`${who}: ended by ${signal ?? code}: ${stderr}`);
        continue;
      }
      const { snapshots, opened, stale, violations } = JSON.parse(line);
      result.snapshots += snapshots;
      result.opened += opened;
      result.stale += stale;
      for (const violation of violations) result.violations.push(`${who}: ${violation}`);
    }
    const line = await writer.nextLine();
    const { code, signal, stderr } = await writer.exited;
    if (line === undefined || code !== 0) {
      result.violations.push(`the writer, workload ${seed}: ended by ${signal ?? code}: ${stderr}`);
    } else result.generations = JSON.parse(line).generations;
  } finally {
    for (const child of [writer, ...readers]) child.kill();
  }
  remove();
  return result;
}

/** Waits until the table describes itself. */
async function made(root) {
  for (let i = 0; i < 10_000 && !existsSync(join(root, ".attr")); i += 1) await sleep(5);
}

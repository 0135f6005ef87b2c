import { join } from "node:path";
import type { Files } from "../platform/files.js";
import { applyRecord, retireRecord } from "./apply.js";
import { requireDecent, requireStaged } from "./decent.js";
import type { LastRecord } from "./last.js";
import { readLast, readPending } from "./look.js";
import { COMMIT, STAGE, type StorePaths } from "./paths.js";
import { type Durability, removeStage } from "./stage.js";
import { syncStore } from "./sync-store.js";

/** What is in the control directory beside the lock and `last`. */
interface Leftovers {
  readonly records: readonly string[];
  readonly stages: readonly string[];
}

/**
 * Brings a store whose writer died to the state before or after its last change: a committed record is applied, anything
 * short of one is removed. For the holder of the lock. A second try after a crash does the same.
 *
 * @returns the record of the last transaction
 * @throws CorruptError where a committed record does not fit the files, or could do harm; nothing is touched then
 */
export function recover(paths: StorePaths, files: Files, durability: Durability): LastRecord | undefined {
  const { records, stages } = leftovers(paths, files);
  const found = records.length > 0 || stages.length > 0;
  if (found || durability === "full") {
    // A kill may have left a record that is not on the disk yet, or the removal of one.
    for (const path of records) syncFile(path, files);
    files.syncDirectory(paths.control);
  }
  let last = readLast(paths, files);
  const next = paths.commit((last?.generation ?? 0) + 1);
  const record = records.includes(next) ? readPending(paths, files, last) : undefined;
  if (record !== undefined) {
    requireDecent(record, paths, files);
    requireStaged(record, paths, files);
  }

  const isVoid = records.filter((path) => record === undefined || path !== next);
  for (const path of isVoid) files.unlink(path);
  if (isVoid.length > 0) files.syncDirectory(paths.control);
  if (record !== undefined) {
    const level = durability === "full" || record.durability === "full" ? "full" : "process";
    if (level === "full" && (record.durability === "process" || last?.durability === "process")) {
      syncStore(paths, files);
    }
    applyRecord(record, paths, files, level);
    retireRecord(record, paths, files, level);
    if (level === "full") files.syncDirectory(paths.control);
    last = readLast(paths, files);
  }
  for (const stage of stages) removeStage(stage, files);
  return last;
}

function leftovers({ control }: StorePaths, files: Files): Leftovers {
  const records: string[] = [];
  const stages: string[] = [];
  for (const { name, kind } of files.list(control)) {
    const path = join(control, name);
    if (kind === "directory" && name.startsWith(STAGE)) stages.push(path);
    const generation = name.startsWith(COMMIT) ? name.slice(COMMIT.length) : "";
    if (kind === "file" && /^[1-9]\d*$/.test(generation)) records.push(path);
  }
  return { records, stages };
}

function syncFile(path: string, files: Files): void {
  const fd = files.open(path, "r+");
  try {
    files.sync(fd, path);
  } finally {
    files.close(fd);
  }
}

import { randomBytes } from "node:crypto";
import { isMemmapError, systemCode } from "../../errors.js";
import { currentFiles, type Files } from "../../platform/files.js";
import { Hold } from "../hold.js";
import { formatLast, type LastRecord } from "../last.js";
import { refuseNesting } from "../nesting.js";
import type { StorePaths } from "../paths.js";
import { recover } from "../recover.js";
import { removeStage, Stage } from "../stage.js";
import { syncStore } from "../sync-store.js";
import type { Locking } from "../writer-lock.js";
import { directoryOf, inspect, situationOf } from "./check.js";
import { type Finding, type FindingCode, inOrder } from "./findings.js";
import { contentsOf, highestGeneration, type Records } from "./records.js";
import { rowsOf } from "./rows.js";
import { NOTHING } from "./salvage.js";
import type { Survey } from "./tree.js";

/** How {@link repair} keeps writers away. */
export interface RepairOptions {
  /** The kind of lock; `"kernel"` when left out. */
  readonly locking?: Locking | undefined;
  /** How long to wait for another writer, in milliseconds; 0 when left out. */
  readonly timeout?: number | undefined;
}

/**
 * Does what {@link check} says that it would do: applies a committed change, removes what is left of changes that were
 * not committed, writes a damaged `last` anew. It never touches data, and never changes or removes a file that no record
 * names: what else is wrong is for somebody who knows the data. Every step can be done again, so that a crash in the
 * midst of it does no harm.
 *
 * ```ts
 * for (const { path, repair: done } of repair("flights")) console.log(`${path}: ${done}`);
 * ```
 *
 * @param root the table's directory
 * @returns what was found and repaired; nothing where there was nothing to do
 * @throws NotFoundError where there is no such directory
 * @throws LockedError while a writer has the table open
 * @throws UnsupportedError for a part of another table, and where locks cannot be had
 * @throws DiskError where the system refuses; another try goes on from there
 */
export function repair(root: string, { locking, timeout }: RepairOptions = {}): Finding[] {
  const files = currentFiles();
  const paths = directoryOf(root, files);
  // Without a control directory there is nothing that this package did, and nothing to undo.
  if (files.look(paths.control)?.isDirectory() !== true) return [];
  refuseNesting(paths, files);
  const hold = new Hold(paths, files, { locking, timeout, durability: "full" });
  let found: Finding[];
  try {
    const situation = situationOf(paths, files);
    const { findings, survey } = inspect(situation, files, true);
    found = findings.filter((one) => one.repair !== undefined);
    new Repair(paths, files, situation.records, survey).carryOut(new Set(found.map(({ code }) => code)));
  } finally {
    hold.release();
  }
  if (found.some(({ code }) => code === "no-table")) removeEmpty(paths, files);
  return inOrder(found);
}

class Repair {
  readonly #paths: StorePaths;
  readonly #files: Files;
  readonly #records: Records;
  readonly #survey: Survey;

  constructor(paths: StorePaths, files: Files, records: Records, survey: Survey) {
    this.#paths = paths;
    this.#files = files;
    this.#records = records;
    this.#survey = survey;
  }

  /** @param found what it was said that something is done about */
  carryOut(found: ReadonlySet<FindingCode>): void {
    const [paths, files] = [this.#paths, this.#files];
    if (found.size === 0) return;
    if (found.has("no-table")) {
      emptyControl(paths, files);
      return;
    }
    if (found.has("bad-last")) this.#write(this.#newLast());
    // Written before the recovery removes what its generation is known by.
    else if (found.has("no-last")) this.#write(this.#fromColumns());
    const last = recover(paths, files, "full");
    if (!found.has("unsynced") || last === undefined) return;
    syncStore(paths, files);
    this.#write({ ...last, durability: "full" });
  }

  #newLast(): Omit<LastRecord, "sha256"> {
    const known = this.#fromColumns();
    const { pending } = this.#records.look;
    if (pending === undefined) return known;
    // The record that follows is about to say all the rest.
    return { ...known, generation: pending.generation - 1, txid: pending.prev ?? known.txid };
  }

  /** A record of what there is. Where columns disagree on their rows, it says what most have. */
  #fromColumns(): Omit<LastRecord, "sha256"> {
    const { columns, names } = this.#survey;
    const { generation, order, rows } = this.#records.damage?.salvaged ?? NOTHING;
    const there = new Set(names);
    return {
      version: 1,
      generation: generation ?? highestGeneration(contentsOf(this.#paths, this.#files)),
      txid: randomBytes(16).toString("hex"),
      order: [...new Set([...order.filter((name) => there.has(name)), ...[...names].sort()])],
      rows: rows === null ? null : (rowsOf(columns, rows) ?? 0),
      durability: "full",
    };
  }

  /** Puts a record in the place of `last`, which is whole at every moment; what a crash leaves is a stage. */
  #write(record: Omit<LastRecord, "sha256">): void {
    const [paths, files] = [this.#paths, this.#files];
    const stage = new Stage(paths.stage(record.generation, `-${record.txid}`), files, "full");
    stage.prepare([{ kind: "file", to: "last", bytes: formatLast(record) }]);
    files.syncDirectory(paths.control);
    files.rename(stage.ready.get("last") ?? "", paths.last);
    files.syncDirectory(paths.control);
    stage.remove();
  }
}

/** Removes what is left of a store that never came to be: the lock, which is held, last. */
function emptyControl(paths: StorePaths, files: Files): void {
  const { records, stages } = contentsOf(paths, files);
  for (const { path } of stages) removeStage(path, files);
  for (const { path } of records) files.unlink(path);
  if (files.look(paths.lock) !== undefined) files.unlink(paths.lock);
}

/** Removes the control directory, unless a writer that waited for the lock makes a store there now. */
function removeEmpty({ root, control }: StorePaths, files: Files): void {
  try {
    files.rmdir(control);
  } catch (error) {
    if (isMemmapError(error, "NOT_FOUND") || isMemmapError(error, "EXISTS")) return;
    if (isMemmapError(error, "DISK") && systemCode(error.cause) === "ENOTEMPTY") return;
    throw error;
  }
  files.syncDirectory(root);
}

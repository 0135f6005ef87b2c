import { NotFoundError } from "../../errors.js";
import { currentFiles, type Files } from "../../platform/files.js";
import { locate } from "../links.js";
import { latest } from "../look.js";
import { outerStore } from "../nesting.js";
import { Overlay } from "../overlay.js";
import { StorePaths } from "../paths.js";
import { isStore } from "../vacancy.js";
import { checkControl } from "./control.js";
import { attempt, type Finding, finding, inOrder } from "./findings.js";
import { isHeld } from "./held.js";
import { isSameMoment, type Records, readRecords } from "./records.js";
import { checkTogether, type Known } from "./rows.js";
import { type Survey, survey } from "./tree.js";

/** How long a table is tried to be looked at between the changes of a writer, in milliseconds. */
const PATIENCE = 10_000;

/**
 * Looks over a table's directory: every file that is, or is meant to be, a part of it. No data are read, nothing is
 * changed, and no lock is taken, so that it can be called at any time, on read-only media as well.
 *
 * ```ts
 * for (const { code, path, what, repair } of check("flights")) {
 *   console.log(`${path}: ${what} (${code})`, repair === undefined ? "" : `: repair() would do this: ${repair}`);
 * }
 * ```
 *
 * While a writer has the table open, its change under way is not reported. Linux tells which files are locked;
 * on other systems the process that last had the lock counts as a writer for as long as it lives, so that what an
 * earlier handle of that process left is reported only after its end.
 *
 * Of a directory within a table, only its files are looked at; records are the whole table's.
 *
 * @param root the table's directory
 * @returns what is not as it should be, frozen, in the order of the paths; nothing for a healthy table
 * @throws NotFoundError where there is no such directory
 */
export function check(root: string): Finding[] {
  const files = currentFiles();
  const paths = directoryOf(root, files);
  const deadline = performance.now() + PATIENCE;
  for (;;) {
    const before = situationOf(paths, files);
    const { findings } = inspect(before, files, false);
    const after = situationOf(paths, files, before);
    // Where a writer worked meanwhile, things were seen from before and after.
    if (isSame(before, after)) return inOrder(findings);
    if (performance.now() > deadline) {
      const what = "a writer changes the table faster than it can be looked at; try again when it rests";
      return [finding("busy", paths.root, what)];
    }
  }
}

/** Where a table is, for {@link check} and `repair`. @throws NotFoundError where there is no directory */
export function directoryOf(root: string, files: Files): StorePaths {
  const paths = new StorePaths(locate(root, files));
  const stat = files.look(paths.root);
  if (stat?.isDirectory() === true) return paths;
  const what =
    stat === undefined || stat.isSymbolicLink() ? "there is no such table" : "this is no directory";
  throw new NotFoundError(`${paths.root}: ${what}`, { path: paths.root });
}

/** A directory, and the store whose records count for it, at one moment. */
export interface Situation {
  readonly paths: StorePaths;
  /** The store that it is, or is a part of. */
  readonly whose: StorePaths;
  readonly records: Records;
  readonly isHeld: boolean;
  /** The store around it, if there is one. */
  readonly outer: StorePaths | undefined;
}

/** What counts for a directory now. */
export function situationOf(paths: StorePaths, files: Files, before?: Situation): Situation {
  const ignore = (): void => {};
  const outer = attempt(() => outerStore(paths, files), ignore);
  // What cannot be read is the directory's own all the same.
  const isOwn = attempt(() => isStore(paths.root, files), ignore) ?? true;
  const whose = isOwn ? paths : (outer ?? paths);
  const records = readRecords(whose, files, before?.whose.root === whose.root ? before.records : undefined);
  return { paths, whose, records, isHeld: attempt(() => isHeld(whose, files), ignore) ?? false, outer };
}

function isSame(one: Situation, other: Situation): boolean {
  return (
    one.whose.root === other.whose.root &&
    one.isHeld === other.isHeld &&
    isSameMoment(one.records, other.records)
  );
}

/** Everything that was found at one moment. */
export interface Inspection {
  readonly findings: readonly Finding[];
  readonly survey: Survey;
}

/** @param isOurs whether the lock is held by who asks: then nothing is a writer's work */
export function inspect(situation: Situation, files: Files, isOurs: boolean): Inspection {
  const { paths, whose, records, outer } = situation;
  const overlay = new Overlay(records.look.pending, whose, files);
  const known = knownOf(situation);
  const found = survey(paths, files, overlay, known.rows === null);
  const removed = new Set(
    records.look.pending?.operations.flatMap(({ op, path }) => (op === "rmdir" ? [whose.file(path)] : [])),
  );
  const findings = found.findings.filter(({ code, path }) => code !== "empty-group" || !removed.has(path));
  findings.push(...checkTogether(found, known, paths));
  if (whose.root === paths.root) {
    const isHeldByOther = situation.isHeld && !isOurs;
    const state = { paths, records, survey: found, isHeld: isHeldByOther, isNested: outer !== undefined };
    findings.push(...checkControl(state, files));
  } else if (isNoPart(found)) {
    findings.push(
      finding("no-table", paths.root, "there are no columns in this directory; this is no table"),
    );
  }
  if (outer !== undefined && files.look(paths.control) !== undefined) {
    const what = `this directory is a part of the table ${outer.root}, and has a control directory of its own; it can only be read`;
    findings.push(finding("nested-table", paths.root, what));
  }
  return { findings, survey: found };
}

function isNoPart({ names, groups }: Survey): boolean {
  return names.length === 0 && !groups.includes("");
}

function knownOf({ paths, whose, records }: Situation): Known {
  const prefix = whose.root === paths.root ? "" : `${whose.nameOf(paths.root)}/`;
  const { damage, look } = records;
  const record = latest(look);
  const path = look.pending === undefined ? whose.last : whose.commit(look.pending.generation);
  if (record !== undefined) return { order: record.order, rows: record.rows, prefix, path };
  return { order: [], rows: damage?.salvaged.rows === null ? null : undefined, prefix, path };
}

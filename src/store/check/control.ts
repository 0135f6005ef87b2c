import { relative } from "node:path";
import type { Files } from "../../platform/files.js";
import { latest } from "../look.js";
import type { StorePaths } from "../paths.js";
import type { CommitRecord } from "../record.js";
import { isVacant } from "../vacancy.js";
import { attempt, type Finding, finding } from "./findings.js";
import { fitOf } from "./fit.js";
import { type Contents, contentsOf, type Damage, type Records, whyVoid } from "./records.js";
import type { Survey } from "./tree.js";

/** The records of a store, and what is known of it beside them. */
export interface ControlState {
  readonly paths: StorePaths;
  readonly records: Records;
  readonly survey: Survey;
  /** Whether stages and records may be those of a writer at work. */
  readonly isHeld: boolean;
  /** Whether the store is a part of another one, and so is no writer's. */
  readonly isNested: boolean;
}

/** What is wrong with `.memmap` and what lies in it. */
export function checkControl(state: ControlState, files: Files): Finding[] {
  const { control } = state.paths;
  let refusal: Finding | undefined;
  const found = attempt(
    () => inspect(state, files),
    (error) => {
      refusal = finding("unreadable", error.path ?? control, error.message);
    },
  );
  // Where a part cannot be looked at, nothing is said of the rest: it may hang on that part.
  return found ?? (refusal === undefined ? [] : [refusal]);
}

function inspect(state: ControlState, files: Files): Finding[] {
  const { paths, survey, records } = state;
  const there = files.look(paths.control);
  const findings: Finding[] = [];
  if (there !== undefined && !there.isDirectory()) {
    const what = there.isSymbolicLink() ? "a symbolic link" : "no directory";
    return [finding("bad-control", paths.control, `the control directory is ${what}; nothing in it is used`)];
  }
  const { last, pending } = records.look;
  const isRecorded = last !== undefined || pending !== undefined || records.damage !== undefined;
  const isEmpty = survey.names.length === 0 && !survey.groups.includes("");
  if (!isRecorded && isEmpty && records.refused === undefined && !state.isHeld) {
    const remains = there === undefined ? undefined : removable(paths, files);
    if (remains !== undefined) return [remains];
    findings.push(
      finding(
        "no-table",
        paths.root,
        `there are no columns, and no ${relative(paths.root, paths.last)}; this is no table`,
      ),
    );
  }
  if (there === undefined) return findings;
  findings.push(...new Control(state, files).findings());
  return isBlocked(findings, state) ? findings.map(withoutRepair) : findings;
}

function withoutRepair({ code, path, what }: Finding): Finding {
  return finding(code, path, what);
}

/** Whether something keeps every repair from being made, as it keeps writers away. */
function isBlocked(findings: readonly Finding[], { isNested }: ControlState): boolean {
  return (
    isNested ||
    findings.some(
      ({ code, repair }) =>
        repair === undefined &&
        (code === "bad-record" || code === "bad-last" || code === "bad-control" || code === "unreadable"),
    )
  );
}

/** What is left of a store that never came to be, where all of it can be taken away. */
function removable(paths: StorePaths, files: Files): Finding | undefined {
  const isAlone = attempt(
    () =>
      isVacant(paths.root, files) &&
      isPlainLock(paths, files) &&
      contentsOf(paths, files).foreign.length === 0,
    () => {},
  );
  if (isAlone !== true) return undefined;
  return finding(
    "no-table",
    paths.control,
    "this is left of a table that never came to be",
    "the directory is removed",
  );
}

function isPlainLock({ lock }: StorePaths, files: Files): boolean {
  return files.look(lock)?.isFile() !== false;
}

class Control {
  readonly #state: ControlState;
  readonly #files: Files;
  readonly #contents: Contents;

  constructor(state: ControlState, files: Files) {
    this.#state = state;
    this.#files = files;
    this.#contents = contentsOf(state.paths, files);
  }

  findings(): Finding[] {
    const { paths, records, isHeld, survey } = this.#state;
    const { damage, refused, look } = records;
    const found: Finding[] = [];
    if (!isPlainLock(paths, this.#files)) {
      found.push(finding("bad-control", paths.lock, "the lock is a file, and this is none; move it away"));
    }
    if (refused !== undefined) {
      found.push(finding("unreadable", refused.path ?? paths.control, refused.message));
    }
    if (damage !== undefined) found.push(this.#damaged(damage));
    for (const path of this.#contents.foreign) {
      if (path === refused?.path) continue;
      found.push(
        finding("foreign-file", path, "nothing of this name belongs into a control directory; it stays"),
      );
    }
    // What follows is a writer's own business, or cannot be judged.
    if (isHeld || refused !== undefined) return found;

    const isMissing = damage === undefined && latest(look) === undefined;
    if (isMissing && survey.columns.size > 0) {
      const what =
        "there is no record of a last transaction: either the table was never changed as one, or the order of its columns is lost";
      const how = "one is written, with the columns in the order of their names";
      found.push(finding("no-last", paths.last, what, this.#isWholeSurvey ? how : undefined));
    }
    found.push(...this.#records(), ...this.#stages());
    const durability = latest(look)?.durability;
    if (durability === "process") {
      found.push(
        finding(
          "unsynced",
          look.pending === undefined ? paths.last : paths.commit(look.pending.generation),
          'the last change did not wait for the disk (durability "process"): unless it was flushed, a loss of power can damage it',
          "everything is brought to the disk, and noted",
        ),
      );
    }
    return found;
  }

  /** Whether all columns that there may be were found. */
  get #isWholeSurvey(): boolean {
    return this.#state.survey.findings.every(({ code }) => code !== "unreadable");
  }

  #damaged({ error, bytes, salvaged }: Damage): Finding {
    const { paths, records } = this.#state;
    if (bytes === undefined) {
      const code =
        error.code === "DISK" && this.#files.look(paths.last)?.isFile() ? "unreadable" : "bad-control";
      return finding(code, paths.last, error.message);
    }
    if (salvaged.isNewer) {
      return finding("bad-last", paths.last, `${error.message}; a later version of this package wrote it`);
    }
    const { pending } = records.look;
    if (pending === undefined && !this.#isWholeSurvey) {
      const what = `${error.message}; a new one can be written when all files can be read`;
      return finding("bad-last", paths.last, what);
    }
    const from =
      pending === undefined
        ? `the columns, with ${salvaged.generation === undefined ? "the highest generation that is known" : `generation ${salvaged.generation}`}`
        : `the record of generation ${pending.generation} that follows it`;
    return finding("bad-last", paths.last, error.message, `a new one is written from ${from}`);
  }

  #records(): Finding[] {
    const { paths, records } = this.#state;
    const { look, damage } = records;
    return this.#contents.records.flatMap(({ path, generation }) => {
      if (generation === look.pending?.generation) return [this.#pending(path, look.pending)];
      // Of a damaged last nobody knows what it should be followed by; this one it is not.
      const why =
        damage === undefined
          ? whyVoid(path, generation, look, this.#files)
          : `nothing says that it follows ${relative(paths.root, paths.last)}`;
      return [finding("void-record", path, `this record does not count: ${why}`, "it is removed")];
    });
  }

  #pending(path: string, record: CommitRecord): Finding {
    const { paths } = this.#state;
    const { problem, kept } = fitOf(record, paths, this.#files);
    const count = `${record.operations.length} operation${record.operations.length === 1 ? "" : "s"}`;
    if (problem !== undefined) {
      const why = problem.replace(`${path}: `, "").replace(/; nothing was changed$/, "");
      return finding("bad-record", path, `a change of ${count} is committed and cannot be applied: ${why}`);
    }
    const but = kept.length === 0 ? "" : `; ${kept.join(", ")}: not what was to be deleted, and stays`;
    return finding(
      "unapplied-record",
      path,
      `a change is committed and not yet applied: generation ${record.generation}, ${count}`,
      `it is applied${but}`,
    );
  }

  #stages(): Finding[] {
    const { control } = this.#state.paths;
    const stage = this.#state.records.look.pending?.stage;
    return this.#contents.stages
      .filter(({ path }) => relative(control, path) !== stage)
      .map(({ path }) =>
        finding("leftover-stage", path, "this is left of a change that never was committed", "it is removed"),
      );
  }
}

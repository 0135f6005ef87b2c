import { randomUUID } from "node:crypto";
import { isMemmapError, StaleError } from "../errors.js";
import type { Files } from "../platform/files.js";
import { applyRecord, retireRecord } from "./apply.js";
import { type Catalog, type ColumnState, dataEnd } from "./catalog.js";
import type { Draft } from "./draft.js";
import type { LastRecord } from "./last.js";
import type { StorePaths } from "./paths.js";
import { type Change, planChanges } from "./plan.js";
import { type CommitRecord, formatCommit, type Operation } from "./record.js";
import type { Durability, Stage } from "./stage.js";

/** What a commit writes to, and after what. */
export interface CommitContext {
  readonly paths: StorePaths;
  readonly files: Files;
  readonly durability: Durability;
  /** The last commit. */
  readonly last: LastRecord | undefined;
  /** Whether a record is wanted even where nothing changed. */
  readonly isNew: boolean;
  /** Asked before the record is written and after. @throws LockedError where another writer may have taken over */
  readonly requireSole: () => void;
}

/** What a commit made. */
export interface Committed {
  readonly catalog: Catalog;
  readonly last: LastRecord;
}

/** How far a commit came. */
export interface Progress {
  /** `"before"` the commit point; past it; or nobody knows, until the store is opened again. */
  state: "before" | "committed" | "unknown";
}

/**
 * Makes a draft what is stored: everything is staged, then one record says what there is to do, which is then done.
 *
 * @param progress is told how far it came
 * @returns undefined where there was nothing to do
 * @throws whatever happens; before the commit point the draft is undone
 */
export function commitDraft(draft: Draft, context: CommitContext, progress: Progress): Committed | undefined {
  const { paths, files, durability, isNew } = context;
  let record: CommitRecord;
  const ends = new Map<string, number>();
  try {
    const plan = planChanges(draft.base, draft, paths);
    if (plan.changes.length === 0 && !isNew && draft.rows === draft.base.rows) {
      draft.undo();
      return undefined;
    }
    draft.stage.prepare(plan.stage);
    for (const change of plan.changes) {
      if (change.op === "header") ends.set(change.path, dataEnd(change.column));
    }
    const operations = plan.changes.flatMap((change) => operationOf(change, draft.stage, paths, files));
    if (durability === "full") files.syncDirectory(paths.control);
    context.requireSole();
    record = writeRecord(operations, draft, context, progress);
  } catch (cause) {
    if (progress.state === "before") draft.undo();
    throw cause;
  }
  progress.state = "committed";
  applyRecord(record, paths, files, durability, ends);
  // The directory is synced before the next record: until then this one may be found, and done, once more.
  retireRecord(record, paths, files, durability);
  draft.stage.remove();
  return { catalog: settled(draft, paths), last: record };
}

/** A change with what is known of its files by now; none where there is nothing to delete. */
function operationOf(change: Change, stage: Stage, paths: StorePaths, files: Files): Operation[] {
  const { path } = change;
  switch (change.op) {
    case "put": {
      const { from, ino, size } = stage.stagedFor(path);
      return [{ op: "put", path, from, ino: String(ino), size }];
    }
    case "header": {
      const { header = new Uint8Array(0), file } = change.column;
      return [{ op: "header", path, ino: String(file.ino), header: Buffer.from(header).toString("base64") }];
    }
    case "punch":
      return [{ op: "punch", path, ino: String(change.column.file.ino), from: dataEnd(change.column) }];
    case "delete": {
      const there = files.look(paths.file(path));
      return there === undefined ? [] : [{ op: "delete", path, ino: String(there.ino) }];
    }
    default:
      return [{ op: change.op, path }];
  }
}

/** Writes the record that commits. Whatever fails, it is taken back. */
function writeRecord(
  operations: readonly Operation[],
  draft: Draft,
  { paths, files, durability, last, requireSole }: CommitContext,
  progress: Progress,
): CommitRecord {
  const members: Omit<CommitRecord, "sha256"> = {
    version: 1,
    generation: (last?.generation ?? 0) + 1,
    txid: randomUUID(),
    prev: last?.txid ?? null,
    order: [...draft.columns.keys()],
    rows: draft.rows,
    durability,
    control: String(files.look(paths.control)?.ino ?? 0),
    stage: draft.stage.name ?? null,
    operations,
  };
  const bytes = formatCommit(members);
  const path = paths.commit(members.generation);
  const fd = createRecord(path, files);
  try {
    try {
      files.write(fd, bytes, 0, path);
      if (durability === "full") files.sync(fd, path);
    } finally {
      files.close(fd);
    }
    if (durability === "full") files.syncDirectory(paths.control);
    requireSole();
  } catch (cause) {
    // Whoever opens the store now may find it whole.
    progress.state = "unknown";
    files.unlink(path);
    if (durability === "full") files.syncDirectory(paths.control);
    progress.state = "before";
    throw cause;
  }
  return { ...members, sha256: "" };
}

/** @throws StaleError where a record of this generation is there already: it is another writer's, and stays */
function createRecord(path: string, files: Files): number {
  try {
    return files.create(path);
  } catch (cause) {
    if (!isMemmapError(cause, "EXISTS")) throw cause;
    throw new StaleError(
      `${path}: another writer has committed meanwhile; close the table and open it again`,
      {
        path,
        cause,
      },
    );
  }
}

/** The draft's catalog, every file at its own path. */
function settled(draft: Draft, paths: StorePaths): Catalog {
  const columns = new Map<string, ColumnState>();
  for (const [name, column] of draft.columns) {
    if (draft.base.columns.get(name) === column) {
      columns.set(name, column);
      continue;
    }
    const hasSidecar = column.layout === "raw" || column.attr !== null || column.sidecar !== undefined;
    columns.set(name, {
      ...column,
      path: paths.column(name),
      staged: false,
      isPending: false,
      sidecar: hasSidecar ? paths.sidecar(name) : undefined,
    });
  }
  return { rows: draft.rows, columns, groups: draft.groups };
}

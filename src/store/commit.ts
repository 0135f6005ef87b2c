import { randomBytes } from "node:crypto";
import { isNativeError } from "node:util/types";
import { CorruptError } from "../errors.js";
import type { Files } from "../platform/files.js";
import { applyOperations, type Progress } from "./apply.js";
import type { Catalog, ColumnState } from "./catalog.js";
import type { Draft } from "./draft.js";
import { formatLast, type LastRecord } from "./last.js";
import type { StorePaths } from "./paths.js";
import { planChanges } from "./plan.js";
import type { Durability, Stage } from "./stage.js";

/** What a commit writes to, and after what. */
export interface CommitContext {
  readonly paths: StorePaths;
  readonly files: Files;
  readonly durability: Durability;
  /** Of the last commit. */
  readonly generation: number;
  /** Whether a record is wanted even where nothing changed. */
  readonly isNew: boolean;
}

/** What a commit made. */
export interface Committed {
  readonly catalog: Catalog;
  readonly last: LastRecord;
}

/**
 * Makes a draft what is stored: everything is staged and synced first, then gets its names, then is recorded.
 *
 * @param progress is told when there is no way back
 * @returns undefined where there was nothing to do
 * @throws CorruptError when there is no way back; whatever is thrown before, the draft is undone
 */
export function commitDraft(draft: Draft, context: CommitContext, progress: Progress): Committed | undefined {
  const { paths, files, durability, generation, isNew } = context;
  try {
    const plan = planChanges(draft.base, draft, paths);
    const isSame = plan.operations.length === 0 && plan.stage.length === 0;
    if (isSame && !isNew && draft.rows === draft.base.rows) {
      draft.undo();
      return undefined;
    }
    draft.stage.prepare(plan.stage);
    const record: Omit<LastRecord, "sha256"> = {
      version: 1,
      generation: generation + 1,
      txid: randomBytes(16).toString("hex"),
      order: [...draft.columns.keys()],
      rows: draft.rows,
      durability,
    };
    const next = writeRecord(record, draft.stage, context);
    applyOperations(plan.operations, draft.stage, files, durability, progress);
    files.rename(next, paths.last);
    progress.changed = true;
    if (durability === "full") files.syncDirectory(paths.control);
    draft.stage.remove();
    return { catalog: settled(draft, paths), last: { ...record, sha256: "" } };
  } catch (cause) {
    if (progress.changed) throw halfDone(paths, cause);
    draft.undo();
    throw cause;
  }
}

/** Writes the record beside the one that it will replace, where a full disk can still be told from a change. */
function writeRecord(
  record: Omit<LastRecord, "sha256">,
  stage: Stage,
  { paths, files, durability }: CommitContext,
): string {
  const next = `${paths.last}-${record.generation}`;
  stage.alsoRemove(next);
  if (files.look(next) !== undefined) files.unlink(next);
  const fd = files.create(next);
  try {
    files.write(fd, formatLast(record), 0, next);
    if (durability === "full") files.sync(fd, next);
  } finally {
    files.close(fd);
  }
  // The stage's own directory, too, has a name there.
  if (durability === "full") files.syncDirectory(paths.control);
  return next;
}

/** The draft's catalog, every file at its own path. */
function settled(draft: Draft, paths: StorePaths): Catalog {
  const columns = new Map<string, ColumnState>();
  for (const [name, column] of draft.columns) {
    const hasSidecar = column.layout === "raw" || column.attr !== null || column.sidecar !== undefined;
    columns.set(name, {
      ...column,
      path: paths.column(name),
      staged: false,
      sidecar: hasSidecar ? paths.sidecar(name) : undefined,
    });
  }
  return { rows: draft.rows, columns, groups: draft.groups };
}

function halfDone({ root }: StorePaths, cause: unknown): CorruptError {
  const why = isNativeError(cause) ? cause.message : String(cause);
  return new CorruptError(`${root}: a change failed half-way (${why}); close the table and open it again`, {
    path: root,
    cause,
  });
}

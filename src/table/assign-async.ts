import {
  ArrayView,
  type AssignmentOptions,
  type AsyncOptions,
  asStrided,
  broadcast,
  conversionOf,
  isContiguous,
  isMuch,
  type SharedArray,
  type Strided,
  shareArray,
  spansOf,
  whileThere,
} from "../array/index.js";
import type { Casting } from "../dtype/index.js";
import { isSameFile } from "../platform/index.js";
import { canStartWorkers } from "../workers/index.js";
import { type NamedColumn, targetsOf } from "./assign-rows.js";
import { type ColumnTask, checkSpan, type FileBytes, storeSpan } from "./assign-task.js";
import { rowSource } from "./row-source.js";
import type { StoringRun } from "./storing-run.js";

/** What workers run. */
const MODULE = new URL("./assign-task.js", import.meta.url).href;

/** An assignment that workers can make. */
export interface SharedAssignment {
  readonly columns: readonly ColumnTask[];
  /** What is read for it. */
  readonly sources: readonly Strided[];
  readonly rows: number;
  readonly casting: Casting;
}

/**
 * An assignment to whole rows, for workers.
 *
 * @returns undefined where it is to be made on this thread: it is small, its source or a column is not to be seen by others or
 * does not lie together, source and destination are of one file, or something is wrong with it
 * @throws NotFoundError, ShapeError, CastError for what is no source of rows, LimitError for a bad number of workers, the
 * signal's reason
 */
export function shareAssignment(
  columns: readonly NamedColumn[],
  length: number,
  source: unknown,
  options: AssignmentOptions & AsyncOptions,
): SharedAssignment | undefined {
  const bytes = columns.reduce((sum, [, { nbytes }]) => sum + nbytes, 0);
  if (!isMuch(bytes, options) || !canStartWorkers()) return undefined;
  const { casting = "checked" } = options;
  if (casting !== "checked" && casting !== "unsafe") return undefined;
  const targets = targetsOf(columns);
  const rows = rowSource(source, targets);
  if (!rows.columnar || rows.length !== length) return undefined;
  const tasks = columns.flatMap(
    ([, column], i) => columnTask(column, rows.part(targets[i], 0, length), casting) ?? [],
  );
  const stored = tasks.map(({ task }) => task);
  if (tasks.length < columns.length || !areApart(stored)) return undefined;
  return { columns: stored, sources: tasks.map(({ array }) => array), rows: length, casting };
}

function columnTask(
  column: ArrayView,
  source: unknown,
  casting: Casting,
): { readonly task: ColumnTask; readonly array: Strided } | undefined {
  const { array, path } = column.parallelSource;
  const { dtype, layout } = array;
  const given = asStrided(source, { dtype, shape: layout.shape });
  const whole = given && broadcast(given.layout, layout.shape);
  if (given === undefined || whole === undefined) return undefined;
  if (!isContiguous(layout, dtype.itemsize)) return undefined;
  if (typeof conversionOf(given.dtype, dtype, casting) === "string") return undefined;
  const now = source instanceof ArrayView ? source.storage.path : undefined;
  const from = shareArray({ ...given, layout: whole }, now);
  const to = shareArray(array, path)?.bytes;
  if (from === undefined || to?.kind !== "file") return undefined;
  const file: FileBytes = { ...to, offset: to.offset + layout.offset, length: column.nbytes };
  return { task: { from, to: file, descr: dtype.descr, itemShape: layout.shape.slice(1) }, array: given };
}

/** Whether no file is read that is stored into. */
function areApart(tasks: readonly ColumnTask[]): boolean {
  const isStored = ({ bytes }: SharedArray) =>
    bytes.kind === "file" && tasks.some(({ to }) => isSameFile(to.identity, bytes.identity));
  return !tasks.some(({ from }) => isStored(from));
}

/**
 * Makes an assignment by workers, who judge all of it first.
 *
 * @returns false where something does not fit, and nothing was stored
 * @throws IndexError where rows of the source were discarded before all were stored
 */
export function storeByWorkers(
  { columns, sources, rows, casting }: SharedAssignment,
  run: StoringRun,
  options: AsyncOptions,
): Promise<boolean> {
  const inputs = spansOf(rows, options).map((span, i) => ({ ...span, columns: turned(columns, i), casting }));
  return whileThere(sources, options, async (requireRows) => {
    const found = await run.all({ module: MODULE, act: checkSpan, inputs });
    if (found.includes(false)) return false;
    options.signal?.throwIfAborted();
    requireRows();
    await run.all({ module: MODULE, act: storeSpan, inputs });
    return true;
  });
}

/** Each task begins with another column: two that write into one file wait for each other. */
function turned<T>(all: readonly T[], by: number): T[] {
  const start = by % Math.max(all.length, 1);
  return [...all.slice(start), ...all.slice(0, start)];
}

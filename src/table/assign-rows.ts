import {
  type ArrayView,
  type Assignment,
  type AssignmentOptions,
  BLOCK_BYTES,
  denseCopy,
  isTypedArray,
  isViewable,
  makeAll,
  mayOverlap,
  type Rows,
  STRIDED,
  wrap,
} from "../array/index.js";
import { ShapeError } from "../errors.js";
import { checkRows, rowSource, type Target } from "./row-source.js";

/** A column of a view, as the destination of rows. */
export type NamedColumn = readonly [name: string, column: ArrayView];

export function targetsOf(columns: readonly NamedColumn[]): Target[] {
  return columns.map(([name, { dtype, shape }]) => ({ name, dtype, itemShape: shape.slice(1) }));
}

/** Rows that row objects are taken in at a time. */
export function blockRows(targets: readonly Target[]): number {
  const bytes = targets.reduce(
    (sum, { dtype, itemShape }) => sum + itemShape.reduce((a, b) => a * b, dtype.itemsize),
    0,
  );
  return Math.max(1, Math.floor(BLOCK_BYTES / 16 / Math.max(bytes, 8)));
}

/**
 * Judges an assignment to whole rows of several columns before its first byte.
 *
 * @param length rows of the destination
 * @throws NotFoundError for missing and unknown columns, ShapeError, CastError naming column, row and value
 */
export function planRows(
  columns: readonly NamedColumn[],
  length: number,
  source: unknown,
  options: AssignmentOptions & { readonly firstRow?: number },
): Assignment {
  const targets = targetsOf(columns);
  const rows = rowSource(source, targets);
  const { firstRow = 0 } = options;
  if (rows.length !== undefined && rows.length !== length) {
    throw new ShapeError(`${rows.length} rows do not go into ${length} rows`);
  }
  if (rows.columnar) {
    const assignments = columns.map(([, column], i) =>
      column.planAssign(unharmed(rows.part(at(targets, i), 0, length), columns.slice(0, i)), options),
    );
    return () =>
      makeAll(
        assignments,
        columns.map(([, column]) => column[STRIDED]()),
      );
  }
  if (Array.isArray(source)) checkRows(source, targets, firstRow);
  const step = blockRows(targets);
  const run = (store: boolean): void => {
    for (let start = 0; start < length; start += step) {
      const end = Math.min(start + step, length);
      columns.forEach(([, column], i) => {
        const part = column.rows({ start, length: end - start, step: 1 });
        const assignment = part.planAssign(rows.part(at(targets, i), start, end), {
          ...options,
          firstRow: firstRow + start,
        });
        if (store) assignment();
      });
    }
  };
  run(false);
  return () => run(true);
}

/** As {@link planRows}, into chosen rows. */
export function planPutRows(
  columns: readonly NamedColumn[],
  chosen: Rows,
  source: unknown,
  options: AssignmentOptions,
): Assignment {
  const targets = targetsOf(columns);
  const rows = rowSource(source, targets);
  if (rows.length !== undefined && rows.length !== chosen.length) {
    throw new ShapeError(`${rows.length} rows do not go into ${chosen.length} chosen rows`);
  }
  if (Array.isArray(source)) checkRows(source, targets);
  const assignments = columns.map(([, column], i) =>
    column.planPutRows(
      chosen,
      unharmed(rows.part(at(targets, i), 0, chosen.length), columns.slice(0, i)),
      options,
    ),
  );
  return () => {
    for (const assignment of assignments) assignment();
  };
}

/**
 * A source as it is before columns that come earlier are stored into: a copy, where it may be one of these, so that two
 * columns can change places.
 */
function unharmed(source: unknown, earlier: readonly NamedColumn[]): unknown {
  if (isViewable(source)) {
    const array = source[STRIDED]();
    return earlier.some(([, column]) => mayOverlap(array, column[STRIDED]()))
      ? wrap(denseCopy(array), false)
      : source;
  }
  if (!isTypedArray(source)) return source;
  const isOurs = earlier.some(([, column]) => column[STRIDED]().bytes.buffer === source.buffer);
  return isOurs ? source.slice() : source;
}

function at(targets: readonly Target[], i: number): Target {
  const target = targets[i];
  if (target === undefined) throw new ShapeError(`there is no column ${i}`);
  return target;
}

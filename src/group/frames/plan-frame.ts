import { type ArrayView, denseLayout, wrap } from "../../array/index.js";
import { ShapeError } from "../../errors.js";
import { copied, TableView } from "../../table/index.js";
import { type Frame, type FrameColumn, frameOf } from "../column-source.js";
import { maskName, maskOf } from "./masks.js";
import type { Order } from "./move-rows.js";
import type { PendingFrame, RegisteredArray } from "./pending-frame.js";
import { hasNull, type RowSource, rowsOf, stridedOf } from "./row-source.js";

/** An array that is written of each group of rows. */
export interface PlannedArray {
  /** Its name in the directory of a group, such as `arrayA` or `frameA/column`. */
  readonly name: string;
  readonly rows: RowSource;
}

/** The rows of one group. */
export interface PlannedGroup {
  /** The name of its directory; `""` for the rows of a frame that is not grouped. */
  readonly part: string;
  readonly start: number;
  readonly end: number;
}

/** What is written of a frame. */
export interface PlannedFrame {
  readonly groups: readonly PlannedGroup[];
  readonly arrays: readonly PlannedArray[];
}

/**
 * What is written of a frame, array by array. Encoders are called here.
 *
 * @throws what an encoder throws; ShapeError for one that gives another number of rows; DTypeError, CastError
 */
export function planFrame(pending: PendingFrame): PlannedFrame {
  const { grouping, frame, groups } = pending;
  const { order, starts } = grouping;
  const arrays: PlannedArray[] = pending.arrays.map((array) => plannedArray(pending, array, order));
  for (const { name, columns } of pending.frames) {
    for (const column of withMasks(frame, columns, order)) {
      arrays.push({ name: `${name}/${column.name}`, rows: column.rows });
    }
  }
  const parts =
    groups.length === 0 && grouping.values[0]?.length === 0 ? [""] : groups.map(({ part }) => part);
  return {
    arrays,
    groups: parts.map((part, i) => ({ part, start: starts[i] ?? 0, end: starts[i + 1] ?? frame.length })),
  };
}

function plannedArray(
  { frame }: PendingFrame,
  { name, columns, stacked, dtype, encoder }: RegisteredArray,
  order: Order,
): PlannedArray {
  const rows = frame.length;
  if (encoder === undefined) {
    const sources = columns.map((column) => columnOf(frame, column));
    return { name, rows: rowsOf(sources, order, { rows, dtype, stacked }) };
  }
  const made = encoded(name, encoder(ordered(frame, columns, order)), rows);
  return { name, rows: rowsOf([made], undefined, { rows, dtype, stacked: false }) };
}

/** A column as it is at the commit. @throws ShapeError where rows are gone; what a column that is gone itself throws */
function columnOf(frame: Frame, name: string): FrameColumn {
  const column = frame.column(name);
  stridedOf(column, frame.length);
  return column;
}

/** Columns, each as it is, and behind those whose nulls nothing in them can stand for, where they are null. */
function withMasks(frame: Frame, columns: readonly string[], order: Order): PlannedArray[] {
  return columns.flatMap((name) => {
    const source = columnOf(frame, name);
    const options = { rows: frame.length, stacked: false };
    const rows = rowsOf([source], order, { ...options, keepsNulls: true });
    if (source.nulls === undefined || hasNull(rows.dtype)) return [{ name, rows }];
    const mask = maskName(name, columns);
    return [
      { name, rows },
      { name: mask, rows: rowsOf([maskOf(source, mask)], order, options) },
    ];
  });
}

/** The columns in the order in which rows are written, copied: an encoder cannot change the caller's frame. */
function ordered(frame: Frame, columns: readonly string[], order: Order): TableView {
  const arrays = withMasks(frame, columns, order).map(
    ({ name, rows }) => [name, copyOf(rows, frame.length)] as const,
  );
  return new TableView(copied(new Map(arrays), frame.length));
}

function copyOf({ dtype, itemShape, read }: RowSource, rows: number): ArrayView {
  const layout = denseLayout([rows, ...itemShape], dtype.itemsize);
  return wrap({ dtype, layout, bytes: read(0, rows).slice() }, false);
}

function encoded(name: string, result: unknown, rows: number): FrameColumn {
  const column = frameOf(new Map([[name, result]])).column(name);
  if (column.array.length === rows) return column;
  throw new ShapeError(
    `the encoder of ${JSON.stringify(name)} gave ${column.array.length} rows, where the frame has ${rows}`,
  );
}

import { ShapeError } from "../../errors.js";
import { copied, TableView } from "../../table/index.js";
import { type Frame, type FrameColumn, frameOf } from "../column-source.js";
import { maskName, maskOf } from "./masks.js";
import type { PendingFrame, RegisteredArray } from "./pending-frame.js";
import { hasNull, type Order, positionsIn, type RowSource, rowsOf, stridedOf } from "./row-source.js";

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
    for (const column of columns) {
      const source = columnOf(frame, column);
      const rows = rowsOf([source], order, { rows: frame.length, stacked: false, keepsNulls: true });
      arrays.push({ name: `${name}/${column}`, rows });
      if (source.nulls === undefined || hasNull(rows.dtype)) continue;
      const mask = maskName(column, columns);
      arrays.push({
        name: `${name}/${mask}`,
        rows: rowsOf([maskOf(source, mask)], order, { rows: frame.length, stacked: false }),
      });
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
  const sources = columns.map((column) => columnOf(frame, column));
  if (encoder === undefined) return { name, rows: rowsOf(sources, order, { rows, dtype, stacked }) };
  const made = encoded(name, encoder(ordered(sources, order, rows)), rows);
  return { name, rows: rowsOf([made], undefined, { rows, dtype, stacked: false }) };
}

/** A column as it is at the commit. @throws ShapeError where rows are gone; what a column that is gone itself throws */
function columnOf(frame: Frame, name: string): FrameColumn {
  const column = frame.column(name);
  stridedOf(column, frame.length);
  return column;
}

/** The columns in the order in which rows are written, copied: an encoder cannot change the caller's frame. */
function ordered(columns: readonly FrameColumn[], order: Order, rows: number): TableView {
  const positions =
    order === undefined ? Int32Array.from({ length: rows }, (_, row) => row) : positionsIn(order, 0, rows);
  return new TableView(
    copied(new Map(columns.map(({ name, array }) => [name, array.takeRows(positions)])), rows),
  );
}

function encoded(name: string, result: unknown, rows: number): FrameColumn {
  const column = frameOf(new Map([[name, result]])).column(name);
  if (column.array.length === rows) return column;
  throw new ShapeError(
    `the encoder of ${JSON.stringify(name)} gave ${column.array.length} rows, where the frame has ${rows}`,
  );
}

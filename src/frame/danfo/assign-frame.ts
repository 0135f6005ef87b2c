import type { NDframe } from "danfojs-node";
import type { AccessMode } from "../../array/index.js";
import type { DType } from "../../dtype/index.js";
import type { Schema, TableView } from "../../table/index.js";
import { nullError, substituteFor } from "../nulls.js";
import { checkOptionNames, type FillOption } from "../options.js";
import { type FrameParts, framePartsOf } from "./frame-parts.js";
import { type KnownColumn, knownColumn, recall } from "./memory.js";
import { storedCells } from "./stored.js";

/** Options of `assignDataFrame`. */
export interface FrameAssignOptions {
  /** What is stored where the frame has null: one value for all columns, or one for each by its name in the frame. */
  readonly fill?: FillOption;
}

/**
 * Stores the rows of a danfo DataFrame (or of a Series) into all rows of a table, slice or selection: columns of the same
 * names, in any order. Everything is judged first: an error leaves all columns as they were. The frame's index counts for
 * nothing.
 *
 * ```ts
 * const df = toDataFrame(table.slice(0, 100));
 * df["delay"] = df["delay"].map((delay) => Math.max(delay, 0));
 * assignDataFrame(table.slice(0, 100), df);
 * ```
 *
 * @throws CastError naming column, row and value, NotFoundError naming missing and unknown columns, ShapeError for another
 * number of rows, ReadOnlyError
 */
export function assignDataFrame<S extends Schema, M extends AccessMode>(
  view: TableView<S, M>,
  df: NDframe,
  options: FrameAssignOptions = {},
): void {
  const parts = framePartsOf(df);
  checkOptionNames(options, parts.names);
  const source = new Map<string, unknown>();
  const target = view as unknown as TableView;
  parts.names.forEach((name, c) => {
    const found = knownColumn(recall(df), name, parts.names);
    // A frame of another table may call a column what another's was renamed to.
    const own = target.has(found.name) ? found.name : name;
    const dtype = target.has(own) ? target.column(own).dtype : undefined;
    source.set(own, dtype === undefined ? null : cellsFor(dtype, name, parts, c, found.known, options));
  });
  target.assign(source);
}

/** A column's cells as its assignment takes them. @throws CastError for nulls that nothing stands for */
function cellsFor(
  dtype: DType,
  name: string,
  parts: FrameParts,
  c: number,
  known: KnownColumn | undefined,
  options: FrameAssignOptions,
): unknown[] {
  const isSame = known?.dtype.equals(dtype) === true;
  const cells = parts.cells(c, 0, parts.length);
  const { nulls } = storedCells(cells, dtype, isSame ? known : undefined);
  if (nulls === undefined) return cells;
  const substitute = substituteFor(dtype, name, options);
  if (substitute === undefined) throw nullError(name, nulls.indexOf(1), String(dtype), false);
  return cells.map((cell, row) => (nulls[row] === 1 ? substitute : cell));
}

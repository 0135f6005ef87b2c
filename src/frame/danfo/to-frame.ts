import type { DataFrame, Series } from "danfojs-node";
import type { AccessMode, ArrayView } from "../../array/index.js";
import { type DTypeLike, showValue } from "../../dtype/index.js";
import { UnsupportedError } from "../../errors.js";
import type { AttrInput } from "../../store/index.js";
import { MemmapColumn, MemmapTable, type Schema, type TableView } from "../../table/index.js";
import { oneOf } from "../options.js";
import { cellsOf } from "./cells.js";
import { checkCount, checkLabels, keptLabels, setLabels } from "./labels.js";
import { type KnownColumn, remember } from "./memory.js";
import { frameNames } from "./names.js";
import { type CellOptions, checkCellOptions, type FrameOptions, type SeriesOptions } from "./options.js";
import { danfo } from "./partner.js";
import { labelOf } from "./plain.js";
import { columnFrom, rowsFrom } from "./rows.js";

/**
 * A column as a danfo Series: a copy.
 *
 * ```ts
 * toSeries(table.column("delay")).describe().print();
 * ```
 *
 * @throws DTypeError for complex numbers, bytes, records and cells with a shape; CastError naming the row and value that
 * the options have no cell for; ShapeError for labels that are not as many as the rows; UnsupportedError for options that
 * there are not; ClosedError
 */
export function toSeries<D extends DTypeLike, M extends AccessMode>(
  column: ArrayView<D, M>,
  options: SeriesOptions = {},
): Series {
  checkCellOptions(options);
  const own = column instanceof MemmapColumn ? column.name : "0";
  const { name = own, index, dates } = options;
  const cells = columnFrom(cellsOf(column as unknown as ArrayView, labelled(name), options), column.length);
  // What a series is, danfo sees by its first cell, and knows no bigints.
  const [first] = cells;
  if (cells.length > 0) cells[0] = null;
  const series = new danfo.Series(cells, { columns: [name], dtypes: [labelOf(column.dtype, dates)] });
  if (cells.length > 0) cells[0] = first;
  if (index !== undefined && index !== null) {
    requireLabels(index, column.length);
    setLabels(series, index);
  }
  const attr = attrOf(column);
  remember(series, { columns: new Map([[name, knownOf(name, column, options, attr)]]), attr: undefined });
  return series;
}

/**
 * A table, slice or selection as a danfo DataFrame: a copy, value by value exact (of NaN JavaScript knows one only). What
 * the columns are is remembered with the frame, so that `fromDataFrame` makes the same table of it.
 *
 * ```ts
 * const df = toDataFrame(table.slice(-1000), { index: "id" });
 * df["delay"].mean();
 * ```
 *
 * Takes about as long as danfo's constructor from row arrays that are there already, and one more copy.
 *
 * @throws DTypeError for columns of complex numbers, bytes, records and cells with a shape; CastError naming column, row
 * and value that the options have no cell for, or labels that are there twice; NameError for columns that would hide
 * properties of the frame; ShapeError for labels that are not as many as the rows; NotFoundError; UnsupportedError
 * for options that there are not; ClosedError
 */
export function toDataFrame<S extends Schema, M extends AccessMode>(
  source: TableView<S, M>,
  options: FrameOptions = {},
): DataFrame {
  checkCellOptions(options);
  oneOf(options.reserved, ["error", "rename"], "reserved");
  const view = source as unknown as TableView;
  const sources = Array.from(view.columns(), ([name, column]) => ({
    name,
    column,
    cells: cellsOf(column, labelled(name), options),
  }));
  const columns = frameNames(
    sources.map(({ name }) => name),
    options.reserved,
  );
  const dtypes = sources.map(({ column }) => labelOf(column.dtype, options.dates));
  const labels = labelsFor(view, options);
  const rows = rowsFrom(
    sources.map(({ cells }) => cells),
    view.length,
  );
  const frame = new danfo.DataFrame(rows, { columns, dtypes });
  if (labels !== undefined) setLabels(frame, labels);
  const origin = originOf(view);
  remember(frame, {
    columns: new Map(
      sources.map(({ name, column }, c): [string, KnownColumn] => [
        columns[c] ?? name,
        knownOf(name, column, options, attrOf(origin?.has(name) === true ? origin.column(name) : column)),
      ]),
    ),
    attr: origin?.attr as AttrInput | undefined,
    labelled: columns[sources.findIndex(({ name }) => name === options.index)],
  });
  return frame;
}

function labelled(name: string): string {
  return `column ${JSON.stringify(name)}`;
}

function knownOf(
  name: string,
  { dtype }: { readonly dtype: KnownColumn["dtype"] },
  { dates = "Date" }: CellOptions,
  attr: AttrInput | undefined,
): KnownColumn {
  return { name, dtype, dates, attr };
}

function attrOf(column: unknown): AttrInput | undefined {
  return column instanceof MemmapColumn ? (column.attr as AttrInput) : undefined;
}

function isTable(view: TableView): view is MemmapTable {
  return view instanceof MemmapTable;
}

/** The table that a view is one of; undefined of copies. */
function originOf(view: TableView): MemmapTable | undefined {
  if (isTable(view)) return view;
  return view.parent === undefined ? undefined : originOf(view.parent);
}

/** @throws UnsupportedError, ShapeError, CastError */
function requireLabels(labels: readonly unknown[], rows: number): void {
  if (!Array.isArray(labels)) {
    throw new UnsupportedError(
      `index is a column's name (of a frame) or a list of labels, not ${showValue(labels)}`,
    );
  }
  checkCount(labels, rows, "index");
  checkLabels(labels, "index");
}

/** The labels of the rows; undefined for danfo's own. */
function labelsFor(view: TableView, { index, ...options }: FrameOptions): readonly unknown[] | undefined {
  if (index === null) return undefined;
  if (typeof index === "string") {
    const label = labelled(index);
    const labels = columnFrom(cellsOf(view.column(index), label, options), view.length);
    checkLabels(labels, label);
    return labels;
  }
  if (index !== undefined) {
    requireLabels(index, view.length);
    return index;
  }
  const kept = isTable(view) ? keptLabels(view.attr) : undefined;
  if (kept !== undefined) {
    const what = "the index that the table's attribute keeps, danfo.index,";
    checkCount(kept, view.length, what, "; say index: null for 0 to n - 1");
  }
  return kept;
}

import { resolveSlice, slice } from "../../array/index.js";
import { sizeOf } from "../../dtype/index.js";
import type { MemmapTable } from "../../table/memmap-table.js";
import type { RowsSource } from "../../table/table-view.js";
import { type Cells, type ColumnType, type ModelColumn, zeroOf } from "../model/column.js";
import { type GivenColumn, type RowForm, rowSourceOf } from "../model/sources.js";
import type { RunModel } from "./run-model.js";
import type { StepRange, StepRowForm } from "./steps.js";

/** All rows. */
export const WHOLE: StepRange = { start: null, stop: null, step: 1 };

/** Rows that a slice has, by Python's rules. */
export function rowsOfSlice(range: StepRange, rows: number): number[] {
  const { start, length, step } = resolveSlice(slice(range.start, range.stop, range.step), rows);
  return Array.from({ length }, (_, i) => start + i * step);
}

/** A cell of a column's pool; zero is one of them. */
export function chooseCell(column: ColumnType & { readonly pool: Cells }, at: number): unknown {
  const { pool } = column;
  const place = at % (pool.length + 1);
  return place === pool.length ? zeroOf(column) : pool[place];
}

/** So many cells, one after the other from a place of the pool. */
export function chooseCells(
  column: ColumnType & { readonly pool: Cells },
  count: number,
  at: number,
): unknown[] {
  return Array.from({ length: count }, (_, i) => chooseCell(column, at + i));
}

/** Rows for a table, and the cells that they bring to each column. */
export interface ChosenRows {
  readonly source: RowsSource & Iterable<{ readonly [name: string]: unknown }>;
  readonly cellsOf: (column: ModelColumn) => Cells;
}

/** So many rows for some columns of a table, from a place of their pools or from its own rows. */
export function chooseRows(
  form: RowForm | StepRowForm,
  {
    model,
    table,
    columns,
    count,
    from,
  }: {
    readonly model: RunModel;
    readonly table: MemmapTable;
    readonly columns: readonly ModelColumn[];
    readonly count: number;
    readonly from: number;
  },
): ChosenRows {
  const rows = model.length;
  const names = columns.map(({ name }) => name);
  const own = (view: unknown, positions: readonly number[]): ChosenRows => {
    const copies = new Map(columns.map((column) => [column, positions.map((row) => column.cells[row])]));
    return { source: view as ChosenRows["source"], cellsOf: (column) => copies.get(column) ?? [] };
  };
  if (form === "take" && rows > 0) {
    const positions = Array.from({ length: count }, (_, i) => (from + 3 * i) % rows);
    return own(table.select(names).take(positions), positions);
  }
  if (form === "slice" && rows >= count) {
    const start = from % (rows - count + 1);
    const positions = Array.from({ length: count }, (_, i) => start + i);
    if (from % 2 === 0) return own(table.select(names).slice(start, start + count), positions);
    const backwards = table.select(names).slice(null, null, -1);
    return own(backwards.slice(rows - start - count, rows - start), positions.reverse());
  }
  const cells = new Map(columns.map((column, i) => [column, chooseCells(column, count, from + i)]));
  const given = columns.map(
    (column): GivenColumn => ({
      name: column.name,
      dtype: column.dtype,
      itemShape: column.itemShape,
      cells: cells.get(column) ?? [],
    }),
  );
  const other = form === "take" || form === "slice" ? "rows" : form;
  return {
    source: rowSourceOf(other, given, count, from) as ChosenRows["source"],
    cellsOf: (column) => cells.get(column) ?? [],
  };
}

/** Whether cells of a column hold anything. */
export function holdsElements({ itemShape }: ColumnType): boolean {
  return sizeOf(itemShape) > 0;
}

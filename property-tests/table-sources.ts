/**
 * Cells and rows in every form that a table takes them in.
 *
 * @module
 */

import { type ArrayView, wrap, zeros } from "../src/array/index.js";
import { type DType, ownEntry, sizeOf, structOf } from "../src/dtype/index.js";
import { type ArraySource, type MemmapTable, RecordArray, type RowsSource } from "../src/index.js";
import { type Cells, type ColumnSpec, type Model, type ModelColumn, swapped } from "./model.js";
import type { COLUMN_FORMS, ROW_FORMS } from "./table-steps.js";

export type ColumnForm = (typeof COLUMN_FORMS)[number];
export type RowForm = (typeof ROW_FORMS)[number] | "iterator";
type Shaped = Pick<ColumnSpec, "dtype" | "itemShape">;

/** An array in memory with these cells. */
export function arrayOf({ dtype, itemShape }: Shaped, cells: Cells): ArrayView {
  return wrap(zeros(dtype, [cells.length, ...itemShape]), true).assign(cells);
}

/** Whether `values` are the elements' own numbers, which any program may store. */
export function hasValues({ fields, native }: DType): boolean {
  return fields === undefined && native;
}

/** Cells as a source of so many rows. */
export function columnSource(form: ColumnForm, spec: Shaped, cells: Cells): ArraySource {
  const { dtype, itemShape } = spec;
  const count = cells.length;
  switch (form) {
    case "list":
      return cells;
    case "typed": {
      // Half floats are bits in `values`, which other arrays take for whole numbers.
      const half = dtype.kind === "f" && dtype.itemsize === 2;
      return hasValues(dtype) && !half ? (arrayOf(spec, cells).values as ArrayBufferView) : cells;
    }
    case "view":
      return arrayOf(spec, cells);
    case "strided":
      return wrap(zeros(dtype, [2 * count, ...itemShape]), true)
        .slice(null, null, -2)
        .assign(cells);
    case "swapped":
      return arrayOf({ dtype: swapped(dtype) ?? dtype, itemShape }, cells);
    case "field": {
      const records = structOf([
        ["before", dtype, []],
        ["cell", dtype, itemShape],
      ]);
      return wrap(zeros(records, [count]), true)
        .field("cell")
        .assign(cells);
    }
    default:
      return form satisfies never;
  }
}

/** Rows for a table, and the cells that they bring to each column. */
export interface Rows {
  readonly source: RowsSource & Iterable<{ readonly [name: string]: unknown }>;
  readonly cellsOf: (column: ModelColumn) => Cells;
}

/** So many rows for these columns of a table. */
export function rowsFor(
  form: RowForm,
  {
    model,
    table,
    columns,
    count,
    from,
  }: {
    readonly model: Model;
    readonly table: MemmapTable;
    readonly columns: readonly ModelColumn[];
    readonly count: number;
    readonly from: number;
  },
): Rows {
  const cells = new Map(columns.map((column, i) => [column, column.chooseMany(count, from + i)]));
  const cellsOf = (column: ModelColumn): Cells => cells.get(column) ?? [];
  const rows = Array.from({ length: count }, (_, i) => {
    const row: { [name: string]: unknown } = {};
    for (const column of columns) ownEntry(row, column.name, cellsOf(column)[i]);
    return row;
  });
  const given = (source: unknown): Rows => ({ source: source as Rows["source"], cellsOf });
  const names = columns.map(({ name }) => name);
  const own = (view: unknown, positions: readonly number[]): Rows => {
    const copies = new Map(columns.map((column) => [column, positions.map((row) => column.cells[row])]));
    return { source: view as Rows["source"], cellsOf: (column) => copies.get(column) ?? [] };
  };
  // Columns alone do not say how many rows there are where there is none, or where cells are empty.
  const countless = count === 0 || columns.every(({ spec }) => sizeOf(spec.itemShape) === 0);
  switch (form) {
    case "rows":
      return given(rows);
    case "iterator":
      return given(rows.values());
    case "object": {
      if (countless) return given(rows);
      const object: { [name: string]: unknown } = {};
      for (const column of columns) ownEntry(object, column.name, cellsOf(column));
      return given(object);
    }
    case "map": {
      if (countless) return given(rows);
      const forms = ["typed", "view", "strided", "list", "field", "swapped"] as const;
      return given(
        new Map(
          columns.map((column, i) => [
            column.name,
            columnSource(forms[(from + i) % forms.length] ?? "list", column.spec, cellsOf(column)),
          ]),
        ),
      );
    }
    case "records": {
      if (columns.every(({ spec }) => sizeOf(spec.itemShape) === 0)) return given(rows);
      const dtype = structOf(
        columns.map(({ name, spec }) => [name, spec.dtype, [...spec.itemShape]] as const),
      );
      return given(RecordArray.from(rows, dtype));
    }
    case "take": {
      if (model.rows === 0) return given(rows);
      const positions = Array.from({ length: count }, (_, i) => (from + 3 * i) % model.rows);
      return own(table.select(names).take(positions), positions);
    }
    case "slice": {
      if (model.rows < count) return given(rows);
      const start = from % (model.rows - count + 1);
      const positions = Array.from({ length: count }, (_, i) => start + i);
      if (from % 2 === 0) return own(table.select(names).slice(start, start + count), positions);
      const all = table.select(names).slice(null, null, -1);
      return own(all.slice(model.rows - start - count, model.rows - start), positions.reverse());
    }
    default:
      return form satisfies never;
  }
}

/**
 * Cells and rows in every form that a table takes them in.
 *
 * @module
 */

import { type ArraySource, type ArrayView, RecordArray, wrap, zeros } from "../../array/index.js";
import { type DType, ownEntry, parseDType, sizeOf, structOf } from "../../dtype/index.js";
import { copied } from "../../table/columns.js";
import { type RowsSource, TableView } from "../../table/table-view.js";
import type { Cells, ColumnType } from "./column.js";

/** How the cells of a column are handed over. */
export const COLUMN_FORMS = ["list", "typed", "view", "strided", "swapped", "field"] as const;
export type ColumnForm = (typeof COLUMN_FORMS)[number];

/** How rows are handed over; an iterator of row objects is only for `append`. */
export const ROW_FORMS = ["rows", "object", "map", "records", "view", "iterator"] as const;
export type RowForm = (typeof ROW_FORMS)[number];

/** A column of rows on their way into a table. */
export interface GivenColumn extends ColumnType {
  readonly name: string;
  readonly cells: Cells;
}

/** An array in memory with these cells. */
export function arrayOf({ dtype, itemShape }: ColumnType, cells: Cells): ArrayView {
  return wrap(zeros(dtype, [cells.length, ...itemShape]), true).assign(cells);
}

/** Whether `values` are the elements' own numbers, which any program may store. */
export function hasValues({ fields, native }: DType): boolean {
  return fields === undefined && native;
}

/** The same dtype with its bytes the other way round; undefined where they have no order. */
function swapped(dtype: DType): DType | undefined {
  if (dtype.fields !== undefined || dtype.byteorder === "|") return undefined;
  return parseDType((dtype.byteorder === "<" ? ">" : "<") + dtype.str.slice(1));
}

/** Cells as a source of so many rows. */
export function columnSource(form: ColumnForm, type: ColumnType, cells: Cells): ArraySource {
  const { dtype, itemShape } = type;
  const count = cells.length;
  switch (form) {
    case "list":
      return cells;
    case "typed": {
      // Half floats are bits in `values`, which other arrays take for whole numbers.
      const half = dtype.kind === "f" && dtype.itemsize === 2;
      return hasValues(dtype) && !half ? (arrayOf(type, cells).values as ArrayBufferView) : cells;
    }
    case "view":
      return arrayOf(type, cells);
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

/** Rows as objects. */
export function rowObjects(columns: readonly GivenColumn[], count: number): { [name: string]: unknown }[] {
  return Array.from({ length: count }, (_, i) => {
    const row: { [name: string]: unknown } = {};
    for (const { name, cells } of columns) ownEntry(row, name, cells[i]);
    return row;
  });
}

/**
 * So many rows as a source for a table; as row objects where the form cannot say how many rows there are.
 *
 * @param turn which form the columns of a map begin with
 */
export function rowSourceOf(
  form: RowForm,
  columns: readonly GivenColumn[],
  count: number,
  turn: number,
): RowsSource | IterableIterator<{ readonly [name: string]: unknown }> {
  const empty = columns.every(({ itemShape }) => sizeOf(itemShape) === 0);
  switch (form) {
    case "rows":
      return rowObjects(columns, count);
    case "iterator":
      return rowObjects(columns, count).values();
    case "object": {
      if (empty || count === 0) return rowObjects(columns, count);
      const object: { [name: string]: unknown } = {};
      for (const { name, cells } of columns) ownEntry(object, name, cells);
      return object;
    }
    case "map": {
      if (empty || count === 0) return rowObjects(columns, count);
      const formOf = (i: number, { itemShape }: GivenColumn) => {
        // A typed array as long as one cell stands for all rows, and does not say how many these are.
        if (count === 1 && itemShape.length > 0) return "list";
        return COLUMN_FORMS[(turn + i) % COLUMN_FORMS.length] ?? "list";
      };
      return new Map(
        columns.map((column, i) => [column.name, columnSource(formOf(i, column), column, column.cells)]),
      );
    }
    case "records": {
      if (empty) return rowObjects(columns, count);
      const dtype = structOf(columns.map(({ name, dtype, itemShape }) => [name, dtype, itemShape] as const));
      return RecordArray.from(rowObjects(columns, count), dtype);
    }
    case "view": {
      const reversed = columns.map(
        (column) => [column.name, arrayOf(column, column.cells.toReversed())] as const,
      );
      return new TableView(copied(new Map(reversed), count)).slice(null, null, -1);
    }
    default:
      return form satisfies never;
  }
}

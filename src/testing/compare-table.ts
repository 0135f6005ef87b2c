import type { TableModel } from "./model/table-model.js";
import { isSame, requireSame, show } from "./same.js";

/** A column as {@link compareTable} looks at it: one of a table, or an array of a view. */
export interface ComparableColumn {
  readonly length: number;
  readonly shape: readonly number[];
  readonly dtype: { toString(): string };
  /** Compared where there is one. */
  readonly attr?: unknown;
  at(row: number): unknown;
}

/** A table or a view of one, of whichever copy of the package. */
export interface ComparableTable {
  readonly length: number;
  readonly columnNames: readonly string[];
  column(name: never): ComparableColumn;
  /** Compared where there is one: views have none. */
  groupAttr?(group: string): unknown;
}

/**
 * Compares everything that a table shows with a model: rows, the names and order of the columns, dtypes, shapes, every
 * cell, the attributes of columns, groups and the table. Of a view it compares what a view has.
 *
 * ```ts
 * using table = MemmapTable.open("events");
 * compareTable(table, model);
 * ```
 *
 * @throws Error naming the column, the row and both values where they differ
 */
export function compareTable(table: ComparableTable, model: TableModel): void {
  if (table.length !== model.length) {
    throw new Error(`the table has ${table.length} rows, but ${model.length} in the model`);
  }
  const names = [...table.columnNames];
  if (!isSame(names, model.columnNames)) {
    throw new Error(`the table has the columns ${show(names)}, but ${show(model.columnNames)} in the model`);
  }
  for (const expected of model.columns) {
    const { name, dtype, itemShape, attr, cells } = expected;
    const column = table.column(name as never);
    const what = `column ${JSON.stringify(name)}`;
    requireSame(`the dtype of ${what}`, column.dtype.toString(), dtype.toString());
    requireSame(`the shape of ${what}`, [...column.shape], [model.length, ...itemShape]);
    if ("attr" in column) requireSame(`the attribute of ${what}`, column.attr, attr);
    compareCells(what, column, cells);
  }
  if (table.groupAttr === undefined) return;
  for (const group of ["", ...model.groupNames]) {
    const what = group === "" ? "the table" : `group ${JSON.stringify(group)}`;
    requireSame(`the attribute of ${what}`, table.groupAttr(group), model.groupAttrs.get(group) ?? null);
  }
}

/** Compares an array's rows with cells. @throws Error naming the row and both values */
export function compareCells(what: string, array: ComparableColumn, cells: readonly unknown[]): void {
  requireSame(`the number of rows of ${what}`, array.length, cells.length);
  for (const [row, expected] of cells.entries()) {
    const cell = array.at(row);
    if (!isSame(cell, expected)) requireSame(`${what}, row ${row}`, cell, expected);
  }
}

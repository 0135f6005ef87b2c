import type { ArrayView } from "../../array/index.js";
import type { MemmapColumn } from "../../table/memmap-column.js";
import type { TableView } from "../../table/table-view.js";
import { compareCells } from "../compare-table.js";
import { type ModelColumn, zeroOf } from "../model/column.js";
import { arrayOf } from "../model/sources.js";
import { requireSame } from "../same.js";
import { holdsElements } from "./choose.js";
import { refused } from "./refused.js";
import type { RunModel } from "./run-model.js";

/** Something that a caller keeps while the table changes. */
export type Held = { readonly handle: number } & (
  | { readonly what: "column"; readonly column: MemmapColumn; readonly of: ModelColumn }
  | {
      readonly what: "slice";
      readonly view: ArrayView;
      readonly of: ModelColumn;
      readonly rows: readonly number[];
    }
  | {
      readonly what: "values";
      readonly values: ArrayLike<unknown>;
      readonly of: ModelColumn;
      readonly length: number;
      readonly file: number;
    }
  | { readonly what: "rows"; readonly view: TableView; readonly rows: readonly number[] }
  | { readonly what: "select"; readonly view: TableView; readonly names: readonly string[] }
);

/** Whether rows are there, or have none to miss. */
function areThere(rows: readonly number[], of: ModelColumn, model: RunModel): boolean {
  return !holdsElements(of) || rows.every((row) => row < model.length);
}

function cellsAt(of: ModelColumn, rows: readonly number[]): unknown[] {
  const zero = zeroOf(of);
  return rows.map((row) => (row < of.cells.length ? of.cells[row] : zero));
}

/** Compares what is held with the model, or requires the error that fits. */
export function compareHeld(held: Held, model: RunModel): void {
  if (held.handle !== model.handle) {
    compareClosed(held);
    return;
  }
  switch (held.what) {
    case "column":
      if (model.columns.includes(held.of)) compareCells("a held column", held.column, held.of.cells);
      else refused("NOT_FOUND", () => held.column.at(0));
      return;
    case "slice":
      if (!model.columns.includes(held.of)) refused("NOT_FOUND", () => held.view.at(0));
      else if (!areThere(held.rows, held.of, model)) refused("INDEX", () => held.view.at(0));
      else compareCells("a held slice", held.view, cellsAt(held.of, held.rows));
      return;
    case "values":
      // Inside a transaction typed arrays are what they were.
      if (!model.inTransaction) compareValues(held, model);
      return;
    case "rows":
      requireSame("the length of a held slice of rows", held.view.length, held.rows.length);
      requireSame("the columns of a held slice of rows", [...held.view.columnNames], model.columnNames);
      for (const column of model.columns) {
        if (!areThere(held.rows, column, model)) refused("INDEX", () => held.view.column(column.name).at(0));
        else {
          const what = `a held slice of rows, column ${JSON.stringify(column.name)}`;
          compareCells(what, held.view.column(column.name), cellsAt(column, held.rows));
        }
      }
      return;
    case "select":
      requireSame("the length of a held selection", held.view.length, model.length);
      for (const name of held.names) {
        const column = model.find(name);
        if (column === undefined) refused("NOT_FOUND", () => held.view.column(name));
        else compareCells("a held selection", held.view.column(name), column.cells);
      }
      return;
    default:
      held satisfies never;
  }
}

function compareValues(held: Extract<Held, { what: "values" }>, model: RunModel): void {
  const { values, of, length, file } = held;
  if (!model.columns.includes(of) || of.file !== file) {
    requireSame("the length of a typed array of a deleted or replaced column", values.length, 0);
    return;
  }
  requireSame("the length of a typed array that was held", values.length, length);
  const now = arrayOf(of, of.cells).values as ArrayLike<unknown>;
  for (let i = 0; i < Math.min(length, now.length); i++) {
    if (!Object.is(values[i], now[i])) requireSame(`element ${i} of a held typed array`, values[i], now[i]);
  }
}

function compareClosed(held: Held): void {
  switch (held.what) {
    case "column":
      refused(["CLOSED", "NOT_FOUND"], () => held.column.at(0));
      return;
    case "slice":
      refused(["CLOSED", "NOT_FOUND"], () => held.view.at(0));
      return;
    case "values":
      requireSame("the length of a typed array of a closed table", held.values.length, 0);
      return;
    case "rows":
    case "select":
      refused("CLOSED", () => held.view.columnNames.map((name) => held.view.column(name).at(0)));
      return;
    default:
      held satisfies never;
  }
}

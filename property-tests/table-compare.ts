/**
 * Whether a table, and what is held of it, is what the model says.
 *
 * @module
 */

import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { resolveSlice, slice } from "../src/array/index.js";
import { sizeOf } from "../src/dtype/index.js";
import {
  type ArrayView,
  type ErrorCode,
  isMemmapError,
  type MemmapColumn,
  type MemmapTable,
  type TableView,
} from "../src/index.js";
import { isSame } from "./arbitraries.js";
import { type Cells, type Model, type ModelColumn, zeroOf } from "./model.js";
import { arrayOf } from "./table-sources.js";

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

/** Rows that a slice has, by Python's rules. */
export function rowsOfSlice(
  range: { readonly start: number | null; readonly stop: number | null; readonly step: number },
  rows: number,
): number[] {
  const { start, length, step } = resolveSlice(slice(range.start, range.stop, range.step), rows);
  return Array.from({ length }, (_, i) => start + i * step);
}

/** Expects an error of a cause. */
export function refused(code: ErrorCode | readonly ErrorCode[], act: () => unknown): void {
  let returned: unknown;
  try {
    returned = act();
  } catch (error) {
    const codes = typeof code === "string" ? [code] : code;
    if (isMemmapError(error) && codes.includes(error.code)) return;
    throw new Error(`${codes.join(" or ")} was to be thrown`, { cause: error });
  }
  throw new Error(`${code} was to be thrown, but ${String(returned)} was returned`);
}

function sameCells(what: string, array: ArrayView, cells: Cells): void {
  expect(array.length, `rows of ${what}`).toBe(cells.length);
  for (let row = 0; row < cells.length; row++) {
    const cell = array.at(row);
    if (!isSame(cell, cells[row])) expect({ what, row, cell }).toEqual({ what, row, cell: cells[row] });
    if (!isSame(cell, cells[row]))
      throw new Error(`${what}, row ${row}: differs in what toEqual does not see`);
  }
}

/** Compares everything that a table shows. */
export function compare(table: MemmapTable, model: Model): void {
  expect(table.length).toBe(model.rows);
  expect(table.columnNames).toEqual(model.order.map(({ name }) => name));
  for (const expected of model.order) {
    const { name, spec, attr, cells } = expected;
    const column = table.column(name);
    expect(column.name).toBe(name);
    expect(column.dtype.toString()).toBe(spec.dtype.toString());
    expect(column.shape).toEqual([model.rows, ...spec.itemShape]);
    if (!isSame(column.attr, attr)) expect({ name, attr: column.attr }).toEqual({ name, attr });
    sameCells(name, column, cells);
  }
  for (const group of ["", ...model.groupNames()]) {
    const [attr, expected] = [table.groupAttr(group), model.groups.get(group) ?? null];
    if (!isSame(attr, expected)) expect({ group, attr }).toEqual({ group, attr: expected });
  }
}

/** Whether rows are there, or have none to miss. */
function areThere(rows: readonly number[], of: ModelColumn, model: Model): boolean {
  return sizeOf(of.spec.itemShape) === 0 || rows.every((row) => row < model.rows);
}

function cellsAt(of: ModelColumn, rows: readonly number[]): unknown[] {
  const zero = zeroOf(of.spec);
  return rows.map((row) => (row < of.cells.length ? of.cells[row] : zero));
}

/** Compares what is held with the model, or expects the error that fits. */
export function compareHeld(held: Held, model: Model): void {
  if (held.handle !== model.handle) {
    compareClosed(held);
    return;
  }
  switch (held.what) {
    case "column":
      if (model.order.includes(held.of)) sameCells("a held column", held.column, held.of.cells);
      else refused("NOT_FOUND", () => held.column.at(0));
      return;
    case "slice":
      if (!model.order.includes(held.of)) refused("NOT_FOUND", () => held.view.at(0));
      else if (!areThere(held.rows, held.of, model)) refused("INDEX", () => held.view.at(0));
      else sameCells("a held slice", held.view, cellsAt(held.of, held.rows));
      return;
    case "values":
      // Inside a transaction typed arrays are what they were.
      if (!model.inTransaction) compareValues(held, model);
      return;
    case "rows":
      expect(held.view.length).toBe(held.rows.length);
      expect(held.view.columnNames).toEqual(model.order.map(({ name }) => name));
      for (const column of model.order) {
        if (!areThere(held.rows, column, model)) refused("INDEX", () => held.view.column(column.name).at(0));
        else sameCells("a held slice of rows", held.view.column(column.name), cellsAt(column, held.rows));
      }
      return;
    case "select":
      expect(held.view.length).toBe(model.rows);
      for (const name of held.names) {
        const column = model.find(name);
        if (column === undefined) refused("NOT_FOUND", () => held.view.column(name));
        else sameCells("a held selection", held.view.column(name), column.cells);
      }
      return;
    default:
      held satisfies never;
  }
}

function compareValues(held: Extract<Held, { what: "values" }>, model: Model): void {
  const { values, of, length, file } = held;
  if (!model.order.includes(of) || of.file !== file) {
    expect(values.length, "a typed array of a deleted or replaced column").toBe(0);
    return;
  }
  expect(values.length, "a typed array that was held").toBe(length);
  const now = arrayOf(of.spec, of.cells).values as ArrayLike<unknown>;
  for (let i = 0; i < Math.min(length, now.length); i++) {
    if (!Object.is(values[i], now[i])) expect({ i, held: values[i] }).toEqual({ i, held: now[i] });
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
      expect(held.values.length, "a typed array of a closed table").toBe(0);
      return;
    case "rows":
    case "select":
      refused("CLOSED", () => held.view.columnNames.map((name) => held.view.column(name).at(0)));
      return;
    default:
      held satisfies never;
  }
}

/** The files of a table, and no others. */
export function compareFiles(root: string, model: Model): void {
  const files: string[] = [];
  const walk = (directory: string, prefix: string): void => {
    for (const name of readdirSync(directory)) {
      const path = join(directory, name);
      if (lstatSync(path).isDirectory()) {
        files.push(`${prefix}${name}/`);
        walk(path, `${prefix}${name}/`);
      } else files.push(prefix + name);
    }
  };
  walk(root, "");
  const expected = new Set([".memmap/", ".memmap/last", ".memmap/lock"]);
  const allowed = new Set<string>();
  for (const { name, spec, attr } of model.order) {
    expected.add(`${name}.npy`);
    if (spec.layout === "raw" || attr !== null) expected.add(`${name}.attr`);
    // An attribute that was taken back leaves a sidecar that says null.
    else allowed.add(`${name}.attr`);
  }
  for (const group of model.groupNames()) expected.add(`${group}/`);
  for (const group of model.groups.keys()) expected.add(group === "" ? ".attr" : `${group}/.attr`);
  expect(files.filter((file) => !allowed.has(file)).sort()).toEqual([...expected].sort());
}

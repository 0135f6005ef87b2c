/** Reads of every kind, against the model. */

import { expect } from "vitest";
import { ownEntry, sizeOf } from "../src/dtype/index.js";
import type { MemmapTable, TableView } from "../src/index.js";
import { isSame } from "./arbitraries.js";
import type { Model, ModelColumn } from "./model.js";
import { rowsOfSlice } from "./table-compare.js";
import type { StepOf } from "./table-steps.js";

function rowOf(columns: readonly ModelColumn[], row: number): { [name: string]: unknown } {
  const record: { [name: string]: unknown } = {};
  for (const column of columns) ownEntry(record, column.name, column.cells[row]);
  return record;
}

function sameRows(
  what: string,
  actual: Iterable<unknown>,
  columns: readonly ModelColumn[],
  rows: readonly number[],
) {
  const found = [...actual];
  const expected = rows.map((row) => rowOf(columns, row));
  if (!isSame(found, expected)) expect({ what, rows: found }).toEqual({ what, rows: expected });
  if (!isSame(found, expected)) throw new Error(`${what}: differ in what toEqual does not see`);
}

/** Slices, copies, selections and records of a table. */
export function readEverything(
  table: MemmapTable,
  model: Model,
  { range, rows, columns }: StepOf<"read">,
): void {
  const { order } = model;
  const { start, stop, step } = range;
  const positions = rowsOfSlice(range, model.rows);
  sameRows("a slice", table.slice(start, stop, step), order, positions);
  const chunked = [...table.chunks(3)].flatMap((chunk: TableView) => [...chunk]);
  sameRows("chunks", chunked, order, rowsOfSlice({ start: null, stop: null, step: 1 }, model.rows));
  const some = [...new Set(columns.map((at) => model.pick(at)))].filter((column) => column !== undefined);
  const names = some.map(({ name }) => name);
  sameRows("a slice of a selection", table.select(names).slice(start, stop, step), some, positions);
  if (some.some(({ spec }) => sizeOf(spec.itemShape) > 0)) {
    const records = table.select(names).slice(start, stop, step).toRecords();
    sameRows("records", records, some, positions);
  }
  if (order.length === 0) return;
  if (model.rows > 0) {
    const chosen = rows.map((row) => row % model.rows);
    sameRows("taken rows", table.take(chosen), order, chosen);
    const mask = Array.from({ length: model.rows }, (_, row) => chosen.includes(row));
    const kept = rowsOfSlice({ start: null, stop: null, step: 1 }, model.rows).filter((row) => mask[row]);
    sameRows("filtered rows", table.filter(mask), order, kept);
    sameRows("one row", [table.at(-1)], order, [model.rows - 1]);
  }
  for (const column of some) {
    const cells = [...table.column(column.name).slice(start, stop, step)];
    const expected = positions.map((row) => column.cells[row]);
    if (!isSame(cells, expected))
      expect({ name: column.name, cells }).toEqual({ name: column.name, cells: expected });
  }
}

/** Reads of every kind, against the model. */

import type { MemmapTable } from "../../table/memmap-table.js";
import type { TableView } from "../../table/table-view.js";
import type { ModelColumn } from "../model/column.js";
import { rowOf } from "../model/row.js";
import { requireSame } from "../same.js";
import { holdsElements, rowsOfSlice, WHOLE } from "./choose.js";
import type { RunModel } from "./run-model.js";
import type { StepOf } from "./steps.js";

function sameRows(
  what: string,
  actual: Iterable<unknown>,
  columns: readonly ModelColumn[],
  rows: readonly number[],
): void {
  requireSame(
    what,
    [...actual],
    rows.map((row) => rowOf(columns, row)),
  );
}

/** Slices, copies, selections and records of a table. */
export function readEverything(
  table: MemmapTable,
  model: RunModel,
  { range, rows, columns }: StepOf<"read">,
): void {
  const all = model.columns;
  const { start, stop, step } = range;
  const whole = rowsOfSlice(WHOLE, model.length);
  const positions = rowsOfSlice(range, model.length);
  sameRows("a slice", table.slice(start, stop, step), all, positions);
  const chunked = [...table.chunks(3)].flatMap((chunk: TableView) => [...chunk]);
  sameRows("all chunks", chunked, all, whole);
  const some = model.pickMany(columns);
  const names = some.map(({ name }) => name);
  sameRows("a slice of a selection", table.select(names).slice(start, stop, step), some, positions);
  if (some.some(holdsElements)) {
    const records = table.select(names).slice(start, stop, step).toRecords();
    sameRows("an array of records", records, some, positions);
  }
  if (all.length === 0) return;
  if (model.length > 0) {
    const chosen = rows.map((row) => row % model.length);
    sameRows("a copy of rows", table.take(chosen), all, chosen);
    const mask = whole.map((row) => chosen.includes(row));
    const kept = whole.filter((row) => mask[row]);
    sameRows("a copy of masked rows", table.filter(mask), all, kept);
    sameRows("the last row", [table.at(-1)], all, [model.length - 1]);
  }
  for (const { name, cells } of some) {
    const sliced = [...table.column(name).slice(start, stop, step)];
    requireSame(
      `a slice of column ${JSON.stringify(name)}`,
      sliced,
      positions.map((row) => cells[row]),
    );
  }
}

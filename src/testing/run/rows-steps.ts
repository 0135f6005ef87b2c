/** Steps that add rows, discard them and store in them. */

import type { ModelColumn } from "../model/column.js";
import { arrayOf, columnSource, hasValues } from "../model/sources.js";
import { type ChosenRows, chooseCell, chooseCells, chooseRows, rowsOfSlice, WHOLE } from "./choose.js";
import { change, type RunState } from "./run-state.js";
import type { StepOf } from "./steps.js";

export function resize(state: RunState, { rows }: StepOf<"resize">): void {
  const { model, table } = state;
  change(
    state,
    undefined,
    () => table.resize(rows),
    () => model.resize(rows),
  );
}

export function append(state: RunState, { form, count, at }: StepOf<"append">): void {
  const { model, table } = state;
  const { source, cellsOf } = choose(state, form, model.columns, count, at);
  change(
    state,
    undefined,
    () => table.append(source),
    () => model.appendCells(count, cellsOf),
  );
}

export function assign(state: RunState, { to, at, range, form, from }: StepOf<"assign">): void {
  const { model, table } = state;
  const column = model.pick(at);
  if (column === undefined) return;
  const real = table.column(column.name);
  const rows = rowsOfSlice(to === "slice" || to === "fill" ? range : WHOLE, model.length);
  const view = real.slice(range.start, range.stop, range.step);
  const one = chooseCell(column, from);
  const cells = to === "fill" ? rows.map(() => one) : chooseCells(column, rows.length, from);
  const source = columnSource(form, column, cells);
  const update = () => rows.forEach((row, i) => model.store(column, row, cells[i]));
  if (to === "values" && hasValues(column.dtype)) {
    if (!model.writable) return;
    const values = real.values as { set(values: unknown): void };
    values.set(arrayOf(column, cells).values);
    update();
    return;
  }
  change(
    state,
    undefined,
    () => {
      if (to === "fill") view.fill(one as never);
      else if (to === "slice") view.assign(source);
      else real.assign(source);
    },
    update,
  );
}

export function set(state: RunState, { at, row: place, negative, from }: StepOf<"set">): void {
  const { model, table } = state;
  const column = model.pick(at);
  if (column === undefined || model.length === 0) return;
  const row = place % model.length;
  const cell = chooseCell(column, from);
  change(
    state,
    undefined,
    () => table.column(column.name).set(negative ? row - model.length : row, cell as never),
    () => model.store(column, row, cell),
  );
}

export function put(state: RunState, step: StepOf<"put">): void {
  const { model, table } = state;
  const column = model.pick(step.at);
  if (column === undefined || model.length === 0) return;
  const { selection, rows } = select(step, model.length);
  const cells = chooseCells(column, rows.length, step.from);
  const source = columnSource(step.form, column, cells);
  change(
    state,
    undefined,
    () => table.column(column.name).put(selection, source),
    () => rows.forEach((row, i) => model.store(column, row, cells[i])),
  );
}

export function assignRows(state: RunState, step: StepOf<"assignRows">): void {
  const { model, table } = state;
  if (model.columns.length === 0) return;
  const columns = step.columns === undefined ? model.columns : model.pickMany(step.columns);
  const rows = rowsOfSlice(step.range, model.length);
  const { source, cellsOf } = choose(state, step.form, columns, rows.length, step.from);
  const { start, stop, step: by } = step.range;
  const view = table.select(columns.map(({ name }) => name)).slice(start, stop, by);
  change(
    state,
    undefined,
    () => view.assign(source),
    () => storeRows(state, rows, columns, cellsOf),
  );
}

export function putRows(state: RunState, step: StepOf<"putRows">): void {
  const { model, table } = state;
  if (model.columns.length === 0 || model.length === 0) return;
  const { selection, rows } = select(step, model.length);
  const { source, cellsOf } = choose(state, step.form, model.columns, rows.length, step.from);
  change(
    state,
    undefined,
    () => table.put(selection, source),
    () => storeRows(state, rows, model.columns, cellsOf),
  );
}

export function setRow(state: RunState, step: StepOf<"setRow">): void {
  const { model, table } = state;
  if (model.columns.length === 0 || model.length === 0) return;
  const row = step.row % model.length;
  const { source, cellsOf } = choose(state, "rows", model.columns, 1, step.from);
  const [record] = source;
  if (record === undefined) return;
  change(
    state,
    undefined,
    () => table.set(row, record),
    () => storeRows(state, [row], model.columns, cellsOf),
  );
}

function choose(
  { model, table }: RunState,
  form: Parameters<typeof chooseRows>[0],
  columns: readonly ModelColumn[],
  count: number,
  from: number,
): ChosenRows {
  return chooseRows(form, { model, table, columns, count, from });
}

function storeRows(
  { model }: RunState,
  rows: readonly number[],
  columns: readonly ModelColumn[],
  cellsOf: ChosenRows["cellsOf"],
): void {
  // All of them first: what is stored in one may be what another brings.
  const cells = columns.map((column) => cellsOf(column));
  columns.forEach((column, c) => {
    rows.forEach((row, i) => model.store(column, row, cells[c]?.[i]));
  });
}

/** Rows as a mask, which has each once and in order, or as positions. */
function select(
  { mask, rows }: { readonly mask: boolean; readonly rows: readonly number[] },
  count: number,
): { readonly selection: number[] | boolean[]; readonly rows: number[] } {
  const positions = rows.map((row) => row % count);
  if (!mask) return { selection: positions.map((row, i) => (i % 2 ? row - count : row)), rows: positions };
  const chosen = new Set(positions);
  const flags = Array.from({ length: count }, (_, row) => chosen.has(row));
  return { selection: flags, rows: [...chosen].sort((a, b) => a - b) };
}

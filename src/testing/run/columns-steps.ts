/** Steps that make, change and remove columns and attributes. */

import { parseDType } from "../../dtype/index.js";
import type { AttrInput } from "../../store/index.js";
import { type ColumnType, zeroOf } from "../model/column.js";
import { columnSource, hasValues } from "../model/sources.js";
import { chooseCell, chooseCells, rowsOfSlice } from "./choose.js";
import { change, type RunState } from "./run-state.js";
import type { StepContent, StepOf } from "./steps.js";

/** What a step's new column holds, its dtype parsed. */
export function typeOf({ dtype, itemShape }: StepContent): ColumnType {
  return { dtype: parseDType(dtype), itemShape };
}

export function addColumn(state: RunState, step: StepOf<"add">): void {
  const { model, table } = state;
  const { name, content, layout, attr, overwrite, fill, form, at } = step;
  const { pool } = content;
  const type = typeOf(content);
  const { dtype, itemShape } = type;
  const one = chooseCell({ ...type, pool }, at);
  const cells =
    fill === "data"
      ? chooseCells({ ...type, pool }, model.length, at)
      : new Array(model.length).fill(fill === "fill" ? one : zeroOf(type));
  const source =
    fill === "data"
      ? { data: columnSource(form, type, cells) }
      : fill === "fill"
        ? { fill: one as never }
        : {};
  change(
    state,
    model.claimProblem(name, overwrite),
    () =>
      table.addColumn(name, dtype, {
        itemShape,
        attr: attr as AttrInput,
        overwrite,
        ...source,
        ...(layout === undefined ? {} : { layout }),
      }),
    () =>
      model.addColumn(name, dtype, {
        itemShape,
        attr,
        cells,
        overwrite,
        layout: layout ?? state.layout,
        pool,
      }),
  );
}

export function copyColumn(state: RunState, { at, name, overwrite }: StepOf<"copy">): void {
  const { model, table } = state;
  const from = model.pick(at);
  if (from === undefined) return;
  change(
    state,
    model.claimProblem(name, overwrite),
    () => table.copyColumn(from.name, name, { overwrite }),
    () => model.copyColumn(from.name, name, { overwrite }),
  );
}

export function renameColumn(state: RunState, { at, name }: StepOf<"rename">): void {
  const { model, table } = state;
  const column = model.pick(at);
  if (column === undefined) return;
  change(
    state,
    model.claimProblem(name, false, column),
    () => table.renameColumn(column.name, name),
    () => model.renameColumn(column.name, name),
  );
}

export function deleteColumn(state: RunState, { at }: StepOf<"remove">): void {
  const { model, table } = state;
  const column = model.pick(at);
  if (column === undefined) return;
  change(
    state,
    undefined,
    () => table.deleteColumn(column.name),
    () => model.deleteColumn(column.name),
  );
}

export function setAttribute(state: RunState, { of, at, attr }: StepOf<"attr">): void {
  const { model, table } = state;
  const value = attr as AttrInput;
  if (of === "column") {
    const column = model.pick(at);
    if (column === undefined) return;
    change(
      state,
      undefined,
      () => {
        table.column(column.name).attr = value;
      },
      () => {
        column.attr = attr;
      },
    );
    return;
  }
  const names = model.groupNames;
  const group = of === "table" ? "" : names[at % names.length];
  if (group === undefined) return;
  change(
    state,
    undefined,
    () => {
      if (group === "") table.attr = value;
      else table.setGroupAttr(group, value);
    },
    () => model.groupAttrs.set(group, attr),
  );
}

/** Keeps something of the table. */
export function hold({ model, table, held }: RunState, { what, at, range }: StepOf<"hold">): void {
  const { handle } = model;
  const { start, stop, step } = range;
  const rows = rowsOfSlice(range, model.length);
  if (what === "rows") {
    held.push({ what, handle, view: table.slice(start, stop, step), rows });
    return;
  }
  const of = model.pick(at);
  if (of === undefined) return;
  const column = table.column(of.name);
  if (what === "select") {
    held.push({ what, handle, view: table.select([of.name]), names: [of.name] });
  } else if (what === "column") {
    held.push({ what, handle, column, of });
  } else if (what === "slice") {
    held.push({ what, handle, view: column.slice(start, stop, step), of, rows });
  } else if (hasValues(of.dtype) && !model.inTransaction) {
    const values = column.values as ArrayLike<unknown>;
    if (values.length > 0) held.push({ what, handle, values, of, length: values.length, file: of.file });
  }
}

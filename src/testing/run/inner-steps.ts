import { addColumn, copyColumn, deleteColumn, hold, renameColumn, setAttribute } from "./columns-steps.js";
import { makeMistake } from "./mistakes.js";
import { readEverything } from "./reads.js";
import { append, assign, assignRows, put, putRows, resize, set, setRow } from "./rows-steps.js";
import type { RunState } from "./run-state.js";
import type { InnerStep } from "./steps.js";

/** Carries out a step that a transaction may hold, on the table and on the model. */
export function carryOut(state: RunState, step: InnerStep): void {
  const { table, model } = state;
  switch (step.kind) {
    case "add":
      return addColumn(state, step);
    case "copy":
      return copyColumn(state, step);
    case "rename":
      return renameColumn(state, step);
    case "remove":
      return deleteColumn(state, step);
    case "resize":
      return resize(state, step);
    case "append":
      return append(state, step);
    case "attr":
      return setAttribute(state, step);
    case "assign":
      return assign(state, step);
    case "set":
      return set(state, step);
    case "put":
      return put(state, step);
    case "assignRows":
      return assignRows(state, step);
    case "putRows":
      return putRows(state, step);
    case "setRow":
      return setRow(state, step);
    case "read":
      return readEverything(table, model, step);
    case "hold":
      return hold(state, step);
    case "mistake":
      return model.writable ? makeMistake(table, model, step) : undefined;
    default:
      step satisfies never;
  }
}

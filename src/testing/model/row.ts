import { ownEntry } from "../../dtype/index.js";
import type { ModelColumn } from "./column.js";

/** A row: a cell for each column, in the form in which reading gives it. */
export type ModelRow = { readonly [name: string]: unknown };

/** A row of columns as an object, whatever their names. */
export function rowOf(columns: readonly ModelColumn[], row: number): { [name: string]: unknown } {
  const record: { [name: string]: unknown } = {};
  for (const { name, cells } of columns) ownEntry(record, name, cells[row]);
  return record;
}

/** A row's cell of a column. @throws Error where it has none */
export function cellIn(row: ModelRow, name: string): unknown {
  if (!Object.hasOwn(row, name)) throw new Error(`a row for the model lacks ${JSON.stringify(name)}`);
  return row[name];
}

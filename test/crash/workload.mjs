/** Carries out a workload's changes on a table, and compares a table with what it ought to hold. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { allGroups, groupsOf } from "./model.mjs";
import { asRows, bytesOf, fillOf, valuesOf } from "./values.mjs";

/** Makes a change to a table whose columns are those of `state`. */
export function perform(table, seed, change) {
  if (change.length > 1) table.transaction(() => change.forEach((one) => step(table, seed, one)));
  else step(table, seed, change[0]);
}

const GIVEN_UP = new Error("given up on purpose");

/** Begins a change and throws it away. */
export function performInVain(table, seed, change) {
  try {
    table.transaction(() => {
      for (const operation of change) step(table, seed, operation);
      throw GIVEN_UP;
    });
  } catch (error) {
    if (error !== GIVEN_UP) throw error;
  }
}

/** A mark on rows that are cut off: bytes behind the data mean nothing, and no later row may have them. */
function stain(table, rows) {
  const stained = [];
  for (const [, column] of table.columns())
    stained.push([column.values, (rows * column.values.length) / table.length]);
  return () => {
    for (const [values, from] of stained) values.fill(values instanceof BigInt64Array ? -1n : 77, from);
  };
}

function step(table, seed, operation) {
  switch (operation.kind) {
    case "add": {
      const { name, dtype, perRow, layout, attr, source, tag, overwrite } = operation;
      const values = valuesOf(seed, tag, dtype, 0, table.length * perRow);
      const column = table.addColumn(name, dtype, {
        itemShape: perRow === 1 ? [] : [perRow],
        layout,
        attr,
        overwrite,
        ...(source === "data" ? { data: asRows(values, perRow) } : {}),
        ...(source === "fill" ? { fill: fillOf(seed, tag, dtype) } : {}),
      });
      if (source === "later") column.values.set(values);
      return;
    }
    case "copy":
      table.copyColumn(operation.from, operation.to, { overwrite: operation.overwrite });
      return;
    case "rename":
      table.renameColumn(operation.from, operation.to);
      return;
    case "delete":
      table.deleteColumn(operation.name);
      return;
    case "resize": {
      const afterwards = operation.stain ? stain(table, operation.rows) : undefined;
      table.resize(operation.rows);
      afterwards?.();
      return;
    }
    case "append": {
      const { count, tag } = operation;
      const rows = [...table.columns()].map(([name, column], place) => {
        const perRow = column.itemShape[0] ?? 1;
        return [name, asRows(valuesOf(seed, tag + place, String(column.dtype), 0, count * perRow), perRow)];
      });
      table.append(Object.fromEntries(rows));
      return;
    }
    case "attr":
      table.column(operation.name).attr = operation.attr;
      return;
    case "groupAttr":
      table.setGroupAttr(operation.group, operation.attr);
      return;
    default:
      throw new Error(`no such operation: ${operation.kind}`);
  }
}

/** The generation of a state: its table was made with one, and each change was one. */
export const generationOf = (state) => state.step + 1;

/** @returns what tells a table from what it ought to hold, in words; undefined where nothing does */
export function difference(table, state) {
  if (table.generation !== generationOf(state)) {
    return `generation ${table.generation}, not ${generationOf(state)}`;
  }
  if (table.length !== state.rows) return `${table.length} rows, not ${state.rows}`;
  const names = [...state.columns.keys()];
  if (!isDeepStrictEqual([...table.columnNames], names)) return `columns ${table.columnNames}, not ${names}`;
  for (const group of ["", ...allGroups(state)]) {
    const attr = state.groups.get(group) ?? null;
    if (!isDeepStrictEqual(table.groupAttr(group), attr)) return `another attribute of the group "${group}"`;
  }
  for (const [name, expected] of state.columns) {
    const problem = columnDifference(table, name, expected);
    if (problem !== undefined) return `column ${name}: ${problem}`;
  }
  return undefined;
}

function columnDifference(table, name, expected) {
  const column = table.column(name);
  if (String(column.dtype) !== expected.dtype) return `dtype ${column.dtype}, not ${expected.dtype}`;
  if ((column.itemShape[0] ?? 1) !== expected.perRow) return `cells of ${column.itemShape}`;
  if (!isDeepStrictEqual(column.attr, expected.attr)) return "another attribute";
  const found = bytesOf(column.values);
  const wanted = bytesOf(expected.values);
  if (found.equals(wanted)) return undefined;
  if (found.length !== wanted.length) return `${found.length} bytes, not ${wanted.length}`;
  const at = found.findIndex((byte, i) => byte !== wanted[i]);
  const row = Math.floor(at / (wanted.length / table.length));
  const wrong = found.reduce((sum, byte, i) => sum + (byte === wanted[i] ? 0 : 1), 0);
  return `row ${row} of ${table.length} differs first, in ${wrong} of ${wanted.length} bytes`;
}

/** @returns paths below a store's root that no state like this has, and files that it must have and that are missing */
export function strays(root, state) {
  const wanted = new Set([".memmap", ".memmap/last"]);
  const allowed = new Set([".memmap/lock"]);
  for (const group of allGroups(state)) wanted.add(group);
  for (const group of state.groups.keys()) wanted.add(join(group, ".attr"));
  for (const [name, { attr, layout }] of state.columns) {
    wanted.add(`${name}.npy`);
    (attr !== null || layout === "raw" ? wanted : allowed).add(`${name}.attr`);
  }
  const found = new Set(readdirSync(root, { recursive: true, encoding: "utf8" }));
  const extra = [...found].filter((path) => !wanted.has(path) && !allowed.has(path));
  const missing = [...wanted].filter((path) => !found.has(path));
  return [...extra.map((path) => `stray ${path}`), ...missing.map((path) => `missing ${path}`)];
}

/** Whether no table has come to be yet. */
export function isAbsent(root) {
  return !existsSync(join(root, ".memmap", "last"));
}

export { groupsOf };

/**
 * What a table ought to hold, in plain JavaScript, and the changes of a workload to it.
 *
 * A state is `{ step, rows, columns, groups }`: columns by name are `{ dtype, perRow, layout, attr, values }`, groups by
 * name are attributes, `""` being the table. States are never changed, only followed by others.
 */
import { ARRAYS, fillOf, valuesOf } from "./values.mjs";

/** A table that was just made. */
export const EMPTY = { step: 0, rows: 0, columns: new Map(), groups: new Map() };

/** The groups that a column is in, outermost first. */
export function groupsOf(name) {
  const parts = name.split("/").slice(0, -1);
  return parts.map((_, i) => parts.slice(0, i + 1).join("/"));
}

/** The groups that there are: those of columns, and those that have an attribute, with the groups around them. */
export function allGroups({ columns, groups }) {
  const own = [...groups.keys()].filter((group) => group !== "");
  return new Set([
    ...[...columns.keys()].flatMap(groupsOf),
    ...own.flatMap((group) => groupsOf(`${group}/x`)),
  ]);
}

/** The state after a change. */
export function follow(seed, state, change) {
  const next = { ...state, columns: new Map(state.columns), groups: new Map(state.groups) };
  for (const operation of change) OPERATIONS[operation.kind](next, operation, seed);
  next.step = state.step + 1;
  return next;
}

function sized(column, rows) {
  const values = new column.values.constructor(rows * column.perRow);
  values.set(column.values.subarray(0, values.length));
  return { ...column, values };
}

const OPERATIONS = {
  add(state, { name, dtype, perRow, layout, attr, source, tag }, seed) {
    const count = state.rows * perRow;
    const values =
      source === "none"
        ? new ARRAYS[dtype](count)
        : source === "fill"
          ? new ARRAYS[dtype](count).fill(fillOf(seed, tag, dtype))
          : valuesOf(seed, tag, dtype, 0, count);
    state.columns.set(name, { dtype, perRow, layout, attr, values });
  },
  copy(state, { from, to }) {
    state.columns.set(to, state.columns.get(from));
  },
  rename(state, { from, to }) {
    state.columns = new Map([...state.columns].map(([name, column]) => [name === from ? to : name, column]));
  },
  delete(state, { name }) {
    state.columns.delete(name);
  },
  resize(state, { rows }) {
    for (const [name, column] of state.columns) state.columns.set(name, sized(column, rows));
    state.rows = rows;
  },
  append(state, { count, tag }, seed) {
    const { rows } = state;
    let place = 0;
    for (const [name, column] of state.columns) {
      const { dtype, perRow } = column;
      const longer = sized(column, rows + count);
      longer.values.set(valuesOf(seed, tag + place, dtype, 0, count * perRow), rows * perRow);
      state.columns.set(name, longer);
      place += 1;
    }
    state.rows = rows + count;
  },
  attr(state, { name, attr }) {
    state.columns.set(name, { ...state.columns.get(name), attr });
  },
  groupAttr(state, { group, attr }) {
    state.groups.set(group, attr);
  },
};

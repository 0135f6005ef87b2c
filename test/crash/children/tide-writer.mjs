/** Changes a table that describes itself as fast as it can, until its time is over. */
import { openSync, writeSync } from "node:fs";
import { MemmapTable } from "../dist.mjs";
import { randomOf } from "../random.mjs";
import { cutTo, elementOf, MOST_ROWS, withRows } from "../tide.mjs";
import { endWithParent, nextOrders, report } from "./orders.mjs";

const NAMES = ["a", "b", "c", "g/a", "g/b", "h/k/a"];
const DTYPES = { "<f8": Float64Array, "<i4": Int32Array };

report();
const orders = await nextOrders();
if (orders === undefined) process.exit(0);
const { root, log, seed, durability, milliseconds } = orders;
const history = openSync(log, "a");
const table = MemmapTable.create(root, { durability });
let state = { rows: 0, columns: {} };

function elements(dtype, from, to, generation) {
  return DTYPES[dtype].from({ length: to - from }, (_, i) => elementOf(generation, from + i));
}

/** The changes of one generation to a draft of the state; each does to the table what it says. */
const CHANGES = {
  append(random, next, generation) {
    const count = 1 + random.below(500);
    if (next.rows + count > MOST_ROWS || Object.keys(next.columns).length === 0) return;
    const to = next.rows + count;
    const rows = {};
    for (const [name, column] of Object.entries(next.columns)) {
      rows[name] = elements(column.dtype, next.rows, to, generation);
      next.columns[name] = { ...column, parts: withRows(column.parts, to, generation) };
    }
    table.append(rows);
    next.rows = to;
  },
  grow(random, next) {
    const to = next.rows + 1 + random.below(500);
    if (to > MOST_ROWS) return;
    table.resize(to);
    for (const column of Object.values(next.columns)) column.parts = withRows(column.parts, to, 0);
    next.rows = to;
  },
  shrink(random, next) {
    const to = random.below(next.rows + 1);
    table.resize(to);
    for (const column of Object.values(next.columns)) column.parts = cutTo(column.parts, to);
    next.rows = to;
  },
  rename(random, next) {
    const [from, to] = [random.oneOf(NAMES), random.oneOf(NAMES)];
    if (next.columns[from] === undefined || next.columns[to] !== undefined) return;
    table.renameColumn(from, to);
    const renamed = Object.entries(next.columns).map(([name, column]) => [name === from ? to : name, column]);
    next.columns = Object.fromEntries(renamed);
  },
  delete(random, next) {
    const name = random.oneOf(NAMES);
    if (next.columns[name] === undefined) return;
    table.deleteColumn(name);
    delete next.columns[name];
  },
  put(random, next, generation) {
    const name = random.oneOf(NAMES);
    const dtype = random.oneOf(Object.keys(DTYPES));
    const data = elements(dtype, 0, next.rows, generation);
    const layout = random.chance(0.3) ? "raw" : "npy";
    table.addColumn(name, dtype, { data, layout, attr: { tag: generation }, overwrite: true });
    next.columns[name] = { dtype, tag: generation, parts: withRows([], next.rows, generation) };
  },
  attr(random, next, generation) {
    const name = random.oneOf(NAMES);
    if (next.columns[name] === undefined) return;
    table.column(name).attr = { tag: generation };
    next.columns[name].tag = generation;
  },
};

const end = performance.now() + milliseconds;
const random = randomOf(seed, 6);
const kinds = Object.keys(CHANGES);
do {
  endWithParent();
  const generation = table.generation + 1;
  const next = structuredClone(state);
  table.transaction(() => {
    const count = 1 + random.below(2);
    for (let i = 0; i < count; i += 1) CHANGES[random.oneOf(kinds)](random, next, generation);
    // Said before it is so: whoever sees the rows gone can find out when they went. Of several numbers of rows within
    // one transaction only the last is ever seen.
    writeSync(history, `${generation} ${next.rows}\n`);
    const columns = Object.fromEntries(
      Object.entries(next.columns).map(([name, { tag, parts }]) => [name, { tag, parts }]),
    );
    table.attr = { generation, rows: next.rows, columns };
  });
  state = next;
} while (performance.now() < end);
report(JSON.stringify({ generations: table.generation }));
table.close();
process.exit(0);

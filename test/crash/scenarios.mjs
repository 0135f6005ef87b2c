/** Every kind of change to a table, each with the state before it and the one after it. */
import { EMPTY, follow } from "./model.mjs";
import { ARRAYS } from "./values.mjs";

export const SEED = 7;

const add = (name, dtype, more = {}) => ({
  kind: "add",
  name,
  dtype,
  perRow: 1,
  layout: "npy",
  attr: null,
  source: "data",
  tag: name.length + dtype.charCodeAt(1) * 100,
  overwrite: false,
  ...more,
});

/** What every table has before its change: both layouts, a group, attributes, a column of more than a page. */
const BASE = [
  { kind: "resize", rows: 1500 },
  add("a", "<f8", { attr: { unit: "m" } }),
  add("b", "<i4", { layout: "raw", attr: [1, 2] }),
  add("g/c", "<f4", { perRow: 3 }),
  { kind: "groupAttr", group: "g", attr: { tag: 3 } },
  { kind: "groupAttr", group: "", attr: { tag: 4 } },
];

const CHANGES = {
  add: [add("h/k/d", "<i8", { attr: { tag: 5 }, tag: 9000 })],
  "add raw": [add("d", "<i2", { layout: "raw", tag: 9000 })],
  overwrite: [add("a", "|u1", { overwrite: true, attr: { tag: 6 }, tag: 9000 })],
  "overwrite raw": [add("b", "<f8", { overwrite: true, tag: 9000 })],
  copy: [{ kind: "copy", from: "b", to: "h/b", overwrite: false }],
  "copy over": [{ kind: "copy", from: "a", to: "b", overwrite: true }],
  rename: [{ kind: "rename", from: "g/c", to: "h/c" }],
  "rename raw": [{ kind: "rename", from: "b", to: "bb" }],
  delete: [{ kind: "delete", name: "g/c" }],
  grow: [{ kind: "resize", rows: 4000 }],
  shrink: [{ kind: "resize", rows: 100, stain: true }],
  "shrink to nothing": [{ kind: "resize", rows: 0 }],
  append: [{ kind: "append", count: 700, tag: 9000 }],
  "attribute of a column": [{ kind: "attr", name: "a", attr: { note: "x".repeat(5000) } }],
  "attribute of a raw column": [{ kind: "attr", name: "b", attr: null }],
  "attribute of a group": [{ kind: "groupAttr", group: "g", attr: { tag: 8 } }],
  "attribute of the table": [{ kind: "groupAttr", group: "", attr: { tag: 8 } }],
  "rows cut off and made again": [
    { kind: "resize", rows: 50 },
    { kind: "resize", rows: 1500 },
  ],
  "names that change places": [
    { kind: "rename", from: "a", to: "x" },
    { kind: "rename", from: "b", to: "a" },
    { kind: "rename", from: "x", to: "b" },
  ],
  "everything at once": [
    { kind: "append", count: 300, tag: 9000 },
    add("h/k/d", "<i8", { tag: 9100, source: "later" }),
    { kind: "copy", from: "a", to: "h/a", overwrite: false },
    { kind: "delete", name: "a" },
    { kind: "rename", from: "b", to: "a" },
    { kind: "resize", rows: 1000 },
    { kind: "attr", name: "g/c", attr: { tag: 10 } },
    { kind: "groupAttr", group: "", attr: { tag: 11 } },
  ],
};

const COLUMNS = { a: "<f8", "g/b": "<i4" };

/** A table of zeros, as it is made. */
function made(step, rows) {
  const columns = new Map();
  for (const [name, dtype] of Object.entries(COLUMNS)) {
    columns.set(name, { dtype, perRow: 1, layout: "npy", attr: null, values: new ARRAYS[dtype](rows) });
  }
  return { step, rows, columns, groups: new Map() };
}

const base = follow(SEED, EMPTY, BASE);

/** `first` is the change that makes the state before out of an empty table; undefined where there is to be no table. */
export const SCENARIOS = [
  { name: "make", kind: "make", columns: COLUMNS, rows: 800, states: [undefined, made(0, 800)] },
  {
    name: "replace",
    kind: "replace",
    columns: COLUMNS,
    rows: 800,
    first: BASE,
    states: [base, made(2, 800)],
  },
  ...Object.entries(CHANGES).map(([name, change]) => ({
    name,
    kind: "change",
    seed: SEED,
    change,
    first: BASE,
    states: [base, follow(SEED, base, change)],
  })),
];

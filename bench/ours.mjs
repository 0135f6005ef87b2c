/** This library's side of the benchmark: takes commands, one JSON line each, and answers with seconds and a checksum. */
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { MemmapTable } from "memmap-table";

/** @type {Record<string, any>} */
const state = {};

function prepare(root, rows, index) {
  const table = MemmapTable.open(root, { mode: "r+", durability: "process" });
  state.table = table;
  state.columns = new Map(table.columns());
  state.data = new Map([...state.columns].map(([name, column]) => [name, column.values.slice()]));
  state.index = Int32Array.from(index);
  // Within 64 Ki rows, so that the loops measure the call and not the memory behind it.
  state.positions = state.index.map((row) => row % 65536);
  state.records = table.slice(0, 1_000_000).toRecords();
  state.mask = Uint8Array.from({ length: rows }, (_, i) => Number(i % 3 === 0));
}

function withNew(name, values) {
  const { dtype } = state.columns.get(name);
  state.table.addColumn("new", dtype.str, { data: values });
}

/** Bytes of this process that no file backs. */
function anonymous() {
  const line = /RssAnon:\s+(\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"));
  return Number(line?.[1]) * 1024;
}

const WORK = {
  open: (root) => {
    const table = MemmapTable.open(root);
    return [table.columnNames.length, () => table.close()];
  },
  openTouch: (root) => {
    const table = MemmapTable.open(root);
    let sum = 0;
    for (const [, column] of table.columns()) sum += Number(column.at(0));
    return [sum, () => table.close()];
  },
  fill: () => {
    for (const [name, column] of state.columns) column.assign(state.data.get(name));
    return [Number(state.columns.get("i4").at(-1))];
  },
  fillValues: () => {
    for (const [name, column] of state.columns) column.values.set(state.data.get(name));
    return [Number(state.columns.get("i4").at(-1))];
  },
  create: () => {
    for (const [name, values] of state.data) {
      withNew(name, values);
      state.table.deleteColumn("new");
    }
    return [0];
  },
  copy: () => {
    state.table.copyColumn("f8", "copy");
    return [0, () => state.table.deleteColumn("copy")];
  },
  toRecords: () => {
    state.records = state.table.slice(0, 1_000_000).toRecords();
    return [Number(state.records.field("i4").at(-1))];
  },
  assignRecords: () => {
    state.table.slice(0, 1_000_000).assign(state.records);
    return [0];
  },
  at: (name) => {
    const column = state.columns.get(name);
    const { positions } = state;
    for (let i = 0; i < positions.length; i++) column.at(positions[i]);
    return [0];
  },
  set: (name) => {
    const column = state.columns.get(name);
    const { positions } = state;
    const value = column.at(0);
    for (let i = 0; i < positions.length; i++) column.set(positions[i], value);
    return [0];
  },
  take: () => {
    const taken = state.table.take(state.index);
    return [taken.length * taken.columnNames.length];
  },
  filter: () => {
    const kept = state.table.filter(state.mask);
    return [kept.length * kept.columnNames.length];
  },
  sum: (name) => [Number(state.columns.get(name).sum())],
  rename: (root) => {
    const table = MemmapTable.open(root, { mode: "r+" });
    const start = performance.now();
    table.renameColumn("f8", "other");
    const ms = performance.now() - start;
    table.renameColumn("other", "f8");
    table.close();
    return [ms];
  },
  scan: (root) => {
    const table = MemmapTable.open(root);
    globalThis.gc?.();
    const before = anonymous();
    let most = before;
    let sum = 0;
    for (const chunk of table.chunks()) {
      sum += Number(chunk.column("f8").sum());
      most = Math.max(most, anonymous());
    }
    table.close();
    return [most - before, () => sum];
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { work, arguments: values } = JSON.parse(line);
  if (work === "prepare") {
    prepare(...values);
    console.log("{}");
    continue;
  }
  const start = performance.now();
  const [check, clean] = WORK[work](...values);
  const seconds = (performance.now() - start) / 1000;
  clean?.();
  console.log(JSON.stringify({ seconds, check }));
}

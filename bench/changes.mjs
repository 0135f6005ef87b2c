/**
 * The speed of changes: beside their own calls to the file system, made bare in the same run, and beside NumPy's
 * assignments to a memmap. Ratios are as elsewhere: the other's time over this library's.
 */
import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { MemmapTable } from "memmap-table";
import { bare, recorder } from "./calls.mjs";

const names = (count, prefix = "c") => Array.from({ length: count }, (_, i) => `${prefix}${i}`);
const f8 = (count) => names(count).map((name) => [name, "f8"]);
const rowOf = (count) => Object.fromEntries(names(count).map((name, i) => [name, i + 0.5]));
const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)] ?? Number.NaN;
const seconds = (work) => {
  const start = performance.now();
  work();
  return (performance.now() - start) / 1000;
};
const ms = (time) => (time * 1000 >= 100 ? (time * 1000).toFixed(0) : (time * 1000).toPrecision(3));
const us = (time) => `${time * 1e6 >= 100 ? Math.round(time * 1e6) : (time * 1e6).toPrecision(3)} µs`;
const atLeast = (ratio, goal) => (goal === undefined ? "" : ratio >= goal ? "met" : "missed");

/** Changes of a table of 8 columns and 1,000 rows, and what leads back to where they may be made again. */
const TRANSACTIONS = [
  {
    work: "attributes of 8 columns",
    change: (table, turn) => {
      table.transaction(() => {
        for (const [, column] of table.columns()) column.attr = { unit: "min", turn };
      });
    },
  },
  { work: "append a row to 8 columns", change: (table) => table.append([rowOf(8)]) },
  {
    work: "add 8 columns of 1,000 rows",
    rows: 1000,
    change: (table) => {
      table.transaction(() => {
        for (const name of names(8, "new")) table.addColumn(name, "f8");
      });
    },
    undo: (table) => {
      table.transaction(() => {
        for (const name of names(8, "new")) table.deleteColumn(name);
      });
    },
  },
  {
    work: "resize 8 columns",
    change: (table) => table.resize(1100),
    undo: (table) => table.resize(1000),
  },
];

/** @param {{ root: string, rounds: number, only?: string, row: Function, numpy: { ask: Function } }} bench */
export async function changes(bench) {
  const { only } = bench;
  const wanted = (work) => only === undefined || only === "changes" || work.includes(only);
  const section = { ...bench, wanted };
  section.row("changes (milliseconds)", "bare", "this", "ratio", "goal", "");
  for (const transaction of TRANSACTIONS) {
    for (const durability of ["full", "process"]) transactions(section, transaction, durability);
  }
  for (const count of [1, 8]) singleRows(section, count);
  appender(section);
  section.row("changes (milliseconds)", "NumPy", "this", "ratio", "goal", "");
  for (const [rows, batches] of [
    [1000, 200],
    [100_000, 10],
  ]) {
    for (const count of [1, 8]) await batchesOf(section, rows, batches, count);
  }
  await smallReads(section);
}

function transactions({ root, rounds, row, wanted }, { work, change, undo }, durability) {
  const name = `${durability}: ${work}`;
  if (!wanted(name)) return;
  const own = join(root, "own");
  const other = join(root, "bare");
  const record = recorder();
  MemmapTable.create(own, { rows: 1000, columns: f8(8), durability }).close();
  const open = () => MemmapTable.open(own, { mode: "r+", durability });
  // The recorded change is the second: from then on it finds what it left itself.
  const before = record.open(open);
  change(before, 0);
  undo?.(before);
  before.close();
  cpSync(own, other, { recursive: true });
  const recorded = record.open(open);
  const steps = bare(
    record.record(() => change(recorded, 1)),
    own,
    other,
  );
  const back = bare(
    record.record(() => undo?.(recorded)),
    own,
    other,
  );
  recorded.close();
  const table = open();
  const times = { own: [], all: [], waited: [] };
  // A disk has its moods; and where none is waited for, code that has just begun to run would be what is measured.
  const [first, turns] = durability === "full" ? [-10, rounds * 5] : [-100, rounds * 30];
  for (let turn = first; turn < turns; turn++) {
    const time = seconds(() => change(table, turn));
    undo?.(table);
    const { all, waited } = steps();
    back();
    if (turn < 0) continue;
    times.own.push(time);
    times.all.push(all);
    times.waited.push(waited);
  }
  table.close();
  for (const path of [own, other]) rmSync(path, { recursive: true });

  const time = median(times.own);
  if (durability === "full") {
    const ratio = median(times.waited) / time;
    row(`${name}, fsync`, ms(median(times.waited)), ms(time), ratio.toFixed(2), "0.5", atLeast(ratio, 0.5));
  }
  const all = median(times.all);
  const goal = durability === "process" ? "< 3 ms" : "";
  const met = durability === "process" ? (time < 0.003 ? "met" : "missed") : "";
  row(`${name}, all calls`, ms(all), ms(time), (all / time).toFixed(2), goal, met);
}

/** Rows appended one by one, each a commit of its own. Turns are short, since other programs have theirs as well. */
function singleRows({ root, rounds, row, wanted }, count) {
  const work = `append single rows, ${count} column${count === 1 ? "" : "s"}`;
  if (!wanted(work)) return;
  const turns = 40;
  const appends = 50;
  const template = join(root, "template");
  const own = join(root, "own");
  const other = join(root, "bare");
  MemmapTable.create(template, { rows: 1000, columns: f8(count), durability: "process" }).close();
  const cells = rowOf(count);
  const fill = (table) => {
    for (let i = 0; i < appends; i++) table.append([cells]);
  };
  const fresh = (path) => {
    rmSync(path, { recursive: true, force: true });
    cpSync(template, path, { recursive: true });
  };
  const open = () => MemmapTable.open(own, { mode: "r+", durability: "process" });
  fresh(own);
  const record = recorder();
  const recorded = record.open(open);
  const calls = Array.from({ length: turns }, () => record.record(() => fill(recorded)));
  recorded.close();
  const steps = calls.map((part) => bare(part, own, other));
  const times = { own: [], bare: [] };
  for (let round = -1; round < rounds; round++) {
    fresh(own);
    fresh(other);
    const table = open();
    for (const step of steps) {
      const time = seconds(() => fill(table));
      const { all } = step();
      if (round < 0) continue;
      times.own.push(time / appends);
      times.bare.push(all / appends);
    }
    table.close();
  }
  for (const path of [template, own, other]) rmSync(path, { recursive: true });
  const ratio = median(times.bare) / median(times.own);
  row(work, us(median(times.bare)), us(median(times.own)), ratio.toFixed(2), "0.5", atLeast(ratio, 0.5));
  // Rows that were there before must not be written again: a hundredth more is what counters grow by in the records.
  const first = written(calls.at(0)) / appends;
  const last = written(calls.at(-1)) / appends;
  const same = last <= first * 1.01 && !calls.flat().some(({ name }) => name === "copy");
  const text = (bytes) => `${Math.round(bytes)} B`;
  row("… bytes written for one: first, last", text(first), text(last), "", "same", same ? "met" : "missed");
}

function written(calls) {
  let bytes = 0;
  for (const { name, args } of calls) if (name === "write") bytes += args[1].length;
  return bytes;
}

/** Rows that an appender gathers, beside rows that are committed one by one. */
function appender({ root, rounds, row, wanted }) {
  const work = "appender of 1,000 rows, a row";
  if (!wanted(work)) return;
  for (const count of [1, 8]) {
    const path = join(root, "own");
    const table = MemmapTable.create(path, { rows: 0, columns: f8(count), durability: "process" });
    const cells = rowOf(count);
    const times = { single: [], gathered: [] };
    for (let round = -1; round < rounds; round++) {
      const single = seconds(() => {
        for (let i = 0; i < 500; i++) table.append([cells]);
      });
      const gathered = seconds(() => {
        const log = table.appender({ rows: 1000 });
        for (let i = 0; i < 100_000; i++) log.append(cells);
        log.close();
      });
      if (round < 0) continue;
      times.single.push(single / 500);
      times.gathered.push(gathered / 100_000);
    }
    table.close();
    rmSync(path, { recursive: true });
    const single = median(times.single);
    const gathered = median(times.gathered);
    const perSecond = `${Math.round(1 / gathered).toLocaleString("en")}/s`;
    row(
      `${work} (${count} col), one by one`,
      us(single),
      us(gathered),
      (single / gathered).toFixed(1),
      "",
      perSecond,
    );
  }
}

/** Rows in batches, beside slices of memmaps that have room for all from the start. */
async function batchesOf({ root, rounds, row, wanted, numpy }, rows, batches, count) {
  const work = `append ${batches} × ${rows.toLocaleString("en")} rows, ${count} column${count === 1 ? "" : "s"}`;
  if (!wanted(work)) return;
  const values = new Float64Array(rows).map((_, i) => i / 3);
  const columns = Object.fromEntries(names(count).map((name) => [name, values]));
  const path = join(root, "own");
  const times = { own: [], numpy: [] };
  for (let round = -1; round < rounds; round++) {
    const theirs = await numpy.ask("batches", join(root, "numpy"), rows, batches, count);
    const table = MemmapTable.create(path, { rows: 0, columns: f8(count), durability: "process" });
    const time = seconds(() => {
      for (let i = 0; i < batches; i++) table.append(columns);
    });
    const last = Number(table.column("c0").at(-1));
    if (last !== theirs.check || table.length !== rows * batches) throw new Error(`${work}: ${last}`);
    table.close();
    rmSync(path, { recursive: true });
    if (round < 0) continue;
    times.own.push(time);
    times.numpy.push(theirs.seconds);
  }
  const ratio = median(times.numpy) / median(times.own);
  row(work, ms(median(times.numpy)), ms(median(times.own)), ratio.toFixed(2), "0.5", atLeast(ratio, 0.5));
}

/** What a call costs that reads few rows: before each, a writable or read-only table looks at the file. */
async function smallReads({ root, rounds, row, wanted, numpy }) {
  const path = join(root, "own");
  const table = MemmapTable.create(path, { rows: 1000, columns: f8(1), durability: "process" });
  const column = table.column("c0");
  const slice = column.slice(100, 110);
  const calls = 10_000;
  const reads = {
    "a slice of 10 rows": [() => column.slice(100, 110), "sliceFew"],
    "… and its sum": [() => column.slice(100, 110).sum(), "sumFew"],
    "sum of a kept slice of 10 rows": [() => slice.sum(), "sumKept"],
    "… and its elements, copied": [() => slice.toArray(), "copyFew"],
    "one element by at": [() => column.at(105), "atFew"],
  };
  for (const [name, [read, theirs]] of Object.entries(reads)) {
    const work = `read ${name}`.replace("read …", "…");
    if (!wanted(`read ${name}`)) continue;
    const times = { own: [], numpy: [] };
    for (let round = -1; round < rounds; round++) {
      const answer = await numpy.ask("few", join(path, "c0.npy"), theirs, calls);
      const time = seconds(() => {
        for (let i = 0; i < calls; i++) read();
      });
      if (round < 0) continue;
      times.own.push(time / calls);
      times.numpy.push(answer.seconds / calls);
    }
    const ratio = median(times.numpy) / median(times.own);
    row(work, us(median(times.numpy)), us(median(times.own)), ratio.toFixed(2), "", "");
  }
  table.close();
  rmSync(path, { recursive: true });
}

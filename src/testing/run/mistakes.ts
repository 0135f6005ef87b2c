/** Operations that must fail, and leave everything as it was. */

import { ownEntry } from "../../dtype/index.js";
import type { AttrInput } from "../../store/index.js";
import type { MemmapTable } from "../../table/memmap-table.js";
import type { ModelColumn } from "../model/column.js";
import { chooseCell, chooseCells, holdsElements } from "./choose.js";
import { refused } from "./refused.js";
import type { RunModel } from "./run-model.js";
import type { StepOf } from "./steps.js";

/** A value that goes into no dtype. */
const MISFIT: never = Symbol("no value of any column") as never;

const BAD_NAMES = ["", "/a", "a/", "a//b", "../a", "a/./b", "a.npy", ".a", "nul", "a\\b", "a\0", "c:x", "a."];

function goodRow(columns: readonly ModelColumn[], at: number): { [name: string]: unknown } {
  const row: { [name: string]: unknown } = {};
  for (const column of columns) ownEntry(row, column.name, chooseCell(column, at));
  return row;
}

/** A row whose last cell fits nowhere. */
function badRow(columns: readonly ModelColumn[], at: number): { [name: string]: unknown } {
  const row = goodRow(columns, at);
  const last = columns.at(-1);
  if (last !== undefined) ownEntry(row, last.name, MISFIT);
  return row;
}

export function makeMistake(table: MemmapTable, model: RunModel, { what, at }: StepOf<"mistake">): void {
  const { columns: order, length: rows } = model;
  const column = model.pick(at);
  const free = "nothing/of/this/name";
  const bad = BAD_NAMES[at % BAD_NAMES.length] ?? "";
  switch (what) {
    case "name":
      refused("NAME", () => table.addColumn(bad, "i4"));
      if (column === undefined) return;
      refused("NAME", () => table.renameColumn(column.name, bad));
      refused("NAME", () => table.copyColumn(column.name, bad));
      refused("NAME", () =>
        table.renameColumn(column.name, `${column.name}/x/y${column.name}`.slice(0, -1) + "."),
      );
      return;
    case "exists":
      if (column === undefined) return;
      refused("EXISTS", () => table.addColumn(column.name, "i4"));
      refused("EXISTS", () => table.copyColumn(order[0]?.name ?? "", column.name));
      return;
    case "dtype":
      refused("DTYPE", () => table.addColumn(free, "O"));
      refused("DTYPE", () => table.addColumn(column?.name ?? free, "i3", { overwrite: true }));
      return;
    case "fill":
      refused("CAST", () => table.addColumn(free, "i4", { fill: MISFIT }));
      refused("CAST", () => table.addColumn(column?.name ?? free, "U3", { fill: MISFIT, overwrite: true }));
      return;
    case "data":
      refused("SHAPE", () => table.addColumn(free, "f8", { data: new Float64Array(rows + 2) }));
      if (rows > 0) refused("CAST", () => table.addColumn(free, "i1", { data: new Array(rows).fill(128) }));
      return;
    case "both":
      refused("SHAPE", () => table.addColumn(free, "f8", { data: [], fill: 1 }));
      return;
    case "unknown":
      refused("NOT_FOUND", () => table.column(free));
      refused("NOT_FOUND", () => table.deleteColumn(free));
      refused("NOT_FOUND", () => table.renameColumn(free, "x"));
      refused("NOT_FOUND", () => table.copyColumn(free, "x"));
      refused("NOT_FOUND", () => table.select([free]));
      return;
    case "renameOver":
      if (column === undefined || order[0] === column) return;
      refused("EXISTS", () => table.renameColumn(order[0]?.name ?? "", column.name));
      return;
    case "cast": {
      if (column === undefined || rows === 0 || !holdsElements(column)) return;
      const cells = chooseCells(column, rows, at).with(rows - 1, MISFIT);
      refused(["CAST", "SHAPE"], () => table.column(column.name).assign(cells));
      refused(["CAST", "SHAPE"], () =>
        table.column(column.name).put([0, 0], [chooseCell(column, at), MISFIT]),
      );
      refused("CAST", () => table.column(column.name).set(0, MISFIT));
      return;
    }
    case "castRow": {
      const last = order.at(-1);
      if (last === undefined || rows === 0 || !holdsElements(last)) return;
      const records = Array.from({ length: rows }, (_, i) => goodRow(order, at + i));
      refused(["CAST", "SHAPE"], () => table.assign(records.with(rows - 1, badRow(order, at))));
      refused(["CAST", "SHAPE"], () => table.put([0], [badRow(order, at)]));
      refused(["CAST", "SHAPE"], () => table.set(0, badRow(order, at)));
      return;
    }
    case "castAppend": {
      const last = order.at(-1);
      if (last === undefined || !holdsElements(last)) return;
      const records = [goodRow(order, at), goodRow(order, at + 1), badRow(order, at)];
      refused(["CAST", "SHAPE"], () => table.append(records));
      refused(["CAST", "SHAPE"], () => table.append(records.values()));
      refused(["CAST", "SHAPE"], () => table.append(endless(records)));
      return;
    }
    case "lacks":
      if (column === undefined) return;
      refused("NOT_FOUND", () => table.append([{}]));
      refused("NOT_FOUND", () => table.append([goodRow(order, at), goodRow(order.slice(1), at)]));
      if (rows > 0) refused("NOT_FOUND", () => table.set(0, goodRow(order.slice(1), at)));
      return;
    case "extra":
      refused("NOT_FOUND", () => table.append([goodRow(order, at), { ...goodRow(order, at), [free]: 1 }]));
      refused("NOT_FOUND", () => table.append(new Map([[free, [1, 2]]])));
      return;
    case "shape":
      if (column === undefined) return;
      refused("SHAPE", () => table.assign(Array.from({ length: rows + 1 }, () => goodRow(order, at))));
      refused("SHAPE", () =>
        table
          .column(column.name)
          .slice(0, 0)
          .assign([chooseCell(column, at), chooseCell(column, at)]),
      );
      return;
    case "index":
      if (column === undefined) return;
      refused("INDEX", () => table.at(rows));
      refused("INDEX", () => table.column(column.name).at(-rows - 1));
      refused("INDEX", () => table.column(column.name).set(rows, chooseCell(column, at) as never));
      refused("INDEX", () => table.take([0, rows]));
      return;
    case "rows":
      for (const count of [-1, 1.5, Number.NaN, 2 ** 53]) refused("SHAPE", () => table.resize(count));
      return;
    case "huge":
      if (!order.some(holdsElements)) return;
      refused(["DISK", "LIMIT"], () => table.resize(2 ** 50));
      return;
    case "attr": {
      const value = { deep: [() => 1] } as unknown as AttrInput;
      refused("CAST", () => {
        table.attr = value;
      });
      refused("CAST", () => table.addColumn(free, "i4", { attr: value }));
      return;
    }
    case "group":
      refused("NOT_FOUND", () => table.setGroupAttr(free, 1));
      refused("NOT_FOUND", () => table.groupAttr(free));
      refused("NAME", () => table.setGroupAttr("../x", 1));
      return;
    case "putIndex":
      if (column === undefined) return;
      refused("INDEX", () => table.column(column.name).put([rows], [chooseCell(column, at)]));
      refused("INDEX", () => table.put([-rows - 1], [goodRow(order, at)]));
      return;
    case "mask":
      if (column === undefined) return;
      refused("SHAPE", () => table.filter(Array.from({ length: rows + 1 }, () => true)));
      refused("SHAPE", () => table.column(column.name).filter(new Uint8Array(rows + 1)));
      return;
    case "nested":
      if (model.inTransaction) refused("UNSUPPORTED", () => table.transaction(() => table.resize(rows + 1)));
      else refused("UNSUPPORTED", () => table.transaction(async () => table.resize(rows + 1)));
      return;
    case "refresh":
      if (model.inTransaction) refused("UNSUPPORTED", () => table.refresh());
      return;
    default:
      what satisfies never;
  }
}

/** Rows one by one, none of which can be asked for twice. */
function* endless<T>(rows: readonly T[]): Generator<T> {
  for (const row of rows) yield row;
}

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ClosedError, type MemmapColumn, MemmapTable, slice } from "../../src/index.js";
import { detach } from "../../src/platform/transfer.js";
import { isPosix } from "../support/platform.js";
import { openBelow, snapshot } from "../support/snapshot.js";
import { temporaryPaths } from "../support/temporary.js";

const fresh = temporaryPaths();
const quick = { durability: "process" } as const;

function create(options: object = quick) {
  const table = MemmapTable.create(fresh(), {
    ...options,
    rows: 3,
    columns: { a: "i4", "g/v": { dtype: "f8", itemShape: [2] } },
  });
  return table.assign({ a: [1, 2, 3], "g/v": [1, 1] });
}

describe("closing", () => {
  it("detaches every typed array, and lets go of descriptors, mappings and the lock", () => {
    const table = create();
    const { values } = table.column("a");
    const part = values.subarray(1);
    const cells = table.column("g/v").slice(1).values;
    expect(openBelow(table.root)).toHaveLength(isPosix ? 3 : 1);
    table.close();
    expect([values.length, part.length, cells.length]).toEqual([0, 0, 0]);
    expect(table.closed).toBe(true);
    expect(openBelow(table.root)).toEqual([]);
    MemmapTable.open(table.root, { ...quick, mode: "r+" }).close();
  });

  it("keeps what was assigned", () => {
    for (const durability of ["full", "process"] as const) {
      const table = create({ durability });
      table.column("a").values[0] = 70;
      table.close();
      using again = MemmapTable.open(table.root);
      expect(again.column("a").at(0)).toBe(70);
    }
  });

  it("twice is once", () => {
    const table = create();
    table.close();
    table.close();
    table[Symbol.dispose]();
    expect(table.closed).toBe(true);
  });

  it("is what `using` does, whatever happens", () => {
    let kept: { readonly closed: boolean } | undefined;
    expect(() => {
      using table = create();
      kept = table;
      throw new RangeError("mine");
    }).toThrow(RangeError);
    expect(kept?.closed).toBe(true);
  });

  it("says so ever after: tables, columns, slices, iterators, in every mode", async () => {
    for (const mode of ["r", "r+"] as const) {
      const path = fresh();
      const made = MemmapTable.create(path, { ...quick, rows: 3 });
      made.addColumn("a", "i4", { data: [1, 2, 3], attr: 1 });
      made.addColumn("g/v", "f8", { itemShape: [2] });
      made.close();
      const table = MemmapTable.open(path, { ...quick, mode });
      const a = table.column("a") as MemmapColumn;
      const untouched = table.column("g/v") as MemmapColumn;
      const part = a.slice(1);
      const rows = table.slice(1);
      const touched = table.slice(0, 2);
      touched.column("a").at(0);
      const chosen = table.select(["a"]);
      const elements = a[Symbol.iterator]();
      elements.next();
      const records = table[Symbol.iterator]();
      records.next();
      const chunks = table.chunks(1);
      chunks.next();
      const pairs = table.columns();
      pairs.next();
      const view = untouched.view(slice(0, 1), 1);
      table.close();
      const uses: Record<string, () => unknown> = {
        length: () => table.length,
        shape: () => table.shape,
        size: () => table.size,
        columnNames: () => table.columnNames,
        dtype: () => table.dtype,
        itemsize: () => table.itemsize,
        nbytes: () => table.nbytes,
        column: () => table.column("a"),
        columns: () => [...table.columns()],
        has: () => table.has("a"),
        at: () => table.at(0),
        iterate: () => [...table],
        slice: () => table.slice(1),
        select: () => table.select(["a"]),
        take: () => table.take([0]),
        filter: () => table.filter([true, false, true]),
        chunks: () => [...table.chunks()],
        toRecords: () => table.toRecords(),
        toColumns: () => table.toColumns(),
        assign: () => table.assign({ a: [1, 2, 3], "g/v": [0, 0] }),
        put: () => table.put([0], [{ a: 1, "g/v": [0, 0] }]),
        set: () => table.set(0, { a: 1, "g/v": [0, 0] }),
        attr: () => table.attr,
        groupAttr: () => table.groupAttr("g"),
        generation: () => table.generation,
        setAttr: () => {
          table.attr = 1;
        },
        setGroupAttr: () => table.setGroupAttr("g", 1),
        addColumn: () => table.addColumn("b", "i4"),
        copyColumn: () => table.copyColumn("a", "b"),
        renameColumn: () => table.renameColumn("a", "b"),
        deleteColumn: () => table.deleteColumn("a"),
        resize: () => table.resize(1),
        append: () => table.append([]),
        transaction: () => table.transaction(() => undefined),
        flush: () => table.flush(),
        refresh: () => table.refresh(),
        "column.length": () => a.length,
        "column.shape": () => untouched.shape,
        "column.values": () => a.values,
        "column.at": () => a.at(0),
        "column.at, untouched": () => untouched.at(0),
        "column.attr": () => a.attr,
        "column.itemShape": () => a.itemShape,
        "column.sum": () => a.sum(),
        "column.iterate": () => [...a],
        "column.toArray": () => untouched.toArray(),
        "column.slice": () => a.slice(1).length,
        "column.bytes": () => a.bytes(0),
        "slice.length": () => part.length,
        "slice.at": () => part.at(0),
        "view.at": () => view.at(0),
        "rows.length": () => rows.length,
        "rows.shape": () => rows.shape,
        "rows.columnNames": () => rows.columnNames,
        "rows.at": () => rows.at(0),
        "rows.column": () => rows.column("a"),
        "rows.column, touched": () => touched.column("a").at(0),
        "rows.iterate": () => [...rows],
        "rows.slice": () => rows.slice(1),
        "selection.length": () => chosen.length,
        "selection.column": () => chosen.column("a"),
        "selection.columnNames": () => chosen.columnNames,
        "elements.next": () => elements.next(),
        "records.next": () => records.next(),
        "chunks.next": () => chunks.next(),
        "pairs.next": () => pairs.next(),
      };
      for (const [what, use] of Object.entries(uses)) {
        expect(use, `${what} in mode ${mode}`).toThrow(ClosedError);
      }
      await expect(table.flushAsync()).rejects.toThrow(ClosedError);
      expect(table.mode).toBe(mode);
      expect(table.root).toBe(path);
    }
  });

  it("leaves copies as they are", () => {
    const table = create();
    const copies = [table.take([2, 0]), table.filter([true, false, true])];
    const records = table.toRecords();
    const array = table.column("a").toArray();
    const taken = table.column("a").take([1]);
    table.close();
    expect(copies.map((copy) => copy.at(0))).toEqual([
      { a: 3, "g/v": Float64Array.of(1, 1) },
      { a: 1, "g/v": Float64Array.of(1, 1) },
    ]);
    expect(records.at(2)).toEqual({ a: 3, "g/v": Float64Array.of(1, 1) });
    expect(array).toEqual(Int32Array.of(1, 2, 3));
    expect([...taken]).toEqual([2]);
  });

  it("prints", () => {
    const table = create();
    const rows = table.slice(1);
    expect(table.toString()).toContain("MemmapTable");
    table.close();
    expect(table.toString()).toBe(`<closed MemmapTable ${table.root}>`);
    expect(rows.toString()).toBe("<closed TableView>");
  });

  it("goes through all columns where the bytes of one were moved elsewhere", () => {
    const table = create();
    const { values } = table.column("a");
    const cells = table.column("g/v").values;
    detach(values.buffer as ArrayBuffer);
    expect(() => table.close()).toThrow(ClosedError);
    expect(table.closed).toBe(true);
    expect(cells.length).toBe(0);
    MemmapTable.open(table.root, { ...quick, mode: "r+" }).close();
  });

  it("of a column whose bytes were moved elsewhere does not harm other changes", () => {
    using table = create();
    detach(table.column("a").values.buffer as ArrayBuffer);
    table.deleteColumn("a");
    expect(table.columnNames).toEqual(["g/v"]);
  });
});

describe("flushing", () => {
  it("waits for the disk, now or later, and changes nothing", async () => {
    using table = create({ durability: "full" });
    table.column("a").values[0] = 5;
    const before = snapshot(table.root);
    table.flush();
    const later = table.flushAsync();
    table.column("a").values[1] = 6;
    await later;
    expect(Object.keys(snapshot(table.root))).toEqual(Object.keys(before));
    expect(readFileSync(join(table.root, "a.npy")).readInt32LE(132)).toBe(6);
    using reader = MemmapTable.open(table.root);
    reader.column("a").at(0);
    reader.flush();
    await reader.flushAsync();
  });

  it("may be overtaken by closing", async () => {
    const table = create({ durability: "full" });
    table.column("a").values[0] = 5;
    const later = table.flushAsync();
    table.close();
    await later;
  });
});

import {
  closeSync,
  ftruncateSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseDType } from "../../src/dtype/index.js";
import { type ArrayView, CorruptError, MemmapTable, openNpy, StaleError, saveNpy } from "../../src/index.js";
import { formatHeader } from "../../src/npy/index.js";
import { nodeFiles, overFiles } from "../../src/platform/files.js";
import { Store } from "../../src/store/store.js";
import { temporaryPaths } from "../support/temporary.js";

const fresh = temporaryPaths();

/** A table of five rows: one column with a header, one without. */
function sample(): string {
  const path = fresh();
  using table = MemmapTable.create(path, { durability: "process", rows: 5 });
  table.addColumn("a", "i4", { data: [1, 2, 3, 4, 5] });
  table.addColumn("r", "i4", { data: [1, 2, 3, 4, 5], layout: "raw" });
  return path;
}

/** Everything that reads many elements at once. */
const BULK: Record<string, (column: ArrayView, table: MemmapTable) => unknown> = {
  sum: (column) => column.sum(),
  toArray: (column) => column.toArray(),
  iteration: (column) => [...column],
  take: (column) => column.take([0, 1]),
  filter: (column) => column.filter([true, false, true, false, true]),
  sort: (column) => column.sort(),
  "a comparison": (column) => column.gt(1),
  "a slice's sum": (column) => column.slice(1, 3).sum(),
  "saving a copy": (column) => saveNpy(fresh("copy"), column),
  "records of the table": (_, table) => table.toRecords(),
  "a filter of the table": (_, table) => table.filter([true, false, true, false, true]),
};

describe.each(["r", "r+"] as const)("other software, while a table is open in mode %s,", (mode) => {
  const open = (path: string) => MemmapTable.open(path, { mode, durability: "process" });

  it.each(Object.entries(BULK))("cuts a file short: noticed by %s", (_, read) => {
    for (const name of ["a", "r"]) {
      const path = sample();
      using table = open(path);
      const column = table.column(name);
      read(column, table);
      const file = join(path, `${name}.npy`);
      truncateSync(file, readFileSync(file).length - 4);
      expect(() => read(column, table)).toThrow(CorruptError);
      expect(() => read(column, table)).toThrow(`${name}.npy: the file has`);
    }
  });

  it.each(Object.entries(BULK))("replaces a file: noticed by %s", (_, read) => {
    const path = sample();
    using table = open(path);
    const column = table.column("a");
    read(column, table);
    saveNpy(join(path, "other"), Int32Array.of(6, 7, 8, 9, 10));
    renameSync(join(path, "other"), join(path, "a.npy"));
    expect(() => read(column, table)).toThrow(StaleError);
    expect(() => read(column, table)).toThrow(/a\.npy: the file was replaced.*refresh\(\)/);
    table.refresh();
    expect([...table.column("a")]).toEqual([6, 7, 8, 9, 10]);
  });

  it("removes a file", () => {
    const path = sample();
    using table = open(path);
    const column = table.column("a");
    column.sum();
    rmSync(join(path, "a.npy"));
    expect(() => column.sum()).toThrow(/a\.npy: the file was removed/);
  });

  it("makes an array longer in place, as NumPy's header says", () => {
    const path = sample();
    using table = open(path);
    const column = table.column("a");
    column.sum();
    const file = join(path, "a.npy");
    const header = formatHeader({ dtype: parseDType("i4"), shape: [6] });
    writeFileSync(file, Buffer.concat([header, readFileSync(file).subarray(header.length), Buffer.alloc(4)]));
    expect(() => column.sum()).toThrow(/a\.npy: its header or sidecar was changed/);
    expect(() => table.refresh()).toThrow(/disagree/);
  });

  it("gives a headerless file another shape in its sidecar", () => {
    const path = sample();
    using table = open(path);
    const column = table.column("r");
    column.sum();
    writeFileSync(join(path, "r.attr"), '{"dtype": "<i4", "shape": [4], "attr": null}');
    const fd = openSync(join(path, "r.npy"), "r+");
    ftruncateSync(fd, 24);
    closeSync(fd);
    expect(() => column.sum()).toThrow(StaleError);
  });

  it("has changed a file before its first use", () => {
    const path = sample();
    using table = open(path);
    const file = join(path, "a.npy");
    const header = formatHeader({ dtype: parseDType("u4"), shape: [5] });
    writeFileSync(file, Buffer.concat([header, readFileSync(file).subarray(header.length)]));
    expect(() => table.column("a").at(0)).toThrow(StaleError);
    truncateSync(join(path, "r.npy"), 19);
    expect(() => table.column("r").at(0)).toThrow(CorruptError);
  });

  it("writes elements, which is nobody's error", () => {
    const path = sample();
    using table = open(path);
    const column = table.column("a");
    column.sum();
    using other = openNpy(join(path, "a.npy"), { mode: "r+" });
    other.set(0, 100);
    expect(column.sum()).toBe(114);
  });
});

describe("an array that other software cuts short", () => {
  it("is corrupt before its zeros are read", () => {
    const path = fresh("array.npy");
    saveNpy(path, Float64Array.of(1, 2, 3));
    using array = openNpy(path);
    expect(array.sum()).toBe(6);
    truncateSync(path, 150);
    expect(() => array.sum()).toThrow(CorruptError);
  });
});

describe("a mapped reader", () => {
  it.each([
    ["grows", (table: MemmapTable) => table.resize(9)],
    ["appends", (table: MemmapTable) => table.append([{ a: 6, r: 6 }])],
    ["replaces the column", (table: MemmapTable) => table.addColumn("a", "f8", { overwrite: true })],
    ["renames the column", (table: MemmapTable) => table.renameColumn("a", "b")],
    ["deletes the column", (table: MemmapTable) => table.deleteColumn("a")],
    ["sets attributes", (table: MemmapTable) => void (table.column("a").attr = { unit: "m" })],
    [
      "does all of it at once",
      (table: MemmapTable) =>
        table.transaction(() => {
          table.renameColumn("a", "b");
          table.resize(8);
          table.deleteColumn("r");
        }),
    ],
  ])("keeps its rows while a writer %s", (_, change) => {
    for (const durability of ["full", "process"] as const) {
      const path = sample();
      using reader = MemmapTable.open(path);
      const columns = [reader.column("a"), reader.column("r")];
      const values = columns.map((column) => column.values as Int32Array);
      using writer = MemmapTable.open(path, { mode: "r+", durability });
      change(writer);
      for (const column of columns) expect([...column]).toEqual([1, 2, 3, 4, 5]);
      for (const array of values) expect([...array]).toEqual([1, 2, 3, 4, 5]);
      reader.refresh();
      expect(reader.generation).toBe(writer.generation);
      expect(reader.columnNames).toEqual(writer.columnNames);
      expect(reader.length).toBe(writer.length);
    }
  });

  it("reads zeros for rows that a writer discards, until it refreshes", () => {
    const path = sample();
    using reader = MemmapTable.open(path);
    const a = reader.column("a");
    a.sum();
    using writer = MemmapTable.open(path, { mode: "r+", durability: "process" });
    writer.resize(2);
    expect([...a]).toEqual([1, 2, 0, 0, 0]);
    reader.refresh();
    expect([...a]).toEqual([1, 2]);
  });

  it("is not misled by a file that has the inode of one that is gone", () => {
    const path = sample();
    // Some file systems do not say when a file was made.
    if (nodeFiles.look(path)?.birthtimeMs === 0) return;
    // As where numbers are given again at once: every file has the same.
    const sameInode = <S extends Stats | undefined>(stat: S): S => {
      if (stat !== undefined) stat.ino = 7;
      return stat;
    };
    const files = overFiles(nodeFiles, {
      look: (name) => sameInode(nodeFiles.look(name)),
      stat: (fd, name) => sameInode(nodeFiles.stat(fd, name)),
    });
    const reader = MemmapTable.over(Store.open(path, { writable: false, files }), "r", "npy");
    expect(reader.column("r").sum()).toBe(15);
    // The clock by which files are born goes by milliseconds.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    using writer = MemmapTable.open(path, { mode: "r+", durability: "process" });
    writer.addColumn("a", "i4", { overwrite: true, fill: 100 });
    expect(() => reader.column("a").sum()).toThrow(StaleError);
    reader.refresh();
    expect(reader.column("a").sum()).toBe(500);
    reader.close();
  });

  it("that has not mapped a column yet is told that the rows are another generation's", () => {
    const path = sample();
    using reader = MemmapTable.open(path);
    using writer = MemmapTable.open(path, { mode: "r+", durability: "process" });
    writer.resize(2);
    expect(() => reader.column("a").sum()).toThrow(StaleError);
    reader.refresh();
    expect(reader.column("a").sum()).toBe(3);
  });
});

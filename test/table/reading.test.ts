import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  CorruptError,
  FormatError,
  MemmapTable,
  NotFoundError,
  ReadOnlyError,
  ShapeError,
  StaleError,
  saveNpy,
} from "../../src/index.js";
import { openBelow, refuses, snapshot } from "../support/snapshot.js";
import { temporaryPaths } from "../support/temporary.js";

const fresh = temporaryPaths();
const quick = { durability: "process" } as const;
const both = { a: "i4", "g/v": { dtype: "f8", itemShape: [2] } } as const;

/** A closed table of 3 rows. */
function sample(): string {
  const path = fresh();
  using table = MemmapTable.create(path, { ...quick, rows: 3, columns: both, attr: 1 });
  table.assign({ a: [1, 2, 3], "g/v": [1, 2] });
  return path;
}

const writer = (path: string) => MemmapTable.open(path, { ...quick, mode: "r+", columns: both });

/** Replaces a file by another of the same name, as most software saves. */
function replace(path: string, array: Int32Array): void {
  saveNpy(`${path}.new`, array);
  renameSync(`${path}.new`, path);
}

describe("a table in mode r", () => {
  it("refuses every write", () => {
    const path = sample();
    using table = MemmapTable.open(path, { columns: both });
    const a = table.column("a");
    const rows = table.slice(1);
    a.at(0);
    for (const write of [
      () => table.set(0, { a: 1, "g/v": [1, 2] }),
      () => table.assign({ a: 1, "g/v": [1, 2] }),
      () => table.put([0], [{ a: 1, "g/v": [1, 2] }]),
      () => rows.set(0, { a: 1, "g/v": [1, 2] }),
      () => rows.assign(rows),
      () => table.select(["a"]).assign({ a: [1, 2, 3] }),
      () => a.set(0, 1),
      () => a.assign([1, 2, 3]),
      () => a.fill(1),
      () => a.put([0], [1]),
      () => a.slice(1).set(0, 1),
      () => a.view(0).assign(5),
      () => table.addColumn("b", "i4"),
      () => table.copyColumn("a", "b"),
      () => table.renameColumn("a", "b"),
      () => table.deleteColumn("a"),
      () => table.resize(5),
      () => table.append([]),
      () => table.transaction(() => undefined),
      () => {
        table.attr = 2;
      },
      () => {
        a.attr = 2;
      },
      () => table.setGroupAttr("g", 2),
    ]) {
      refuses(path, ReadOnlyError, /mode "r\+"/, write);
    }
    expect(a.readonly).toBe(true);
    expect(table.at(0)).toEqual({ a: 1, "g/v": Float64Array.of(1, 2) });
  });

  it("keeps stores into its typed arrays to itself", () => {
    const path = sample();
    const before = snapshot(path);
    {
      using table = MemmapTable.open(path, { columns: both });
      const values = table.column("a").values as Int32Array;
      values.fill(99);
      expect(table.column("a").at(0)).toBe(99);
      table.flush();
      using other = MemmapTable.open(path);
      expect(other.column("a").at(0)).toBe(1);
    }
    expect(snapshot(path)).toEqual(before);
  });

  it("needs no lock, and leaves no trace", () => {
    const path = sample();
    using _writer = writer(path);
    const open = openBelow(path);
    using table = MemmapTable.open(path);
    using other = MemmapTable.open(path);
    expect([...other.column("a"), ...table.column("a")]).toEqual([1, 2, 3, 1, 2, 3]);
    expect(openBelow(path)).toEqual(open);
  });

  it("opens what may only be read", () => {
    const path = sample();
    for (const name of ["a.npy", "g/v.npy", ".attr", ".memmap/last"]) chmodSync(join(path, name), 0o444);
    for (const name of ["g", ".memmap", ""]) chmodSync(join(path, name), 0o555);
    using table = MemmapTable.open(path);
    expect(table.at(2)).toEqual({ a: 3, "g/v": Float64Array.of(1, 2) });
    for (const name of ["", "g", ".memmap"]) chmodSync(join(path, name), 0o755);
  });

  it("sees what a writer assigns", () => {
    const path = sample();
    using write = writer(path);
    using table = MemmapTable.open(path);
    expect(table.column("a").at(0)).toBe(1);
    write.column("a").set(1, 20);
    expect(MemmapTable.open(path).column("a").at(1)).toBe(20);
  });
});

describe("refresh", () => {
  it("takes up rows that another handle added, in columns and slices that are in use", () => {
    const path = sample();
    using table = MemmapTable.open(path, { columns: both });
    const a = table.column("a");
    const slice = a.slice(1);
    const { values } = a;
    expect([...slice]).toEqual([2, 3]);
    {
      using write = writer(path);
      write.append([{ a: 4, "g/v": [3, 4] }]);
      write.resize(6);
      write.column("a").set(5, 60);
    }
    expect(table.length).toBe(3);
    table.refresh();
    expect(table.length).toBe(6);
    expect(table.generation).toBe(3);
    expect(table.column("a")).toBe(a);
    expect([...a]).toEqual([1, 2, 3, 4, 0, 60]);
    expect([...slice]).toEqual([2, 3]);
    expect(values.length).toBe(3);
  });

  it("takes up columns that were added, deleted, renamed and replaced, and attributes", () => {
    const path = sample();
    using table = MemmapTable.open(path) as MemmapTable;
    const a = table.column("a");
    const v = table.column("g/v");
    const { values } = v;
    {
      using write = MemmapTable.open(path, { ...quick, mode: "r+" }) as unknown as MemmapTable<
        Record<string, string>,
        "r+"
      >;
      write.addColumn("new", "u1", { fill: 7 });
      write.deleteColumn("g/v");
      write.addColumn("a", "i4", { data: [7, 8, 9], overwrite: true });
      write.renameColumn("a", "b");
      write.addColumn("a", "U1", { fill: "x", attr: "other" });
      write.attr = 2;
    }
    table.refresh();
    expect(table.columnNames).toEqual(["b", "new", "a"]);
    expect(table.at(0)).toEqual({ b: 7, new: 7, a: "x" });
    expect(table.attr).toBe(2);
    expect(table.column("a").attr).toBe("other");
    // What has the name now is of another kind.
    expect(() => a.at(0)).toThrow(NotFoundError);
    expect(() => v.at(0)).toThrow(NotFoundError);
    expect(values.length).toBe(0);
  });

  it("goes on with a column whose file was replaced by one of its kind", () => {
    const path = sample();
    using table = MemmapTable.open(path, { columns: both });
    const a = table.column("a");
    const { values } = a;
    expect(a.at(0)).toBe(1);
    replace(join(path, "a.npy"), Int32Array.of(10, 20, 30));
    expect(a.at(0)).toBe(1);
    table.refresh();
    expect([...a]).toEqual([10, 20, 30]);
    expect(values.length).toBe(0);
  });

  it("is for writers, too, and takes up what came without the lock", () => {
    const path = sample();
    using table = writer(path);
    saveNpy(join(path, "c.npy"), Int32Array.of(7, 8, 9));
    expect(table.columnNames).toEqual(["a", "g/v"]);
    table.refresh();
    expect(table.columnNames).toEqual(["a", "g/v", "c"]);
    table.append([{ a: 1, "g/v": [1, 2], c: 10 } as never]);
    expect(table.length).toBe(4);
  });

  it("of what is malformed by now changes nothing", () => {
    const path = sample();
    using table = MemmapTable.open(path, { columns: both });
    const a = table.column("a");
    a.at(0);
    replace(join(path, "a.npy"), Int32Array.of(1));
    refuses(path, ShapeError, /disagree/, () => table.refresh());
    writeFileSync(join(path, "a.attr"), "{");
    refuses(path, FormatError, /a\.attr/, () => table.refresh());
    expect(a.at(0)).toBe(1);
    rmSync(path, { recursive: true });
    expect(() => table.refresh()).toThrow(NotFoundError);
    expect([...a]).toEqual([1, 2, 3]);
  });

  it("where nothing changed keeps typed arrays", () => {
    const path = sample();
    using table = MemmapTable.open(path, { columns: both });
    const { values } = table.column("a");
    table.refresh();
    expect(table.column("a").values).toBe(values);
    expect(values.length).toBe(3);
  });
});

describe("files that change under an open table", () => {
  it("are stale where another file has the name", () => {
    for (const mode of ["r", "r+"] as const) {
      const path = sample();
      using table = MemmapTable.open(path, { ...quick, mode });
      replace(join(path, "a.npy"), Int32Array.of(10, 20, 30));
      const error = refuses(path, StaleError, /replaced.*refresh\(\)/, () => table.column("a").at(0));
      expect(error).toMatchObject({ path: join(path, "a.npy") });
      table.refresh();
      expect(table.column("a").at(0)).toBe(10);
    }
  });

  it("are corrupt where they became shorter", () => {
    const path = sample();
    using table = MemmapTable.open(path);
    truncateSync(join(path, "a.npy"), 130);
    refuses(path, CorruptError, /130 bytes.*140/, () => table.column("a").at(0));
    refuses(path, CorruptError, /a\.npy.*cut short/, () => table.refresh());
    expect(() => MemmapTable.open(path)).toThrow(CorruptError);
  });

  it("are stale where they were removed", () => {
    const path = sample();
    using table = MemmapTable.open(path);
    rmSync(join(path, "a.npy"));
    refuses(path, StaleError, /a\.npy.*deleted or renamed.*refresh/, () => table.column("a").at(0));
    expect(table.column("g/v").at(0)).toEqual(Float64Array.of(1, 2));
    table.refresh();
    expect(table.columnNames).toEqual(["g/v"]);
  });

  it("cannot be renamed, grown or copied by a writer that has not seen them", () => {
    const path = sample();
    using table = writer(path);
    rmSync(join(path, "a.npy"));
    for (const change of [
      () => table.renameColumn("a", "b"),
      () => table.copyColumn("a", "b"),
      () => table.resize(10),
    ]) {
      refuses(path, NotFoundError, /a\.npy/, change);
    }
    expect(table.columnNames).toEqual(["a", "g/v"]);
    table.refresh();
    table.resize(10);
    expect(table.length).toBe(10);
  });

  it("are neither grown nor copied nor renamed where another file has the name", () => {
    const path = sample();
    using table = writer(path);
    replace(join(path, "a.npy"), Int32Array.of(10, 20, 30));
    for (const change of [
      () => table.renameColumn("a", "b"),
      () => table.copyColumn("a", "b"),
      () => table.append([{ a: 1, "g/v": [1, 2] }]),
      () => table.resize(10),
      () => table.resize(1),
    ]) {
      refuses(path, StaleError, /refresh\(\)/, change);
    }
    expect(table.length).toBe(3);
    table.refresh();
    table.resize(4);
    expect([...table.column("a")]).toEqual([10, 20, 30, 0]);
  });
});

describe("a table that was copied", () => {
  it("is a table of its own", () => {
    const path = sample();
    const copy = fresh();
    mkdirSync(join(copy, "g"), { recursive: true });
    mkdirSync(join(copy, ".memmap"));
    for (const name of ["a.npy", ".attr", "g/v.npy", ".memmap/last"])
      copyFileSync(join(path, name), join(copy, name));
    using one = writer(path);
    using other = writer(copy);
    one.column("a").set(0, 50);
    expect(other.column("a").at(0)).toBe(1);
    expect(other.generation).toBe(1);
    expect(readFileSync(join(copy, ".memmap", "lock"), "utf8")).toContain(`${process.pid}`);
    expect(statSync(join(copy, ".memmap", "lock")).size).toBeGreaterThan(0);
  });
});

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ClosedError, isMemmapError, LockedError, MemmapFile, StaleError, saveNpy } from "../../src/index.js";
import { check, isNotice } from "../../src/store/index.js";
import { nested } from "../array/support.js";
import { openBelow, thrown } from "../support/snapshot.js";
import { temporaryPaths } from "../support/temporary.js";
import { contents, openQuick, stored, values } from "./support.js";

const fresh = temporaryPaths();

function sample() {
  const file = openQuick(fresh());
  file.setArray("/g/x", [1, 2], { attrs: { unit: "m" } });
  file.setArray("/g/y", [3, 4]);
  return file;
}

describe("a reader beside the writer", () => {
  it("has what was there when it opened, until it refreshes", () => {
    using file = sample();
    using reader = MemmapFile.open(file.root);
    const before = contents(reader);
    const group = reader.getGroup("g");
    const table = group.table();
    file.setArray("/g/z", [5, 6]);
    file.setNodeAttr("/g/x", "unit", "ft");
    file.renameNode("/g/y", "/g/w");
    file.deleteNode("/g/w");
    expect(contents(reader)).toEqual(before);
    expect(table.columnNames).toEqual(["x", "y"]);
    reader.refresh();
    expect(contents(reader)).toEqual(contents(file));
    expect([...group.keys()]).toEqual(["x", "z"]);
    expect(table.columnNames).toEqual(["x", "z"]);
    expect(reader.generation).toBe(file.generation);
  });

  it("is told that an array is another one now, where it had not opened it", () => {
    using file = sample();
    using reader = MemmapFile.open(file.root);
    file.setArray("/g/x", [7, 8]);
    file.deleteNode("/g/y");
    expect(() => values(reader, "/g/x")).toThrow(StaleError);
    expect(() => values(reader, "/g/y")).toThrow(StaleError);
    expect(reader.getArray("/g/x").shape).toEqual([2]);
    reader.refresh();
    expect(values(reader, "/g/x")).toEqual([7, 8]);
    expect(reader.has("/g/y")).toBe(false);
  });

  it("sees assignments at once, and keeps typed arrays through changes of structure", () => {
    using file = sample();
    using reader = MemmapFile.open(file.root);
    const typed = reader.getArray<"i4">("/g/x").values;
    file.getArray("/g/x").set(0, 9 as never);
    expect(typed[0]).toBe(9);
    file.renameNode("/g/x", "/x");
    file.setArray("/x", [0]);
    expect([...typed]).toEqual([9, 2]);
  });

  it("need not be told what it cannot see: two of them differ until both refresh", () => {
    using file = sample();
    using one = MemmapFile.open(file.root);
    file.setGroup("/h");
    using two = MemmapFile.open(file.root);
    expect([one.has("/h"), two.has("/h")]).toEqual([false, true]);
    one.refresh();
    expect(one.has("/h")).toBe(true);
  });
});

describe("writers", () => {
  it("are one at a time", () => {
    using file = sample();
    for (const mode of ["r+", "a", "w+"] as const) {
      const error = thrown(() => openQuick(file.root, { mode }));
      expect(isMemmapError(error, "LOCKED")).toBe(true);
      expect(error).toMatchObject({ holder: { pid: process.pid } });
    }
    const { root } = file;
    file.close();
    using next = openQuick(root, { mode: "r+" });
    expect(Object.keys(stored(next))).toEqual(["/", "/g", "/g/x", "/g/y"]);
  });

  it("of two files are two", () => {
    using one = sample();
    using two = sample();
    two.setArray("/copy", one.getArray("/g/x"));
    one.setArray("/g/x", two.getArray("/g/y"));
    expect(values(two, "/copy")).toEqual([1, 2]);
    expect(values(one, "/g/x")).toEqual([3, 4]);
  });

  it("take up what other software did to the files", () => {
    using file = sample();
    const held = file.getArray("/g/y");
    expect(held.at(0)).toBe(3);
    saveNpy(join(file.root, "g", "z.npy"), Float64Array.of(1.5));
    writeFileSync(join(file.root, "g", "z.attr"), '{"attr": {"by": "hand"}}');
    expect(file.has("/g/z")).toBe(false);
    file.refresh();
    expect(nested(held)).toEqual([3, 4]);
    expect(stored(file)["/g/z"]).toEqual({ dtype: "<f8", shape: [1], values: [1.5], attr: { by: "hand" } });
  });
});

describe("a file that is closed", () => {
  it("refuses everything but being closed again", async () => {
    const file = sample();
    const group = file.getGroup("g");
    const array = file.getArray<"i4">("/g/x");
    const attrs = file.attrs("/g");
    const typed = array.values;
    const walk = file.walk();
    const { root } = file;
    file.close();
    file.close();
    await file.closeAsync();
    expect([file.closed, file.root, file.mode, file.layout, file.path]).toEqual([
      true,
      root,
      "a",
      "npy",
      "/",
    ]);
    expect(typed).toHaveLength(0);
    for (const act of [
      () => file.has("/g"),
      () => file.setGroup("/h"),
      () => file.getGroup("/g"),
      () => file.setArray("/z", 1),
      () => file.createArray("/z", "f8", []),
      () => file.getArray("/g/x"),
      () => file.deleteNode("/g/x"),
      () => file.renameNode("/g/x", "/x"),
      () => file.copyNode("/g/x", "/x"),
      () => file.attr,
      () => file.attrs(),
      () => attrs.get("a"),
      () => attrs.set("a", 1),
      () => file.setNodeAttr("/g", "a", 1),
      () => file.getNodeAttr("/g", "a", 1),
      () => group.keys(),
      () => [...group],
      () => group.table(),
      () => file.walk(),
      () => file.transaction(() => 1),
      () => file.flush(),
      () => file.refresh(),
      () => file.generation,
      () => file.frames,
      () => file.hasGroups(),
      () => file.fromDataFrame({ a: [1] }),
      () => file.registerArray("a", "a"),
      () => array.at(0),
      () => array.values,
    ]) {
      expect(act).toThrow(ClosedError);
    }
    await expect(file.commit()).rejects.toThrow(ClosedError);
    expect([...walk].length).toBeGreaterThan(0);
    expect(openBelow(root)).toEqual([]);
  });

  it("leaves nothing open, however it came to be closed", async () => {
    const writer = sample();
    const { root } = writer;
    writer.close();
    const file = MemmapFile.open(root);
    for (const name of ["/g/x", "/g/y"]) values(file, name);
    file.close();
    {
      await using again = MemmapFile.open(root);
      expect(again.getArray("/g/x").at(0)).toBe(1);
    }
    expect(openBelow(root)).toEqual([]);
  });
});

describe("settings", () => {
  it("durability full: what is committed was synced", () => {
    using file = MemmapFile.open(fresh(), { mode: "w+" });
    file.setArray("/g/x", [1]);
    file.setNodeAttr("/g/x", "a", 1);
    file.flush();
    expect(JSON.parse(readFileSync(join(file.root, ".memmap", "last"), "utf8"))).toMatchObject({
      durability: "full",
      rows: null,
      order: ["g/x"],
    });
    stored(file);
  });

  it("locking lease keeps other leases out", () => {
    using file = MemmapFile.open(fresh(), { mode: "w+", locking: "lease", durability: "process" });
    file.setArray("/g/x", [1, 2]);
    file
      .getGroup("g")
      .table()
      .append([{ x: 3 }]);
    expect(() => MemmapFile.open(file.root, { mode: "r+", locking: "lease" })).toThrow(LockedError);
    expect(stored(file)["/g/x"]).toMatchObject({ values: [1, 2, 3] });
  });

  it("locking none keeps nobody out", () => {
    using file = openQuick(fresh(), { locking: "none" });
    file.setArray("/g/x", [1, 2]);
    stored(file);
  });

  it("layout raw writes files without headers, of every shape", () => {
    using file = openQuick(fresh(), { layout: "raw" });
    expect(file.layout).toBe("raw");
    file.setArray("/g/x", Int16Array.of(1, 2, 3, 4, 5, 6), { shape: [2, 3], attrs: { unit: "m" } });
    file.setArray("/g/scalar", 1.5);
    file.setArray("/g/empty", [], { shape: [2, 0] });
    file.setArray("/g/records", [{ a: 1 }], { dtype: [["a", ">i4"]] });
    file.createArray("/g/zeros", "U2", [1]);
    const x = join(file.root, "g", "x");
    expect(readFileSync(`${x}.npy`)).toEqual(Buffer.from(Int16Array.of(1, 2, 3, 4, 5, 6).buffer));
    expect(JSON.parse(readFileSync(`${x}.attr`, "utf8"))).toEqual({
      dtype: "<i2",
      shape: [2, 3],
      attr: { unit: "m" },
    });
    expect(stored(file)).toEqual({
      "/": { group: null },
      "/g": { group: null },
      "/g/empty": { dtype: "<f8", shape: [2, 0], values: [[], []], attr: null },
      "/g/records": { dtype: '[["a",">i4"]]', shape: [1], values: [{ a: 1 }], attr: null },
      "/g/scalar": { dtype: "<f8", shape: [], values: 1.5, attr: null },
      "/g/x": {
        dtype: "<i2",
        shape: [2, 3],
        values: [
          [1, 2, 3],
          [4, 5, 6],
        ],
        attr: { unit: "m" },
      },
      "/g/zeros": { dtype: "<U2", shape: [1], values: [""], attr: null },
    });
    file.renameNode("/g", "/h");
    file.copyNode("/h/scalar", "/scalar");
    file
      .fromDataFrame({ k: ["a", "b"], v: [1, 2] }, { groupBy: "k", name: "f" })
      .registerDataFrame("d", ["v"]);
    file.close();
    using reader = MemmapFile.open(file.root);
    expect([values(reader, "/h/scalar"), values(reader, "/scalar")]).toEqual([1.5, 1.5]);
    expect(values(reader, "/f/b/d/v")).toEqual([2]);
    expect(readFileSync(join(reader.root, "f", "a", "d", "v.npy"))).toHaveLength(4);
    expect(check(reader.root).filter((one) => !isNotice(one))).toEqual([]);
  });

  it("a writer that leaves nothing behind leaves no directories of its own", () => {
    const root = fresh();
    expect(() => MemmapFile.open(root, { mode: "w+", locking: "nothing" as never })).toThrow();
    expect(existsSync(root)).toBe(false);
  });
});

import { describe, expect, it } from "vitest";
import { CastError, ClosedError, MemmapFile, UnsupportedError } from "../../src/index.js";
import { nested } from "../array/support.js";
import { snapshot } from "../support/snapshot.js";
import { temporaryPaths } from "../support/temporary.js";
import { contents, openQuick, stored, values } from "./support.js";

const fresh = temporaryPaths();

function sample() {
  const file = openQuick(fresh());
  file.setArray("/g/x", [1, 2], { attrs: { unit: "m" } });
  file.setArray("/g/y", [3, 4]);
  file.setGroup("/h");
  return file;
}

/** Every kind of change. */
function changeAll(file: MemmapFile<"r+">): void {
  file.setArray("/g/x", ["replaced"]);
  file.setArray("/n/e/w", 5);
  file.createArray("/zeros", "f4", [2]).set(0, 1.5);
  file.setGroup("/h/i");
  file.setNodeAttr("/h", "a", 1);
  file.attrs("/g/x").set("unit", "ft");
  file.attr = "root";
  file.renameNode("/g/y", "/y");
  file.copyNode("/y", "/h/y");
  file.getGroup("g").table().addColumn("z", "i4", { fill: 7 });
  file.renameNode("/g", "/gg");
  file.deleteNode("/n/e", { recursive: true });
}

describe("a transaction", () => {
  it("makes all changes as one, and returns what its function does", () => {
    using file = sample();
    const { generation } = file;
    using reader = MemmapFile.open(file.root);
    const before = contents(reader);
    const result = file.transaction((same) => {
      expect(same).toBe(file);
      changeAll(same);
      expect(contents(reader)).toEqual(before);
      return 42;
    });
    expect(result).toBe(42);
    expect(file.generation).toBe(generation + 1);
    expect(stored(file)).toEqual({
      "/": { group: "root" },
      "/gg": { group: null },
      "/gg/x": { dtype: "<U8", shape: [1], values: ["replaced"], attr: { unit: "ft" } },
      "/gg/z": { dtype: "<i4", shape: [1], values: [7], attr: null },
      "/h": { group: { a: 1 } },
      "/h/i": { group: null },
      "/h/y": { dtype: "<i4", shape: [2], values: [3, 4], attr: null },
      "/n": { group: null },
      "/y": { dtype: "<i4", shape: [2], values: [3, 4], attr: null },
      "/zeros": { dtype: "<f4", shape: [2], values: [1.5, 0], attr: null },
    });
    reader.refresh();
    expect(contents(reader)).toEqual(contents(file));
  });

  it("comes to nothing where its function throws: nodes, attributes and views are as before", () => {
    using file = sample();
    const before = stored(file);
    const files = snapshot(file.root);
    const held = file.getArray<"i4">("/g/y");
    const typed = held.values;
    expect(() =>
      file.transaction(() => {
        changeAll(file);
        expect(file.has("/gg/x")).toBe(true);
        throw new RangeError("mine");
      }),
    ).toThrow(new RangeError("mine"));
    expect(stored(file)).toEqual(before);
    expect(snapshot(file.root)).toEqual(files);
    expect(typed[0]).toBe(3);
    expect(nested(held)).toEqual([3, 4]);
    expect(file.getArray("/g/y")).toBe(held);
  });

  it("goes on after a change within it that was refused", () => {
    using file = sample();
    file.transaction(() => {
      file.setArray("/a", [1]);
      expect(() => file.setArray("/a", [1, 300], { dtype: "i1" })).toThrow(CastError);
      expect(() => file.setArray("/b", Int16Array.of(1, 300), { dtype: "i1" })).toThrow(CastError);
      expect(() => file.renameNode("/g", "/h")).toThrow(/already/);
      expect(() => file.deleteNode("/g")).toThrow(UnsupportedError);
      file.setArray("/c", [2]);
    });
    expect([...file.keys()]).toEqual(["a", "c", "g", "h"]);
    expect(stored(file)["/a"]).toMatchObject({ values: [1] });
  });

  it("keeps nothing of a change within it that was refused on its way", () => {
    using file = sample();
    file.setArray("/h/x", [5]);
    file.setNodeAttr("/h", "a", 1);
    const before = stored(file);
    file.transaction(() => {
      for (const act of [
        () => file.renameNode("/h", "/G"),
        () => file.copyNode("/h", "/G"),
        () => file.renameNode("/h", "/g/x/h"),
        () => file.copyNode("/h", "/g/x/h"),
        () => file.setArray("/n/e/w", ["a", 1]),
        () => file.setArray("/n/e/w", Int16Array.of(1, 300), { dtype: "i1" }),
        () => file.setGroup("/g/x/y"),
        () =>
          file
            .getGroup("g")
            .table()
            .append([{ x: 1, y: 2 }, { x: "text" }] as never),
        () =>
          file
            .getGroup("g")
            .table()
            .addColumn("z", "i4", { data: [1, 2, 3] }),
        () =>
          file
            .getGroup("g")
            .table()
            .addColumn("z", "i1", { data: [1, 300] }),
      ]) {
        expect(act).toThrow();
      }
      file.setNodeAttr("/", "done", true);
    });
    expect(stored(file)).toEqual({ ...before, "/": { group: { done: true } } });
  });

  it("may make and unmake: what was only there within it was never there", () => {
    using file = sample();
    const before = stored(file);
    const held = file.transaction(() => {
      const array = file.setArray("/tmp/x", [1]);
      file.renameNode("/tmp", "/tmp2");
      file.deleteNode("/tmp2", { recursive: true });
      file.deleteNode("/h");
      file.setGroup("/h");
      return array;
    });
    expect(stored(file)).toEqual(before);
    expect(() => held.at(0)).toThrow(/deleted/);
  });

  it("of nothing is none", () => {
    using file = sample();
    const { generation } = file;
    expect(file.transaction(() => values(file, "/g/x"))).toEqual([1, 2]);
    expect(file.generation).toBe(generation);
  });

  it("is synchronous, and one at a time", () => {
    using file = sample();
    const before = stored(file);
    expect(() =>
      file.transaction(async () => {
        file.setGroup("/q");
      }),
    ).toThrow(UnsupportedError);
    expect(() => file.transaction(() => file.transaction(() => 1))).toThrow(/under way already/);
    expect(() =>
      file.transaction(() =>
        file
          .getGroup("g")
          .table()
          .transaction(() => 1),
      ),
    ).toThrow(UnsupportedError);
    expect(() => file.transaction(() => file.refresh())).toThrow(UnsupportedError);
    expect(stored(file)).toEqual(before);
  });

  it("that closes the file comes to nothing", () => {
    const file = sample();
    const files = snapshot(file.root);
    expect(() =>
      file.transaction(() => {
        file.setArray("/a", [1]);
        file.close();
      }),
    ).toThrow(ClosedError);
    expect(file.closed).toBe(true);
    expect(snapshot(file.root)).toEqual(files);
  });
});

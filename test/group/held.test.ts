import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  ClosedError,
  ExistsError,
  MemmapFile,
  MemmapTable,
  NameError,
  NotFoundError,
  ShapeError,
  saveNpy,
} from "../../src/index.js";
import { snapshot } from "../support/snapshot.js";
import { temporaryPaths } from "../support/temporary.js";
import { contents, openQuick, quick } from "./support.js";

const fresh = temporaryPaths();

describe("what fails within a transaction that goes on", () => {
  it.each(["renameNode", "copyNode"] as const)("leaves nothing of itself: %s", (move) => {
    using file = openQuick(fresh());
    file.setNodeAttr(file.setGroup("/g").path, "k", 1);
    file.setArray("/g/a", [1]);
    file.setArray("/g/deep/b", [2]);
    file.setArray("/h/a", [1]);
    const before = contents(file);
    file.transaction(() => {
      expect(() => file[move]("/g", "/H")).toThrow(NameError);
    });
    expect(contents(file)).toEqual(before);
    file[move]("/g", "/other");
    expect(file.getNodeAttr("/other", "k")).toBe(1);
  });

  it("leaves views what they were", () => {
    using file = openQuick(fresh());
    const view = file.setArray("/g/a", [1, 2]);
    file.setArray("/h/a", [1]);
    file.transaction(() => {
      expect(() => file.renameNode("/g", "/H")).toThrow(NameError);
      expect(view.name).toBe("g/a");
    });
    expect(view.sum()).toBe(3);
  });
});

describe("names that differ by case alone", () => {
  it("are given to groups and arrays", () => {
    using file = openQuick(fresh());
    file.setArray("/Foo/Bar", [1], { attrs: { unit: "m" } });
    file.renameNode("/Foo", "/foo");
    file.renameNode("/foo/Bar", "/foo/bar");
    expect(Object.keys(contents(file))).toEqual(["/", "/foo", "/foo/bar"]);
    expect(file.getNodeAttr("/foo/bar", "unit")).toBe("m");
  });
});

describe("the table of a group that is renamed or deleted", () => {
  it.each([
    ["renamed", (file: MemmapFile<"r+">) => file.renameNode("/t", "/u")],
    ["deleted", (file: MemmapFile<"r+">) => file.deleteNode("/t", { recursive: true })],
  ])("says so and makes nothing anew: %s", (_, act) => {
    using file = openQuick(fresh());
    file.setArray("/t/x", [1, 2, 3]);
    const table = file.getGroup("/t").table();
    act(file);
    const before = contents(file);
    expect(() => table.length).toThrow(NotFoundError);
    expect(() => table.addColumn("y", "i4")).toThrow(NotFoundError);
    expect(() => table.append([{ x: 1 }])).toThrow(NotFoundError);
    expect(() => {
      table.attr = { a: 1 };
    }).toThrow(NotFoundError);
    expect(String(table)).toMatch(/^<no MemmapTable: .*renamed or deleted/);
    expect(contents(file)).toEqual(before);
  });

  it("prints why it is none", () => {
    using file = openQuick(fresh());
    file.setArray("/t/x", [1, 2, 3]);
    const table = file.getGroup("/t").table();
    file.setArray("/t/y", [1]);
    expect(String(table)).toMatch(/^<no MemmapTable: .*x has 3 rows, t\/y has 1>/);
  });
});

describe("what no file system takes", () => {
  const deep = `/${Array(21).fill("q".repeat(200)).join("/")}`;

  it("is refused before anything is committed: paths that are too long", () => {
    const root = fresh();
    using file = openQuick(root);
    file.setArray("/a", [1]);
    file.setArray("/g/b/c", [1]);
    const { generation } = file;
    const before = snapshot(root);
    const long = `/${Array(18).fill("q".repeat(200)).join("/")}/${"q".repeat(150)}`;
    for (const act of [
      () => file.setGroup(deep),
      () => file.setArray(`${deep}/x`, [1]),
      () => file.renameNode("/a", `${deep}/x`),
      () => file.renameNode("/g", `${long}/${"q".repeat(250)}/${"q".repeat(120)}`),
      () => file.copyNode("/a", `${deep}/x`),
      () =>
        file
          .getGroup("/g")
          .table()
          .addColumn(`${deep.slice(1)}/x`, "i4"),
    ]) {
      expect(act).toThrow(NameError);
    }
    expect(snapshot(root)).toEqual(before);
    expect(file.generation).toBe(generation);
    using table = MemmapTable.create(fresh(), quick);
    expect(() => table.addColumn(`${deep.slice(1)}/x`, "i4")).toThrow(NameError);
  });
});

describe("lists that hold themselves", () => {
  const cyclic: unknown[] = [];
  cyclic.push(cyclic);

  it("are refused", () => {
    using file = openQuick(fresh());
    file.setArray("/m", [1, 2]);
    expect(() => file.setArray("/c", cyclic, { dtype: "f8" })).toThrow(ShapeError);
    expect(() => file.setArray("/c", cyclic)).toThrow(ShapeError);
    expect(() => file.getArray("/m", cyclic as number[])).toThrow(ShapeError);
  });
});

describe("an array and a group of one name, as other software makes them", () => {
  it("are both listed", () => {
    const root = fresh();
    mkdirSync(join(root, "run"), { recursive: true });
    saveNpy(join(root, "run.npy"), Int32Array.of(1));
    saveNpy(join(root, "run/x.npy"), Int32Array.of(2));
    using file = MemmapFile.open(root);
    expect(Array.from(file.walk(), ({ kind, path }) => `${kind} ${path}`)).toEqual([
      "group /",
      "array /run",
      "group /run",
      "array /run/x",
    ]);
  });
});

describe("frames that wait", () => {
  it("do not replace one that came to be in their place", async () => {
    using file = openQuick(fresh());
    file.fromDataFrame({ v: [1], k: ["a"] }, { name: "first", groupBy: "k" }).registerArray("v", "v");
    await file.commit();
    file.fromDataFrame({ v: [1, 2] }, { name: "second" }).registerArray("w", "v");
    file.renameNode("/first", "/second");
    await expect(file.commit()).rejects.toThrow(ExistsError);
    expect(file.groupNames("second")).toEqual(["a"]);
  });

  it("are found wherever their group was moved to", async () => {
    using file = openQuick(fresh());
    file.fromDataFrame({ v: [1, 2] }, { name: "one" }).registerDataFrame("t", "v");
    await file.commit();
    file.renameNode("/one", "/deep/er");
    expect([...file.frames.keys()]).toEqual(["deep/er"]);
    expect(file.getArray("/deep/er/t").shape).toEqual([2, 1]);
  });

  it("are waited for by closeAsync()", async () => {
    const root = fresh();
    const file = openQuick(root);
    file.fromDataFrame({ v: [1, 2] }).registerArray("v", "v");
    const committed = file.commit();
    await file.closeAsync();
    await committed;
    using again = MemmapFile.open(root);
    expect(again.getArray("/v").toArray()).toEqual(Int32Array.of(1, 2));
  });

  it("give encoders the nulls of their columns", async () => {
    using file = openQuick(fresh());
    const seen: unknown[] = [];
    const source = { k: [2, 1, 3], s: ["b", null, "c"], x: [1.5, null, 2] };
    file.fromDataFrame(source, { orderBy: "k" }).registerArray("a", ["s", "x"], {
      encoder: (columns) => {
        for (const row of columns) seen.push(row);
        return columns.column("x");
      },
    });
    await file.commit();
    expect(seen).toEqual([
      { s: "", "s.null": true, x: Number.NaN },
      { s: "b", "s.null": false, x: 1.5 },
      { s: "c", "s.null": false, x: 2 },
    ]);
    expect(file.getArray("/a").toArray()).toEqual(Float64Array.of(Number.NaN, 1.5, 2));
  });

  it("of memory that is gone say so", async () => {
    using file = openQuick(fresh());
    const values = Float64Array.of(1, 2);
    file.fromDataFrame({ values }).registerArray("v", "values");
    structuredClone(values.buffer, { transfer: [values.buffer] });
    await expect(file.commit()).rejects.toThrow(ClosedError);
    expect(() => file.setArray("/x", values)).toThrow(ClosedError);
  });
});

import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  CastError,
  DTypeError,
  ExistsError,
  LimitError,
  MemmapColumn,
  MemmapTable,
  NotFoundError,
  openNpy,
  ShapeError,
} from "../../src/index.js";
import { refuses } from "../support/snapshot.js";
import { temporaryPaths } from "../support/temporary.js";

const fresh = temporaryPaths();
const quick = { durability: "process" } as const;

const create = (rows: number) => MemmapTable.create(fresh(), { ...quick, rows });

describe("addColumn", () => {
  it("adds zeros, of any dtype and cell, and gives the column", () => {
    using table = create(2);
    const column = table.addColumn("a", "i4", { attr: { unit: "m" } });
    expect(column).toBeInstanceOf(MemmapColumn);
    expect(table.column("a")).toBe(column);
    expect(column.name).toBe("a");
    expect(column.attr).toEqual({ unit: "m" });
    expect(column.itemShape).toEqual([]);
    expect([...column]).toEqual([0, 0]);
    for (const dtype of ["b1", "u8", "f2", "c16", "S3", "U5", "M8[us]", "m8[D]", "V4", ">i4"]) {
      const added = table.addColumn(`of ${dtype.replace(">", "big ")}`, dtype, { itemShape: [2, 3] });
      expect(added.shape).toEqual([2, 2, 3]);
      expect([...added.bytes(1)].every((byte) => byte === 0)).toBe(true);
    }
    const records = table.addColumn("records", [
      ["x", "f8"],
      ["y", "U2"],
    ]);
    expect(records.at(1)).toEqual({ x: 0, y: "" });
    expect(table.addColumn("none", "f8", { itemShape: [0] }).shape).toEqual([2, 0]);
  });

  it("fills it with one value or one cell for all rows", () => {
    using table = create(3);
    expect([...table.addColumn("a", "f8", { fill: 2 })]).toEqual([2, 2, 2]);
    expect([...table.addColumn("b", "U4", { fill: "Vega" })]).toEqual(["Vega", "Vega", "Vega"]);
    expect(table.addColumn("c", "i2", { itemShape: [2], fill: [1, 2] }).values).toEqual(
      Int16Array.of(1, 2, 1, 2, 1, 2),
    );
    expect([...table.addColumn("d", "M8[D]", { fill: null })]).toEqual([null, null, null]);
  });

  it("takes data as lists, typed arrays, arrays and columns", () => {
    using table = create(3);
    const a = table.addColumn("a", "i4", { data: [1, 2, 3] });
    expect([...table.addColumn("b", "i8", { data: a })]).toEqual([1n, 2n, 3n]);
    expect([...table.addColumn("c", "f8", { data: Float32Array.of(0.5, 1, 2) })]).toEqual([0.5, 1, 2]);
    expect([...table.addColumn("d", "i4", { data: a.slice(null, null, -1) })]).toEqual([3, 2, 1]);
    expect(
      table
        .addColumn("e", "u1", {
          itemShape: [2],
          data: [
            [1, 2],
            [3, 4],
            [5, 6],
          ],
        })
        .at(2),
    ).toEqual(Uint8Array.of(5, 6));
  });

  it("can replace a column by what is computed from it", () => {
    using table = create(3);
    const old = table.addColumn("a", "i4", { data: [1, 2, 3], attr: 1 });
    const values = old.values;
    const column = table.addColumn("a", "f8", { data: old, overwrite: true });
    expect([...column]).toEqual([1, 2, 3]);
    expect(column.attr).toBe(null);
    expect(table.columnNames).toEqual(["a"]);
    expect(() => old.at(0)).toThrow(NotFoundError);
    expect(() => old.attr).toThrow(/column "a" was deleted or replaced/);
    expect(() => {
      old.attr = 5;
    }).toThrow(NotFoundError);
    expect(values.length).toBe(0);
    expect(old.toString()).toBe('<deleted column "a">');
  });

  it("makes the groups in its name", () => {
    using table = create(1);
    table.addColumn("g/h/x", "i4");
    table.addColumn("g/y", "i4");
    expect(readdirSync(join(table.root, "g")).sort()).toEqual(["h", "y.npy"]);
  });

  it("puts the data into the file, from which others read them", () => {
    using table = create(3);
    const column = table.addColumn("a", "i4", { data: [1, 2, 3] });
    column.values[1] = 20;
    column.set(2, 30);
    using array = openNpy(join(table.root, "a.npy"));
    expect([...array]).toEqual([1, 20, 30]);
  });

  it("refuses, and leaves everything as it was", () => {
    using table = create(3);
    table.addColumn("a", "i4", { data: [1, 2, 3] });
    const { root, generation } = table;
    const add =
      (dtype: string, options = {}) =>
      () =>
        table.addColumn("g/new", dtype, options);
    refuses(root, ExistsError, /column "a" already; say overwrite/, () => table.addColumn("a", "i4"));
    refuses(root, DTypeError, /i5/, add("i5"));
    refuses(root, DTypeError, /O/, add("O"));
    refuses(root, ShapeError, /item shape/, add("i4", { itemShape: [-1] }));
    refuses(root, ShapeError, /item shape/, add("i4", { itemShape: 3 }));
    refuses(root, ShapeError, /both/, add("i4", { data: [1, 2, 3], fill: 1 }));
    refuses(root, ShapeError, /2/, add("i4", { data: [1, 2] }));
    refuses(root, CastError, /column "g\/new", row 2: .*300/, add("u1", { data: [1, 2, 300] }));
    refuses(root, CastError, /column "g\/new"/, add("u1", { fill: "x" }));
    refuses(root, CastError, /iterator/, add("u1", { data: [1, 2, 3].values() }));
    refuses(root, CastError, /attr/, add("u1", { attr: () => 1 }));
    refuses(root, LimitError, /2\^53/, add("i4", { itemShape: [2 ** 40, 2 ** 40] }));
    refuses(root, LimitError, /too (large|many)/, add("i4", { attr: "\u00e9".repeat(2.8e6) }));
    refuses(root, CastError, /row 1/, () =>
      table.addColumn("a", "u1", { data: [1, -2, 3], overwrite: true }),
    );
    expect([...table.column("a")]).toEqual([1, 2, 3]);
    expect(table.generation).toBe(generation);
    expect(table.columnNames).toEqual(["a"]);
    // The handle is as good as before.
    table.addColumn("g/new", "i4");
    expect(table.columnNames).toEqual(["a", "g/new"]);
  });

  it("refuses where something that is no file has the place", () => {
    using table = create(1);
    writeFileSync(join(table.root, "a.npy"), "mine");
    refuses(table.root, ExistsError, /in the way/, () => table.addColumn("a", "i4"));
  });
});

describe("copyColumn", () => {
  it("copies the data and the attribute, and no more", () => {
    using table = create(3);
    const a = table.addColumn("a", "i4", { data: [1, 2, 3], attr: { unit: "m" } });
    a.values[0] = 10;
    const copy = table.copyColumn("a", "g/b");
    expect([...copy]).toEqual([10, 2, 3]);
    expect(copy.attr).toEqual({ unit: "m" });
    expect(table.columnNames).toEqual(["a", "g/b"]);
    copy.set(0, 99);
    a.set(1, 77);
    expect([...table.column("a")]).toEqual([10, 77, 3]);
    expect([...copy]).toEqual([99, 2, 3]);
    expect(readFileSync(join(table.root, "g", "b.attr"))).toEqual(readFileSync(join(table.root, "a.attr")));
  });

  it("leaves spare capacity behind", () => {
    using table = create(0);
    table.addColumn("a", "f8");
    for (let i = 0; i < 100; i++) table.append([{ a: i }]);
    table.copyColumn("a", "b");
    expect(statSync(join(table.root, "a.npy")).size).toBeGreaterThan(128 + 800);
    expect(statSync(join(table.root, "b.npy")).size).toBe(128 + 800);
    table.append({ a: [1], b: [2] });
    expect(table.at(-1)).toEqual({ a: 1, b: 2 });
  });

  it("replaces only where it is told to", () => {
    using table = create(2);
    table.addColumn("a", "i4", { data: [1, 2] });
    const b = table.addColumn("b", "U1", { attr: 1 });
    refuses(table.root, ExistsError, /"b" already/, () => table.copyColumn("a", "b"));
    refuses(table.root, NotFoundError, /did you mean "a"/, () => table.copyColumn("A", "c"));
    const copy = table.copyColumn("a", "b", { overwrite: true });
    expect([...copy]).toEqual([1, 2]);
    expect(table.column("b")).toBe(copy);
    expect(() => b.at(0)).toThrow(NotFoundError);
    expect(existsSync(join(table.root, "b.attr"))).toBe(false);
  });
});

describe("renameColumn", () => {
  it("is a rename: the same file, the same bytes of the sidecar, the same place in the order", () => {
    using table = create(2);
    table.addColumn("a", "i4", { data: [1, 2], attr: { unit: "m" } });
    table.addColumn("z", "i4");
    writeFileSync(join(table.root, "a.attr"), '{ "attr" : {"unit":"m"}, "more": 1 }');
    const file = statSync(join(table.root, "a.npy"));
    const column = table.column("a");
    const { values } = column;
    const renamed = table.renameColumn("a", "g/b");
    expect(renamed).toBe(column);
    expect(column.name).toBe("g/b");
    expect(table.columnNames).toEqual(["g/b", "z"]);
    expect(statSync(join(table.root, "g", "b.npy"))).toMatchObject({ ino: file.ino, nlink: 1 });
    expect(readFileSync(join(table.root, "g", "b.attr"), "utf8")).toBe(
      '{ "attr" : {"unit":"m"}, "more": 1 }',
    );
    expect(readdirSync(table.root).sort()).toEqual([".memmap", "g", "z.npy"]);
    // Typed arrays and slices go on.
    expect(column.values).toBe(values);
    values[0] = 7;
    expect([...table.column("g/b")]).toEqual([7, 2]);
    expect(column.attr).toEqual({ unit: "m" });
  });

  it("to its own name changes nothing", () => {
    using table = create(1);
    table.addColumn("a", "i4");
    const { generation } = table;
    table.renameColumn("a", "a");
    expect(table.generation).toBe(generation);
  });

  it("moves columns into and out of groups, which vanish when they are empty", () => {
    using table = create(1);
    table.addColumn("x", "i4", { data: [5] });
    table.renameColumn("x", "x/y");
    table.renameColumn("x/y", "x/y/z");
    expect(existsSync(join(table.root, "x", "y", "z.npy"))).toBe(true);
    table.renameColumn("x/y/z", "x");
    expect(readdirSync(table.root).sort()).toEqual([".memmap", "x.npy"]);
    expect(table.at(0)).toEqual({ x: 5 });
  });

  it("refuses what is not there and what is", () => {
    using table = create(1);
    table.addColumn("abc", "i4");
    table.addColumn("b", "i4");
    refuses(table.root, NotFoundError, /no column "abd"; did you mean "abc"/, () =>
      table.renameColumn("abd", "x"),
    );
    refuses(table.root, ExistsError, /"b" already/, () => table.renameColumn("abc", "b"));
    expect(table.columnNames).toEqual(["abc", "b"]);
  });
});

describe("deleteColumn", () => {
  it("takes the file, the sidecar, and groups that are left empty", () => {
    using table = create(2);
    table.addColumn("g/h/x", "i4", { attr: 1 });
    table.addColumn("g/y", "i4");
    const column = table.column("g/h/x");
    const { values } = column;
    table.deleteColumn("g/h/x");
    expect(readdirSync(join(table.root, "g"))).toEqual(["y.npy"]);
    expect(values.length).toBe(0);
    expect(() => column.at(0)).toThrow(NotFoundError);
    expect(() => column.slice(1).at(0)).toThrow(NotFoundError);
    table.deleteColumn("g/y");
    expect(readdirSync(table.root)).toEqual([".memmap"]);
    expect(table.shape).toEqual([2, 0]);
    table.close();
    using again = MemmapTable.open(table.root);
    expect(again.shape).toEqual([2, 0]);
  });

  it("leaves groups that have an attribute, or files of others", () => {
    using table = create(1);
    table.addColumn("g/x", "i4");
    table.addColumn("h/x", "i4");
    table.setGroupAttr("g", "stays");
    writeFileSync(join(table.root, "h", "notes.txt"), "mine");
    table.deleteColumn("g/x");
    table.deleteColumn("h/x");
    expect(readdirSync(table.root).sort()).toEqual([".memmap", "g", "h"]);
    expect(table.groupAttr("g")).toBe("stays");
    expect(() => table.groupAttr("h")).toThrow(NotFoundError);
    table.addColumn("g/x", "i4");
    expect(table.groupAttr("g")).toBe("stays");
  });

  it("refuses what is not there", () => {
    using table = create(1);
    table.addColumn("delay", "i4");
    const error = refuses(table.root, NotFoundError, /"dellay"; did you mean "delay"/, () =>
      table.deleteColumn("dellay"),
    );
    expect(error).toMatchObject({ code: "NOT_FOUND" });
  });

  it("makes room for a column of the same name", () => {
    using table = create(1);
    const old = table.addColumn("a", "i4", { fill: 1 });
    table.deleteColumn("a");
    const column = table.addColumn("a", "U3", { fill: "new" });
    expect(table.at(0)).toEqual({ a: "new" });
    expect(() => old.at(0)).toThrow(NotFoundError);
    expect(column.at(0)).toBe("new");
  });
});

describe("a column", () => {
  it("prints itself, and what became of it", () => {
    using table = create(2);
    const a = table.addColumn("a", "i4", { data: [1, 2] });
    const b = table.addColumn("b", "i4");
    expect(a.toString()).toContain("1");
    table.deleteColumn("b");
    expect(b.toString()).toBe('<deleted column "b">');
    table.close();
    expect(a.toString()).toBe('<closed column "a">');
  });

  it("that nobody has touched maps nothing", () => {
    using table = create(2);
    table.addColumn("a", "i4");
    table.close();
    using again = MemmapTable.open(table.root);
    const column = again.column("a");
    writeFileSync(join(table.root, "a.npy"), "gone");
    expect(column.shape).toEqual([2]);
    expect(column.dtype.str).toBe("<i4");
    expect(column.nbytes).toBe(8);
  });
});

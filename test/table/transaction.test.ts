import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  CastError,
  ClosedError,
  ExistsError,
  IndexError,
  MemmapTable,
  NotFoundError,
  openNpy,
  ReadOnlyError,
  UnsupportedError,
} from "../../src/index.js";
import { isPosix } from "../support/platform.js";
import { openBelow, refuses, snapshot, thrown } from "../support/snapshot.js";
import { temporaryPaths } from "../support/temporary.js";

const fresh = temporaryPaths();
const quick = { durability: "process" } as const;

/** Two columns of three rows at generation 3. */
function create(): MemmapTable {
  const table = MemmapTable.create(fresh(), { ...quick, rows: 3 });
  table.addColumn("a", "i4", { data: [1, 2, 3], attr: "of a" });
  table.addColumn("b", "i4", { data: [4, 5, 6] });
  return table;
}

const columns = (table: MemmapTable) =>
  Object.fromEntries(Array.from(table.columns(), ([name, column]) => [name, [...column]]));

/** What a table shows of itself now, and what it shows when it is opened again. */
function stored(table: MemmapTable) {
  using reader = MemmapTable.open(table.root);
  const of = (each: MemmapTable) => ({
    columns: columns(each),
    rows: each.length,
    attr: each.attr,
    attrs: Array.from(each.columns(), ([, { attr }]) => attr),
    generation: each.generation,
  });
  expect(of(reader)).toEqual(of(table));
  return of(reader);
}

describe("a transaction", () => {
  it("makes several changes as one generation, and returns what its function does", () => {
    using table = create();
    const result = table.transaction((same) => {
      expect(same).toBe(table);
      table.addColumn("c", "f8", { fill: 0.5 });
      table.deleteColumn("b");
      table.renameColumn("a", "first");
      table.copyColumn("first", "copy");
      table.append([{ first: 9, c: 1, copy: 8 }]);
      table.attr = { made: "in one" };
      return 42;
    });
    expect(result).toBe(42);
    expect(stored(table)).toEqual({
      columns: { first: [1, 2, 3, 9], c: [0.5, 0.5, 0.5, 1], copy: [1, 2, 3, 8] },
      rows: 4,
      attr: { made: "in one" },
      attrs: ["of a", null, "of a"],
      generation: 4,
    });
  });

  it("shows its own pending changes, and nobody else's eyes see them", () => {
    using table = create();
    using reader = MemmapTable.open(table.root);
    table.transaction(() => {
      const c = table.addColumn("c", "i4", { fill: 7, attr: 1 });
      table.renameColumn("a", "first");
      table.resize(2);
      table.deleteColumn("b");
      expect(table.columnNames).toEqual(["first", "c"]);
      expect(table.length).toBe(2);
      expect(table.at(-1)).toEqual({ first: 2, c: 7 });
      c.set(0, 8);
      table.column("c").attr = 2;
      expect(c.attr).toBe(2);
      table.setGroupAttr("", "pending");
      expect(table.attr).toBe("pending");
      expect(table.slice(1).toColumns()).toEqual(
        new Map([
          ["first", Int32Array.of(2)],
          ["c", Int32Array.of(7)],
        ]),
      );
      expect(table.generation).toBe(3);
      expect(() => table.column("b")).toThrow(NotFoundError);
      reader.refresh();
      expect(columns(reader)).toEqual({ a: [1, 2, 3], b: [4, 5, 6] });
    });
    expect(stored(table).columns).toEqual({ first: [1, 2], c: [8, 7] });
  });

  it("that throws leaves all as it was, and the table in use", () => {
    using table = create();
    const column = table.column("b");
    const before = { files: snapshot(table.root), open: openBelow(table.root), stored: stored(table) };
    let added: { at(row: number): unknown } | undefined;
    const error = thrown(() =>
      table.transaction(() => {
        added = table.addColumn("g/c", "i4", { fill: 7 });
        table.renameColumn("a", "first");
        table.deleteColumn("b");
        table.addColumn("b", "U3");
        table.copyColumn("first", "copy");
        table.resize(1);
        table.attr = 1;
        table.column("first").attr = 2;
        throw new RangeError("mine");
      }),
    );
    expect(error.message).toBe("mine");
    expect(stored(table)).toEqual(before.stored);
    expect(snapshot(table.root)).toEqual(before.files);
    expect(() => added?.at(0)).toThrow(NotFoundError);
    expect(table.column("a").attr).toBe("of a");
    // Columns that were deleted in it are there again.
    expect([...column]).toEqual([4, 5, 6]);
    expect(table.column("b")).toBe(column);
    table.append([{ a: 1, b: 1 }]);
    expect(table.length).toBe(4);
  });

  it("that grows a table and throws leaves rows and room as they were", () => {
    using table = create();
    const blocks = () => statSync(join(table.root, "a.npy")).blocks;
    const before = blocks();
    expect(() =>
      table.transaction(() => {
        table.resize(1_000_000);
        table.column("a").slice(3).fill(5);
        throw new RangeError("mine");
      }),
    ).toThrow(RangeError);
    expect(stored(table)).toMatchObject({ rows: 3, columns: { a: [1, 2, 3], b: [4, 5, 6] } });
    if (isPosix) expect(blocks()).toBeLessThan(before + 64);
    table.resize(5);
    expect([...table.column("a")]).toEqual([1, 2, 3, 0, 0]);
  });

  it("goes on after a change in it was refused, which changed nothing", () => {
    using table = create();
    table.transaction(() => {
      expect(() => table.addColumn("a", "i4")).toThrow(ExistsError);
      expect(() => table.addColumn("c", "u1", { data: [1, 2, 300] })).toThrow(CastError);
      expect(() => table.addColumn("b", "u1", { data: [1, 2, 300], overwrite: true })).toThrow(CastError);
      expect(() => table.renameColumn("a", "b")).toThrow(ExistsError);
      expect(() => table.append([{ a: 1, b: "x" }])).toThrow(CastError);
      expect(() =>
        table.append(
          (function* () {
            for (let i = 0; i < 20_000; i++) yield { a: 1, b: 1 };
            throw new RangeError("mine");
          })(),
        ),
      ).toThrow(RangeError);
      expect(columns(table)).toEqual({ a: [1, 2, 3], b: [4, 5, 6] });
      table.append([{ a: 7, b: 8 }]);
      table.addColumn("c", "i4");
    });
    expect(stored(table)).toMatchObject({
      columns: { a: [1, 2, 3, 7], b: [4, 5, 6, 8], c: [0, 0, 0, 0] },
      generation: 4,
    });
  });

  it("does not undo assignments to columns that were there before", () => {
    using table = create();
    expect(() =>
      table.transaction(() => {
        table.column("a").set(0, 99);
        throw new RangeError("mine");
      }),
    ).toThrow(RangeError);
    expect(stored(table).columns).toEqual({ a: [99, 2, 3], b: [4, 5, 6] });
  });

  it("detaches typed arrays at its end, and not before", () => {
    using table = create();
    const { values } = table.column("a");
    table.transaction(() => {
      table.deleteColumn("a");
      expect(values.length).toBe(3);
      table.addColumn("b", "f8", { overwrite: true });
      expect([...values]).toEqual([1, 2, 3]);
    });
    expect(values.length).toBe(0);
    const { values: kept } = table.column("b");
    expect(() =>
      table.transaction(() => {
        table.deleteColumn("b");
        throw new RangeError("mine");
      }),
    ).toThrow(RangeError);
    expect(kept.length).toBe(3);
  });

  it("lets rows go and come back as zeros, whatever lay there", () => {
    using table = create();
    using reader = MemmapTable.open(table.root);
    const column = table.column("a");
    const slice = column.slice(1);
    table.transaction(() => {
      table.resize(1);
      expect(() => slice.at(0)).toThrow(IndexError);
      table.resize(3);
      expect([...column]).toEqual([1, 0, 0]);
      // Until the commit, the others' rows are theirs.
      expect([...reader.column("b")]).toEqual([4, 5, 6]);
      table.append([{ a: 5, b: 5 }]);
      expect([...column]).toEqual([1, 0, 0, 5]);
    });
    expect(stored(table).columns).toEqual({ a: [1, 0, 0, 5], b: [4, 0, 0, 5] });
    expect([...slice]).toEqual([0, 0]);
    expect(() =>
      table.transaction(() => {
        table.resize(0);
        table.resize(9);
        throw new RangeError("mine");
      }),
    ).toThrow(RangeError);
    expect(stored(table).columns).toEqual({ a: [1, 0, 0, 5], b: [4, 0, 0, 5] });
  });

  it("shrinks and appends, to as many rows as before and fewer", () => {
    using table = create();
    table.transaction(() => {
      table.resize(2);
      table.append([{ a: 30, b: 60 }]);
    });
    expect(stored(table).columns).toEqual({ a: [1, 2, 30], b: [4, 5, 60] });
    table.transaction(() => {
      table.resize(0);
      table.append([{ a: 7, b: 8 }]);
    });
    expect(stored(table).columns).toEqual({ a: [7], b: [8] });
  });

  it("lets columns change names in a ring", () => {
    using table = create();
    const [a, b] = [table.column("a"), table.column("b")];
    const inodes = () => ["a", "b"].map((name) => statSync(join(table.root, `${name}.npy`)).ino);
    const [of, and] = inodes();
    table.transaction(() => {
      table.renameColumn("a", "t");
      table.renameColumn("b", "a");
      table.renameColumn("t", "b");
    });
    expect(inodes()).toEqual([and, of]);
    expect(stored(table)).toMatchObject({
      columns: { b: [1, 2, 3], a: [4, 5, 6] },
      attrs: ["of a", null],
      generation: 4,
    });
    expect(table.columnNames).toEqual(["b", "a"]);
    expect([a.name, b.name]).toEqual(["b", "a"]);
    expect([...a]).toEqual([1, 2, 3]);
    expect(readdirSync(table.root).sort()).toEqual([".memmap", "a.npy", "b.attr", "b.npy"]);
    a.set(0, 10);
    expect(table.column("b").at(0)).toBe(10);
  });

  it("lets a ring of names and rows change at once", () => {
    using table = create();
    table.transaction(() => {
      table.renameColumn("a", "t");
      table.resize(2);
      table.renameColumn("b", "a");
      table.append([{ t: 7, a: 8 }]);
      table.renameColumn("t", "b");
      table.resize(5);
    });
    expect(stored(table).columns).toEqual({ b: [1, 2, 7, 0, 0], a: [4, 5, 8, 0, 0] });
  });

  it("lets a name be taken by what replaces its column", () => {
    using table = create();
    table.transaction(() => {
      table.renameColumn("a", "old");
      table.addColumn("a", "f8", { data: table.column("old") });
      table.deleteColumn("b");
      table.renameColumn("old", "b");
    });
    expect(stored(table).columns).toEqual({ b: [1, 2, 3], a: [1, 2, 3] });
    table.transaction(() => {
      table.deleteColumn("a");
      table.addColumn("a/x", "i4", { fill: 1 });
      table.renameColumn("b", "a/y");
    });
    expect(stored(table).columns).toEqual({ "a/x": [1, 1, 1], "a/y": [1, 2, 3] });
    table.transaction(() => {
      table.deleteColumn("a/x");
      table.renameColumn("a/y", "a");
    });
    expect(stored(table).columns).toEqual({ a: [1, 2, 3] });
    expect(readdirSync(table.root).sort()).toEqual([".memmap", "a.attr", "a.npy"]);
  });

  it("of changes that cancel each other is none", () => {
    using table = create();
    const before = snapshot(table.root);
    table.transaction(() => {
      table.addColumn("g/c", "i4");
      table.renameColumn("g/c", "d");
      table.deleteColumn("d");
      table.renameColumn("a", "t");
      table.renameColumn("t", "a");
      table.column("a").attr = "of a";
    });
    table.transaction(() => undefined);
    expect(snapshot(table.root)).toEqual(before);
    expect(table.generation).toBe(3);
  });

  it("writes to staged files of new columns, which are complete when they get their names", () => {
    using table = create();
    table.transaction(() => {
      const c = table.addColumn("c", "f8", { itemShape: [2] });
      c.values.fill(1.5);
      c.set([2, 1], 2.5);
      table.addColumn("d", "i4").assign([7, 8, 9]);
      table.resize(4);
      c.set([3, 0], 3.5);
      table.renameColumn("c", "e");
    });
    using array = openNpy(join(table.root, "e.npy"));
    expect(array.shape).toEqual([4, 2]);
    expect([...array.values]).toEqual([1.5, 1.5, 1.5, 1.5, 1.5, 2.5, 3.5, 0]);
    expect([...table.column("d")]).toEqual([7, 8, 9, 0]);
  });

  it("keeps typed arrays over new columns at its end", () => {
    using table = create();
    const values = table.transaction(() => table.addColumn("c", "f8").values);
    values[1] = 5;
    expect(table.column("c").at(1)).toBe(5);
    expect(table.column("c").values).toBe(values);
  });

  it("is not nested, and not asynchronous", async () => {
    using table = create();
    const before = snapshot(table.root);
    refuses(table.root, UnsupportedError, /under way already/, () =>
      table.transaction(() => {
        table.addColumn("c", "i4");
        table.transaction(() => undefined);
      }),
    );
    let promise: Promise<void> | undefined;
    refuses(table.root, UnsupportedError, /synchronous.*promise/, () =>
      table.transaction(() => {
        promise = (async () => {
          table.addColumn("c", "i4");
        })();
        return promise;
      }),
    );
    await promise;
    expect(snapshot(table.root)).toEqual(before);
    expect(table.columnNames).toEqual(["a", "b"]);
  });

  it("is not refreshed", () => {
    using table = create();
    expect(() => table.transaction(() => table.refresh())).toThrow(UnsupportedError);
  });

  it("in which the table is closed comes to nothing", () => {
    const table = create();
    const before = snapshot(table.root);
    const { values } = table.column("a");
    let added: ArrayLike<number> | undefined;
    const error = thrown(() =>
      table.transaction(() => {
        added = table.addColumn("c", "i4").values;
        table.resize(2);
        table.close();
        expect(added.length).toBe(0);
        expect(() => table.addColumn("d", "i4")).toThrow(ClosedError);
      }),
    );
    expect(error).toBeInstanceOf(ClosedError);
    expect(values.length).toBe(0);
    expect(snapshot(table.root)).toEqual(before);
    expect(openBelow(table.root)).toEqual([]);
    using again = MemmapTable.open(table.root, { ...quick, mode: "r+" });
    expect(columns(again)).toEqual({ a: [1, 2, 3], b: [4, 5, 6] });
  });

  it("needs a table that is open for writing", () => {
    using table = create();
    using reader = MemmapTable.open(table.root);
    expect(() => reader.transaction(() => undefined)).toThrow(ReadOnlyError);
    table.close();
    expect(() => table.transaction(() => undefined)).toThrow(ClosedError);
  });

  it("changes raw columns and their sidecars together", () => {
    using table = MemmapTable.create(fresh(), { ...quick, rows: 2, layout: "raw" });
    table.addColumn("a", "i4", { data: [1, 2], attr: 1 });
    table.addColumn("b", "i4", { data: [3, 4] });
    table.transaction(() => {
      table.renameColumn("a", "t");
      table.renameColumn("b", "a");
      table.renameColumn("t", "b");
      table.append([{ a: 5, b: 6 }]);
    });
    expect(stored(table)).toMatchObject({ columns: { b: [1, 2, 6], a: [3, 4, 5] }, attrs: [1, null] });
    expect(readFileSync(join(table.root, "a.attr"), "utf8")).toBe(
      '{"dtype": "<i4", "shape": [3], "attr": null}',
    );
  });
});

import { describe, expect, it } from "vitest";
import {
  ArrayView,
  DTypeError,
  IndexError,
  MemmapTable,
  NotFoundError,
  ReadOnlyError,
  RecordArray,
  ShapeError,
  TableView,
} from "../../src/index.js";
import { temporaryPaths } from "../support/temporary.js";

const fresh = temporaryPaths();
const quick = { durability: "process" } as const;

/** Six rows: a number, a text, a cell of two. */
function create() {
  const table = MemmapTable.create(fresh(), {
    ...quick,
    rows: 6,
    columns: { a: "i4", "g/name": "U2", v: { dtype: "f4", itemShape: [2] } },
  });
  return table.assign({
    a: [0, 1, 2, 3, 4, 5],
    "g/name": ["n0", "n1", "n2", "n3", "n4", "n5"],
    v: Float32Array.from({ length: 12 }, (_, i) => i / 2),
  });
}

const row = (i: number) => ({ a: i, "g/name": `n${i}`, v: Float32Array.of(i, i + 0.5) });

describe("what a view says of itself", () => {
  it("in rows, columns and bytes", () => {
    using table = create();
    for (const [view, rows] of [
      [table, 6],
      [table.slice(2, 5), 3],
      [table.take([1, 1]), 2],
    ] as const) {
      expect(view.length).toBe(rows);
      expect(view.shape).toEqual([rows, 3]);
      expect(view.ndim).toBe(2);
      expect(view.size).toBe(rows * 3);
      expect(view.columnNames).toEqual(["a", "g/name", "v"]);
      expect(view.itemsize).toBe(4 + 8 + 8);
      expect(view.nbytes).toBe(rows * 20);
      expect(view.dtype.descr).toEqual([
        ["a", "<i4"],
        ["g/name", "<U2"],
        ["v", "<f4", [2]],
      ]);
    }
    const names = table.select(["g/name"]);
    expect(names.shape).toEqual([6, 1]);
    expect(names.itemsize).toBe(8);
    expect(names.size).toBe(6);
  });

  it("without columns", () => {
    using table = MemmapTable.create(fresh(), { ...quick, rows: 2 });
    for (const view of [table, table.slice(), table.select([]), table.take([0, 1])]) {
      expect(view.shape).toEqual([2, 0]);
      expect(view.nbytes).toBe(0);
      expect([...view]).toEqual([{}, {}]);
      expect(view.toColumns()).toEqual(new Map());
      expect(() => view.dtype).toThrow(ShapeError);
      expect(() => view.toRecords()).toThrow(ShapeError);
    }
  });

  it("and of what it is a part", () => {
    using table = create();
    const slice = table.slice(1);
    expect(table.parent).toBe(undefined);
    expect(slice.parent).toBe(table);
    expect(slice.select(["a"]).parent).toBe(slice);
    expect(table.take([0]).parent).toBe(undefined);
    expect(table.filter([true, false, false, false, false, false]).parent).toBe(undefined);
    expect(slice).toBeInstanceOf(TableView);
    expect(slice).not.toBeInstanceOf(MemmapTable);
    expect("addColumn" in slice).toBe(false);
  });
});

describe("columns of a view", () => {
  it("are found by name, or a guess is made", () => {
    using table = create();
    for (const view of [table, table.slice(1), table.take([0])]) {
      expect(view.has("a")).toBe(true);
      expect(view.has("A")).toBe(false);
      expect(view.has("__proto__")).toBe(false);
      expect(view.has("toString")).toBe(false);
      expect(view.column("a")).toBeInstanceOf(ArrayView);
      expect(view.column("a")).toBe(view.column("a"));
      expect(() => view.column("g/nam" as "a")).toThrow(/no column "g\/nam"; did you mean "g\/name"\?/);
      expect(Array.from(view.columns(), ([name, column]) => [name, column.length])).toEqual([
        ["a", view.length],
        ["g/name", view.length],
        ["v", view.length],
      ]);
    }
  });

  it("share the table's bytes", () => {
    using table = create();
    const column = table.slice(2, 5).column("a");
    expect(column.values).toEqual(Int32Array.of(2, 3, 4));
    column.values[0] = 20;
    table.slice(2).select(["a"]).column("a").set(1, 30);
    expect([...table.column("a")]).toEqual([0, 1, 20, 30, 4, 5]);
  });
});

describe("slice", () => {
  it.each([
    [[], [0, 1, 2, 3, 4, 5]],
    [[4], [4, 5]],
    [[-2], [4, 5]],
    [
      [1, 3],
      [1, 2],
    ],
    [
      [null, 2],
      [0, 1],
    ],
    [
      [null, null, 2],
      [0, 2, 4],
    ],
    [
      [null, null, -2],
      [5, 3, 1],
    ],
    [
      [4, 1, -1],
      [4, 3, 2],
    ],
    [
      [-100, 100],
      [0, 1, 2, 3, 4, 5],
    ],
    [[3, 3], []],
    [[100], []],
  ] as const)("%j as Python's", (bounds, rows) => {
    using table = create();
    const [start, stop, step] = bounds as readonly (number | null)[];
    const view = table.slice(start, stop, step);
    expect([...view]).toEqual(rows.map(row));
    expect(view.length).toBe(rows.length);
  });

  it("of a slice", () => {
    using table = create();
    const view = table.slice(1, null, 2).slice(null, null, -1).slice(1);
    expect([...view]).toEqual([row(3), row(1)]);
    view.set(0, { a: -3, "g/name": "", v: [0, 0] });
    expect(table.at(3)).toEqual({ a: -3, "g/name": "", v: Float32Array.of(0, 0) });
  });

  it("refuses bounds that are none", () => {
    using table = create();
    expect(() => table.slice(0.5)).toThrow(IndexError);
    expect(() => table.slice(0, 1, 0)).toThrow(IndexError);
    expect(() => table.slice("1" as unknown as number)).toThrow(IndexError);
  });

  it("keeps its bounds while the table grows", () => {
    using table = create();
    const [last, open, chosen] = [table.slice(-2), table.slice(4), table.select(["a"]).slice(4)];
    table.append([row(6), row(7)]);
    for (const view of [last, open]) expect([...view]).toEqual([row(4), row(5)]);
    expect([...chosen]).toEqual([{ a: 4 }, { a: 5 }]);
    expect(table.select(["a"]).length).toBe(8);
  });

  it("goes on after a column was renamed, added or deleted", () => {
    using table = create() as unknown as MemmapTable;
    const view = table.slice(4);
    const column = view.column("a");
    expect(column.at(0)).toBe(4);
    table.renameColumn("a", "b");
    expect(view.columnNames).toEqual(["b", "g/name", "v"]);
    expect([...column]).toEqual([4, 5]);
    expect(view.at(0)).toEqual({ b: 4, "g/name": "n4", v: Float32Array.of(4, 4.5) });
    expect(() => view.column("a")).toThrow(NotFoundError);
    table.addColumn("new", "i4", { fill: 9 });
    expect(view.column("new").at(1)).toBe(9);
    table.deleteColumn("b");
    expect(() => column.at(0)).toThrow(NotFoundError);
    expect(view.columnNames).toEqual(["g/name", "v", "new"]);
    expect(() => view.column("b")).toThrow(NotFoundError);
  });

  it("shows each column under its own name when two change names", () => {
    using table = create() as unknown as MemmapTable;
    table.addColumn("b", "i4", { fill: -1 });
    const view = table.slice(4);
    expect([view.column("a").at(0), view.column("b").at(0)]).toEqual([4, -1]);
    table.transaction(() => {
      table.renameColumn("a", "t");
      table.renameColumn("b", "a");
      table.renameColumn("t", "b");
    });
    expect([view.column("a").at(0), view.column("b").at(0)]).toEqual([-1, 4]);
  });
});

describe("select", () => {
  it("shows these columns, in this order, of any view", () => {
    using table = create();
    const view = table.slice(4).select(["v", "a"]);
    expect(view.columnNames).toEqual(["v", "a"]);
    expect(view.at(0)).toEqual({ v: Float32Array.of(4, 4.5), a: 4 });
    expect(view.has("g/name")).toBe(false);
    expect(() => view.column("g/name" as "a")).toThrow(NotFoundError);
    expect(table.select(new Set(["a", "a"] as const)).columnNames).toEqual(["a"]);
    expect(table.take([3]).select(["a"]).at(0)).toEqual({ a: 3 });
    expect(table.select(["a", "v"]).select(["v"]).columnNames).toEqual(["v"]);
  });

  it("refuses what is not there", () => {
    using table = create();
    expect(() => table.select(["a", "w" as "v"])).toThrow(/no column "w"/);
    expect(() => table.select(["a"]).select(["v" as "a"])).toThrow(NotFoundError);
  });

  it("goes on after a column was renamed, and does not after it was deleted", () => {
    using table = create() as unknown as MemmapTable;
    const view = table.select(["a", "v"]);
    const part = view.slice(5);
    table.renameColumn("a", "b");
    expect(view.columnNames).toEqual(["b", "v"]);
    expect(view.has("a")).toBe(false);
    expect(part.at(0)).toEqual({ b: 5, v: Float32Array.of(5, 5.5) });
    expect(view.dtype.fields?.map(({ name }) => name)).toEqual(["b", "v"]);
    table.deleteColumn("b");
    expect(() => view.at(0)).toThrow(/no column "a"/);
    expect(() => part.at(0)).toThrow(NotFoundError);
    // A column of the chosen name is chosen.
    table.addColumn("a", "U1", { fill: "x" });
    expect(view.at(0)).toEqual({ a: "x", v: Float32Array.of(0, 0.5) });
    // Two names that lead to one column are one.
    const both = table.select(["a", "v"]);
    table.deleteColumn("v");
    table.renameColumn("a", "v");
    expect(both.columnNames).toEqual(["v"]);
  });
});

describe("at and iteration", () => {
  it("give plain objects whose cells are copies", () => {
    using table = create();
    const first = table.at(0);
    expect(first).toEqual(row(0));
    expect(table.at(-1)).toEqual(row(5));
    expect(table.slice(2).at(-1)).toEqual(row(5));
    first.v[0] = 99;
    expect(table.at(0)).toEqual(row(0));
    expect([...table]).toEqual([0, 1, 2, 3, 4, 5].map(row));
    expect([...table.take([5, 0])]).toEqual([row(5), row(0)]);
  });

  it("have types, where the columns do", () => {
    using table = create();
    const { a, v, "g/name": name } = table.at(0);
    const sum: number = a + (v[0] ?? 0) + name.length;
    expect(sum).toBe(2);
    const element: number | undefined = table.column("v").values[0];
    expect(element).toBe(0);
  });

  it("refuse rows that are not there", () => {
    using table = create();
    for (const index of [6, -7, 0.5, Number.NaN]) expect(() => table.at(index)).toThrow(IndexError);
    expect(() => table.slice(5).at(1)).toThrow(/the table of length 1; valid are -1 to 0/);
    expect(() => table.slice(6).at(0)).toThrow(/there are none/);
  });
});

describe("chunks", () => {
  it("are views of successive rows", () => {
    using table = create();
    expect(Array.from(table.chunks(4), (view) => view.column("a").toArray())).toEqual([
      Int32Array.of(0, 1, 2, 3),
      Int32Array.of(4, 5),
    ]);
    expect([...table.chunks()].map(({ length }) => length)).toEqual([6]);
    expect([...table.slice(6).chunks()]).toEqual([]);
    for (const view of table.slice(1).chunks(2)) view.column("a").fill(9);
    expect([...table.column("a")]).toEqual([0, 9, 9, 9, 9, 9]);
    for (const rows of [0, -1, 1.5, Number.NaN]) expect(() => [...table.chunks(rows)]).toThrow(ShapeError);
  });
});

describe("take and filter", () => {
  it("copy rows, in their order", () => {
    using table = create();
    const taken = table.take([4, -1, 0, 4]);
    expect([...taken]).toEqual([row(4), row(5), row(0), row(4)]);
    expect([...table.take(Uint8Array.of(1))]).toEqual([row(1)]);
    expect([...table.take(table.column("a").slice(2, 4))]).toEqual([row(2), row(3)]);
    expect([...table.filter(table.column("a").gt(3))]).toEqual([row(4), row(5)]);
    expect([...table.filter([true, false, false, false, false, true])]).toEqual([row(0), row(5)]);
    expect([...table.slice(4).filter([false, true])]).toEqual([row(5)]);
    table.column("a").fill(0);
    expect(taken.at(0)).toEqual(row(4));
  });

  it("are read-only: assigning to copies would be lost", () => {
    using table = create();
    for (const copy of [table.take([1]), table.filter(table.column("a").lt(1)), table.take([1]).slice(0)]) {
      for (const write of [
        () => copy.set(0, row(9)),
        () => copy.assign([row(9)]),
        () => copy.put([0], [row(9)]),
        () => copy.column("a").set(0, 9),
        () => copy.column("a").fill(9),
      ]) {
        expect(write).toThrow(ReadOnlyError);
      }
    }
    expect(() => table.take([0]).assign([row(1)])).toThrow(/copy.*put\(\)/);
  });

  it("refuse rows that are not there, and masks of another length", () => {
    using table = create();
    expect(() => table.take([6])).toThrow(IndexError);
    expect(() => table.take([-7])).toThrow(IndexError);
    expect(() => table.take([0.5])).toThrow(DTypeError);
    expect(() => table.filter([true])).toThrow(/length 1.*6 rows/);
    expect(() => table.filter([1, 0, 0, 0, 0, 0])).toThrow(DTypeError);
  });
});

describe("toRecords and toColumns", () => {
  it("copy all columns", () => {
    using table = create();
    const records = table.slice(null, null, -3).toRecords();
    expect(records).toBeInstanceOf(RecordArray);
    expect([...records]).toEqual([row(5), row(2)]);
    expect(records.dtype.itemsize).toBe(20);
    records.set(0, row(9));
    expect(table.at(5)).toEqual(row(5));
    expect(table.slice(4).toColumns()).toEqual(
      new Map<string, unknown>([
        ["a", Int32Array.of(4, 5)],
        ["g/name", ["n4", "n5"]],
        ["v", [Float32Array.of(4, 4.5), Float32Array.of(5, 5.5)]],
      ]),
    );
    expect(table.slice(6).toRecords().length).toBe(0);
  });

  it("keep every kind of column, more rows than are packed at a time, and big-endian bytes", () => {
    const columns = {
      b: "b1",
      i: ">i8",
      f: "f2",
      c: "c16",
      s: "S3",
      d: "M8[ns]",
      n: {
        dtype: [
          ["x", "u1"],
          ["y", "f8", [2]],
        ],
        itemShape: [2],
      },
      o: { dtype: "V3", itemShape: [1] },
    } as const;
    const rows = 5000;
    using table = MemmapTable.create(fresh(), { ...quick, rows, columns });
    for (const [, column] of table.columns()) {
      const bytes = column.storage.bytes();
      for (let i = 0; i < bytes.length; i++) bytes[i] = column.dtype.kind === "b" ? i % 2 : (i * 7) % 120;
    }
    const records = table.toRecords();
    using other = MemmapTable.create(fresh(), { ...quick, rows, columns });
    other.assign(records);
    for (const [name, column] of table.columns()) {
      expect(Buffer.compare(other.column(name).storage.bytes(), column.storage.bytes())).toBe(0);
    }
    other.slice(null, null, -1).assign(records.slice(null, null, -1));
    expect(Buffer.compare(other.toRecords().bytes(), records.bytes())).toBe(0);
  });
});

import { describe, expect, it } from "vitest";
import {
  ClosedError,
  DTypeError,
  ExistsError,
  MemmapFile,
  MemmapTable,
  NotFoundError,
  ShapeError,
  UnsupportedError,
} from "../../src/index.js";
import { refuses } from "../support/snapshot.js";
import { temporaryPaths } from "../support/temporary.js";
import { openQuick, quick, stored, values } from "./support.js";

const fresh = temporaryPaths();
const never = { ms: Number.POSITIVE_INFINITY } as const;

/** `/g/a`, `/g/h/b` of three rows, and what is of other lengths beside them. */
function sample() {
  const file = openQuick(fresh());
  file.transaction(() => {
    file.setArray("/g/a", Int32Array.of(1, 2, 3));
    file.setArray("/g/h/b", ["x", "y", "z"]);
    file.setArray("/other", [1, 2]);
    file.setArray("/scalar", 5);
  });
  return file;
}

describe("the table of a group", () => {
  it("has the arrays below it as columns, by names from the group on", () => {
    using file = sample();
    const table = file.getGroup("g").table();
    expect(table).toBeInstanceOf(MemmapTable);
    expect(table.columnNames).toEqual(["a", "h/b"]);
    expect(table.shape).toEqual([3, 2]);
    expect(table.at(-1)).toEqual({ a: 3, "h/b": "z" });
    expect(table.column("h/b").name).toBe("h/b");
    expect(table.root).toBe(`${file.root}/g`);
    expect(table.generation).toBe(file.generation);
    const inner = file.getGroup("/g/h").table();
    expect(inner.columnNames).toEqual(["b"]);
    expect([...inner.column("b")]).toEqual(["x", "y", "z"]);
    expect(() => table.column("g/a")).toThrow(NotFoundError);
    expect(() => table.column("other")).toThrow(NotFoundError);
  });

  it("is refused where arrays have other lengths, or none", () => {
    using file = sample();
    refuses(file.root, ShapeError, /is no table: g\/a has 3 rows, other has 2/, () => file.table());
    file.deleteNode("/other");
    refuses(file.root, ShapeError, /is no table: scalar is one element, without rows/, () => file.table());
    file.deleteNode("/scalar");
    expect(file.table().columnNames).toEqual(["g/a", "g/h/b"]);
    file.setArray("/g/c", [[1], [2]]);
    refuses(file.root, ShapeError, /g\/a has 3 rows, g\/c has 2/, () => file.getGroup("g").table());
  });

  it("that becomes none by another array says so, and is one again when that is gone", () => {
    using file = sample();
    const table = file.getGroup("g").table();
    file.setArray("/g/c", [1, 2]);
    for (const act of [() => table.length, () => table.column("a"), () => table.append([{ a: 1 }])]) {
      refuses(file.root, ShapeError, /is no table: g\/a has 3 rows, g\/c has 2/, act);
    }
    file.deleteNode("/g/c");
    expect(table.length).toBe(3);
  });

  it("has the rows and columns that are asked for", () => {
    using file = sample();
    const group = file.getGroup("g");
    const table = group.table({ rows: 3, columns: { a: "i4", "h/b": "U1" } });
    expect(table.column("a").values[0]).toBe(1);
    refuses(file.root, ShapeError, /has 3 rows, not 4/, () => group.table({ rows: 4 }));
    refuses(file.root, DTypeError, /a/, () => group.table({ columns: { a: "f8" } }));
    refuses(file.root, NotFoundError, /no column "h\/c"; did you mean "h\/b"/, () =>
      group.table({ columns: { "h/c": "f8" } }),
    );
    refuses(file.root, ShapeError, /whole number from 0/, () => group.table({ rows: -1 }));
  });

  it("without arrays has the rows that are said, once it has a column", () => {
    using file = openQuick(fresh());
    const group = file.setGroup("g");
    expect(group.table().length).toBe(0);
    const table = group.table({ rows: 2 });
    expect([table.length, table.columnNames]).toEqual([2, []]);
    refuses(file.root, ShapeError, /without arrays has no rows/, () => table.resize(5));
    table.addColumn("x", "f8", { fill: 0.5 });
    expect(stored(file)["/g/x"]).toMatchObject({ shape: [2], values: [0.5, 0.5] });
    const rows = file.setGroup("h").table();
    rows.addColumn("y", "U3");
    rows.append([{ y: "abc" }]);
    expect(values(file, "/h/y")).toEqual(["abc"]);
  });

  it("shows what is changed in the file, and the file what is changed in the table", () => {
    using file = sample();
    const table = file.getGroup("g").table();
    const a = table.column("a");
    const held = file.getArray<"i4">("/g/a");
    a.set(0, 9 as never);
    expect(held.at(0)).toBe(9);
    table.append([{ a: 4, "h/b": "w" }]);
    expect(held.shape).toEqual([4]);
    expect(values(file, "/g/h/b")).toEqual(["x", "y", "z", "w"]);
    file.setArray("/g/c", [1.5, 2.5, 3.5, 4.5]);
    expect(table.columnNames).toEqual(["a", "h/b", "c"]);
    file.renameNode("/g/c", "/g/h/c");
    expect(table.columnNames).toEqual(["a", "h/b", "h/c"]);
    file.deleteNode("/g/a");
    expect(table.columnNames).toEqual(["h/b", "h/c"]);
    expect(() => a.at(0)).toThrow(NotFoundError);
    file.setNodeAttr("/g", "unit", "m");
    expect(table.attr).toEqual({ unit: "m" });
    table.setGroupAttr("h", "of h");
    expect(file.getGroup("/g/h").attr).toBe("of h");
    expect(values(file, "/other")).toEqual([1, 2]);
    expect(values(file, "/scalar")).toBe(5);
    stored(file);
  });

  it("changes as a table does", () => {
    using file = sample();
    const table = file.getGroup("g").table();
    table.addColumn("c", "f4", { itemShape: [2], fill: 1, attr: { c: 1 } });
    table.copyColumn("a", "d");
    table.renameColumn("h/b", "b");
    table.resize(2);
    table.slice(0, 1).assign([{ a: 7, b: "q", c: [3, 4], d: 8 }]);
    table.column("d").values.set([5, 6] as never);
    expect(stored(file)).toEqual({
      "/": { group: null },
      "/g": { group: null },
      "/g/a": { dtype: "<i4", shape: [2], values: [7, 2], attr: null },
      "/g/b": { dtype: "<U1", shape: [2], values: ["q", "y"], attr: null },
      "/g/c": {
        dtype: "<f4",
        shape: [2, 2],
        values: [
          [3, 4],
          [1, 1],
        ],
        attr: { c: 1 },
      },
      "/g/d": { dtype: "<i4", shape: [2], values: [5, 6], attr: null },
      "/other": { dtype: "<i4", shape: [2], values: [1, 2], attr: null },
      "/scalar": { dtype: "<i4", shape: [], values: 5, attr: null },
    });
    table.resize(5);
    expect(values(file, "/g/d")).toEqual([5, 6, 0, 0, 0]);
    refuses(file.root, ExistsError, /overwrite: true/, () => table.addColumn("a", "f8"));
  });

  it("leaves its group behind when its last column goes", () => {
    using file = sample();
    const table = file.getGroup("g").table();
    table.deleteColumn("h/b");
    expect(file.has("/g/h")).toBe(false);
    table.deleteColumn("a");
    expect(file.has("/g")).toBe(true);
    expect(Object.keys(stored(file))).toEqual(["/", "/g", "/other", "/scalar"]);
  });

  it("whose group is renamed or deleted says so, and is there again with it", () => {
    using file = sample();
    const table = file.getGroup("g").table();
    const gone = [
      () => table.length,
      () => table.columnNames,
      () => table.attr,
      () => table.append([]),
      () => table.addColumn("z", "i4"),
    ];
    file.renameNode("/g", "/moved");
    for (const act of gone) refuses(file.root, NotFoundError, /was renamed or deleted/, act);
    expect(file.getGroup("/moved").table().length).toBe(3);
    file.renameNode("/moved", "/g");
    expect(table.shape).toEqual([3, 2]);
    file.deleteNode("/g", { recursive: true });
    for (const act of gone) refuses(file.root, NotFoundError, /was renamed or deleted/, act);
    file.setArray("/g/a", [1]);
    expect(table.shape).toEqual([1, 1]);
  });

  it("makes its changes in the transactions of the file, and the file in its", () => {
    using file = sample();
    const table = file.getGroup("g").table();
    const before = stored(file);
    const { generation } = file;
    file.transaction(() => {
      table.append([{ a: 4, "h/b": "w" }]);
      file.setArray("/g/c", [1, 2, 3, 4]);
      expect(table.shape).toEqual([4, 3]);
    });
    expect(file.generation).toBe(generation + 1);
    expect(() =>
      table.transaction(() => {
        table.deleteColumn("c");
        file.deleteNode("/other");
        throw new Error("mine");
      }),
    ).toThrow("mine");
    expect(table.columnNames).toEqual(["a", "h/b", "c"]);
    table.transaction(() => {
      table.deleteColumn("c");
      table.resize(3);
    });
    expect(stored(file)).toEqual(before);
  });

  it("is closed by itself, and with the file", () => {
    using file = sample();
    const group = file.getGroup("g");
    const first = group.table();
    const second = group.table();
    const typed = first.column("a").values;
    first.close();
    first.close();
    expect(first.closed).toBe(true);
    for (const act of [() => first.length, () => first.append([]), () => first.attr, () => first.flush()]) {
      expect(act).toThrow(ClosedError);
    }
    expect(typed.length).toBe(3);
    expect([file.closed, second.length]).toEqual([false, 3]);
    file.close();
    expect(second.closed).toBe(true);
    expect(() => second.length).toThrow(ClosedError);
    expect(typed.length).toBe(0);
  });

  it("takes rows one by one, which are committed before what the file does next", () => {
    using file = sample();
    const table = file.getGroup("g").table();
    const log = table.appender({ ...never, rows: 100 });
    log.append({ a: 4, "h/b": "w" });
    expect(table.length).toBe(3);
    file.setArray("/later", [1]);
    expect(table.length).toBe(4);
    log.append({ a: 5, "h/b": "v" });
    file.transaction(() => expect(table.length).toBe(5));
    log.append({ a: 6, "h/b": "u" });
    file.flush();
    expect(table.length).toBe(6);
    log.append({ a: 7, "h/b": "t" });
    table.close();
    expect(values(file, "/g/a")).toEqual([1, 2, 3, 4, 5, 6, 7]);
    using other = file.getGroup("g").table();
    other.appender({ ...never, rows: 100 }).append({ a: 8, "h/b": "s" });
    file.close();
    using reader = MemmapFile.open(file.root);
    expect(values(reader, "/g/a")).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it("gives rows to frames and to other tables of the same file", async () => {
    using file = sample();
    const table = file.getGroup("g").table();
    const copy = file.setGroup("copy").table();
    copy.addColumn("a", "f8");
    copy.append(table.select(["a"]));
    expect(values(file, "/copy/a")).toEqual([1, 2, 3]);
    expect(() => table.append(copy)).toThrow();
    expect(table.length).toBe(3);
    refuses(file.root, UnsupportedError, /source of rows/, () =>
      table.append(
        (function* () {
          yield { a: 1, "h/b": "x" };
          file.setArray("/n", 1);
        })(),
      ),
    );
  });

  it("of the root is the table that the directory is", () => {
    const root = fresh();
    MemmapTable.create(root, { ...quick, rows: 2, columns: { a: "i4" } }).close();
    using file = openQuick(root, { mode: "r+" });
    const table = file.table({ columns: { a: "i4" } });
    table.append([{ a: 3 }]);
    table.deleteColumn("a");
    expect([table.length, file.has("/a")]).toEqual([3, false]);
    table.addColumn("b", "f8");
    file.close();
    using again = MemmapTable.open(root);
    expect(again.shape).toEqual([3, 1]);
  });
});

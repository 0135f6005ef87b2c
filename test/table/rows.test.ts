import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  CastError,
  type ColumnsOption,
  DiskError,
  IndexError,
  LimitError,
  MemmapTable,
  NotFoundError,
  openNpy,
  RecordArray,
  ShapeError,
  UnsupportedError,
} from "../../src/index.js";
import { isPosix } from "../support/platform.js";
import { refuses } from "../support/snapshot.js";
import { temporaryPaths } from "../support/temporary.js";

const fresh = temporaryPaths();
const quick = { durability: "process" } as const;

const create = <const C extends ColumnsOption>(rows: number, columns: C) =>
  MemmapTable.create(fresh(), { ...quick, rows, columns });

const size = (table: { readonly root: string }, name: string) =>
  statSync(join(table.root, `${name}.npy`)).size;

describe("resize", () => {
  it("discards rows, and adds rows of zeros", () => {
    using table = create(5, { a: "i4", b: "U2" });
    table.assign({ a: [1, 2, 3, 4, 5], b: ["a", "b", "c", "d", "e"] });
    table.resize(2);
    expect([...table]).toEqual([
      { a: 1, b: "a" },
      { a: 2, b: "b" },
    ]);
    table.resize(4);
    expect([...table.column("a")]).toEqual([1, 2, 0, 0]);
    expect([...table.column("b")]).toEqual(["a", "b", "", ""]);
    table.close();
    using again = MemmapTable.open(table.root);
    expect([...again.column("a")]).toEqual([1, 2, 0, 0]);
  });

  it("shows zeros through typed arrays of discarded rows, and never truncates a file", () => {
    using table = create(100_000, { a: "f8" });
    const { values } = table.column("a");
    values.fill(1.5);
    const before = size(table, "a");
    using reader = MemmapTable.open(table.root, { columns: { a: "f8" } });
    const read = reader.column("a").values;
    table.resize(10);
    expect(size(table, "a")).toBe(before);
    expect(values.length).toBe(100_000);
    expect(values[9]).toBe(1.5);
    expect(values.subarray(10).every((value) => value === 0)).toBe(true);
    // A reader that maps the old rows sees zeros too, not a signal.
    expect(read[9]).toBe(1.5);
    expect(read.subarray(10).every((value) => value === 0)).toBe(true);
    table.resize(100_000);
    expect(
      table
        .column("a")
        .values.subarray(10)
        .every((value) => value === 0),
    ).toBe(true);
    values[50] = 3;
    expect(table.column("a").at(50)).toBe(3);
  });

  it.skipIf(!isPosix)(
    "gives discarded rows' blocks back to the disk, and takes them again before they are used",
    () => {
      using table = create(1_000_000, { a: "f8" });
      const blocks = () => statSync(join(table.root, "a.npy")).blocks * 512;
      expect(blocks()).toBeGreaterThanOrEqual(8_000_000);
      table.resize(0);
      expect(blocks()).toBeLessThan(100_000);
      table.resize(500_000);
      expect(blocks()).toBeGreaterThanOrEqual(4_000_000);
      expect(size(table, "a")).toBe(8_000_128);
    },
  );

  it("to 0 rows and back leaves columns of zeros", () => {
    using table = create(3, { a: "i4", v: { dtype: "f4", itemShape: [2] } });
    table.column("a").fill(9);
    table.resize(0);
    expect([...table]).toEqual([]);
    expect(table.column("a").values.length).toBe(0);
    table.resize(2);
    expect([...table]).toEqual([
      { a: 0, v: new Float32Array(2) },
      { a: 0, v: new Float32Array(2) },
    ]);
  });

  it("of a table without columns is remembered", () => {
    using table = create(0, {});
    table.resize(7);
    expect(table.generation).toBe(2);
    const column = table.addColumn("a", "i4");
    expect(column.length).toBe(7);
    table.deleteColumn("a");
    table.close();
    expect(MemmapTable.open(table.root).length).toBe(7);
  });

  it("to the same number of rows is no change", () => {
    using table = create(3, { a: "i4" });
    table.resize(3);
    expect(table.generation).toBe(1);
  });

  it("leaves columns, slices and typed arrays in use as they were where rows are added", () => {
    using table = create(4, { a: "i4" });
    table.column("a").assign([1, 2, 3, 4]);
    const column = table.column("a");
    const slice = column.slice(-2);
    const rows = table.slice(1, null, 2);
    const { values } = column;
    table.resize(6);
    expect(column.length).toBe(6);
    expect(column.values.length).toBe(6);
    expect([...slice]).toEqual([3, 4]);
    expect([...rows]).toEqual([{ a: 2 }, { a: 4 }]);
    expect(values.length).toBe(4);
    values[3] = 40;
    expect(column.at(3)).toBe(40);
    expect([...slice]).toEqual([3, 40]);
    slice.set(0, 30);
    expect(values[2]).toBe(30);
    // However far it grows.
    table.resize(3_000_000);
    values[3] = 41;
    expect(column.at(3)).toBe(41);
    expect([...slice]).toEqual([30, 41]);
  });

  it("makes slices of discarded rows throw, until the rows are there again", () => {
    using table = create(4, { a: "i4" });
    table.column("a").assign([1, 2, 3, 4]);
    const slice = table.column("a").slice(2);
    const rows = table.slice(2);
    const left = table.slice(0, 2);
    table.resize(3);
    for (const use of [
      () => slice.at(0),
      () => slice.length,
      () => slice.values,
      () => [...slice],
      () => slice.set(0, 1),
      () => rows.at(0),
      () => [...rows],
      () => rows.column("a").at(0),
      () => rows.set(0, { a: 1 }),
      () => rows.toRecords(),
    ]) {
      expect(use).toThrow(IndexError);
    }
    expect(rows.length).toBe(2);
    expect([...left]).toEqual([{ a: 1 }, { a: 2 }]);
    table.resize(4);
    expect([...slice]).toEqual([3, 0]);
    expect([...rows]).toEqual([{ a: 3 }, { a: 0 }]);
  });

  it("refuses what is no number of rows, and more than there can be", () => {
    using table = create(2, { a: "f8" });
    for (const rows of [-1, 1.5, Number.NaN, "3" as unknown as number, 2 ** 53]) {
      refuses(table.root, ShapeError, /whole number/, () => table.resize(rows));
    }
    refuses(table.root, LimitError, /"a" would have .* bytes/, () => table.resize(2 ** 51));
    refuses(table.root, DiskError, /a\.npy/, () => table.resize(2 ** 46));
    expect(table.length).toBe(2);
    table.resize(3);
    expect(table.length).toBe(3);
  });
});

describe("append", () => {
  it("takes row objects, and says how many", () => {
    using table = create(1, { id: "u8", ra: "f8", name: "U16" });
    expect(table.append([{ id: 1n, ra: 10.5, name: "Vega" }])).toBe(1);
    expect(table.append([])).toBe(0);
    expect([...table]).toEqual([
      { id: 0n, ra: 0, name: "" },
      { id: 1n, ra: 10.5, name: "Vega" },
    ]);
    expect(table.generation).toBe(2);
  });

  it("takes columns by name, some of them one value for all rows", () => {
    using table = create(0, { a: "i4", b: "U3", v: { dtype: "f4", itemShape: [2] } });
    table.append({ a: [1, 2], b: "x", v: [3, 4] });
    table.append(
      new Map<string, unknown>([
        ["v", Float32Array.of(5, 6, 7, 8)],
        ["a", Int32Array.of(3, 4)],
        ["b", ["y", "z"]],
      ]),
    );
    table.append({ a: 9, b: "w", v: [[1, 1]] });
    expect([...table]).toEqual([
      { a: 1, b: "x", v: Float32Array.of(3, 4) },
      { a: 2, b: "x", v: Float32Array.of(3, 4) },
      { a: 3, b: "y", v: Float32Array.of(5, 6) },
      { a: 4, b: "z", v: Float32Array.of(7, 8) },
      { a: 9, b: "w", v: Float32Array.of(1, 1) },
    ]);
  });

  it("takes records, views, tables, and the table itself", () => {
    using table = create(0, { a: "i4", b: "f8" });
    table.append(
      RecordArray.from(
        [
          { b: 0.5, a: 1 },
          { b: 1.5, a: 2 },
        ],
        [
          ["b", "f4"],
          ["a", "u1"],
        ],
      ),
    );
    table.append(table);
    table.append(table.slice(null, null, -2));
    table.append(table.filter(Uint8Array.from(table.column("a").values, (a) => Number(a > 1))));
    expect([...table.column("a")]).toEqual([1, 2, 1, 2, 2, 2, 2, 2, 2, 2]);
    expect([...table.column("b")]).toEqual([0.5, 1.5, 0.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5]);
  });

  it("takes generators, however long, and sets of rows", () => {
    using table = create(0, { a: "i4", b: "U8" });
    function* rows() {
      for (let i = 0; i < 30_000; i++) yield { a: i, b: `row ${i % 1000}` };
    }
    expect(table.append(rows())).toBe(30_000);
    expect(table.append(new Set([{ a: -1, b: "last" }]))).toBe(1);
    expect(table.length).toBe(30_001);
    expect(table.at(29_999)).toEqual({ a: 29_999, b: "row 999" });
    expect(table.at(-1)).toEqual({ a: -1, b: "last" });
    expect(table.generation).toBe(3);
  });

  it("shows no row before all are there, not even to the source of rows", () => {
    using table = create(2, { a: "i4" });
    const seen = new Set<number>();
    function* rows() {
      for (let i = 0; i < 20_000; i++) {
        seen.add(table.length);
        yield { a: i };
      }
    }
    table.append(rows());
    expect([...seen]).toEqual([2]);
    // So that a table can be its own source, one by one.
    function* itself() {
      yield* table;
    }
    table.append(itself());
    expect(table.length).toBe(40_004);
  });

  it("adds no row where one is bad, and names it", () => {
    using table = create(1, { a: "i4", b: "U2" });
    const { root } = table;
    function* rows() {
      for (let i = 0; i < 20_000; i++) yield { a: i === 19_999 ? 0.5 : i, b: "x" };
    }
    // The file of a column may have become longer: what is behind the data means nothing.
    expect(() => table.append(rows())).toThrow(/column "a", row 19999: 0.5/);
    expect(table.length).toBe(1);
    function* failing() {
      for (let i = 0; i < 20_000; i++) yield { a: i, b: "x" };
      throw new RangeError("mine");
    }
    expect(() => table.append(failing())).toThrow(RangeError);
    expect(table.length).toBe(1);
    refuses(root, CastError, /column "b", row 1: .*"xyz"/, () =>
      table.append([
        { a: 1, b: "x" },
        { a: 2, b: "xyz" },
      ]),
    );
    refuses(root, NotFoundError, /row 1 lacks the column "b"/, () =>
      table.append([{ a: 1, b: "x" }, { a: 2 }]),
    );
    refuses(root, NotFoundError, /row 0 has "c", but there is no such column/, () =>
      table.append([{ a: 1, b: "x", c: 2 }]),
    );
    refuses(root, CastError, /row 1 is 5/, () => table.append([{ a: 1, b: "x" }, 5 as never]));
    refuses(root, NotFoundError, /the object lacks the columns "a", "b"/, () => table.append({}));
    refuses(root, NotFoundError, /the object has "A".*did you mean "a"/, () =>
      table.append({ A: [1], b: "" }),
    );
    refuses(root, ShapeError, /different lengths: "a" has 2 rows, "b" has 1/, () =>
      table.append({ a: [1, 2], b: ["x"] }),
    );
    refuses(root, ShapeError, /append\(\[row\]\)/, () => table.append({ a: 1, b: "x" }));
    for (const none of [5, "rows", null, undefined, Int32Array.of(1)]) {
      refuses(root, CastError, /rows are a view, records/, () => table.append(none as never));
    }
    expect(table.generation).toBe(1);
    expect([...table]).toEqual([{ a: 0, b: "" }]);
  });

  it("refuses typed arrays that are no whole number of cells", () => {
    using table = create(1, { v: { dtype: "f4", itemShape: [3] } });
    refuses(table.root, ShapeError, /"v"/, () => table.append({ v: new Float32Array(7) }));
    table.append({ v: new Float32Array(6) });
    expect(table.length).toBe(3);
    expect(table.append({ v: [] })).toBe(0);
  });

  it("takes cells without elements", () => {
    using table = create(1, { a: "i4", none: { dtype: "f4", itemShape: [0] } });
    table.append([{ a: 1, none: [] }]);
    table.append({ a: [2, 3], none: new Float32Array(0) });
    expect([...table.column("a")]).toEqual([0, 1, 2, 3]);
    expect(table.column("none").shape).toEqual([4, 0]);
  });

  it("leaves spare capacity, so that small appends are few large ones", () => {
    using table = create(0, { a: "f8", b: "u1" });
    let grown = 0;
    let last = size(table, "a");
    for (let i = 0; i < 500; i++) {
      table.append([{ a: i, b: i % 256 }]);
      if (size(table, "a") !== last) grown += 1;
      last = size(table, "a");
    }
    expect(grown).toBeLessThan(20);
    expect(table.column("a").values).toEqual(Float64Array.from({ length: 500 }, (_, i) => i));
    expect(table.column("b").at(-1)).toBe(499 % 256);
    using array = openNpy(join(table.root, "a.npy"));
    expect(array.shape).toEqual([500]);
    expect(table.generation).toBe(501);
  });

  it("keeps typed arrays and the mapping while there is spare capacity", () => {
    using table = create(0, { a: "f8" });
    for (let i = 0; i < 40; i++) table.append([{ a: i }]);
    const { buffer } = table.column("a").values;
    table.append([{ a: 40 }]);
    expect(table.column("a").values.buffer).toBe(buffer);
    expect(table.column("a").values.length).toBe(41);
  });

  it("writes over what a shrinking or a failed append left behind the data", () => {
    using table = create(3, { a: "i4" });
    table.column("a").fill(-1);
    table.resize(1);
    table.append([{ a: 5 }]);
    expect([...table.column("a")]).toEqual([-1, 5]);
    function* failing() {
      for (let i = 0; i < 20_000; i++) yield { a: 77 };
      throw new RangeError("mine");
    }
    expect(() => table.append(failing())).toThrow(RangeError);
    table.resize(6);
    expect([...table.column("a")]).toEqual([-1, 5, 0, 0, 0, 0]);
  });

  it("to a table without columns counts rows", () => {
    using table = create(0, {});
    expect(table.append([{}, {}])).toBe(2);
    expect(table.length).toBe(2);
  });

  it("is not a time to change the table otherwise", () => {
    using table = create(0, { a: "i4" });
    for (const change of [
      () => table.addColumn("b", "i4"),
      () => table.resize(5),
      () => table.append([{ a: 1 }]),
      () => table.transaction(() => undefined),
      () => table.refresh(),
      () => {
        table.attr = 1;
      },
    ]) {
      expect(() =>
        table.append(
          (function* () {
            yield { a: 1 };
            change();
          })(),
        ),
      ).toThrow(UnsupportedError);
    }
    expect(table.shape).toEqual([0, 1]);
    table.append([{ a: 1 }]);
    expect(table.length).toBe(1);
  });

  it("writes nothing more when its source closes the table", () => {
    const table = create(0, { a: "i4" });
    const before = readFileSync(join(table.root, "a.npy"));
    expect(() =>
      table.append(
        (function* () {
          table.close();
          yield { a: 1 };
        })(),
      ),
    ).toThrow(/closed/);
    expect(readFileSync(join(table.root, "a.npy"))).toEqual(before);
    using again = MemmapTable.open(table.root, { ...quick, mode: "r+" });
    expect(again.length).toBe(0);
  });
});

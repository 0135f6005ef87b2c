import { DataFrame, NDframe, Series } from "danfojs-node";
import { describe, expect, it } from "vitest";
import { toDataFrame, toSeries } from "../../../src/frame/danfo/index.js";
import {
  CastError,
  type ColumnsOption,
  DTypeError,
  MemmapTable,
  NameError,
  NotFoundError,
  RecordArray,
  ShapeError,
  UnsupportedError,
} from "../../../src/index.js";
import { temporaryPaths } from "../../support/temporary.js";

const path = temporaryPaths();

function tableOf(columns: ColumnsOption, source: { readonly [name: string]: readonly unknown[] }) {
  const rows = Object.values(source)[0]?.length ?? 0;
  const table = MemmapTable.create(path(), { rows, columns, durability: "process" });
  if (rows > 0) table.assign(source);
  return table;
}

const one = (dtype: string, values: readonly unknown[]) => tableOf([["x", dtype]], { x: values });
const cells = (df: DataFrame) => (df.values as unknown[][]).map(([cell]) => cell);

describe("toDataFrame: values", () => {
  it("gives rows of plain values, danfo's words for the columns, and its own index", () => {
    using table = tableOf(
      [
        ["a", "f8"],
        ["b", "i4"],
        ["c", "U3"],
        ["d", "b1"],
        ["e", ">i2"],
        ["f", "S4"],
      ],
      {
        a: [1, 0.1, -0],
        b: [1, 2, 3],
        c: ["x", "", "😀é"],
        d: [true, false, true],
        e: [-1, 0, 1],
        f: ["é", "", "ab"],
      },
    );
    const df = toDataFrame(table);
    expect(df).toBeInstanceOf(DataFrame);
    expect(df.values).toEqual([
      [1, 1, "x", true, -1, "é"],
      [0.1, 2, "", false, 0, ""],
      [-0, 3, "😀é", true, 1, "ab"],
    ]);
    expect(df.columns).toEqual(["a", "b", "c", "d", "e", "f"]);
    expect(df.dtypes).toEqual(["float32", "int32", "string", "boolean", "int32", "string"]);
    expect(df.index).toEqual([0, 1, 2]);
    expect(df["b"].values).toEqual([1, 2, 3]);
    expect(df["a"].mean()).toBeCloseTo(1.1 / 3);
  });

  it("keeps floats bit for bit, and one NaN", () => {
    const values = [0, -0, Number.NaN, Infinity, -Infinity, Number.MIN_VALUE, 2 ** 53 + 2, 1e-7, 16777217];
    using table = one("f8", values);
    expect(cells(toDataFrame(table)).every((cell, i) => Object.is(cell, values[i]))).toBe(true);
    using halves = one(">f2", [0.5, -0, 65504, Number.NaN]);
    expect(cells(toDataFrame(halves))).toEqual([0.5, -0, 65504, Number.NaN]);
  });

  it.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 12])(
    "of %i columns as many rows as columns, one and none",
    (width) => {
      const columns = Array.from({ length: width }, (_, c): [string, string] => [`c${c}`, "i4"]);
      for (const rows of [0, 1, width]) {
        using table = MemmapTable.create(path(), { rows, columns, durability: "process" });
        columns.forEach(([name], c) => {
          for (let row = 0; row < rows; row++) table.column(name).set(row, row * 10 + c);
        });
        const df = toDataFrame(table);
        expect(df.values).toEqual(
          Array.from({ length: rows }, (_, row) => Array.from({ length: width }, (__, c) => row * 10 + c)),
        );
        expect(df.columns).toEqual(columns.map(([name]) => name));
        expect(df.index).toEqual(Array.from({ length: rows }, (_, row) => row));
        if (width > 0) expect(df.shape).toEqual([rows, width]);
      }
    },
  );

  it("of more rows than are read at a time", () => {
    const count = 10_000;
    using table = one(
      "i4",
      Array.from({ length: count }, (_, i) => i),
    );
    const df = toDataFrame(table);
    expect(cells(df)).toEqual(Array.from({ length: count }, (_, i) => i));
    expect(df["x"].values[9999]).toBe(9999);
  });

  it("of slices, selections, copies and views of any step", () => {
    using table = tableOf({ a: "i4", b: "U2" }, { a: [0, 1, 2, 3, 4], b: ["a", "b", "c", "d", "e"] });
    expect(toDataFrame(table.slice(1, 3)).values).toEqual([
      [1, "b"],
      [2, "c"],
    ]);
    expect(toDataFrame(table.slice(null, null, -2)).values).toEqual([
      [4, "e"],
      [2, "c"],
      [0, "a"],
    ]);
    expect(toDataFrame(table.slice(5)).shape).toEqual([0, 2]);
    expect(toDataFrame(table.select(["b"]).slice(-1)).values).toEqual([["e"]]);
    expect(toDataFrame(table.filter(table.column("a").gt(2))).values).toEqual([
      [3, "d"],
      [4, "e"],
    ]);
  });
});

describe("toDataFrame: 64-bit integers and durations", () => {
  const edge = 2n ** 53n;

  it.each(["i8", ">i8", "m8[us]"])("of %s are numbers as far as these are exact", (dtype) => {
    using table = one(dtype, [edge, -edge, 0n]);
    expect(cells(toDataFrame(table))).toEqual([2 ** 53, -(2 ** 53), 0]);
    table.column("x").set(1, edge + 1n);
    expect(() => toDataFrame(table)).toThrow(
      new RegExp(`^column "x", row 1: 9007199254740993n of .* beyond .* bigint: "bigint"`),
    );
    expect(cells(toDataFrame(table, { bigint: "number" }))).toEqual([2 ** 53, 2 ** 53, 0]);
    expect(cells(toDataFrame(table, { bigint: "bigint" }))).toEqual([edge, edge + 1n, 0n]);
  });

  it("a series of bigints is one, although danfo knows none", () => {
    using table = one("u8", [2n ** 64n - 1n, 0n]);
    expect(() => toSeries(table.column("x"))).toThrow(CastError);
    const series = toSeries(table.column("x"), { bigint: "bigint" });
    expect(series.values).toEqual([2n ** 64n - 1n, 0n]);
    expect(series.shape).toEqual([2, 1]);
  });
});

describe("toDataFrame: dates", () => {
  it("are Dates, NaT null, from every unit that is whole milliseconds", () => {
    using table = tableOf(
      { Y: "M8[Y]", M: "M8[M]", W: "M8[W]", D: ">M8[D]", s: "M8[25s]", us: "M8[us]", bad: "m8[s]" },
      {
        Y: [50n, null],
        M: [600n, null],
        W: [1n, null],
        D: [19782n, null],
        s: [4n, null],
        us: [-1000n, null],
        bad: [5n, null],
      },
    );
    const df = toDataFrame(table);
    expect(df.values).toEqual([
      [
        new Date("2020-01-01"),
        new Date("2020-01-01"),
        new Date("1970-01-08"),
        new Date("2024-02-29"),
        new Date(100_000),
        new Date(-1),
        5,
      ],
      [null, null, null, null, null, null, null],
    ]);
    expect(df.dtypes.slice(0, 6)).toEqual(Array(6).fill("datetime"));
  });

  it.each([
    ["M8[us]", 1001n, /row 1: 1970-01-01T00:00:00.001001 of .* finer .* dates: "string"/],
    ["M8[s]", 10n ** 17n, /row 1: 3168875820-.* outside what a Date holds/],
    ["M8[D]", 2n ** 63n - 1n, /row 1: .* outside what a Date holds/],
    ["M8[7us]", 1000n, undefined],
    ["M8[7us]", 1001n, /row 1: .*finer/],
    ["M8", 3n, /column "x": .*without a unit.*dates: "number"/],
  ] as const)("of %s: %s", (dtype, count, message) => {
    using table = one(dtype, [null, count]);
    if (message === undefined) expect(cells(toDataFrame(table))).toEqual([null, new Date(7)]);
    else expect(() => toDataFrame(table)).toThrow(message);
  });

  it("are text with all digits of the unit", () => {
    using table = tableOf(
      { ns: "M8[ns]", h: "M8[h]", any: "M8" },
      { ns: [1n, null], h: [-1n, null], any: [7n, null] },
    );
    const df = toDataFrame(table, { dates: "string" });
    expect(df.values).toEqual([
      ["1970-01-01T00:00:00.000000001", "1969-12-31T23", "7"],
      [null, null, null],
    ]);
    expect(df.dtypes).toEqual(["string", "string", "string"]);
  });

  it("are counts, by the rule of bigint", () => {
    using table = one("M8[ns]", [2n ** 53n, null]);
    expect(cells(toDataFrame(table, { dates: "number" }))).toEqual([2 ** 53, null]);
    table.column("x").set(0, 2n ** 53n + 1n);
    expect(() => toDataFrame(table, { dates: "number" })).toThrow(CastError);
    expect(cells(toDataFrame(table, { dates: "number", bigint: "bigint" }))).toEqual([2n ** 53n + 1n, null]);
  });
});

describe("toDataFrame: what a frame cannot hold", () => {
  it.each([
    ["c16", [], /column "x" holds complex numbers \(<c16\)/],
    ["V3", [], /column "x" holds bytes/],
    [[["a", "i4"]] as const, [], /column "x" holds records.*fields/],
    ["f4", [3], /column "x" has cells of shape \[3\]/],
    ["f4", [1], /column "x" has cells of shape \[1\]/],
  ] as const)("%j %j", (dtype, itemShape, message) => {
    using table = MemmapTable.create(path(), { rows: 1, durability: "process" });
    table.addColumn("x", dtype, { itemShape });
    expect(() => toDataFrame(table)).toThrow(DTypeError);
    expect(() => toDataFrame(table)).toThrow(message);
    expect(() => toSeries(table.column("x"))).toThrow(message);
  });

  it("names the row of text that is none", () => {
    using table = one("S2", ["ab", "cd", "ef"]);
    (table.column("x").values as unknown as Uint8Array).set([0xff], 2);
    expect(() => toDataFrame(table)).toThrow(/^column "x", row 1: .*UTF-8/);
    expect(() => toDataFrame(table.slice(1))).toThrow(/^column "x", row 0: /);
    using points = one("U1", ["a", "b"]);
    (points.column("x").values as unknown as Uint32Array).set([0xd800], 1);
    expect(() => toDataFrame(points)).toThrow(/^column "x", row 1: /);
  });

  it("options that there are not", () => {
    using table = one("i4", [1]);
    expect(() => toDataFrame(table, { bigint: "no" as never })).toThrow(UnsupportedError);
    expect(() => toDataFrame(table, { dates: "date" as never })).toThrow(/dates is "Date" or/);
    expect(() => toDataFrame(table, { reserved: "no" as never })).toThrow(UnsupportedError);
    expect(() => toSeries(table.column("x"), { dates: "date" as never })).toThrow(UnsupportedError);
  });
});

describe("toDataFrame: names that a frame has itself", () => {
  it("are refused by name, or get underscores until they are free", () => {
    using table = tableOf(
      [
        ["shape", "i4"],
        ["shape_", "i4"],
        ["values", "i4"],
        ["$data", "i4"],
        ["__proto__", "i4"],
        ["x", "i4"],
      ],
      { shape: [1], shape_: [2], values: [3], $data: [4], ["__proto__"]: [5], x: [6] },
    );
    expect(() => toDataFrame(table)).toThrow(NameError);
    expect(() => toDataFrame(table)).toThrow(
      /"shape", "values", "\$data", "__proto__" would hide .*reserved: "rename"/,
    );
    const df = toDataFrame(table, { reserved: "rename" });
    expect(df.columns).toEqual(["shape__", "shape_", "values_", "$data_", "__proto___", "x"]);
    expect(df.values).toEqual([[1, 2, 3, 4, 5, 6]]);
    expect(df["shape__"].values).toEqual([1]);
    expect(toDataFrame(table.select(["x"])).values).toEqual([[6]]);
  });

  it("groups are no hindrance", () => {
    using table = one("i4", [1]);
    table.renameColumn("x", "airport/origin");
    expect(toDataFrame(table)["airport/origin"].values).toEqual([1]);
  });
});

describe("toDataFrame: index", () => {
  it("is a column's, or a list", () => {
    using table = tableOf({ id: "U2", n: "i8" }, { id: ["a", "b"], n: [5n, 7n] });
    expect(toDataFrame(table, { index: "id" }).index).toEqual(["a", "b"]);
    expect(toDataFrame(table, { index: "n" }).index).toEqual([5, 7]);
    const df = toDataFrame(table, { index: ["p", 3] });
    expect(df.index).toEqual(["p", 3]);
    expect(df.loc({ rows: ["p", 3] }).values).toEqual([
      ["a", 5],
      ["b", 7],
    ]);
    expect(toDataFrame(table.slice(0, 0), { index: "id" }).index).toEqual([]);
  });

  it("is refused where danfo could not use it", () => {
    using table = tableOf(
      { id: "U2", d: "M8[D]", ok: "b1" },
      { id: ["a", "a"], d: [0n, 1n], ok: [true, false] },
    );
    expect(() => toDataFrame(table, { index: "id" })).toThrow(
      /column "id", row 1: the label "a" is that of row 0/,
    );
    expect(() => toDataFrame(table, { index: "d" })).toThrow(/column "d", row 0: .* is no label/);
    expect(toDataFrame(table, { index: "d", dates: "string" }).index).toEqual(["1970-01-01", "1970-01-02"]);
    expect(() => toDataFrame(table, { index: "ok" })).toThrow(CastError);
    expect(() => toDataFrame(table, { index: "ID" })).toThrow(NotFoundError);
    expect(() => toDataFrame(table, { index: ["a"] })).toThrow(ShapeError);
    expect(() => toDataFrame(table, { index: 5 as never })).toThrow(/index is .*a list of labels, not 5/);
    expect(() => toSeries(table.column("id"), { index: "id" as never })).toThrow(
      /a list of labels, not "id"/,
    );
    expect(() => toDataFrame(table, { index: ["a", "a"] })).toThrow(/index, row 1: the label "a"/);
    expect(() => toDataFrame(table, { index: ["a", null as never] })).toThrow(CastError);
  });

  it("that the table keeps is its own alone", () => {
    using table = MemmapTable.create(path(), {
      rows: 2,
      columns: { a: "i4" },
      attr: { danfo: { index: ["x", "x"] } },
      durability: "process",
    });
    expect(toDataFrame(table).index).toEqual(["x", "x"]);
    expect(toDataFrame(table, { index: null }).index).toEqual([0, 1]);
    expect(toDataFrame(table, { index: ["p", "q"] }).index).toEqual(["p", "q"]);
    expect(toDataFrame(table.slice(0, 2)).index).toEqual([0, 1]);
    table.resize(3);
    expect(() => toDataFrame(table)).toThrow(
      /danfo.index.* has 2 labels, but there are 3 rows; .*index: null/,
    );
    expect(toDataFrame(table, { index: null }).index).toEqual([0, 1, 2]);
    table.attr = { danfo: { index: "mine" } };
    expect(toDataFrame(table).index).toEqual([0, 1, 2]);
  });
});

describe("toSeries", () => {
  it("has the column's values, name and word", () => {
    using table = tableOf({ x: "f4", day: "M8[D]" }, { x: [0.5, Number.NaN], day: [null, 1n] });
    const series = toSeries(table.column("x"));
    expect(series).toBeInstanceOf(Series);
    expect(series).toBeInstanceOf(NDframe);
    expect(series.values).toEqual([0.5, Number.NaN]);
    expect(series.columns).toEqual(["x"]);
    expect(series.dtypes).toEqual(["float32"]);
    expect(series.index).toEqual([0, 1]);
    expect(toSeries(table.column("day")).values).toEqual([null, new Date("1970-01-02")]);
    expect(toSeries(table.column("day").slice(1)).values).toEqual([new Date("1970-01-02")]);
  });

  it("takes labels and a name, any array, and no rows", () => {
    const records = RecordArray.from(
      [
        { a: 1, b: "x" },
        { a: 2, b: "y" },
      ],
      [
        ["a", ">i4"],
        ["b", "U1"],
      ],
    );
    const series = toSeries(records.field("b"), { index: ["p", "q"], name: "letters" });
    expect(series.values).toEqual(["x", "y"]);
    expect(series.index).toEqual(["p", "q"]);
    expect(series.columns).toEqual(["letters"]);
    expect(toSeries(records.field("a")).values).toEqual([1, 2]);
    expect(toSeries(records.field("a").slice(0, 0)).values).toEqual([]);
    expect(() => toSeries(records.field("b"), { index: ["p"] })).toThrow(ShapeError);
  });
});

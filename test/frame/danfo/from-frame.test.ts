import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { concat, DataFrame, Series } from "danfojs-node";
import { describe, expect, expectTypeOf, it } from "vitest";
import {
  assignDataFrame,
  type FrameImportOptions,
  fromDataFrame,
  toDataFrame,
  toSeries,
} from "../../../src/frame/danfo/index.js";
import {
  CastError,
  type ColumnsOption,
  ExistsError,
  LimitError,
  MemmapTable,
  NameError,
  NotFoundError,
  ReadOnlyError,
  type Schema,
  ShapeError,
  UnsupportedError,
} from "../../../src/index.js";
import { isExampleOfTurn } from "../../support/some-of.js";
import { temporaryPaths } from "../../support/temporary.js";

const path = temporaryPaths();

const quick = { durability: "process" } as const;

/** A frame of one column. */
function frame(cells: readonly unknown[], dtype = "float32"): DataFrame {
  return new DataFrame(
    cells.map((cell) => [cell]),
    { columns: ["x"], dtypes: [dtype] },
  );
}

/** The dtype and the elements of the table of a frame of one column. */
function imported(
  cells: readonly unknown[],
  dtype?: string,
  options: FrameImportOptions = {},
): [string, unknown[]] {
  using table = fromDataFrame(frame(cells, dtype), path(), { ...quick, ...options });
  return [String(table.column("x").dtype), Array.from(table.column("x"))];
}

/** What fails leaves nothing. */
function failure(df: DataFrame, options: FrameImportOptions = {}): unknown {
  const at = path();
  try {
    fromDataFrame(df, at, { ...quick, ...options }).close();
  } catch (error) {
    expect(existsSync(at)).toBe(false);
    return error;
  }
  throw new Error("nothing failed");
}

function tableOf(columns: ColumnsOption, source: { readonly [name: string]: readonly unknown[] }) {
  const rows = Object.values(source)[0]?.length ?? 0;
  const table = MemmapTable.create(path(), { rows, columns, ...quick });
  if (rows > 0) table.assign(source);
  return table;
}

describe("fromDataFrame: dtypes of frames that danfo made", () => {
  it.each([
    ["numbers", [1, 2.5], "float32", "<f8", [1, 2.5]],
    ["whole numbers that danfo calls float32", [1, 2], "float32", "<f8", [1, 2]],
    ["whole numbers that danfo calls int32", [1, -(2 ** 31)], "int32", "<i4", [1, -(2 ** 31)]],
    ["beyond int32", [2 ** 31], "int32", "<f8", [2 ** 31]],
    ["fractions that danfo calls int32", [1, 1e-7], "int32", "<f8", [1, 1e-7]],
    ["-0", [1, -0], "int32", "<f8", [1, -0]],
    ["NaN and null among numbers", [1, null, Number.NaN, undefined], "int32", "<f8", [1, NaN, NaN, NaN]],
    ["bigints", [1n, -(2n ** 63n)], "int32", "<i8", [1n, -(2n ** 63n)]],
    ["large bigints", [1n, 2n ** 64n - 1n], "int32", "<u8", [1n, 2n ** 64n - 1n]],
    ["booleans", [true, false], "boolean", "|b1", [true, false]],
    ["Dates", [new Date(5), null, Number.NaN], "datetime", "<M8[ms]", [5n, null, null]],
    ["text", ["a", "", "😀é"], "string", "<U2", ["a", "", "😀é"]],
    ["text of digits", ["1", "20"], "int32", "<U2", ["1", "20"]],
    ["nothing, numbers", [null, Number.NaN], "int32", "<f8", [NaN, NaN]],
    ["nothing, dates", [null], "datetime", "<M8[ms]", [null]],
  ] as const)("%s", (_, cells, word, dtype, elements) => {
    expect(imported(cells, word)).toEqual([dtype, elements]);
  });

  it.each([
    ["float32", "<f8"],
    ["int32", "<i4"],
    ["boolean", "|b1"],
    ["string", "<U1"],
    ["datetime", "<M8[ms]"],
    ["undefined", "<f8"],
  ])("without rows, by danfo's word: %s", (word, dtype) => {
    using table = fromDataFrame(new DataFrame([], { columns: ["x"], dtypes: [word] }), path(), quick);
    expect(table.length).toBe(0);
    expect(String(table.column("x").dtype)).toBe(dtype);
  });

  it("without rows or columns", () => {
    using table = fromDataFrame(new DataFrame([], { columns: [], dtypes: [] }), path(), quick);
    expect(table.shape).toEqual([0, 0]);
  });

  it("sees the whole column, not its first rows", () => {
    const cells: unknown[] = Array.from({ length: 20_000 }, (_, i) => i);
    cells[19_999] = 0.5;
    expect(imported(cells, "int32")[0]).toBe("<f8");
    cells[19_998] = "a";
    expect(failure(frame(cells))).toHaveProperty(
      "message",
      expect.stringMatching(/column "x", row 19998: "a" is a string, .* a number; .*dtypes/),
    );
    const text: unknown[] = Array.from({ length: 20_000 }, () => "a");
    text[17_000] = "wider";
    expect(imported(text, "string")[0]).toBe("<U5");
  });

  it.each([
    ["a boolean", [1, true], /column "x", row 1: true is a boolean, .* dtypes: \{ "x": … \}/],
    ["a bigint", [1, 2n], /row 1: 2n is a bigint/],
    ["an array", [[1, 2]], /row 0: an array of 2 is no value/],
    ["an object", ["a", {}], /row 1: \{\} is no value/],
  ] as const)("mixed with %s they are refused", (_, cells, message) => {
    const error = failure(frame(cells));
    expect(error).toBeInstanceOf(CastError);
    expect(error).toHaveProperty("message", expect.stringMatching(message));
  });

  it("columns as many as rows are not turned", () => {
    const df = new DataFrame(
      [
        [1, "a"],
        [2, "b"],
      ],
      { columns: ["n", "s"] },
    );
    using table = fromDataFrame(df, path(), quick);
    expect(table.at(0)).toEqual({ n: 1, s: "a" });
    expect(table.at(1)).toEqual({ n: 2, s: "b" });
  });

  it("columns that hide the frame's own properties", () => {
    const df = new DataFrame(
      [
        [1, 2, 3, 4],
        [5, 6, 7, 8],
      ],
      { columns: ["shape", "values", "index", "columns"] },
    );
    using table = fromDataFrame(df, path(), { ...quick, dtypes: { values: "i2" } });
    expect(table.at(1)).toEqual({ shape: 5, values: 6, index: 7, columns: 8 });
    const lost = new DataFrame([[1]], { columns: ["$data"], dtypes: ["int32"] });
    expect(failure(lost)).toHaveProperty(
      "message",
      expect.stringMatching(/the values of this frame are hidden/),
    );
  });

  it("is a table open for writing, to the compiler too", () => {
    using table = fromDataFrame(frame([1]), path(), quick);
    expectTypeOf(table).toEqualTypeOf<MemmapTable<Schema, "r+">>();
    expect(table.mode).toBe("r+");
  });

  it("a Series is a table of one column", () => {
    const series = new Series([true, false], { columns: ["ok"], index: ["a", "b"] });
    using table = fromDataFrame(series, path(), quick);
    expect(table.columnNames).toEqual(["ok"]);
    expect(Array.from(table.column("ok"))).toEqual([true, false]);
    expect(table.attr).toEqual({ danfo: { index: ["a", "b"] } });
  });
});

describe("fromDataFrame: options", () => {
  it("dtypes come before everything else", () => {
    expect(imported([1, 2], "float32", { dtypes: { x: "u1" } })).toEqual(["|u1", [1, 2]]);
    expect(imported(["1", "2"], "string", { dtypes: new Map([["x", "S"]]) })).toEqual(["|S1", ["1", "2"]]);
    expect(imported([1, 2n], "int32", { dtypes: { x: "i8" } })).toEqual(["<i8", [1n, 2n]]);
    expect(imported(["é"], "string", { strings: "S" })).toEqual(["|S2", ["é"]]);
    expect(imported([], "int32", { strings: "S" })).toEqual(["<i4", []]);
    expect(imported(["2024-02-29", new Date(0), "", null], "string", { dtypes: { x: "M8[D]" } })).toEqual([
      "<M8[D]",
      [19782n, 0n, null, null],
    ]);
  });

  it.each([
    [[1, 300], "u1", /column "x", row 1: 300 /],
    [[1.5], "i4", /column "x", row 0: 1\.5 /],
    [["2024-02-29T01"], "M8[D]", /column "x", row 0: "2024-02-29T01"/],
    [["no date"], "M8[D]", /column "x", row 0: "no date"/],
    [["2023-02-29"], "M8[D]", /column "x", row 0: /],
    [[5], "M8[D]", /column "x", row 0: 5 /],
    [[new Date(Number.NaN)], "M8[ms]", /column "x", row 0: an invalid Date/],
    [["ab"], "U1", /column "x", row 0: "ab" is too long/],
    [["a\0"], "U", /column "x", row 0: .*NUL/],
  ] as const)("%j is not to be %s", (cells, dtype, message) => {
    const error = failure(frame(cells), { dtypes: { x: dtype } });
    expect(error).toBeInstanceOf(CastError);
    expect(error).toHaveProperty("message", expect.stringMatching(message));
  });

  it("nulls, and NaN where it is no value, are filled, masked or refused", () => {
    expect(failure(frame([true, null], "boolean"))).toHaveProperty(
      "message",
      expect.stringMatching(/column "x", row 1: null .*fill/),
    );
    expect(failure(frame(["a", Number.NaN], "string"))).toHaveProperty(
      "message",
      expect.stringMatching(/column "x", row 1: null .*fill/),
    );
    expect(failure(frame([1, Number.NaN]), { dtypes: { x: "i4" } })).toHaveProperty(
      "message",
      expect.stringMatching(/column "x", row 1: null/),
    );
    expect(imported([true, null], "boolean", { fill: false })).toEqual(["|b1", [true, false]]);
    expect(imported(["a", Number.NaN, undefined], "string", { fill: { x: "none" } })).toEqual([
      "<U4",
      ["a", "none", "none"],
    ]);
    expect(imported([1, null, Number.NaN], "float32", { fill: -1 })).toEqual(["<f8", [1, -1, NaN]]);
    using table = fromDataFrame(frame([1, null], "int32"), path(), {
      ...quick,
      dtypes: { x: "i4" },
      masks: true,
    });
    expect(Array.from(table)).toEqual([
      { x: 1, "x.null": false },
      { x: 0, "x.null": true },
    ]);
  });

  it("names, overwriting, and options that there are not", () => {
    const df = new DataFrame([[1]], { columns: [".hidden"], dtypes: ["int32"] });
    expect(failure(df)).toBeInstanceOf(NameError);
    using encoded = fromDataFrame(df, path(), { ...quick, names: "encode" });
    expect(encoded.columnNames).toEqual(["%2Ehidden"]);
    expect(encoded.column("%2Ehidden").attr).toEqual({ name: ".hidden" });
    const at = path();
    fromDataFrame(frame([1]), at, quick).close();
    expect(() => fromDataFrame(frame([2]), at, quick)).toThrow(ExistsError);
    using table = fromDataFrame(frame([2]), at, { ...quick, overwrite: true });
    expect(table.at(0)).toEqual({ x: 2 });
    expect(failure(frame([1]), { index: "no" as never })).toBeInstanceOf(UnsupportedError);
    expect(failure(frame([1]), { strings: "V" as never })).toBeInstanceOf(UnsupportedError);
    expect(() => fromDataFrame({ values: [[1]] } as never, path())).toThrow(/a frame is a DataFrame/);
    expect(() => fromDataFrame(null as never, path())).toThrow(CastError);
  });
});

describe("fromDataFrame: index", () => {
  const labelled = (index: (string | number)[]) =>
    new DataFrame(
      index.map((_, i) => [i]),
      { columns: ["x"], dtypes: ["int32"], index },
    );

  it.each([[["a", "b"]], [[1, 2]], [["1", "2"]], [[0.5, "b"]]])("%j is kept and comes back", (index) => {
    using table = fromDataFrame(labelled(index), path(), quick);
    expect(table.attr).toEqual({ danfo: { index } });
    expect(toDataFrame(table).index).toEqual(index);
  });

  it("with duplicates, which danfo's frames can have, but its constructor refuses", () => {
    const df = labelled(["a", "b"]);
    df.index[1] = "a";
    using table = fromDataFrame(df, path(), quick);
    const back = toDataFrame(table);
    expect(back.index).toEqual(["a", "a"]);
    expect(back.values).toEqual([[0], [1]]);
    expect(back.resetIndex().index).toEqual([0, 1]);
    using again = fromDataFrame(back, path(), quick);
    expect(again.attr).toEqual(table.attr);
  });

  it("of 0 to n - 1 is nothing to keep, and of frames put together is that", () => {
    using table = fromDataFrame(labelled([0, 1]), path(), quick);
    expect(table.attr).toBe(null);
    const two = new DataFrame([[1, "a"]], { columns: ["x", "y"], index: ["p"] });
    const both = concat({ dfList: [two, two], axis: 0 }) as DataFrame;
    using joined = fromDataFrame(both, path(), quick);
    expect(joined.attr).toBe(null);
    expect(joined.length).toBe(both.values.length);
  });

  it("stands beside what the attribute says", () => {
    using table = fromDataFrame(labelled(["a", "b"]), path(), {
      ...quick,
      attr: { unit: "m", danfo: { more: 1 } },
    });
    expect(table.attr).toEqual({ unit: "m", danfo: { more: 1, index: ["a", "b"] } });
    expect(failure(labelled(["a"]), { attr: "text" })).toHaveProperty(
      "message",
      expect.stringMatching(/must be an object .*index: "drop"/),
    );
    expect(failure(labelled(["a"]), { attr: [1] })).toBeInstanceOf(CastError);
    using dropped = fromDataFrame(labelled(["a"]), path(), { ...quick, attr: "text", index: "drop" });
    expect(dropped.attr).toBe("text");
  });

  it("that no attribute can hold is refused", () => {
    const df = labelled([0, 1]);
    (df.index as unknown[])[1] = undefined;
    expect(failure(df)).toHaveProperty(
      "message",
      expect.stringMatching(/index, row 1: undefined is no label .*index: "drop"/),
    );
    df.index[1] = "é".repeat(8 << 20);
    expect(failure(df)).toBeInstanceOf(LimitError);
  });

  it("of a column is kept by the column", () => {
    using table = tableOf({ shape: "U1", n: "i2" }, { shape: ["b", "a"], n: [1, 2] });
    const df = toDataFrame(table, { index: "shape", reserved: "rename" });
    expect(df.index).toEqual(["b", "a"]);
    using again = fromDataFrame(df, path(), quick);
    expect(again.attr).toBe(null);
    df.sortValues("shape_", { inplace: true });
    using sorted = fromDataFrame(df, path(), { ...quick, attr: "text" });
    expect([sorted.attr, sorted.at(0)]).toEqual(["text", { shape: "a", n: 2 }]);
    df.index[0] = "other";
    using changed = fromDataFrame(df, path(), quick);
    expect(changed.attr).toEqual({ danfo: { index: ["other", "b"] } });
  });

  it("goes when the frame gets another", () => {
    using table = fromDataFrame(labelled(["a", "b"]), path(), { ...quick, attr: { unit: "m" } });
    const df = toDataFrame(table);
    df.resetIndex({ inplace: true });
    using again = fromDataFrame(df, path(), quick);
    expect(again.attr).toEqual({ unit: "m" });
    using bare = fromDataFrame(labelled(["a", "b"]), path(), quick);
    using none = fromDataFrame(toDataFrame(bare, { index: null }), path(), quick);
    expect(none.attr).toBe(null);
  });
});

describe("fromDataFrame: frames of toDataFrame", () => {
  it("become the table that they were made of", () => {
    const columns = [
      ["a", ">i2"],
      ["shape", "u8"],
      ["c", "S7"],
      ["d", "M8[25s]"],
      ["e", "f2"],
      ["f", ">U4"],
      ["g", "m8[ns]"],
      ["h", "b1"],
    ] as const;
    using table = tableOf(columns, {
      a: [1, -1],
      shape: [0n, 1n],
      c: ["é", ""],
      d: [3n, null],
      e: [-0, NaN],
      f: ["😀", ""],
      g: [null, 1n],
      h: [true, false],
    });
    table.attr = { title: "t" };
    table.column("shape").attr = { unit: "m" };
    const df = toDataFrame(table, { reserved: "rename" });
    using again = fromDataFrame(df, path(), quick);
    expect(again.columnNames).toEqual(table.columnNames);
    for (const [name, column] of table.columns()) {
      expect(String(again.column(name).dtype)).toBe(String(column.dtype));
      expect(again.column(name).attr).toEqual(column.attr);
      for (let row = 0; row < 2; row++) expect(again.column(name).bytes(row)).toEqual(column.bytes(row));
    }
    expect(again.attr).toEqual({ title: "t" });
    using said = fromDataFrame(df, path(), { ...quick, dtypes: { shape_: "i4" }, attr: null });
    expect(String(said.column("shape").dtype)).toBe("<i4");
    expect(said.attr).toBe(null);
  });

  it.each([
    ["0001 and 9999", "M8[us]", [-62135596800000000n, 253402300799999999n]],
    ["years of many digits", "M8[Y]", [2n ** 63n - 1n, -(2n ** 63n) + 1n]],
    ["years of more", "M8[2147483647Y]", [2n ** 63n - 1n, -(2n ** 63n) + 1n]],
    ["weeks", "M8[7W]", [2n ** 63n - 1n, -(2n ** 63n) + 1n]],
    ["the instant that looks like NaT", "M8[2as]", [-(2n ** 62n), 2n ** 63n - 1n]],
    ["attoseconds", "M8[as]", [-(2n ** 63n) + 1n, 2n ** 63n - 1n]],
    ["without a unit", "M8", [-(2n ** 63n) + 1n, 5n]],
  ] as const)("dates as text come back: %s", (_, dtype, counts) => {
    using table = tableOf({ x: dtype }, { x: [...counts, null] });
    using again = fromDataFrame(toDataFrame(table, { dates: "string" }), path(), quick);
    expect(Array.from(again.column("x"))).toEqual([...counts, null]);
  });

  it("counts come back as dates only where that is what they were", () => {
    using table = tableOf({ x: "M8[us]" }, { x: [5n, null] });
    const df = toDataFrame(table, { dates: "number" });
    using again = fromDataFrame(df, path(), quick);
    expect(Array.from(again.column("x"))).toEqual([5n, null]);
    expect(failure(df, { dtypes: { x: "M8[ns]" } })).toHaveProperty(
      "message",
      expect.stringMatching(/column "x", row 0: 5 /),
    );
  });

  it("keep what columns of slices say, and forget what copies never had", () => {
    using table = tableOf({ x: "i2" }, { x: [1, 2, 3] });
    table.attr = { title: "t" };
    table.column("x").attr = { unit: "m" };
    using part = fromDataFrame(toDataFrame(table.slice(1)), path(), quick);
    expect([part.attr, part.column("x").attr]).toEqual([{ title: "t" }, { unit: "m" }]);
    using copy = fromDataFrame(toDataFrame(table.filter([true, false, true])), path(), quick);
    expect([copy.attr, copy.column("x").attr, String(copy.column("x").dtype)]).toEqual([null, null, "<i2"]);
    using single = fromDataFrame(toSeries(table.column("x")), path(), quick);
    expect([single.column("x").attr, String(single.column("x").dtype)]).toEqual([{ unit: "m" }, "<i2"]);
  });

  it("are asked for their columns of now", () => {
    using table = tableOf({ a: "i2", b: "U2" }, { a: [1, 2], b: ["x", "y"] });
    const df = toDataFrame(table);
    df.drop({ columns: ["b"], inplace: true });
    df.addColumn("c", [0.5, 1.5], { inplace: true });
    using again = fromDataFrame(df, path(), quick);
    expect(Array.from(again.columns(), ([name, { dtype }]) => [name, String(dtype)])).toEqual([
      ["a", "<i2"],
      ["c", "<f8"],
    ]);
    df["a"] = [1, 40_000];
    expect(failure(df)).toHaveProperty(
      "message",
      expect.stringMatching(
        /column "a", row 1: 40000 .*<i2.*; the frame was made of a column of <i2; say dtypes: \{ "a": … \} for another$/,
      ),
    );
    using wider = fromDataFrame(df, path(), { ...quick, dtypes: { a: "i4" } });
    expect(Array.from(wider.column("a"))).toEqual([1, 40_000]);
    using other = fromDataFrame(df.head(1), path(), quick);
    expect(other.column("a").dtype.kind).not.toBe("U");
  });

  it("get their changed names back unless another has them", () => {
    using table = tableOf({ shape: "i2", x: "i2" }, { shape: [1], x: [2] });
    const df = toDataFrame(table, { reserved: "rename" });
    df.rename({ x: "shape" }, { inplace: true });
    using again = fromDataFrame(df, path(), quick);
    expect(again.columnNames).toEqual(["shape_", "shape"]);
    using masked = tableOf({ shape: "U1" }, { shape: ["a"] });
    const holes = toDataFrame(masked, { reserved: "rename" });
    (holes.values as unknown[][])[0] = [null];
    using filled = fromDataFrame(holes, path(), { ...quick, fill: { shape_: "z" } });
    expect(filled.at(0)).toEqual({ shape: "z" });
  });
});

describe("assignDataFrame", () => {
  it("stores columns of the same names in any order, into slices too", () => {
    using table = tableOf(
      { a: "i2", b: "U2", d: ">M8[s]" },
      { a: [1, 2, 3], b: ["x", "y", "z"], d: [1n, 2n, 3n] },
    );
    const df = new DataFrame(
      [
        ["q", new Date(9000), 7],
        ["r", null, 8],
      ],
      { columns: ["b", "d", "a"], index: ["any", "thing"] },
    );
    assignDataFrame(table.slice(null, null, -2), df);
    expect(Array.from(table)).toEqual([
      { a: 8, b: "r", d: null },
      { a: 2, b: "y", d: 2n },
      { a: 7, b: "q", d: 9n },
    ]);
  });

  it("takes back what toDataFrame gave, by every option", () => {
    using table = tableOf({ shape: "i8", d: "M8[ns]" }, { shape: [2n ** 62n, 5n], d: [1n, null] });
    for (const dates of ["string", "number"] as const) {
      const df = toDataFrame(table, { dates, bigint: "bigint", reserved: "rename" });
      table.column("shape").fill(0n);
      table.column("d").fill(null);
      assignDataFrame(table, df);
      expect(Array.from(table)).toEqual([
        { shape: 2n ** 62n, d: 1n },
        { shape: 5n, d: null },
      ]);
    }
    const counted = toDataFrame(table.select(["d"]), { dates: "number" });
    using other = tableOf({ d: "M8[us]" }, { d: [1n, 2n] });
    expect(() => assignDataFrame(other, counted)).toThrow(/column "d", row 0: 1 /);
  });

  it("judges everything before the first byte", () => {
    using table = tableOf({ a: "i2", b: "U2" }, { a: [1, 2], b: ["x", "y"] });
    const before = Array.from(table);
    const rows = (cells: unknown[][], columns = ["a", "b"]) =>
      new DataFrame(cells, { columns, dtypes: columns.map(() => "string") });
    const attempt = (df: DataFrame) => () => assignDataFrame(table, df);
    expect(
      attempt(
        rows([
          [5, "p"],
          [6, "too long"],
        ]),
      ),
    ).toThrow(/column "b", row 1: "too long"/);
    expect(
      attempt(
        rows([
          [5, "p"],
          [6, null],
        ]),
      ),
    ).toThrow(/column "b", row 1: null .*fill/);
    expect(
      attempt(
        rows([
          [5, "p"],
          [Number.NaN, "q"],
        ]),
      ),
    ).toThrow(/column "a", row 1: null/);
    expect(attempt(rows([[5, "p"]]))).toThrow(ShapeError);
    expect(attempt(rows([]))).toThrow(ShapeError);
    expect(attempt(rows([[5], [6]], ["a"]))).toThrow(NotFoundError);
    expect(
      attempt(
        rows(
          [
            [5, "p", 1],
            [6, "q", 1],
          ],
          ["a", "b", "c"],
        ),
      ),
    ).toThrow(/"c"/);
    expect(() => assignDataFrame(table, [] as never)).toThrow(CastError);
    const known = rows([
      [5, "p"],
      [6, null],
    ]);
    expect(() => assignDataFrame(table, known, { fill: { B: "" } })).toThrow(
      /^fill has "B", but there is no such column; did you mean "b"/,
    );
    expect(attempt(known)).toThrow(/say fill: \{ "b": … \} to store a value instead$/);
    expect(Array.from(table)).toEqual(before);
    assignDataFrame(
      table,
      rows([
        [5, "p"],
        [Number.NaN, null],
      ]),
      { fill: { a: -1, b: "" } },
    );
    expect(Array.from(table)).toEqual([
      { a: 5, b: "p" },
      { a: -1, b: "" },
    ]);
    expect(() => assignDataFrame(table.filter([true, false]), rows([[5, "p"]]))).toThrow(ReadOnlyError);
  });

  it("fills by the names in the frame", () => {
    using table = tableOf({ shape: "i2" }, { shape: [1] });
    const df = toDataFrame(table, { reserved: "rename" });
    df["shape_"] = [null];
    expect(() => assignDataFrame(table, df)).toThrow(
      /^column "shape_", row 0: null .* fill: \{ "shape_": … \}/,
    );
    assignDataFrame(table, df, { fill: { shape_: 7 } });
    expect(table.at(0)).toEqual({ shape: 7 });
  });

  it("of no rows, and of a Series", () => {
    using table = tableOf({ a: "f4" }, { a: [1, 2] });
    assignDataFrame(table.slice(0, 0), toDataFrame(table.slice(0, 0)));
    assignDataFrame(table, new Series([0.5, null], { columns: ["a"], dtypes: ["float32"] }));
    expect(Array.from(table.column("a"))).toEqual([0.5, NaN]);
  });
});

describe("examples/dataframe.ts", () => {
  it.runIf(isExampleOfTurn("dataframe"))("runs against the built package", () => {
    const project = fileURLToPath(new URL("../../..", import.meta.url));
    const directory = path("example");
    mkdirSync(directory);
    const tsx = pathToFileURL(join(project, "node_modules/tsx/dist/loader.mjs")).href;
    const printed = execFileSync(
      process.execPath,
      ["--import", tsx, join(project, "examples/dataframe.ts"), "300", directory],
      { encoding: "utf8" },
    );
    expect(printed).toContain("the least delay: 0");
    expect(printed).toContain("the same, cell by cell: true");
    expect(printed).toContain("300 rows × 5 columns");
    expect(printed).toContain("delay_mean");
  });
});

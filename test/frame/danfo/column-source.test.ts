import { DataFrame, Series } from "danfojs-node";
import { describe, expect, it } from "vitest";
import { columnSource, fromDataFrame, toDataFrame, toSeries } from "../../../src/frame/danfo/index.js";
import { frameOf } from "../../../src/group/column-source.js";
import { CastError, type ColumnsOption, DTypeError, MemmapTable, NotFoundError } from "../../../src/index.js";
import { temporaryPaths } from "../../support/temporary.js";

const path = temporaryPaths();
const QUICK = { durability: "process" } as const;

/** A frame of one column. */
const frame = (cells: readonly unknown[], word = "float32") =>
  new DataFrame(
    Array.from(cells, (cell) => [cell]),
    { columns: ["x"], dtypes: [word] },
  );

/** A column's dtype, elements, and marks of nulls. */
function taken(df: DataFrame | Series, name = "x", options: Parameters<typeof columnSource>[1] = {}) {
  const { array, nulls } = frameOf(columnSource(df, options)).column(name);
  return [String(array.dtype), Array.from(array), nulls === undefined ? undefined : [...nulls]];
}

describe("columns of a danfo frame", () => {
  it.each<[string, readonly unknown[], string, string, readonly unknown[], (readonly number[])?]>([
    ["whole numbers that danfo calls int32", [1, -2], "int32", "<i4", [1, -2]],
    ["whole numbers that it calls floats", [1, -2], "float32", "<f8", [1, -2]],
    ["missing numbers", [1, null, NaN, undefined], "int32", "<f8", [1, NaN, NaN, NaN], [0, 1, 0, 1]],
    ["bigints", [1n, null], "int32", "<i8", [1n, 0n], [0, 1]],
    ["booleans", [true, null, false], "boolean", "|b1", [true, false, false], [0, 1, 0]],
    ["Dates", [new Date(5), null], "datetime", "<M8[ms]", [5n, null], [0, 1]],
    ["text", ["a", undefined, "日本語", NaN], "string", "<U3", ["a", "", "日本語", ""], [0, 1, 0, 1]],
    ["nothing, text", [null], "string", "<U1", [""], [1]],
    ["nothing at all", [], "boolean", "|b1", []],
  ])("%s", (_, cells, word, dtype, elements, nulls) => {
    const df = frame(cells, word);
    const before = structuredClone(df.values);
    expect(taken(df)).toEqual([dtype, elements, nulls]);
    expect(df.values).toEqual(before);
    using table = fromDataFrame(df, path(), { ...QUICK, masks: true });
    expect([String(table.column("x").dtype), Array.from(table.column("x"))]).toEqual([dtype, elements]);
  });

  it("are what toDataFrame made them of, by the names of the frame", () => {
    const columns: ColumnsOption = { shape: "i8", day: ">M8[D]", code: "S3", half: "f2", big: ">u4" };
    using table = MemmapTable.create(path(), { rows: 2, columns, ...QUICK });
    table.assign({ shape: [1n, -1n], day: [0n, null], code: ["é", ""], half: [0.5, NaN], big: [1, 2] });
    const df = toDataFrame(table, { reserved: "rename" });
    const source = frameOf(columnSource(df));
    expect(source.names).toEqual(["shape_", "day", "code", "half", "big"]);
    for (const name of source.names) {
      const { array, nulls } = source.column(name);
      const made = table.column(name.replace("_", ""));
      expect(array.dtype).toEqual(made.dtype);
      expect(Array.from(array)).toEqual(Array.from(made));
      expect(nulls === undefined ? undefined : [...nulls]).toEqual(name === "day" ? [0, 1] : undefined);
    }
    expect(taken(toSeries(table.column("big"), { name: "big" }), "big")[0]).toBe(">u4");
  });

  it("become what the options say", () => {
    expect(taken(frame([1, 2]), "x", { dtypes: { x: "i2" } })).toEqual(["<i2", [1, 2], undefined]);
    expect(taken(frame(["é", null], "string"), "x", { strings: "S" })).toEqual(["|S2", ["é", ""], [0, 1]]);
    expect(taken(frame(["a"], "string"), "x", { dtypes: new Map([["x", "U9"]]) })[0]).toBe("<U9");
    expect(() => columnSource(frame([1]), { dtypes: { y: "i2" } })).toThrow(NotFoundError);
    expect(() => taken(frame([1]), "x", { dtypes: { x: "i3" } })).toThrow(DTypeError);
  });

  it("of more rows than are taken at a time", () => {
    const cells = Array.from({ length: 20_000 }, (_, row) => (row % 3 === 0 ? null : "x".repeat(row % 17)));
    const [dtype, elements, nulls] = taken(frame(cells, "string"));
    expect(dtype).toBe("<U16");
    // A difference in one of so many is found by a string at once.
    expect(String(elements) === String(cells.map((cell) => cell ?? ""))).toBe(true);
    expect(String(nulls) === String(cells.map((cell) => (cell === null ? 1 : 0)))).toBe(true);
    const numbers = Array.from({ length: 20_000 }, (_, row) => row / 2);
    const [number, halves] = taken(frame(numbers));
    expect([number, String(halves) === String(numbers)]).toEqual(["<f8", true]);
  });

  it("of a Series, which is a column by its name", () => {
    expect(taken(new Series([1, 2], { columns: ["s"] }), "s").slice(0, 2)).toEqual(["<i4", [1, 2]]);
  });

  it("are made at their first use, once", () => {
    const df = new DataFrame(
      [
        [1, 1],
        ["a", 2],
      ],
      { columns: ["bad", "good"], dtypes: ["int32", "int32"] },
    );
    const source = columnSource(df);
    expect(source.columnNames).toEqual(["bad", "good"]);
    expect(source.length).toBe(2);
    expect(source.column("good")).toBe(source.column("good"));
    expect(() => source.column("bad")).toThrow(CastError);
    expect(() => source.column("bad")).toThrow('column "bad", row 1: "a" is a string');
    expect(() => source.column("goood")).toThrow('did you mean "good"');
    expect(() => source.nulls("none")).toThrow(NotFoundError);
  });

  it("that do not fit what they were made of any more say so", () => {
    using table = MemmapTable.create(path(), { rows: 1, columns: { shape: "i2" }, ...QUICK });
    const df = toDataFrame(table, { reserved: "rename" });
    (df.values as unknown[][])[0] = [0.5];
    expect(() => columnSource(df).column("shape_")).toThrow(
      /column "shape_", row 0: 0.5 .* was made of a column of <i2; say dtypes: \{ "shape_": … \}/,
    );
  });

  it("come from frames of danfo alone", () => {
    expect(() => columnSource({ values: [] } as never)).toThrow(CastError);
    expect(() => frameOf(frame([1]) as never)).toThrow(/not from a DataFrame; columnSource\(\)/);
  });
});

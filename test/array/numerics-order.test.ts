import { describe, expect, it } from "vitest";
import { RecordArray, slice } from "../../src/array/index.js";
import { CastError, DTypeError, IndexError } from "../../src/errors.js";
import { arrayOf, contents, listOf } from "./numerics-arrays.js";

const nan = Number.NaN;

describe("sort and argsort", () => {
  it("go along the last axis, NaN and NaT last", () => {
    const table = arrayOf(
      "f8",
      [2, 3],
      [
        [3, nan, 1],
        [-0, 0, -1],
      ],
    );
    expect(contents(table.sort())).toEqual(["<f8", [2, 3], [1, 3, nan, -1, -0, 0]]);
    expect(contents(table.argsort())).toEqual(["<i8", [2, 3], [2n, 0n, 1n, 2n, 0n, 1n]]);
    expect(contents(listOf("M8[s]", [3n, null, 1n]).sort())[2]).toEqual([1n, 3n, null]);
    expect(contents(listOf("i8", [1n, -(2n ** 63n)]).sort())[2]).toEqual([-(2n ** 63n), 1n]);
    expect(contents(table)[2]).toEqual([3, nan, 1, -0, 0, -1]);
  });

  it("go along any axis, or through all elements", () => {
    const table = arrayOf(
      "i4",
      [2, 3],
      [
        [3, 1, 2],
        [2, 4, 0],
      ],
    );
    expect(contents(table.sort({ axis: 0 }))).toEqual(["<i4", [2, 3], [2, 1, 0, 3, 4, 2]]);
    expect(contents(table.argsort({ axis: -2 }))[2]).toEqual([1n, 0n, 1n, 0n, 1n, 0n]);
    expect(contents(table.sort({ axis: null }))).toEqual(["<i4", [6], [0, 1, 2, 2, 3, 4]]);
    expect(contents(table.argsort({ axis: null }))).toEqual(["<i8", [6], [5n, 1n, 2n, 3n, 0n, 4n]]);
    expect(contents(arrayOf("i4", [], 5).sort({ axis: null }))).toEqual(["<i4", [1], [5]]);
    expect(contents(arrayOf("i4", [2, 0], 0).sort())).toEqual(["<i4", [2, 0], []]);
    expect(() => arrayOf("i4", [], 5).sort()).toThrow(IndexError);
    expect(() => table.argsort({ axis: 2 })).toThrow("array has no axis 2");
  });

  it("are stable", () => {
    const keys = listOf(
      "u1",
      Array.from({ length: 300 }, (_, i) => i % 3),
    );
    const order = [...keys.argsort()].map(Number);
    for (let i = 1; i < 100; i++) expect(order[i]).toBe((order[i - 1] ?? 0) + 3);
  });

  it("order strings, complex numbers and truth values", () => {
    expect(contents(listOf("U2", ["b", "a", "ab", "", "😀", "\uffee"]).sort())[2]).toEqual([
      "",
      "a",
      "ab",
      "b",
      "\uffee",
      "😀",
    ]);
    expect(contents(listOf("S2", ["é", "b", "~"]).argsort())[2]).toEqual([1n, 2n, 0n]);
    expect(
      contents(listOf("c16", [{ re: nan, im: 1 }, { re: 1, im: nan }, 2, { re: 1, im: 1 }]).sort())[2],
    ).toEqual([
      { re: 1, im: 1 },
      { re: 2, im: 0 },
      { re: 1, im: nan },
      { re: nan, im: 1 },
    ]);
    expect(contents(listOf("b1", [true, false]).sort())).toEqual(["|b1", [2], [false, true]]);
  });

  it("keep dtype and byte order, from every layout", () => {
    expect(contents(listOf(">f2", [2.5, -1, nan]).sort())).toEqual([">f2", [3], [-1, 2.5, nan]]);
    expect(contents(listOf(">U1", ["b", "a"]).sort())).toEqual([">U1", [2], ["a", "b"]]);
    const backwards = listOf(">i4", [1, 9, 2, 9, 3]).slice(null, null, -2);
    expect(contents(backwards.sort())).toEqual([">i4", [3], [1, 2, 3]]);
    expect(contents(backwards.argsort())[2]).toEqual([2n, 1n, 0n]);
  });

  it("have no order of records", () => {
    const records = RecordArray.zeros([["x", "f8"]], 1);
    expect(() => records.sort()).toThrow('array of [["x","<f8"]] has no sort'.replace("array", "records"));
    expect(() => records.argsort()).toThrow(DTypeError);
    expect(() => records.unique()).toThrow(DTypeError);
  });
});

describe("unique", () => {
  it("gives the distinct elements in order", () => {
    expect(
      contents(
        arrayOf(
          "i4",
          [2, 2],
          [
            [2, 1],
            [1, 1],
          ],
        ).unique(),
      ),
    ).toEqual(["<i4", [2], [1, 2]]);
    expect(contents(listOf("f8", [nan, 0, -0, nan]).unique())).toEqual(["<f8", [2], [0, nan]]);
    expect(contents(listOf("M8[s]", [null, 3n, null]).unique())[2]).toEqual([3n, null]);
    expect(contents(listOf("U1", ["b", "a", "b"]).unique())).toEqual(["<U1", [2], ["a", "b"]]);
    expect(contents(listOf(">f2", [2, 1, 2]).unique())).toEqual([">f2", [2], [1, 2]]);
    expect(contents(listOf("b1", [true, true]).unique())).toEqual(["|b1", [1], [true]]);
    expect(contents(listOf("c8", [2, { re: nan, im: 1 }, { re: 1, im: nan }, 2]).unique())[1]).toEqual([2]);
    expect(contents(listOf("i8", []).unique())).toEqual(["<i8", [0], []]);
  });

  it("gives first places, inverse and counts where asked", () => {
    const table = arrayOf(
      "i4",
      [2, 2],
      [
        [2, 1],
        [1, 1],
      ],
    );
    const { values, index, inverse, counts } = table.unique({ index: true, inverse: true, counts: true });
    expect(contents(values)[2]).toEqual([1, 2]);
    expect(contents(index)).toEqual(["<i8", [2], [1n, 0n]]);
    expect(contents(inverse)).toEqual(["<i8", [2, 2], [1n, 0n, 0n, 0n]]);
    expect(contents(counts)).toEqual(["<i8", [2], [3n, 1n]]);
    expect(Object.keys(table.unique({ counts: true }))).toEqual(["values", "counts"]);
    expect(Object.keys(table.unique({}))).toEqual(["values"]);
    const transposed = table.view(slice(null, null, -1)).unique({ inverse: true });
    expect(contents(transposed.inverse)).toEqual(["<i8", [2, 2], [0n, 0n, 1n, 0n]]);
  });
});

describe("cumsum", () => {
  it("flattens, or goes along an axis, in NumPy's dtype", () => {
    const table = arrayOf(
      "i4",
      [2, 2],
      [
        [1, 2],
        [3, 4],
      ],
    );
    expect(contents(table.cumsum())).toEqual(["<i8", [4], [1n, 3n, 6n, 10n]]);
    expect(contents(table.cumsum({ axis: 0 }))).toEqual(["<i8", [2, 2], [1n, 2n, 4n, 6n]]);
    expect(contents(table.cumsum({ axis: -1 }))).toEqual(["<i8", [2, 2], [1n, 3n, 3n, 7n]]);
    expect(contents(listOf("u1", [255, 255]).cumsum())).toEqual(["<u8", [2], [255n, 510n]]);
    expect(contents(listOf("b1", [true, true]).cumsum())).toEqual(["<i8", [2], [1n, 2n]]);
    expect(contents(listOf(">f4", [0.5, 1]).cumsum())).toEqual(["<f4", [2], [0.5, 1.5]]);
    expect(contents(listOf("c8", [{ re: 1, im: 1 }, 2]).cumsum())[2]).toEqual([
      { re: 1, im: 1 },
      { re: 3, im: 1 },
    ]);
    expect(contents(arrayOf("f8", [], 3).cumsum())).toEqual(["<f8", [1], [3]]);
    expect(contents(arrayOf("f8", [2, 0], 3).cumsum({ axis: 0 }))).toEqual(["<f8", [2, 0], []]);
    expect(() => table.cumsum({ axis: 2 })).toThrow(IndexError);
  });

  it("rounds halves and singles at each step", () => {
    expect(contents(listOf("f2", [2048, 1, 1]).cumsum())).toEqual(["<f2", [3], [2048, 2048, 2048]]);
    expect(contents(listOf("f4", [2 ** 24, 1, 1]).cumsum())[2]).toEqual([2 ** 24, 2 ** 24, 2 ** 24]);
  });

  it("lets NaN and NaT through, or counts them as zero", () => {
    expect(contents(listOf("f8", [1, nan, 2]).cumsum())[2]).toEqual([1, nan, nan]);
    expect(contents(listOf("f8", [1, nan, 2]).cumsum({ skipNaN: true }))[2]).toEqual([1, 1, 3]);
    expect(contents(listOf("f2", [1, nan, 2]).cumsum({ skipNaN: true }))[2]).toEqual([1, 1, 3]);
    expect(contents(listOf("m8[s]", [1n, null, 4n]).cumsum())).toEqual(["<m8[s]", [3], [1n, null, null]]);
    expect(contents(listOf("m8[s]", [1n, null, 4n]).cumsum({ skipNaN: true }))[2]).toEqual([1n, 1n, 5n]);
    const table = arrayOf(
      "m8[s]",
      [2, 2],
      [
        [null, 1n],
        [2n, 3n],
      ],
    );
    expect(contents(table.cumsum({ axis: 0 }))[2]).toEqual([null, 1n, null, 4n]);
    expect(contents(table.cumsum({ axis: 1 }))[2]).toEqual([null, null, 2n, 5n]);
  });

  it("refuses what leaves 64 bits, which NumPy wraps around", () => {
    const top = 2n ** 63n - 1n;
    expect(() => listOf("i8", [top, 1n]).cumsum()).toThrow(CastError);
    expect(() => listOf("i8", [top, 1n]).cumsum()).toThrow("cumsum of array leaves 64 bits where 1 is added");
    expect(() => listOf("i8", [-top, -2n]).cumsum()).toThrow(CastError);
    expect(contents(listOf("i8", [top, -top, -top, -1n, top]).cumsum())[2]).toEqual([
      top,
      0n,
      -top,
      -top - 1n,
      -1n,
    ]);
    expect(() => listOf("u8", [2n ** 63n, 2n ** 63n]).cumsum()).toThrow(CastError);
    expect(() => listOf("u8", [2n ** 64n - 1n, 1n]).cumsum()).toThrow(CastError);
    expect(contents(listOf("u8", [2n ** 63n, 2n ** 63n - 1n]).cumsum())[2]).toEqual([
      2n ** 63n,
      2n ** 64n - 1n,
    ]);
    expect(() => listOf("m8[s]", [top, 1n]).cumsum()).toThrow(CastError);
    const table = arrayOf(
      "i8",
      [2, 2],
      [
        [top, 1n],
        [1n, 1n],
      ],
    );
    expect(() => table.cumsum({ axis: 0 })).toThrow(CastError);
    expect(() => table.cumsum({ axis: 1 })).toThrow(CastError);
    expect(contents(table.slice(1).cumsum({ axis: 0 }))[2]).toEqual([1n, 1n]);
  });

  it("has no dates and strings", () => {
    expect(() => Reflect.apply(listOf("f8", []).cumsum, listOf("M8[s]", [1n]), [])).toThrow("has no cumsum");
    expect(() => Reflect.apply(listOf("f8", []).cumsum, listOf("U1", ["a"]), [])).toThrow(DTypeError);
  });
});

describe("map", () => {
  it("gives a writable array of what the function gives, in C order", () => {
    const table = arrayOf(
      "i4",
      [2, 2],
      [
        [1, 2],
        [3, 4],
      ],
    );
    const places: number[] = [];
    const mapped = table.view(slice(null, null, -1)).map((value, index) => {
      places.push(index);
      return value > 2;
    }, "b1");
    expect(contents(mapped)).toEqual(["|b1", [2, 2], [true, true, false, false]]);
    expect(places).toEqual([0, 1, 2, 3]);
    mapped.set([0, 0], false);
    expect(mapped.at(0, 0)).toBe(false);
    expect(contents(listOf("U3", ["ab", "c"]).map((text) => text.length, "u1"))).toEqual([
      "|u1",
      [2],
      [2, 1],
    ]);
    expect(contents(listOf("M8[s]", [1n, null]).map((count) => count, "M8[s]"))[2]).toEqual([1n, null]);
    expect(contents(listOf(">f2", [1.5]).map((x) => x * 2, ">f8"))).toEqual([">f8", [1], [3]]);
    const records = RecordArray.from(
      [{ x: 1, y: 2 }],
      [
        ["x", "f8"],
        ["y", "f8"],
      ],
    );
    expect(contents(records.map(({ x, y }) => x + y, "f8"))[2]).toEqual([3]);
  });

  it("judges each value as an assignment", () => {
    const table = arrayOf(
      "i4",
      [2, 2],
      [
        [1, 2],
        [3, 400],
      ],
    );
    expect(() => table.map((value) => value, "u1")).toThrow(CastError);
    expect(() => table.map((value) => value, "u1")).toThrow("map of array, row 1: 400 is outside |u1");
    expect(() => table.map(() => "a" as never, "f8")).toThrow('row 0: "a" is no number');
    expect(() =>
      table.map(() => {
        throw new RangeError("mine");
      }, "f8"),
    ).toThrow(RangeError);
  });
});

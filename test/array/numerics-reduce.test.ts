import { describe, expect, it } from "vitest";
import { RecordArray, slice, wrap } from "../../src/array/index.js";
import { parseDType } from "../../src/dtype/index.js";
import { CastError, DTypeError, IndexError, ReadOnlyError, ShapeError } from "../../src/errors.js";
import { arrayOf, contents, listOf } from "./numerics-arrays.js";

const nan = Number.NaN;

describe("sum", () => {
  it("of integers is exact, rounded once for those of up to 32 bits and a bigint for 64", () => {
    expect(listOf("i4", [1, -2, 5]).sum()).toBe(4);
    expect(listOf("i8", [2n ** 62n, 2n ** 62n]).sum()).toBe(2n ** 63n);
    expect(listOf("u8", [2n ** 64n - 1n, 2n ** 64n - 1n]).sum()).toBe(2n ** 65n - 2n);
    expect(listOf("u1", [255, 255]).sum()).toBe(510);
  });

  it("of truth values counts, whatever bytes stand for true", () => {
    expect(listOf("b1", [true, false, true]).sum()).toBe(2);
    const bytes = Uint8Array.of(0, 1, 2, 255);
    const odd = wrap(
      { dtype: parseDType("b1"), layout: { shape: [4], strides: [1], offset: 0 }, bytes },
      false,
    );
    expect(odd.sum()).toBe(3);
    expect(odd.mean()).toBe(0.75);
    expect(odd.argmax()).toBe(1);
    expect(odd.max()).toBe(true);
    expect(contents(odd.eq(true))[2]).toEqual([false, true, true, true]);
    expect(odd.sort().values).toEqual(Uint8Array.of(0, 1, 1, 1));
  });

  it("of floats is rounded to their own precision", () => {
    expect(listOf("f8", [0.1, 0.2, 0.3]).sum()).toBeCloseTo(0.6, 15);
    expect(listOf("f4", [0.1, 0.2]).sum()).toBe(Math.fround(Math.fround(0.1) + Math.fround(0.2)));
    expect(listOf("f2", [60000, 60000]).sum()).toBe(Number.POSITIVE_INFINITY);
    expect(listOf("f2", [1, 2 ** -11]).sum()).toBe(1);
    expect(
      listOf("c8", [
        { re: 1, im: 2 },
        { re: 0.1, im: -5 },
      ]).sum(),
    ).toEqual({ re: Math.fround(1.1), im: -3 });
  });

  it("lets NaN through, or leaves it out", () => {
    const values = listOf("f8", [1, nan, 2]);
    expect(values.sum()).toBe(nan);
    expect(values.sum({ skipNaN: true })).toBe(3);
    expect(listOf("f4", [nan]).sum({ skipNaN: true })).toBe(0);
    expect(listOf("c16", [{ re: nan, im: 1 }, 3]).sum({ skipNaN: true })).toEqual({ re: 3, im: 0 });
  });

  it("of durations is a count, null for NaT; dates have none", () => {
    expect(listOf("m8[s]", [1n, 2n]).sum()).toBe(3n);
    expect(listOf("m8[s]", [1n, null]).sum()).toBe(null);
    expect(listOf("m8[s]", [1n, null]).sum({ skipNaN: true })).toBe(1n);
    expect(() => Reflect.apply(listOf("f8", []).sum, listOf("M8[s]", [1n]), [])).toThrow(
      "array of <M8[s] has no sum; dates have comparisons",
    );
  });

  it("of nothing is 0", () => {
    expect(listOf("f4", []).sum()).toBe(0);
    expect(listOf("i8", []).sum()).toBe(0n);
    expect(listOf("m8[s]", []).sum()).toBe(0n);
    expect(listOf("c8", []).sum()).toEqual({ re: 0, im: 0 });
    expect(contents(arrayOf("f8", [0, 2], 0).sum({ axis: 0 }))).toEqual(["<f8", [2], [0, 0]]);
  });

  it("along an axis has NumPy's dtype", () => {
    const sums = (dtype: string) =>
      contents(
        arrayOf(dtype, [2, 2], [
          [1, 2],
          [3, 4],
        ] as never).sum({ axis: 0 }),
      );
    for (const dtype of ["i1", "i2", "i4", "i8", ">i4"]) expect(sums(dtype)).toEqual(["<i8", [2], [4n, 6n]]);
    for (const dtype of ["u1", "u2", "u4", "u8"]) expect(sums(dtype)).toEqual(["<u8", [2], [4n, 6n]]);
    for (const dtype of ["f2", "f4", "f8"]) expect(sums(dtype)).toEqual([`<${dtype}`, [2], [4, 6]]);
    expect(sums(">f4")).toEqual(["<f4", [2], [4, 6]]);
    expect(contents(arrayOf("b1", [2, 1], true).sum({ axis: -2 }))).toEqual(["<i8", [1], [2n]]);
    expect(contents(arrayOf("m8[D]", [2, 1], 4n).sum({ axis: 0 }))).toEqual(["<m8[D]", [1], [8n]]);
  });

  it("along an axis refuses what leaves 64 bits, which NumPy wraps around", () => {
    const large = arrayOf(
      "i8",
      [2, 2],
      [
        [1n, 2n ** 62n],
        [2n, 2n ** 62n],
      ],
    );
    expect(() => large.sum({ axis: 0 })).toThrow(CastError);
    expect(() => large.sum({ axis: 0 })).toThrow("sum 1 of array: 9223372036854775808n is outside <i8");
    expect(contents(large.sum({ axis: 1 }))[2]).toEqual([2n ** 62n + 1n, 2n ** 62n + 2n]);
    expect(() => arrayOf("m8[s]", [2, 1], 2n ** 62n).sum({ axis: 0 })).toThrow(CastError);
  });

  it("along an axis is exact where a number would not be", () => {
    const rows = 2 ** 21 + 1;
    const large = arrayOf("u4", [rows, 1], 2 ** 32 - 1);
    expect(large.sum({ axis: 0 }).at(0)).toBe(BigInt(rows) * (2n ** 32n - 1n));
    expect(large.sum()).toBe(Number(BigInt(rows) * (2n ** 32n - 1n)));
  });

  it("takes several axes, and keeps them where asked", () => {
    const cube = arrayOf(
      "i4",
      [2, 2, 3],
      [
        [
          [0, 1, 2],
          [3, 4, 5],
        ],
        [
          [6, 7, 8],
          [9, 10, 11],
        ],
      ],
    );
    expect(contents(cube.sum({ axis: [0, 2] }))).toEqual(["<i8", [2], [24n, 42n]]);
    expect(contents(cube.sum({ axis: [-1, 0], keepdims: true }))).toEqual(["<i8", [1, 2, 1], [24n, 42n]]);
    expect(contents(cube.sum({ keepdims: true }))).toEqual(["<i8", [1, 1, 1], [66n]]);
    expect(contents(cube.sum({ axis: [0, 1, 2] }))).toEqual(["<i8", [], [66n]]);
    expect(contents(cube.view(0).sum({ axis: [] }))).toEqual(["<i8", [2, 3], [0n, 1n, 2n, 3n, 4n, 5n]]);
    expect(cube.sum({ axis: null })).toBe(66);
  });

  it("names axes that are not there", () => {
    const square = arrayOf("f8", [2, 2], 1);
    expect(() => square.sum({ axis: 2 })).toThrow("array has no axis 2; valid are -2 to 1");
    expect(() => square.sum({ axis: -3 })).toThrow(IndexError);
    expect(() => square.sum({ axis: [0, -2] })).toThrow("axis 0 of array is named twice");
    expect(() => square.sum({ axis: 0.5 })).toThrow("an axis of array is a whole number, not 0.5");
    expect(() => arrayOf("f8", [], 1).sum({ axis: 0 })).toThrow("array has no axis 0; it has none");
  });

  it("gives arrays of memory of their own", () => {
    const square = arrayOf("f8", [2, 2], 1);
    const sums = square.sum({ axis: 0 });
    sums.set(0, 7);
    expect(sums.at(0)).toBe(7);
    expect(contents(square)[2]).toEqual([1, 1, 1, 1]);
    expect(() => square.take([0]).assign(1 as never)).toThrow(ReadOnlyError);
  });
});

describe("mean", () => {
  it("is a double for integers and truth values, the floats' own type otherwise", () => {
    expect(listOf("i4", [1, 2]).mean()).toBe(1.5);
    expect(listOf("u8", [2n ** 63n, 2n ** 63n + 2n]).mean()).toBe(2 ** 63);
    expect(listOf("i8", [-1n, -2n]).mean()).toBe(-1.5);
    expect(listOf("b1", [true, false]).mean()).toBe(0.5);
    expect(listOf("f2", [1, 2, 4]).mean()).toBe(2.333984375);
    expect(listOf("f4", [1, 2, 4]).mean()).toBe(Math.fround(7 / 3));
    expect(listOf("c16", [{ re: 1, im: 2 }, 3]).mean()).toEqual({ re: 2, im: 1 });
    expect(contents(arrayOf("u1", [1, 2], [[1, 2]]).mean({ axis: 0 }))).toEqual(["<f8", [2], [1, 2]]);
    expect(contents(arrayOf("f2", [1, 2], [[1, 2]]).mean({ axis: 0 }))).toEqual(["<f2", [2], [1, 2]]);
    expect(contents(arrayOf("c8", [1, 1], 2).mean({ axis: 0 }))).toEqual(["<c8", [1], [{ re: 2, im: 0 }]]);
  });

  it("of halves does not overflow on the way", () => {
    expect(listOf("f2", [60000, 60000]).mean()).toBe(60000);
  });

  it("cuts durations towards zero, as NumPy", () => {
    expect(listOf("m8[s]", [1n, 2n, 4n]).mean()).toBe(2n);
    expect(listOf("m8[s]", [-1n, -2n, -5n]).mean()).toBe(-2n);
    expect(listOf("m8[s]", [1n, null]).mean()).toBe(null);
    expect(listOf("m8[s]", [4n, null, 5n]).mean({ skipNaN: true })).toBe(4n);
    expect(listOf("m8[s]", [2n ** 62n, 2n ** 62n]).mean()).toBe(2n ** 62n);
  });

  it("of nothing is NaN, and of what skipNaN leaves", () => {
    expect(listOf("f4", []).mean()).toBe(nan);
    expect(listOf("i8", []).mean()).toBe(nan);
    expect(listOf("c8", []).mean()).toEqual({ re: nan, im: nan });
    expect(listOf("m8[s]", []).mean()).toBe(null);
    expect(listOf("f8", [nan, 4, 6]).mean({ skipNaN: true })).toBe(5);
    expect(listOf("f8", [nan]).mean({ skipNaN: true })).toBe(nan);
    expect(contents(arrayOf("i4", [2, 0], 0).mean({ axis: 1 }))).toEqual(["<f8", [2], [nan, nan]]);
  });
});

describe("var and std", () => {
  it("divide by the count less ddof", () => {
    const values = listOf("f8", [1, 2, 4]);
    expect(values.var()).toBeCloseTo(14 / 9, 15);
    expect(values.var({ ddof: 1 })).toBeCloseTo(7 / 3, 15);
    expect(values.std({ ddof: 1 })).toBeCloseTo(Math.sqrt(7 / 3), 15);
    expect(listOf("i8", [1n, 3n]).var()).toBe(1);
    expect(listOf("b1", [true, false]).var()).toBe(0.25);
    expect(listOf("f2", [1, 2, 4]).var()).toBe(1.5556640625);
    expect(listOf("c8", [{ re: 1, im: 2 }, 3]).std()).toBe(Math.fround(Math.SQRT2));
    expect(contents(arrayOf("c16", [2, 1], [[{ re: 1, im: 2 }], [3]]).var({ axis: 0 }))).toEqual([
      "<f8",
      [1],
      [2],
    ]);
    expect(contents(arrayOf("c8", [2, 1], [[{ re: 1, im: 2 }], [3]]).var({ axis: 0 }))).toEqual([
      "<f4",
      [1],
      [2],
    ]);
    expect(contents(arrayOf("i4", [2, 1], [[1], [3]]).std({ axis: 0 }))).toEqual(["<f8", [1], [1]]);
  });

  it("lose no digits to a large mean", () => {
    expect(listOf("f8", [1e9 + 1, 1e9 + 2, 1e9 + 3]).var()).toBeCloseTo(2 / 3, 12);
    const many = listOf(
      "f8",
      Array.from({ length: 10_000 }, (_, i) => 1e9 + (i % 2)),
    );
    expect(many.var()).toBeCloseTo(0.25, 10);
  });

  it("are infinite or NaN where ddof leaves nothing, as NumPy's var and nanvar", () => {
    expect(listOf("f8", [1]).var({ ddof: 1 })).toBe(nan);
    expect(listOf("f8", [1, 2]).var({ ddof: 2 })).toBe(Number.POSITIVE_INFINITY);
    expect(listOf("f8", [1, 2]).var({ ddof: 3 })).toBe(Number.POSITIVE_INFINITY);
    expect(listOf("f8", [1, 2]).var({ ddof: 2, skipNaN: true })).toBe(nan);
    expect(listOf("i4", [1, 2]).var({ ddof: 2, skipNaN: true })).toBe(Number.POSITIVE_INFINITY);
    expect(listOf("f8", []).std()).toBe(nan);
  });

  it("leave NaN out where asked", () => {
    expect(listOf("f8", [1, nan, 3]).var()).toBe(nan);
    expect(listOf("f8", [1, nan, 3]).std({ skipNaN: true })).toBe(1);
  });
});

describe("min and max", () => {
  it("give the element", () => {
    expect(listOf("i2", [3, -7, 5]).min()).toBe(-7);
    expect(listOf("u8", [3n, 2n ** 63n]).max()).toBe(2n ** 63n);
    expect(listOf(">f2", [1.5, -0.5]).min()).toBe(-0.5);
    expect(listOf("b1", [true, false]).min()).toBe(false);
    expect(listOf("c8", [{ re: 1, im: 5 }, { re: 1, im: -5 }, 2]).min()).toEqual({ re: 1, im: -5 });
    expect(listOf("M8[D]", [5n, 3n]).min()).toBe(3n);
  });

  it("order strings by code point and bytes", () => {
    expect(listOf("U2", ["b", "é", "😀", "\uffee"]).max()).toBe("😀");
    expect(listOf("U2", ["b", "", "a"]).min()).toBe("");
    expect(listOf(">U2", ["ab", "a", "b"]).max()).toBe("b");
    expect(listOf("S3", ["ab", "é", "z"]).max()).toBe("é");
    expect(
      contents(
        arrayOf(
          "U2",
          [2, 2],
          [
            ["b", "a"],
            ["ab", "c"],
          ],
        ).min({ axis: 1 }),
      ),
    ).toEqual(["<U2", [2], ["a", "ab"]]);
  });

  it("let NaN and NaT through, or leave them out", () => {
    expect(listOf("f4", [1, nan, 0]).max()).toBe(nan);
    expect(listOf("f4", [1, nan, 0]).max({ skipNaN: true })).toBe(1);
    expect(listOf("f8", [nan, nan]).min({ skipNaN: true })).toBe(nan);
    expect(listOf("M8[s]", [1n, null]).min()).toBe(null);
    expect(listOf("M8[s]", [1n, null]).max({ skipNaN: true })).toBe(1n);
    expect(listOf("m8[s]", [null]).max({ skipNaN: true })).toBe(null);
    expect(listOf("c8", [{ re: 0, im: nan }]).min({ skipNaN: true })).toEqual({ re: nan, im: nan });
    expect(listOf("c8", [1, { re: 2, im: nan }, { re: nan, im: 0 }]).max()).toEqual({ re: 2, im: nan });
  });

  it("keep the dtype along an axis", () => {
    const floats = arrayOf(
      ">f4",
      [2, 2],
      [
        [1, 5],
        [nan, 2],
      ],
    );
    expect(contents(floats.min({ axis: 0 }))).toEqual(["<f4", [2], [nan, 2]]);
    expect(contents(floats.max({ axis: 0, skipNaN: true }))).toEqual(["<f4", [2], [1, 5]]);
    expect(
      contents(
        arrayOf(
          "b1",
          [2, 2],
          [
            [true, false],
            [true, true],
          ],
        ).min({ axis: 0, keepdims: true }),
      ),
    ).toEqual(["|b1", [1, 2], [true, false]]);
    expect(contents(arrayOf("M8[s]", [1, 2], [[1n, null]]).max({ axis: 1 }))).toEqual([
      "<M8[s]",
      [1],
      [null],
    ]);
  });

  it("need elements", () => {
    expect(() => listOf("f8", []).min()).toThrow("min of no elements has no result; array has shape (0,)");
    expect(() => listOf("U1", []).max()).toThrow(ShapeError);
    expect(() => listOf("f8", []).max({ skipNaN: true })).toThrow(ShapeError);
    expect(() => arrayOf("f8", [0, 3], 0).min({ axis: 0 })).toThrow(ShapeError);
    expect(contents(arrayOf("f8", [0, 3], 0).min({ axis: 1 }))).toEqual(["<f8", [0], []]);
  });
});

describe("argmin and argmax", () => {
  it("give the first place, in C order or along an axis", () => {
    const table = arrayOf(
      "f8",
      [2, 3],
      [
        [4, 1, 9],
        [1, 9, 0],
      ],
    );
    expect(table.argmin()).toBe(5);
    expect(table.argmax()).toBe(2);
    expect(contents(table.argmin({ axis: 0 }))).toEqual(["<i8", [3], [1n, 0n, 1n]]);
    expect(contents(table.argmax({ axis: -1, keepdims: true }))).toEqual(["<i8", [2, 1], [2n, 1n]]);
    expect(contents(table.argmin({ keepdims: true }))).toEqual(["<i8", [1, 1], [5n]]);
    expect(table.view(slice(null, null, -1)).argmin()).toBe(2);
    expect(listOf("U1", ["b", "a", "a"]).argmin()).toBe(1);
    expect(listOf("b1", [true, false]).argmin()).toBe(1);
  });

  it("give the place of the first NaN, or leave NaN out", () => {
    expect(listOf("f8", [1, nan, nan]).argmin()).toBe(1);
    expect(listOf("f8", [nan, 3, 2]).argmin({ skipNaN: true })).toBe(2);
    expect(listOf("M8[s]", [1n, null, 0n]).argmax()).toBe(1);
    // NumPy's nanargmin counts NaN as infinity, and gives 0.
    expect(listOf("f8", [nan, Number.POSITIVE_INFINITY]).argmin({ skipNaN: true })).toBe(1);
  });

  it("need elements that are not NaN", () => {
    expect(() => listOf("f8", []).argmin()).toThrow("argmin of no elements has no result");
    expect(() => listOf("f8", [nan]).argmax({ skipNaN: true })).toThrow(
      "argmax of nothing but NaN has no place",
    );
    expect(() => arrayOf("f8", [2, 1], [[nan], [1]]).argmin({ axis: 1, skipNaN: true })).toThrow(ShapeError);
  });
});

describe("any, all and countNonzero", () => {
  it("judge truth as NumPy", () => {
    expect(listOf("f8", [0, -0]).any()).toBe(false);
    expect(listOf("f8", [0, nan]).any()).toBe(true);
    expect(listOf("c8", [{ re: 0, im: 1 }]).all()).toBe(true);
    expect(listOf("i8", [1n, 0n]).all()).toBe(false);
    expect(listOf("M8[s]", [0n, 2n, null]).countNonzero()).toBe(2);
    expect(listOf("m8[s]", [0n, null]).any()).toBe(true);
    expect(listOf("f2", [0, 1]).countNonzero()).toBe(1);
  });

  it("take strings as true that are not empty", () => {
    expect(listOf("U1", [" ", "0", ""]).countNonzero()).toBe(2);
    expect(listOf("S2", ["", "a"]).any()).toBe(true);
    expect(listOf("U2", ["", "a"]).all()).toBe(false);
    expect(
      contents(
        arrayOf(
          "U2",
          [2, 2],
          [
            ["", "a"],
            ["", "b"],
          ],
        ).any({ axis: 0 }),
      ),
    ).toEqual(["|b1", [2], [false, true]]);
  });

  it("of nothing are false, true and 0", () => {
    const none = arrayOf("f8", [2, 0], 0);
    expect([none.any(), none.all(), none.countNonzero()]).toEqual([false, true, 0]);
    expect(contents(none.any({ axis: 1 }))).toEqual(["|b1", [2], [false, false]]);
    expect(contents(none.all({ axis: 1 }))).toEqual(["|b1", [2], [true, true]]);
    expect(contents(none.all({ axis: 0 }))).toEqual(["|b1", [0], []]);
  });

  it("count along an axis", () => {
    const table = arrayOf(
      "i4",
      [2, 2],
      [
        [1, 0],
        [1, 1],
      ],
    );
    expect(contents(table.countNonzero({ axis: 0 }))).toEqual(["<i8", [2], [2n, 1n]]);
    expect(contents(table.all({ keepdims: true }))).toEqual(["|b1", [1, 1], [false]]);
  });
});

describe("dtypes without an operation", () => {
  it("say what they have instead", () => {
    const records = RecordArray.from([{ x: 1 }], [["x", "f8"]]);
    const sum = (array: unknown) => Reflect.apply(records.sum, array, []);
    expect(() => sum(records)).toThrow(DTypeError);
    expect(() => sum(records)).toThrow('records are taken by field, such as field("x")');
    expect(records.field("x").sum()).toBe(1);
    expect(() => sum(listOf("U1", ["a"]))).toThrow("array of <U1 has no sum; strings have comparisons");
    expect(() => Reflect.apply(records.std, listOf("m8[s]", [1n]), [])).toThrow("array of <m8[s] has no std");
    expect(() => Reflect.apply(records.min, listOf("V2", [Uint8Array.of(1, 2)]), [])).toThrow(
      "array of |V2 has no min",
    );
    expect(() => Reflect.apply(records.any, records, [])).toThrow(DTypeError);
    expect(() => Reflect.apply(records.argmax, records, [])).toThrow(DTypeError);
  });
});

describe("layouts", () => {
  it("are all the same: strided, backwards, transposed, unaligned, big-endian", () => {
    const numbers = Array.from({ length: 12 }, (_, i) => [i, i * 10, -i]);
    for (const dtype of ["f8", ">f8", "i4", ">i2", "f4"] as const) {
      const table = arrayOf(dtype, [12, 3], numbers);
      const part = table.view(slice(null, null, -2), slice(null, null, 2));
      expect(Number(part.sum())).toBe(0);
      expect(Number(part.max())).toBe(11);
      expect(part.argmax()).toBe(0);
      expect(contents(part.max({ axis: 0 }))[2]).toEqual([11, -1]);
      expect(contents(part.sum({ axis: 1 }))[2].map(Number)).toEqual([0, 0, 0, 0, 0, 0]);
    }
    const records = RecordArray.from(
      numbers.map(([x, y]) => ({ pad: 0, x: x ?? 0, y: y ?? 0 })),
      [
        ["pad", "u1"],
        ["x", "f8"],
        ["y", "i4"],
      ],
    );
    expect(records.field("x").sum()).toBe(66);
    expect(records.field("y").slice(null, null, -3).max()).toBe(110);
    expect(records.field("y").mean()).toBe(55);
  });
});

import { describe, expect, it } from "vitest";
import { RecordArray, slice, wrap } from "../../src/array/index.js";
import { parseDType } from "../../src/dtype/index.js";
import { CastError, DTypeError, ShapeError } from "../../src/errors.js";
import { arrayOf, contents, listOf } from "./numerics-arrays.js";

const nan = Number.NaN;
type Mask = ReturnType<ReturnType<typeof listOf>["isnan"]>;
const bits = (mask: Mask) => [...mask.values];

describe("comparisons with one value", () => {
  it("give masks of the same shape", () => {
    const table = arrayOf(
      "f8",
      [2, 3],
      [
        [1, 5, 3],
        [4, nan, 6],
      ],
    );
    expect(contents(table.gt(3))).toEqual(["|b1", [2, 3], [false, true, false, true, false, true]]);
    expect(bits(table.eq(3))).toEqual([0, 0, 1, 0, 0, 0]);
    expect(bits(table.ne(3))).toEqual([1, 1, 0, 1, 1, 1]);
    expect(bits(table.lt(3))).toEqual([1, 0, 0, 0, 0, 0]);
    expect(bits(table.le(3))).toEqual([1, 0, 1, 0, 0, 0]);
    expect(bits(table.ge(3))).toEqual([0, 1, 1, 1, 0, 1]);
    expect(bits(table.view(slice(null, null, -1)).gt(3))).toEqual([1, 0, 1, 0, 1, 0]);
    expect(contents(arrayOf("f8", [], 2).lt(3))).toEqual(["|b1", [], [true]]);
    expect(contents(table.slice(2).lt(3))).toEqual(["|b1", [0, 3], []]);
  });

  it("are exact whatever the types", () => {
    expect(bits(listOf("i8", [2n ** 53n + 1n, 2n ** 53n]).eq(2 ** 53))).toEqual([0, 1]);
    expect(bits(listOf("u8", [2n ** 64n - 1n]).gt(-1))).toEqual([1]);
    expect(bits(listOf("i4", [1]).lt(10n ** 30n))).toEqual([1]);
    expect(bits(listOf("f8", [1]).lt(10n ** 400n))).toEqual([1]);
    expect(bits(listOf("u1", [1, 2]).gt(1.5))).toEqual([0, 1]);
    expect(bits(listOf("f4", [0.1]).eq(Float64Array.of(0.1)))).toEqual([0]);
    expect(bits(listOf(">f2", [1.5, -0]).le(0))).toEqual([0, 1]);
    expect(bits(listOf("b1", [true, false]).eq(1))).toEqual([1, 0]);
    expect(bits(listOf("i4", [0, 1]).eq(true))).toEqual([0, 1]);
  });

  it("round a number to the floats it is compared with, as NumPy 2", () => {
    expect(bits(listOf("f4", [0.1]).eq(0.1))).toEqual([1]);
    expect(bits(listOf("f2", [0.1]).eq(0.1))).toEqual([1]);
    expect(bits(listOf("f4", [0.1]).between(0.1, 0.1))).toEqual([1]);
    expect(bits(listOf("f4", [2 ** 24]).eq(2 ** 24 + 1))).toEqual([1]);
    expect(bits(listOf("f4", [2 ** 24]).eq(2n ** 24n + 1n))).toEqual([0]);
    expect(bits(listOf("f4", [0.1, 1]).lt(1e40))).toEqual([1, 1]);
    expect(bits(listOf("c8", [{ re: 0.1, im: 0 }]).eq(0.1))).toEqual([1]);
    expect(bits(listOf("i4", [1]).eq(1.5))).toEqual([0]);
  });

  it("order complex numbers by real, then imaginary part", () => {
    const values = listOf("c16", [{ re: 1, im: 1 }, 2, { re: nan, im: 0 }]);
    expect(bits(values.lt(1))).toEqual([0, 0, 0]);
    expect(bits(values.gt({ re: 1, im: 0 }))).toEqual([1, 1, 0]);
    expect(bits(values.eq(2n))).toEqual([0, 1, 0]);
    expect(bits(values.ne(true))).toEqual([1, 1, 1]);
    expect(bits(listOf("i4", [1, 2]).lt({ re: 1, im: 1 }))).toEqual([1, 0]);
    expect(bits(listOf("i8", [1n, 2n]).ge({ re: 2, im: 0 }))).toEqual([0, 1]);
    expect(bits(listOf(">c8", [1, { re: 1, im: 2 }]).eq({ re: 1, im: 2 }))).toEqual([0, 1]);
  });

  it("do not round a bigint beside complex numbers", () => {
    const values = listOf("c16", [2 ** 53, 2 ** 53 + 2, { re: 2 ** 53 + 2, im: 1 }]);
    expect(bits(values.eq(2n ** 53n + 1n))).toEqual([0, 0, 0]);
    expect(bits(values.ne(2n ** 53n + 1n))).toEqual([1, 1, 1]);
    expect(bits(values.lt(2n ** 53n + 1n))).toEqual([1, 0, 0]);
    expect(bits(values.ge(2n ** 53n + 3n))).toEqual([0, 0, 0]);
  });

  it("order strings by code point and bytes, whatever their widths", () => {
    const points = listOf("U3", ["a", "ab", "é", "😀", ""]);
    expect(bits(points.eq("ab"))).toEqual([0, 1, 0, 0, 0]);
    expect(bits(points.eq("abcdef"))).toEqual([0, 0, 0, 0, 0]);
    expect(bits(points.gt("\uffee"))).toEqual([0, 0, 0, 1, 0]);
    expect(bits(points.lt("ab"))).toEqual([1, 0, 0, 0, 1]);
    const bytes = listOf("S4", ["a", "é", "😀", "~"]);
    expect(bits(bytes.eq("é"))).toEqual([0, 1, 0, 0]);
    expect(bits(bytes.gt("\uffee"))).toEqual([0, 0, 1, 0]);
    expect(bits(bytes.lt("\ud800"))).toEqual([1, 1, 0, 1]);
  });

  it("take a Date, a count or null for dates, exactly in every unit", () => {
    const days = listOf("M8[D]", [0n, 1n, null]);
    expect(bits(days.lt(new Date("1970-01-02T12:00Z")))).toEqual([1, 1, 0]);
    expect(bits(days.le(new Date("1970-01-01T12:00Z")))).toEqual([1, 0, 0]);
    expect(bits(days.ge(new Date("1970-01-01T12:00Z")))).toEqual([0, 1, 0]);
    expect(bits(days.gt(new Date("1970-01-01T00:00Z")))).toEqual([0, 1, 0]);
    expect(bits(days.eq(new Date("1970-01-02T00:00Z")))).toEqual([0, 1, 0]);
    expect(bits(days.eq(new Date("1970-01-02T00:00:01Z")))).toEqual([0, 0, 0]);
    expect(bits(days.ne(new Date("1970-01-02T00:00:01Z")))).toEqual([1, 1, 1]);
    expect(bits(days.lt(new Date("1969-12-31T12:00Z")))).toEqual([0, 0, 0]);
    expect(bits(days.gt(0n))).toEqual([0, 1, 0]);
    expect(bits(days.eq(null))).toEqual([0, 0, 0]);
    expect(bits(days.ne(null))).toEqual([1, 1, 1]);
    expect(bits(listOf(">M8[M]", [0n, 1n]).le(new Date("1970-01-15")))).toEqual([1, 0]);
    expect(bits(listOf("M8[as]", [0n, null]).lt(new Date("2020-01-01")))).toEqual([1, 0]);
    expect(bits(listOf("m8[s]", [1n, 2n, null]).lt(1.5))).toEqual([1, 0, 0]);
    expect(bits(listOf("m8", [1n]).eq(1n))).toEqual([1]);
  });

  it("compare void elements byte by byte, for equality", () => {
    const voids = listOf("V2", [Uint8Array.of(1, 0), Uint8Array.of(1, 2)]);
    expect(bits(voids.eq(Uint8Array.of(1, 0)))).toEqual([1, 0]);
    expect(bits(voids.ne(voids))).toEqual([0, 0]);
    expect(() => voids.lt(voids)).toThrow("array of |V2 cannot be compared with |V2 by lt");
    expect(() => voids.between(Uint8Array.of(1, 0), Uint8Array.of(1, 0))).toThrow(DTypeError);
  });

  it("refuse values of another kind", () => {
    expect(() => listOf("i4", [1]).eq("a" as never)).toThrow(
      'array of <i4 cannot be compared with "a" by eq; it takes a number',
    );
    expect(() => listOf("U1", ["a"]).lt(1 as never)).toThrow("it takes a string");
    expect(() => listOf("f8", [1]).eq(null as never)).toThrow(DTypeError);
    expect(() => listOf("c8", [1]).eq("1" as never)).toThrow("it takes a number or { re, im }");
    expect(() => listOf("M8[s]", [1n]).eq(1 as never)).toThrow("a Date, a bigint in [s], or null");
    expect(() => listOf("m8[s]", [1n]).eq(new Date(0) as never)).toThrow(
      "a number or a bigint in [s], or null",
    );
    expect(() => listOf("M8", [1n]).eq(new Date(0))).toThrow("a bigint in its steps");
    expect(() => listOf("M8[s]", [1n]).eq(new Date(nan))).toThrow("an invalid Date");
    const records = RecordArray.from([{ x: 1 }], [["x", "f8"]]);
    expect(() => records.eq(records)).toThrow('records are compared by field, such as field("x")');
    expect(() => records.eq(1 as never)).toThrow(DTypeError);
  });
});

describe("comparisons with arrays", () => {
  it("go pair by pair, exactly, whatever the dtypes", () => {
    expect(bits(listOf("i8", [2n ** 53n + 1n, 1n]).eq(listOf("f8", [2 ** 53, 1])))).toEqual([0, 1]);
    expect(bits(listOf("u8", [2n ** 63n]).gt(listOf("i8", [-1n])))).toEqual([1]);
    expect(bits(listOf(">i2", [1, 2]).lt(listOf("f2", [1.5, 1.5])))).toEqual([1, 0]);
    expect(bits(listOf("b1", [true, false]).eq(listOf("i4", [1, 1])))).toEqual([1, 0]);
    expect(bits(listOf("c8", [1, { re: 1, im: 1 }]).eq(listOf("i8", [1n, 1n])))).toEqual([1, 0]);
    expect(bits(listOf("f8", [1, 2]).lt(listOf("c16", [{ re: 1, im: 1 }, 2])))).toEqual([1, 0]);
    expect(bits(listOf("m8[s]", [1n, null]).lt(listOf("i4", [2, 2])))).toEqual([1, 0]);
    expect(bits(listOf("i4", [2, 2]).gt(listOf("m8[s]", [1n, null])))).toEqual([1, 0]);
  });

  it("broadcast both ways", () => {
    const table = arrayOf(
      "i4",
      [2, 3],
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
    );
    expect(contents(table.eq(listOf("i4", [1, 5, 3])))).toEqual([
      "|b1",
      [2, 3],
      [true, false, true, false, true, false],
    ]);
    expect(contents(listOf("i4", [1, 5, 3]).eq(table))[1]).toEqual([2, 3]);
    expect(bits(table.gt(arrayOf("f8", [2, 1], [[1.5], [4.5]])))).toEqual([0, 1, 1, 0, 1, 1]);
    expect(contents(arrayOf("i4", [2, 1], [[1], [2]]).le(arrayOf("i4", [1, 2], [[1, 2]])))).toEqual([
      "|b1",
      [2, 2],
      [true, true, false, true],
    ]);
    expect(contents(arrayOf("i4", [0, 3], 0).eq(listOf("i4", [1, 2, 3])))).toEqual(["|b1", [0, 3], []]);
    expect(() => table.eq(listOf("i4", [1, 2]))).toThrow(
      "shape (2,) does not go together with array of shape (2, 3)",
    );
    expect(() => table.eq(arrayOf("i4", [3, 3], 0))).toThrow(ShapeError);
  });

  it("take typed arrays and plain ones", () => {
    expect(bits(listOf("f4", [1, 2]).eq(Float64Array.of(1, 3)))).toEqual([1, 0]);
    expect(bits(listOf("i4", [1, 2]).eq([1, 3]))).toEqual([1, 0]);
    expect(bits(listOf("i8", [1n, 2n ** 53n + 1n]).eq([1, 2n ** 53n + 1n]))).toEqual([1, 1]);
    expect(bits(listOf("u8", [2n ** 64n - 1n]).eq([2n ** 64n - 1n]))).toEqual([1]);
    expect(bits(listOf("f8", [0.5, 4]).lt([1n, 2.5]))).toEqual([1, 0]);
    expect(bits(listOf("c8", [{ re: 1, im: 2 }, 3]).eq([{ re: 1, im: 2 }, 4]))).toEqual([1, 0]);
    expect(bits(listOf("c8", [{ re: 1, im: 2 }, 3]).eq(Float32Array.of(1, 2, 3, 1)))).toEqual([1, 0]);
    expect(bits(listOf("b1", [true, false]).eq([true, true]))).toEqual([1, 0]);
    expect(bits(listOf("U1", ["a", "b"]).lt(["abc", "abc"]))).toEqual([1, 0]);
    expect(bits(listOf("S2", ["é", "b"]).eq(["é", "bc"]))).toEqual([1, 0]);
    expect(bits(listOf("M8[D]", [0n, 1n]).lt([new Date("1970-01-01T12:00Z"), null]))).toEqual([1, 0]);
    expect(bits(listOf("M8[D]", [0n, 1n]).eq([0n, new Date(0)]))).toEqual([1, 0]);
    const dates = arrayOf("M8[D]", [2, 1], [[0n], [1n]]);
    expect(bits(dates.eq(BigInt64Array.of(0n, 1n, 1n)))).toEqual([1, 0, 0, 0, 1, 1]);
    expect(contents(dates.eq(BigInt64Array.of(0n, 2n)))).toEqual(["|b1", [2, 1], [true, false]]);
    expect(bits(listOf("m8[D]", [0n, 1n]).eq([0, 2n]))).toEqual([1, 0]);
    const table = arrayOf(
      "f8",
      [2, 2],
      [
        [1, 2],
        [3, 4],
      ],
    );
    expect(
      bits(
        table.eq([
          [1, 0],
          [0, 4],
        ]),
      ),
    ).toEqual([1, 0, 0, 1]);
    expect(bits(table.eq(table.toArray()))).toEqual([1, 1, 1, 1]);
    expect(bits(table.eq([[1], [4]]))).toEqual([1, 0, 0, 1]);
    expect(contents(listOf("f8", []).eq([]))).toEqual(["|b1", [0], []]);
  });

  it("refuse elements of another kind", () => {
    expect(() => listOf("i4", [1]).eq(["a"])).toThrow(
      'array of <i4 cannot be compared with "a"; it takes numbers',
    );
    expect(() => listOf("U1", ["a"]).eq([1])).toThrow("it takes strings");
    expect(() => listOf("i4", [1]).eq(listOf("U1", ["a"]))).toThrow(
      "array of <i4 cannot be compared with <U1 by eq",
    );
    expect(() => listOf("M8[s]", [1n]).eq(listOf("m8[s]", [1n]))).toThrow(DTypeError);
    expect(() => listOf("m8[M]", [1n]).eq(listOf("m8[s]", [1n]))).toThrow(DTypeError);
    expect(() => listOf("M8[s]", [1n]).eq(Float64Array.of(1))).toThrow(DTypeError);
    expect(() => listOf("i8", [1n]).eq([2n ** 64n])).toThrow(CastError);
    expect(() => listOf("i8", [1n]).eq([-1n, 2n ** 63n])).toThrow("goes into 64 bits");
    expect(() => arrayOf("i4", [2, 2], 0).eq([[1, 2], [3]])).toThrow(ShapeError);
  });

  it("compare strings of bytes and of code points", () => {
    const bytes = listOf("S8", ["a", "é", "😀", "\uffee"]);
    const points = listOf(">U2", ["a", "e", "😀", "😀"]);
    expect(bits(bytes.eq(points))).toEqual([1, 0, 1, 0]);
    expect(bits(points.eq(bytes))).toEqual([1, 0, 1, 0]);
    expect(bits(bytes.lt(points))).toEqual([0, 0, 0, 1]);
    expect(bits(points.lt(bytes))).toEqual([0, 1, 0, 0]);
  });

  it("compare dates in different units exactly", () => {
    const days = listOf("M8[D]", [0n, 1n, null]);
    const seconds = listOf("M8[s]", [1n, 86400n, 0n]);
    expect(bits(days.lt(seconds))).toEqual([1, 0, 0]);
    expect(bits(days.eq(seconds))).toEqual([0, 1, 0]);
    expect(bits(days.ne(seconds))).toEqual([1, 0, 1]);
    expect(bits(listOf("M8[M]", [1n, 1n]).ge(listOf("M8[D]", [31n, 32n])))).toEqual([1, 0]);
    expect(bits(listOf("m8[Y]", [1n]).eq(listOf("m8[M]", [12n])))).toEqual([1]);
    expect(bits(listOf("M8[Y]", [10n ** 15n]).gt(listOf("M8[as]", [2n ** 62n])))).toEqual([1]);
    expect(bits(listOf("m8", [2n]).le(listOf("m8[s]", [2n])))).toEqual([1]);
  });
});

describe("between", () => {
  it("includes both ends, which may be arrays", () => {
    expect(bits(listOf("i4", [1, 2, 3, 4]).between(2, 3))).toEqual([0, 1, 1, 0]);
    expect(bits(listOf("f8", [1, nan, 3]).between(-Infinity, Infinity))).toEqual([1, 0, 1]);
    expect(bits(listOf("U2", ["a", "b", "bc"]).between("a~", "bb"))).toEqual([0, 1, 0]);
    expect(bits(listOf("M8[D]", [0n, 1n, 2n]).between(new Date("1970-01-01T01:00Z"), 1n))).toEqual([0, 1, 0]);
    expect(bits(listOf("i4", [1, 2, 3]).between([1, 3, 3], [1, 3, 2]))).toEqual([1, 0, 0]);
    expect(contents(listOf("i4", [1, 2]).between(0, arrayOf("i4", [2, 1], [[1], [2]])))).toEqual([
      "|b1",
      [2, 2],
      [true, false, true, true],
    ]);
  });
});

describe("isin", () => {
  it("finds numbers by value", () => {
    expect(bits(listOf("f8", [nan, 1, -0, 2.5]).isin([nan, 1, 0, 2]))).toEqual([0, 1, 1, 0]);
    expect(bits(listOf("i8", [2n ** 53n + 1n, 2n ** 53n]).isin([2 ** 53, 1.5, nan]))).toEqual([0, 1]);
    expect(bits(listOf(">f2", [1.5, 2]).isin(new Set([1.5])))).toEqual([1, 0]);
    expect(bits(listOf("u1", [1, 2, 3]).isin(listOf("f8", [2, 2.5])))).toEqual([0, 1, 0]);
    expect(bits(listOf("b1", [true, false]).isin([true]))).toEqual([1, 0]);
    expect(
      bits(
        listOf("i4", [1, 2]).isin([
          { re: 1, im: 0 },
          { re: 2, im: 1 },
        ]),
      ),
    ).toEqual([1, 0]);
    expect(
      contents(
        arrayOf(
          "i4",
          [2, 2],
          [
            [1, 2],
            [3, 4],
          ],
        ).isin(Int8Array.of(4, 1)),
      ),
    ).toEqual(["|b1", [2, 2], [true, false, false, true]]);
    expect(bits(listOf("i4", [5, 6]).isin(5))).toEqual([1, 0]);
    expect(bits(listOf("i4", [5, 6]).isin([]))).toEqual([0, 0]);
    expect(bits(listOf("i4", [5, 6]).isin([[5], [7]]))).toEqual([1, 0]);
  });

  it("finds complex numbers", () => {
    const values = listOf("c8", [{ re: 1, im: -0 }, { re: nan, im: 0 }, { re: 0, im: 2 }, 4]);
    expect(bits(values.isin([1, { re: nan, im: 0 }, { re: -0, im: 2 }, 4n]))).toEqual([1, 0, 1, 1]);
    expect(bits(listOf("c16", [2 ** 53]).isin([2n ** 53n + 1n]))).toEqual([0]);
  });

  it("finds strings", () => {
    expect(bits(listOf("U3", ["a", "é", "", "abc"]).isin(["é", "abcd", ""]))).toEqual([0, 1, 1, 0]);
    expect(bits(listOf("S3", ["a", "é"]).isin(listOf("U9", ["é"])))).toEqual([0, 1]);
    expect(bits(listOf("U3", ["a", "b"]).isin("b"))).toEqual([0, 1]);
    const words = Array.from({ length: 1000 }, (_, i) => `w${i}`);
    const even = words.filter((_, i) => i % 2 === 0);
    expect(bits(listOf("U4", words).isin(even))).toEqual(words.map((_, i) => Number(i % 2 === 0)));
  });

  it("finds dates in every unit; never NaT", () => {
    const days = listOf("M8[D]", [0n, 1n, null]);
    expect(bits(days.isin([new Date(0), null]))).toEqual([1, 0, 0]);
    expect(bits(days.isin([new Date(1), 1n]))).toEqual([0, 1, 0]);
    expect(bits(days.isin(listOf("M8[s]", [86400n, 1n, null])))).toEqual([0, 1, 0]);
    expect(bits(listOf("m8[s]", [1n, 2n]).isin([1, 1.5]))).toEqual([1, 0]);
  });

  it("refuses values of another kind", () => {
    expect(() => listOf("i4", [1]).isin(["a" as never])).toThrow('array of <i4 has no elements such as "a"');
    expect(() => listOf("U1", ["a"]).isin([1 as never])).toThrow(DTypeError);
    expect(() => listOf("M8[s]", [1n]).isin([1 as never])).toThrow(DTypeError);
    expect(() => listOf("c8", [1]).isin(["a" as never])).toThrow(DTypeError);
    expect(() => listOf("i4", [1]).isin(listOf("U1", ["a"]))).toThrow(DTypeError);
    expect(() => listOf("V1", [Uint8Array.of(1)]).isin([Uint8Array.of(1)])).toThrow(
      "array of |V1 has no isin",
    );
  });
});

describe("isnan", () => {
  it("marks NaN and NaT", () => {
    expect(bits(listOf("f2", [1, nan]).isnan())).toEqual([0, 1]);
    expect(bits(listOf(">f8", [nan, 1]).isnan())).toEqual([1, 0]);
    expect(bits(listOf("c8", [{ re: 0, im: nan }, 1]).isnan())).toEqual([1, 0]);
    expect(bits(listOf("M8[s]", [null, 0n]).isnan())).toEqual([1, 0]);
    expect(bits(listOf("i8", [-(2n ** 63n)]).isnan())).toEqual([0]);
    expect(bits(listOf("b1", [true]).isnan())).toEqual([0]);
    expect(() => listOf("U1", ["a"]).isnan()).toThrow("array of <U1 has no isnan");
  });
});

describe("masks", () => {
  const mask = () => listOf("b1", [true, true, false, false]);

  it("go together by and, or and not", () => {
    const other = listOf("b1", [true, false, true, false]);
    expect(bits(mask().and(other))).toEqual([1, 0, 0, 0]);
    expect(bits(mask().or(other))).toEqual([1, 1, 1, 0]);
    expect(bits(mask().not())).toEqual([0, 0, 1, 1]);
    expect(bits(mask().slice(null, null, -1).and(other))).toEqual([0, 0, 1, 0]);
    expect(bits(mask().slice(1, null, 2).not())).toEqual([0, 1]);
  });

  it("take bytes, booleans and broadcasting", () => {
    expect(bits(mask().and(Uint8Array.of(1, 0, 1, 0)))).toEqual([1, 0, 0, 0]);
    expect(bits(mask().or([false, true, true, false]))).toEqual([1, 1, 1, 0]);
    expect(bits(mask().and(true))).toEqual([1, 1, 0, 0]);
    expect(bits(mask().or(true))).toEqual([1, 1, 1, 1]);
    expect(contents(mask().and(arrayOf("b1", [2, 1], [[true], [false]])))[1]).toEqual([2, 4]);
    expect(contents(arrayOf("b1", [2, 2], true).and(Uint8Array.of(0, 1)))[2]).toEqual([
      false,
      true,
      false,
      true,
    ]);
  });

  it("read any byte but 0 as true", () => {
    const odd = wrap(
      {
        dtype: parseDType("b1"),
        layout: { shape: [3], strides: [1], offset: 0 },
        bytes: Uint8Array.of(0, 2, 4),
      },
      false,
    );
    expect(bits(odd.not())).toEqual([1, 0, 0]);
    expect(bits(odd.and([true, true, true]))).toEqual([0, 1, 1]);
  });

  it("are no numbers", () => {
    expect(() => listOf("u1", [1]).and(true)).toThrow("array of |u1 has no and; masks (b1) have");
    expect(() => listOf("f8", [1]).not()).toThrow(DTypeError);
    expect(() => mask().and(listOf("i4", [1, 1, 1, 1]))).toThrow("not with <i4");
    expect(() => mask().or(1 as never)).toThrow("not with 1");
    expect(() => mask().and([true, false])).toThrow(ShapeError);
  });

  it("select rows", () => {
    const values = listOf("i4", [5, 6, 7, 8]);
    expect([...values.filter(values.gt(5).and(values.lt(8)))]).toEqual([6, 7]);
  });
});

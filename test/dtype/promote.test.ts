import { describe, expect, it } from "vitest";
import { type DTypeLike, parseDType, promote } from "../../src/dtype/index.js";
import { DTypeError } from "../../src/errors.js";

const together = (...dtypes: readonly DTypeLike[]) => promote(dtypes.map((dtype) => parseDType(dtype)));

describe("the dtype of arrays together", () => {
  it.each<[readonly string[], string]>([
    [["b1", "b1"], "|b1"],
    [["b1", "i1"], "|i1"],
    [["b1", ">f4"], "<f4"],
    [["i2", "i4"], "<i4"],
    [["u2", "u1"], "<u2"],
    [["u1", "i1"], "<i2"],
    [["i4", "u4"], "<i8"],
    [["i8", "u4"], "<i8"],
    [["i8", "u8"], "<f8"],
    [["i1", "f2"], "<f2"],
    [["u2", "f2"], "<f4"],
    [["i4", "f4"], "<f8"],
    // Integers next to a float count one by one.
    [["i1", "u1", "f2"], "<f2"],
    [["f4", "c8"], "<c8"],
    [["i4", "c8"], "<c16"],
    [["f2", "c16"], "<c16"],
    [["S3", "S5"], "|S5"],
    [["S9", "U5"], "<U9"],
    [[">U5", "<U2"], "<U5"],
    [["V3", "V3"], "|V3"],
    [["M8[D]", ">M8[us]"], "<M8[us]"],
    [["M8[25s]", "M8[2m]"], "<M8[5s]"],
    [["M8", "M8[ns]"], "<M8[ns]"],
    [["M8[Y]", "M8[M]"], "<M8[M]"],
    [["M8[Y]", "M8[D]"], "<M8[D]"],
    [["m8[h]", "m8[2m]"], "<m8[2m]"],
    [[">i4"], "<i4"],
    [["f8", "i1", "b1", "u8"], "<f8"],
  ])("%j is %s", (dtypes, expected) => {
    expect(together(...dtypes).str).toBe(expected);
    expect(together(...[...dtypes].reverse()).str).toBe(expected);
  });

  it("of records field by field, in this machine's byte order", () => {
    const padded: DTypeLike = [
      ["a", "<i2"],
      ["", "V2"],
      ["b", "<f4", [2]],
    ] as never;
    expect(together(padded, padded).equals(parseDType(padded))).toBe(true);
    expect(
      together(padded, [
        ["a", ">i4"],
        ["b", "<f8", [2]],
      ]).descr,
    ).toEqual([
      ["a", "<i4"],
      ["b", "<f8", [2]],
    ]);
    expect(together([["a", ">i4"]]).descr).toEqual([["a", "<i4"]]);
    expect(together([["a", [["x", ">i2"]]]]).descr).toEqual([["a", [["x", "<i2"]]]]);
  });

  it.each<[DTypeLike, DTypeLike]>([
    ["i4", "U3"],
    ["b1", "S3"],
    ["i4", "m8[s]"],
    ["f8", "M8[s]"],
    ["M8[s]", "m8[s]"],
    ["S3", "M8[s]"],
    ["S3", "V3"],
    ["V3", "V4"],
    ["m8[M]", "m8[D]"],
    ["M8[W]", "M8[as]"],
    [[["a", "i4"]], "i4"],
    [[["a", "i4"]], "V4"],
    [[["a", "i4"]], [["b", "i4"]]],
    [[["a", "i4"]], [["a", "i4", [1]]]],
    [[["a", "i4"]], [["a", "U4"]]],
    [
      [
        ["a", "i4"],
        ["b", "i4"],
      ],
      [
        ["b", "i4"],
        ["a", "i4"],
      ],
    ],
  ])("%j and %j have none", (a, b) => {
    const both = (first: DTypeLike, second: DTypeLike) => () => together(first, second);
    expect(both(a, b)).toThrow(DTypeError);
    expect(both(b, a)).toThrow(DTypeError);
    for (const dtype of [a, b]) expect(both(a, b)).toThrow(String(parseDType(dtype)));
  });

  it("names the two of many that have none", () => {
    expect(() => together("i4", "i8", "U3")).toThrow("<i4 and <U3 have no dtype together");
    expect(() => promote([])).toThrow(DTypeError);
  });
});

import { describe, expect, it } from "vitest";
import {
  formatComplex,
  formatFloat,
  parseComplex,
  parseFloat64,
  parseInteger,
} from "../../src/dtype/number-text.js";

describe("formatFloat", () => {
  // str(np.array([value], "f8").astype("U40")[0])
  it.each([
    [0.1, "0.1"],
    [1, "1.0"],
    [-0, "-0.0"],
    [0, "0.0"],
    [1e15, "1000000000000000.0"],
    [9999999999999998, "9999999999999998.0"],
    [1e16, "1e+16"],
    [123456789012345680, "1.2345678901234568e+17"],
    [1e-4, "0.0001"],
    [9.9999e-5, "9.9999e-05"],
    [1e-5, "1e-05"],
    [-1.5e-7, "-1.5e-07"],
    [1e100, "1e+100"],
    [5e-324, "5e-324"],
    [Number.NaN, "nan"],
    [Number.POSITIVE_INFINITY, "inf"],
    [Number.NEGATIVE_INFINITY, "-inf"],
    [16777216, "16777216.0"],
  ])("prints the f8 %d as %s", (value, text) => {
    expect(formatFloat(value, 8)).toBe(text);
  });

  it.each([
    [0.1, "0.1"],
    [1 / 3, "0.33333334"],
    [0.1 + 0.2, "0.3"],
    [999999, "999999.0"],
    [1e6, "1e+06"],
    [1234567, "1.234567e+06"],
    [99999984, "9.999998e+07"],
    [16777216, "1.6777216e+07"],
    [123456.7, "123456.7"],
    [1e-4, "1e-04"],
    [0.00012, "0.00012"],
    [1.5e-7, "1.5e-07"],
    [3.4028234663852886e38, "3.4028235e+38"],
    [1.401298464324817e-45, "1e-45"],
    [-0, "-0.0"],
    [Number.NEGATIVE_INFINITY, "-inf"],
  ])("prints the f4 %d as %s", (value, text) => {
    expect(formatFloat(Math.fround(value), 4)).toBe(text);
  });

  it.each([
    [0.0999755859375, "0.1"],
    [0.333251953125, "0.3333"],
    [100, "100.0"],
    [999.5, "999.5"],
    [-232.25, "-232.2"],
    [232.75, "232.8"],
    [4.5, "4.5"],
    [1000, "1e+03"],
    [1234, "1.234e+03"],
    [2048, "2.048e+03"],
    [65504, "6.55e+04"],
    [5.960464477539063e-8, "6e-08"],
    [0.00010001659393310547, "0.0001"],
    [-0, "-0.0"],
  ])("prints the f2 %d as %s", (value, text) => {
    expect(formatFloat(value, 2)).toBe(text);
  });
});

describe("formatComplex", () => {
  // str(np.array([value], "c16").astype("U60")[0])
  it.each([
    [1, 2, "(1+2j)"],
    [1, -2, "(1-2j)"],
    [0, 2, "2j"],
    [0, -2, "-2j"],
    [0, 0, "0j"],
    [0, -0, "-0j"],
    [-0, 2, "(-0+2j)"],
    [-0, -0, "(-0-0j)"],
    [Number.NaN, Number.POSITIVE_INFINITY, "(nan+infj)"],
    [1, Number.NaN, "(1+nanj)"],
    [0, Number.NaN, "nanj"],
    [1e20, 0.1, "(1e+20+0.1j)"],
    [1e-5, -1e17, "(1e-05-1e+17j)"],
    [1e7, 1e16, "(10000000+1e+16j)"],
  ])("prints %d and %d as %s", (re, im, text) => {
    expect(formatComplex({ re, im }, 16)).toBe(text);
  });

  it("has the digits of each half", () => {
    const value = { re: Math.fround(0.1), im: Math.fround(123456789) };
    expect(formatComplex(value, 8)).toBe("(0.1+1.2345679e+08j)");
    expect(formatComplex({ re: 1e7, im: 1e15 }, 8)).toBe("(1e+07+1e+15j)");
  });
});

// np.array([text]).astype("i8"), "f8", "c16": a value, or an error
describe("parseInteger", () => {
  it.each([
    ["12", 12n],
    [" 12 ", 12n],
    [" 7\n", 7n],
    ["+5", 5n],
    ["-1", -1n],
    ["1_0", 10n],
    ["007", 7n],
    ["99999999999999999999", 99999999999999999999n],
  ])("reads %j", (text, value) => expect(parseInteger(text)).toBe(value));

  it.each(["", " ", "0x10", "1.5", "1e3", "nan", "True", "1__0", "_1", "1_", "1 0", "--1", "1n", "abc"])(
    "does not read %j",
    (text) => expect(parseInteger(text)).toBeUndefined(),
  );
});

describe("parseFloat64", () => {
  it.each([
    ["1.5", 1.5],
    [" 12 ", 12],
    ["+5", 5],
    [".5", 0.5],
    ["5.", 5],
    ["-.5e-3", -0.0005],
    ["1e3", 1000],
    ["1E+3", 1000],
    ["1_0.2_5", 10.25],
    ["nan", Number.NaN],
    ["-NaN", Number.NaN],
    ["inf", Number.POSITIVE_INFINITY],
    ["+Inf", Number.POSITIVE_INFINITY],
    ["-Infinity", Number.NEGATIVE_INFINITY],
    ["1e999", Number.POSITIVE_INFINITY],
    ["-0", -0],
  ])("reads %j", (text, value) => expect(parseFloat64(text)).toBe(value));

  it.each([
    "",
    " ",
    ".",
    "0x10",
    "1e",
    "e5",
    "infinit",
    "True",
    "1_",
    "_1",
    "1_.5",
    "1,5",
    "1 5",
    "2j",
    "NaT",
  ])("does not read %j", (text) => expect(parseFloat64(text)).toBeUndefined());
});

describe("parseComplex", () => {
  it.each([
    ["12", 12, 0],
    ["-inf", Number.NEGATIVE_INFINITY, 0],
    ["1+2j", 1, 2],
    ["(1+2j)", 1, 2],
    [" ( 1-2J ) ", 1, -2],
    ["2j", 0, 2],
    ["-2.5j", 0, -2.5],
    ["j", 0, 1],
    ["-j", 0, -1],
    ["1-j", 1, -1],
    ["1e5+2e-3j", 100000, 0.002],
    ["1e+5j", 0, 100000],
    ["nan+infj", Number.NaN, Number.POSITIVE_INFINITY],
    ["1-infinityj", 1, Number.NEGATIVE_INFINITY],
    ["-0-0j", -0, -0],
    ["1_0+1_1j", 10, 11],
  ])("reads %j", (text, re, im) => expect(parseComplex(text)).toStrictEqual({ re, im }));

  it.each(["", "1+2", "1+2i", "1j+2", "1 + 2j", "(1+2j", "1++2j", "abc", "()"])("does not read %j", (text) =>
    expect(parseComplex(text)).toBeUndefined(),
  );
});

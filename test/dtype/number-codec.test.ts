import { describe, expect, it } from "vitest";
import { isComplex } from "../../src/dtype/index.js";
import { decode, encode, problemOf } from "./support.js";

const MAX_F4 = 3.4028234663852886e38;

describe("numbers in bytes", () => {
  // np.array([value], dtype).tobytes().hex()
  it.each<[string, unknown, string]>([
    ["?", true, "01"],
    ["?", false, "00"],
    ["<i1", -128, "80"],
    [">i1", 127, "7f"],
    ["<u1", 255, "ff"],
    ["<i2", -32768, "0080"],
    [">i2", -32768, "8000"],
    ["<i2", 32767, "ff7f"],
    [">i2", 32767, "7fff"],
    ["<u2", 65535, "ffff"],
    [">u2", 258, "0102"],
    ["<i4", -2147483648, "00000080"],
    [">i4", -2147483648, "80000000"],
    ["<i4", 2147483647, "ffffff7f"],
    [">i4", 2147483647, "7fffffff"],
    ["<u4", 4294967295, "ffffffff"],
    ["<u4", 16909060, "04030201"],
    [">u4", 16909060, "01020304"],
    ["<i8", 9223372036854775807n, "ffffffffffffff7f"],
    [">i8", 9223372036854775807n, "7fffffffffffffff"],
    ["<i8", -9223372036854775808n, "0000000000000080"],
    [">i8", -9223372036854775808n, "8000000000000000"],
    ["<u8", 18446744073709551615n, "ffffffffffffffff"],
    [">u8", 72623859790382856n, "0102030405060708"],
    ["<u8", 72623859790382856n, "0807060504030201"],
    ["<f2", 65504, "ff7b"],
    [">f2", 65504, "7bff"],
    ["<f2", -0, "0080"],
    [">f2", 5.960464477539063e-8, "0001"],
    ["<f2", Number.POSITIVE_INFINITY, "007c"],
    [">f2", -1.5, "be00"],
    ["<f4", MAX_F4, "ffff7f7f"],
    [">f4", MAX_F4, "7f7fffff"],
    ["<f4", -0, "00000080"],
    [">f4", 1.401298464324817e-45, "00000001"],
    ["<f4", Number.NEGATIVE_INFINITY, "000080ff"],
    ["<f8", 1.7976931348623157e308, "ffffffffffffef7f"],
    [">f8", 1.7976931348623157e308, "7fefffffffffffff"],
    ["<f8", -0, "0000000000000080"],
    [">f8", 5e-324, "0000000000000001"],
    ["<f8", Number.NEGATIVE_INFINITY, "000000000000f0ff"],
    [">f8", 0.1, "3fb999999999999a"],
    ["<c8", { re: 1.5, im: -0 }, "0000c03f00000080"],
    [">c8", { re: 1.5, im: -0 }, "3fc0000080000000"],
    ["<c16", { re: -2, im: Number.POSITIVE_INFINITY }, "00000000000000c0000000000000f07f"],
    [">c16", { re: -2, im: Number.POSITIVE_INFINITY }, "c0000000000000007ff0000000000000"],
  ])("%s of %o is %s", (dtype, value, hex) => {
    expect(encode(dtype, value)).toBe(hex);
    expect(decode(dtype, hex)).toStrictEqual(value);
  });

  it.each(["<f2", ">f2", "<f4", ">f4", "<f8", ">f8"])("%s keeps NaN", (dtype) => {
    expect(decode(dtype, encode(dtype, Number.NaN))).toBeNaN();
  });

  it("reads every byte but 0 as true", () => {
    expect(decode("b1", "02")).toBe(true);
    expect(decode("b1", "ff")).toBe(true);
  });
});

describe("booleans", () => {
  it.each([0, 1, 1n, "true", null, undefined, {}, new Boolean(true)])("refuse %o", (value) => {
    expect(problemOf("b1", value)).toContain("is no boolean");
  });
});

const LIMITS: readonly (readonly [string, bigint, bigint])[] = [
  ["i1", -128n, 127n],
  ["u1", 0n, 255n],
  ["i2", -32768n, 32767n],
  ["u2", 0n, 65535n],
  ["i4", -2147483648n, 2147483647n],
  ["u4", 0n, 4294967295n],
  ["i8", -9223372036854775808n, 9223372036854775807n],
  ["u8", 0n, 18446744073709551615n],
];

describe("integers", () => {
  it.each(LIMITS)("%s takes bigints from %i to %i and nothing beyond", (dtype, min, max) => {
    for (const order of ["<", ">"]) {
      for (const value of [min, max]) {
        expect(BigInt(String(decode(order + dtype, encode(order + dtype, value))))).toBe(value);
      }
      expect(problemOf(order + dtype, min - 1n)).toContain(`${min - 1n}n is outside`);
      expect(problemOf(order + dtype, max + 1n)).toContain(`(${min} to ${max})`);
      expect(problemOf(order + dtype, 10n ** 30n)).toContain("is outside");
    }
  });

  it.each(LIMITS.slice(0, 6))("%s takes numbers from %i to %i and nothing beyond", (dtype, min, max) => {
    expect(decode(dtype, encode(dtype, Number(min)))).toBe(Number(min));
    expect(decode(dtype, encode(dtype, Number(max)))).toBe(Number(max));
    expect(problemOf(dtype, Number(min) - 1)).toContain("is outside");
    expect(problemOf(dtype, Number(max) + 1)).toContain("is outside");
  });

  it.each(LIMITS)("%s takes whole numbers only", (dtype) => {
    for (const value of [0.5, -1e-300, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      expect(problemOf(dtype, value)).toContain(`${value} is no whole number, which `);
    }
    for (const value of [
      "1",
      true,
      null,
      undefined,
      {},
      [1],
      new Date(0),
      { valueOf: () => 1 },
      Symbol("1"),
    ]) {
      expect(problemOf(dtype, value)).toContain("is no number, which ");
    }
  });

  it("takes -0 as 0", () => {
    for (const [dtype] of LIMITS) expect(encode(dtype, -0)).toBe(encode(dtype, 0));
    expect(decode("i4", encode("i4", -0))).toBe(0);
  });

  it("takes whole numbers into 64 bits as far as they go", () => {
    expect(decode("i8", encode("i8", 5))).toBe(5n);
    expect(decode("i8", encode("i8", 2 ** 53))).toBe(2n ** 53n);
    expect(decode("i8", encode("i8", -(2 ** 63)))).toBe(-(2n ** 63n));
    expect(decode("u8", encode("u8", 2 ** 64 - 2048))).toBe(2n ** 64n - 2048n);
    expect(problemOf("i8", 2 ** 63)).toContain("9223372036854776000 is outside");
    expect(problemOf("u8", 2 ** 64)).toContain("is outside");
    expect(problemOf("u8", -1)).toContain("is outside");
    expect(problemOf("i8", 1e300)).toContain("is outside");
  });

  it("gives and takes 2^53 + 1 exactly", () => {
    expect(decode("i8", encode("i8", 2n ** 53n + 1n))).toBe(2n ** 53n + 1n);
    expect(decode("u8", encode("u8", 2n ** 53n + 1n))).toBe(2n ** 53n + 1n);
  });
});

describe("floats", () => {
  it("round numbers, but do not overflow", () => {
    expect(decode("f4", encode("f4", 0.1))).toBe(Math.fround(0.1));
    expect(decode("f2", encode("f2", 0.1))).toBe(0.0999755859375);
    expect(decode("f4", encode("f4", 1e-300))).toBe(0);
    expect(decode("f4", encode("f4", 3.4028235677973362e38))).toBe(MAX_F4);
    expect(problemOf("<f4", 3.4028235677973366e38)).toBe("3.4028235677973366e+38 overflows <f4");
    expect(problemOf("<f4", -1e300)).toBe("-1e+300 overflows <f4");
    expect(decode("f2", encode("f2", 65519.99))).toBe(65504);
    expect(problemOf("<f2", 65520)).toBe("65520 overflows <f2");
    expect(problemOf("<f2", -65520)).toBe("-65520 overflows <f2");
  });

  it.each([
    ["f8", 2n ** 53n, 2n ** 53n + 1n],
    ["f8", -(2n ** 60n), -(2n ** 60n) - 1n],
    ["f8", 2n ** 1023n, 2n ** 1024n],
    ["f4", 2n ** 24n, 2n ** 24n + 1n],
    ["f4", 2n ** 127n, 2n ** 128n],
    ["f2", 2048n, 2049n],
    ["f2", 65504n, 65505n],
    ["f2", 65504n, 65536n],
  ])("%s takes the bigint %i, which is exact, but not %i", (dtype, exact, inexact) => {
    expect(decode(dtype, encode(dtype, exact))).toBe(Number(exact));
    expect(problemOf(dtype, inexact)).toContain("is not exact in");
  });

  it.each(["1.5", "", true, null, undefined, {}, [1.5], new Date(0)])("refuse %o", (value) => {
    for (const dtype of ["f2", "f4", "f8"]) expect(problemOf(dtype, value)).toContain("is no number");
  });
});

describe("complex numbers", () => {
  it("take numbers and exact bigints as real parts", () => {
    expect(decode("c16", encode("c16", -0))).toStrictEqual({ re: -0, im: 0 });
    expect(decode("c8", encode("c8", 3n))).toStrictEqual({ re: 3, im: 0 });
    expect(problemOf("c8", 2n ** 24n + 1n)).toContain("not exact");
    expect(problemOf("c8", 1e300)).toContain("overflows");
  });

  it("judge both parts", () => {
    expect(problemOf("<c8", { re: 0, im: 1e39 })).toBe("1e+39 overflows <c8");
    expect(problemOf("<c8", { re: 1e39, im: 0 })).toBe("1e+39 overflows <c8");
    expect(problemOf("c16", { re: Number.NaN, im: Number.NEGATIVE_INFINITY })).toBeUndefined();
  });

  it.each([
    { re: 1 },
    { im: 1 },
    { re: "1", im: 0 },
    { re: 1n, im: 0n },
    [1, 2],
    "1+2j",
    null,
    undefined,
    true,
  ])("refuse %o", (value) => {
    expect(problemOf("c16", value)).toContain("is no { re, im } of numbers");
    expect(isComplex(value)).toBe(false);
  });
});

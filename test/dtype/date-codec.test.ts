import { describe, expect, it } from "vitest";
import { decode, encode, problemOf } from "./support.js";

const DAY = 86_400_000;

describe("M8 and m8", () => {
  // np.array([value], dtype).tobytes().hex()
  it.each<[string, bigint | null, string]>([
    ["<M8[us]", -2n, "feffffffffffffff"],
    [">M8[us]", -2n, "fffffffffffffffe"],
    ["<m8[D]", 2n ** 63n - 1n, "ffffffffffffff7f"],
    [">m8[D]", 2n ** 63n - 1n, "7fffffffffffffff"],
    ["<M8[10ns]", 1n - 2n ** 63n, "0100000000000080"],
    ["<M8[D]", null, "0000000000000080"],
    [">m8", null, "8000000000000000"],
  ])("%s of %s is %s", (dtype, value, hex) => {
    expect(encode(dtype, value)).toBe(hex);
    expect(decode(dtype, hex)).toBe(value);
  });

  it.each(["M8[us]", "m8[us]"])("%s has no count for NaT but null, and 64 bits", (dtype) => {
    expect(problemOf(dtype, -(2n ** 63n))).toContain("stands for NaT");
    expect(problemOf(dtype, 2n ** 63n)).toContain("is outside");
    expect(problemOf(dtype, -(2n ** 63n) - 1n)).toContain("is outside");
  });

  it.each(["2001-01-01", true, undefined, {}, [0n], { getTime: () => 0 }])("refuse %o", (value) => {
    expect(problemOf("<M8[us]", value)).toContain("cannot be stored in <M8[us], which takes a Date");
    expect(problemOf("<m8[us]", value)).toContain("cannot be stored in <m8[us], which takes a bigint");
  });
});

describe("dates", () => {
  it.each<[string, Date, bigint]>([
    ["M8[ms]", new Date(-1), -1n],
    ["M8[us]", new Date(8.64e15), 8_640_000_000_000_000_000n],
    ["M8[as]", new Date(1), 10n ** 15n],
    ["M8[s]", new Date(-1000), -1n],
    ["M8[D]", new Date(-DAY), -1n],
    ["M8[W]", new Date(-7 * DAY), -1n],
    ["M8[7D]", new Date(14 * DAY), 2n],
    ["M8[M]", new Date("2000-03-01"), 362n],
    ["M8[Y]", new Date("1969-01-01"), -1n],
    ["M8[10Y]", new Date("1950-01-01"), -2n],
  ])("%s takes %o as %i", (dtype, date, count) => {
    expect(decode(dtype, encode(dtype, date))).toBe(count);
    expect(decode(`>${dtype}`, encode(`>${dtype}`, date))).toBe(count);
  });

  it.each<[string, Date]>([
    ["M8[s]", new Date(1)],
    ["M8[D]", new Date(DAY - 1)],
    ["M8[W]", new Date(DAY)],
    ["M8[7ms]", new Date(8)],
    ["M8[M]", new Date("2000-03-02")],
    ["M8[M]", new Date("2000-03-01T00:00:00.001Z")],
    ["M8[Y]", new Date("2000-02-01")],
    ["M8[ns]", new Date(8.64e15)],
    ["M8[as]", new Date(10_000)],
  ])("%s refuses %o, which would be cut or does not fit", (dtype, date) => {
    expect(problemOf(dtype, date)).toContain(`${date.toISOString()} is not a whole number of steps of`);
  });

  it("refuses what is no date, and dates where there is no unit", () => {
    expect(problemOf("M8[ms]", new Date(Number.NaN))).toContain("an invalid Date is no date; say null");
    expect(problemOf("<M8", new Date(0))).toBe(
      "1970-01-01T00:00:00.000Z has no count in <M8, which has no unit",
    );
    expect(problemOf("<m8[ms]", new Date(0))).toContain("cannot be stored in <m8[ms]");
  });

  it("refuses numbers, which could be milliseconds or steps", () => {
    expect(problemOf("<M8[us]", 5)).toBe(
      "5 cannot be stored in <M8[us], which takes a Date, a bigint in [us] or null",
    );
  });
});

describe("durations", () => {
  it("take whole numbers within 64 bits", () => {
    expect(decode("m8[s]", encode("m8[s]", -5))).toBe(-5n);
    expect(decode("m8[s]", encode("m8[s]", 2 ** 62))).toBe(2n ** 62n);
    expect(decode("m8[s]", encode("m8[s]", -0))).toBe(0n);
    expect(problemOf("<m8[s]", 0.5)).toBe("0.5 is no whole number, which <m8[s] needs");
    expect(problemOf("<m8[s]", Number.NaN)).toContain("NaN is no whole number");
    expect(problemOf("m8[s]", 2 ** 63)).toContain("is outside");
    expect(problemOf("m8[s]", -(2 ** 63))).toContain("is outside");
  });
});

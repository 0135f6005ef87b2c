import { describe, expect, it } from "vitest";
import { fromDate, toDate } from "../../src/dtype/index.js";
import { CastError, DTypeError } from "../../src/errors.js";

describe("toDate", () => {
  it("is the date of a count, cut to its millisecond, and null for NaT", () => {
    expect(toDate(-1n, "M8[ms]")).toEqual(new Date(-1));
    expect(toDate(-1n, ">M8[us]")).toEqual(new Date(-1));
    expect(toDate(1999n, "M8[us]")).toEqual(new Date(1));
    expect(toDate(361n, "M8[M]")).toEqual(new Date("2000-02-01"));
    expect(toDate(2n, "datetime64[7D]")).toEqual(new Date("1970-01-15"));
    expect(toDate(null, "M8[D]")).toBeNull();
  });

  it("has no date beyond Date's years", () => {
    expect(toDate(8_640_000_000_000n, "M8[s]")).toEqual(new Date(8.64e15));
    expect(() => toDate(8_640_000_000_001n, "<M8[s]")).toThrow(CastError);
    expect(() => toDate(8_640_000_000_001n, "<M8[s]")).toThrow(
      "8640000000001 of <M8[s] is outside what a Date can hold",
    );
  });
});

describe("fromDate", () => {
  it("is the exact count of a date, and null for null", () => {
    expect(fromDate(new Date(-1), "M8[us]")).toBe(-1000n);
    expect(fromDate(new Date("2000-02-01"), "M8[M]")).toBe(361n);
    expect(fromDate(null, "M8[D]")).toBeNull();
  });

  it("refuses what would be cut, what does not fit, and what is no date", () => {
    expect(() => fromDate(new Date(1), "<M8[s]")).toThrow("1970-01-01T00:00:00.001Z is not exact in <M8[s]");
    expect(() => fromDate(new Date(8.64e15), "M8[as]")).toThrow(CastError);
    expect(() => fromDate(new Date(Number.NaN), "M8[s]")).toThrow("an invalid Date");
  });
});

describe("both", () => {
  it.each(["m8[s]", "i8", "f8", "M8", "U10", "S3"])("refuse %s, which has no dates", (dtype) => {
    for (const value of [null, 0n]) expect(() => toDate(value, dtype)).toThrow(DTypeError);
    for (const value of [null, new Date(0)]) expect(() => fromDate(value, dtype)).toThrow(DTypeError);
    expect(() => fromDate(new Date(0), dtype)).toThrow('such as "M8[us]"');
  });

  it("name structured dtypes readably", () => {
    expect(() => toDate(0n, [["a", "<i4"]])).toThrow('not [["a","<i4"]]');
  });
});

import { describe, expect, it } from "vitest";
import { type CompareOptions, compareArrays, compareScalar } from "../../src/compute/compare.js";
import type { CompareOp } from "../../src/compute/plan.js";
import type { NumericArray } from "../../src/compute/types.js";

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
const NAT = -(2n ** 63n);
const OPS: readonly CompareOp[] = ["eq", "ne", "lt", "le", "gt", "ge"];

/** The six masks as strings of 0 and 1, in the order of OPS. */
function scalars(values: NumericArray, scalar: number | bigint, options: CompareOptions = {}): string[] {
  return OPS.map((op) => {
    const out = new Uint8Array(values.length).fill(9);
    compareScalar(op, values, 0, values.length, scalar, out, 0, options);
    return out.join("");
  });
}

function arrays(a: NumericArray, b: NumericArray, options: CompareOptions = {}): string[] {
  return OPS.map((op) => {
    const out = new Uint8Array(a.length).fill(9);
    compareArrays(op, a, 0, b, 0, a.length, out, 0, options);
    return out.join("");
  });
}

describe("compareScalar", () => {
  it("compares numbers; NaN is only unequal", () => {
    const values = Float64Array.of(-inf, -1, -0, 0, 1, inf, nan);
    expect(scalars(values, 0)).toEqual(["0011000", "1100111", "1100000", "1111000", "0000110", "0011110"]);
    expect(scalars(values, nan)).toEqual(["0000000", "1111111", "0000000", "0000000", "0000000", "0000000"]);
    expect(scalars(values, inf)).toEqual(["0000010", "1111101", "1111100", "1111110", "0000000", "0000010"]);
  });

  it("compares every type of number", () => {
    const expected = ["010", "101", "100", "110", "001", "011"];
    for (const Type of [
      Int8Array,
      Uint8Array,
      Int16Array,
      Uint16Array,
      Int32Array,
      Uint32Array,
      Float32Array,
    ]) {
      expect(scalars(Type.of(1, 2, 3), 2)).toEqual(expected);
      expect(scalars(Type.of(1, 2, 3), 2n)).toEqual(expected);
    }
  });

  it("does not round an integer to the elements' precision", () => {
    const values = Float64Array.of(2 ** 53, 2 ** 53 + 2, nan);
    expect(scalars(values, 2n ** 53n + 1n)).toEqual(["000", "111", "100", "100", "010", "010"]);
    expect(scalars(Float64Array.of(1e308, inf, nan), 10n ** 400n)).toEqual([
      "000",
      "111",
      "100",
      "100",
      "010",
      "010",
    ]);
    expect(scalars(Uint8Array.of(0, 255), 256n)).toEqual(["00", "11", "11", "11", "00", "00"]);
  });

  it("compares 64-bit integers in full", () => {
    const signed = BigInt64Array.of(NAT, -1n, 0n, 2n ** 32n, 2n ** 63n - 1n);
    expect(scalars(signed, 0n)).toEqual(["00100", "11011", "11000", "11100", "00011", "00111"]);
    expect(scalars(signed, 2n ** 63n - 1n)).toEqual(["00001", "11110", "11110", "11111", "00000", "00001"]);
    expect(scalars(signed, NAT)).toEqual(["10000", "01111", "00000", "10000", "01111", "11111"]);
    const unsigned = BigUint64Array.of(0n, 2n ** 63n, 2n ** 64n - 1n);
    expect(scalars(unsigned, 2n ** 63n)).toEqual(["010", "101", "100", "110", "001", "011"]);
    expect(scalars(unsigned, -1n)).toEqual(["000", "111", "000", "000", "111", "111"]);
  });

  it("compares 64-bit integers with fractions, infinities and NaN exactly", () => {
    const values = BigInt64Array.of(-2n, -1n, 1n, 2n);
    expect(scalars(values, -1.5)).toEqual(["0000", "1111", "1000", "1000", "0111", "0111"]);
    expect(scalars(values, inf)).toEqual(["0000", "1111", "1111", "1111", "0000", "0000"]);
    expect(scalars(values, nan)).toEqual(["0000", "1111", "0000", "0000", "0000", "0000"]);
    const large = BigInt64Array.of(2n ** 53n, 2n ** 53n + 1n);
    expect(scalars(large, 2 ** 53)).toEqual(["10", "01", "00", "10", "01", "11"]);
  });

  it("takes NaT for NaN among dates, in every way that a scalar may be", () => {
    const dates = BigInt64Array.of(NAT, NAT + 1n, 5n);
    const options = { nat: true };
    expect(scalars(dates, 5n, options)).toEqual(["001", "110", "010", "011", "000", "001"]);
    expect(scalars(dates, NAT, options)).toEqual(["000", "111", "000", "000", "000", "000"]);
    expect(scalars(dates, inf, options)).toEqual(["000", "111", "011", "011", "000", "000"]);
    expect(scalars(dates, -(2n ** 70n), options)).toEqual(["000", "111", "000", "000", "011", "011"]);
    expect(scalars(dates, 0.5, options)).toEqual(["000", "111", "010", "010", "001", "001"]);
  });

  it("reads and writes only the ranges", () => {
    const out = new Uint8Array(5).fill(9);
    compareScalar("gt", Int32Array.of(9, 1, 9, 1), 1, 3, 5, out, 2);
    expect([...out]).toEqual([9, 9, 0, 1, 9]);
    compareScalar("gt", BigInt64Array.of(9n, 1n, 9n, 1n), 1, 3, 5n, out, 3);
    expect([...out]).toEqual([9, 9, 0, 0, 1]);
    compareScalar("eq", BigInt64Array.of(9n, 1n), 1, 2, 0.5, out, 0);
    expect([...out]).toEqual([0, 9, 0, 0, 1]);
  });
});

describe("compareArrays", () => {
  it("compares numbers of any two types; NaN is only unequal", () => {
    const floats = Float64Array.of(1, 2.5, nan, -0, inf, nan);
    const same = ["000110", "111001", "010000", "010110", "100000", "100110"];
    expect(arrays(floats, Float32Array.of(0, 3, nan, 0, inf, 1))).toEqual(same);
    expect(arrays(Float32Array.of(0.1, 16777216), Float64Array.of(0.1, 16777217))[0]).toBe("00");
    expect(arrays(Int8Array.of(-1, 1), Uint32Array.of(2 ** 32 - 1, 1))).toEqual([
      "01",
      "10",
      "10",
      "11",
      "00",
      "01",
    ]);
  });

  it("compares 64-bit integers, signed with unsigned too", () => {
    const a = BigInt64Array.of(-1n, 2n ** 63n - 1n, 5n, 2n ** 32n);
    const b = BigUint64Array.of(2n ** 64n - 1n, 2n ** 63n, 5n, 2n ** 32n - 1n);
    expect(arrays(a, b)).toEqual(["0010", "1101", "1100", "1110", "0001", "0011"]);
    expect(arrays(b, a)).toEqual(["0010", "1101", "0001", "0011", "1100", "1110"]);
    const least = BigInt64Array.of(NAT, NAT, 2n ** 63n - 1n);
    expect(arrays(least, BigInt64Array.of(2n ** 63n - 1n, NAT, NAT))).toEqual([
      "010",
      "101",
      "100",
      "110",
      "001",
      "011",
    ]);
  });

  it("compares 64-bit integers with doubles as the numbers that they are", () => {
    const ints = BigInt64Array.of(2n ** 53n + 1n, 2n ** 53n + 1n, 2n ** 63n - 1n, NAT, -1n, 0n, 3n, 3n);
    const floats = Float64Array.of(2 ** 53, 2 ** 53 + 2, 2 ** 63, -(2 ** 63), -0.5, -0, nan, -inf);
    const expected = ["00010100", "11101011", "01101000", "01111100", "10000001", "10010101"];
    expect(arrays(ints, floats)).toEqual(expected);
    const [eq, ne, lt, le, gt, ge] = expected;
    expect(arrays(floats, ints)).toEqual([eq, ne, gt, ge, lt, le]);
    expect(arrays(BigUint64Array.of(2n ** 64n - 1n), Float64Array.of(2 ** 64))[2]).toBe("1");
    expect(arrays(BigInt64Array.of(-1n), Uint8Array.of(255))[2]).toBe("1");
  });

  it("takes NaT on either side for NaN", () => {
    const a = BigInt64Array.of(NAT, 1n, NAT, 1n);
    const b = BigInt64Array.of(1n, NAT, NAT, 1n);
    expect(arrays(a, b, { nat: true })).toEqual(["0001", "1110", "0000", "0001", "0000", "0001"]);
    const numbers = Int32Array.of(0, 0, 0, 1);
    expect(arrays(a, numbers, { nat: true })).toEqual(["0001", "1110", "0000", "0001", "0100", "0101"]);
    expect(arrays(numbers, a, { nat: true })).toEqual(["0001", "1110", "0100", "0101", "0000", "0001"]);
  });

  it("reads and writes only the ranges, over many blocks", () => {
    const a = Int32Array.from({ length: 5003 }, (_, i) => i);
    const b = Float64Array.from({ length: 5001 }, (_, i) => i + 2 + (i % 3) - 1);
    const out = new Uint8Array(5004).fill(9);
    compareArrays("lt", a, 2, b, 0, 5000, out, 1);
    const expected = Array.from({ length: 5000 }, (_, i) => Number(i % 3 === 2));
    expect([...out]).toEqual([9, ...expected, 9, 9, 9]);
  });
});

import { describe, expect, it } from "vitest";
import { NumberExtremum, type Side } from "../../src/compute/extrema.js";
import { BigExtremum } from "../../src/compute/extrema-big.js";
import { ComplexExtremum } from "../../src/compute/extrema-complex.js";
import type { BigArray, MissingOptions, NumberArray } from "../../src/compute/types.js";

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
const NAT = -(2n ** 63n);

function extremum(side: Side, values: NumberArray, options: MissingOptions = {}) {
  const accumulator = new NumberExtremum(side, options);
  accumulator.add(values, 0, values.length);
  return accumulator.result();
}

function bigExtremum(side: Side, values: BigArray, options: MissingOptions = {}) {
  const accumulator = new BigExtremum(side, options);
  accumulator.add(values, 0, values.length);
  return accumulator.result();
}

function complexExtremum(side: Side, values: readonly number[], options: MissingOptions = {}) {
  const accumulator = new ComplexExtremum(side, options);
  accumulator.add(Float64Array.from(values), 0, values.length / 2);
  return accumulator.result();
}

describe("NumberExtremum", () => {
  it("finds the first of equal extremes", () => {
    expect(extremum("min", Int32Array.of(3, 1, 2, 1))).toEqual({ value: 1, index: 1 });
    expect(extremum("max", Uint8Array.of(3, 7, 2, 7))).toEqual({ value: 7, index: 1 });
    expect(extremum("min", Float64Array.of(0, -0))).toEqual({ value: 0, index: 0 });
    expect(extremum("max", Float64Array.of(-0, 0))).toEqual({ value: -0, index: 0 });
  });

  it("finds infinities, the first one too", () => {
    expect(extremum("min", Float64Array.of(inf, inf))).toEqual({ value: inf, index: 0 });
    expect(extremum("max", Float64Array.of(-inf, -inf))).toEqual({ value: -inf, index: 0 });
    expect(extremum("max", Float32Array.of(1, inf, 2))).toEqual({ value: inf, index: 1 });
  });

  it("has NaN propagate, the first one, wherever it stands", () => {
    for (const side of ["min", "max"] as const) {
      expect(extremum(side, Float64Array.of(nan, 1))).toEqual({ value: nan, index: 0 });
      expect(extremum(side, Float64Array.of(1, nan, -5, nan, 9))).toEqual({ value: nan, index: 1 });
    }
  });

  it("gives the same bits for any NaN, however many elements there are", () => {
    for (const length of [3, 3000]) {
      const f4 = new Float32Array(length).fill(1);
      const f8 = new Float64Array(length).fill(1);
      new Uint32Array(f4.buffer)[length - 1] = 0xffc01234;
      new BigUint64Array(f8.buffer)[length - 1] = 0xfff8000000001234n;
      for (const values of [f4, f8]) {
        for (const side of ["min", "max"] as const) {
          const accumulator = new NumberExtremum(side, { valueOnly: true });
          accumulator.add(values, 0, length);
          const bits = new BigUint64Array(Float64Array.of(accumulator.result()?.value ?? 0).buffer);
          expect(bits[0]).toBe(0x7ff8000000000000n);
        }
      }
    }
  });

  it("leaves NaN out on demand", () => {
    expect(extremum("min", Float64Array.of(nan, inf, nan, inf), { skipNaN: true })).toEqual({
      value: inf,
      index: 1,
    });
    expect(extremum("max", Float64Array.of(nan, 2, 3, nan), { skipNaN: true })).toEqual({
      value: 3,
      index: 2,
    });
    expect(extremum("max", Float64Array.of(nan, nan), { skipNaN: true })).toBeNull();
  });

  it("has no result for no elements", () => {
    expect(extremum("min", new Float64Array(0))).toBeNull();
  });

  it("counts places through successive blocks, and from the beginning after reset", () => {
    const max = new NumberExtremum("max");
    max.add(Int32Array.of(0, 0, 5, 9, 0), 2, 4);
    max.add(Int32Array.of(0, 0, 9, 10), 1, 4);
    expect(max.result()).toEqual({ value: 10, index: 4 });
    max.reset();
    max.add(Int32Array.of(4), 0, 1);
    expect(max.result()).toEqual({ value: 4, index: 0 });
  });

  it("is settled by NaN, which later elements do not change", () => {
    const min = new NumberExtremum("min");
    min.add(Float64Array.of(1, 2), 0, 2);
    expect(min.settled).toBe(false);
    min.add(Float64Array.of(3, nan), 0, 2);
    expect(min.settled).toBe(true);
    min.add(Float64Array.of(-9, nan), 0, 2);
    expect(min.result()).toEqual({ value: nan, index: 3 });
    min.reset();
    expect([min.settled, min.result()]).toEqual([false, null]);
  });

  it("looks at every block of a long run", () => {
    const values = new Float64Array(10_000);
    for (const place of [0, 2047, 2048, 5000, 9999]) {
      values.fill(0)[place] = -1;
      expect(extremum("min", values)).toEqual({ value: -1, index: place });
    }
  });
});

describe("BigExtremum", () => {
  it("compares signed and unsigned integers in full", () => {
    const signed = BigInt64Array.of(5n, -1n, 2n ** 62n, -(2n ** 62n), 2n ** 62n + 1n, 2n ** 62n + 1n);
    expect(bigExtremum("min", signed)).toEqual({ value: -(2n ** 62n), index: 3 });
    expect(bigExtremum("max", signed)).toEqual({ value: 2n ** 62n + 1n, index: 4 });
    const unsigned = BigUint64Array.of(2n ** 63n, 2n ** 64n - 1n, 1n, 2n ** 32n, 1n);
    expect(bigExtremum("min", unsigned)).toEqual({ value: 1n, index: 2 });
    expect(bigExtremum("max", unsigned)).toEqual({ value: 2n ** 64n - 1n, index: 1 });
  });

  it("finds the outermost values, the first of them", () => {
    const [least, greatest] = [-(2n ** 63n), 2n ** 63n - 1n];
    expect(bigExtremum("min", BigInt64Array.of(greatest, greatest))).toEqual({ value: greatest, index: 0 });
    expect(bigExtremum("max", BigInt64Array.of(least, least))).toEqual({ value: least, index: 0 });
    expect(bigExtremum("min", BigInt64Array.of(0n, least, least))).toEqual({ value: least, index: 1 });
    expect(bigExtremum("max", new BigUint64Array(2))).toEqual({ value: 0n, index: 0 });
    expect(bigExtremum("min", new BigUint64Array(0))).toBeNull();
  });

  it("has NaT propagate, or leaves it out", () => {
    const dates = BigInt64Array.of(5n, NAT, -9n, 7n, NAT);
    for (const side of ["min", "max"] as const) {
      expect(bigExtremum(side, dates, { nat: true })).toEqual({ value: NAT, index: 1 });
    }
    expect(bigExtremum("min", dates, { nat: true, skipNaN: true })).toEqual({ value: -9n, index: 2 });
    expect(bigExtremum("max", dates, { nat: true, skipNaN: true })).toEqual({ value: 7n, index: 3 });
    expect(bigExtremum("max", dates)).toEqual({ value: 7n, index: 3 });
    expect(bigExtremum("min", BigInt64Array.of(NAT), { nat: true, skipNaN: true })).toBeNull();
  });

  it("counts places through successive blocks and keeps the first of equals", () => {
    const min = new BigExtremum("min", { nat: true });
    min.add(BigInt64Array.of(0n, 3n, 4n), 1, 3);
    min.add(BigInt64Array.of(3n, 2n, 2n), 0, 3);
    min.add(BigInt64Array.of(2n), 0, 1);
    expect(min.result()).toEqual({ value: 2n, index: 3 });
    min.add(BigInt64Array.of(9n, NAT), 0, 2);
    min.add(BigInt64Array.of(NAT), 0, 1);
    expect([min.settled, min.result()]).toEqual([true, { value: NAT, index: 7 }]);
    min.reset();
    expect([min.settled, min.result()]).toEqual([false, null]);
  });
});

describe("ComplexExtremum", () => {
  it("orders by real, then imaginary part", () => {
    // np.array([1+2j, 1+1j, 1+3j, 0+9j, 2-5j, 2-5j]): min 9j at 3, max 2-5j at 4
    const values = [1, 2, 1, 1, 1, 3, 0, 9, 2, -5, 2, -5];
    expect(complexExtremum("min", values)).toEqual({ value: { re: 0, im: 9 }, index: 3 });
    expect(complexExtremum("max", values)).toEqual({ value: { re: 2, im: -5 }, index: 4 });
    expect(complexExtremum("min", values.slice(0, 6))).toEqual({ value: { re: 1, im: 1 }, index: 1 });
    expect(complexExtremum("max", values.slice(0, 6))).toEqual({ value: { re: 1, im: 3 }, index: 2 });
  });

  it("takes -0 and 0 for equal", () => {
    // np.array([1+2j, -0.0+5j, 0.0+4j]).argmin() is 2
    expect(complexExtremum("min", [1, 2, -0, 5, 0, 4])).toEqual({ value: { re: 0, im: 4 }, index: 2 });
  });

  it("has NaN in either part propagate, or leaves it out", () => {
    const values = [1, 2, 3, nan, nan, 1, 0, 0];
    for (const side of ["min", "max"] as const) {
      expect(complexExtremum(side, values)).toEqual({ value: { re: 3, im: nan }, index: 1 });
    }
    expect(complexExtremum("min", values, { skipNaN: true })).toEqual({ value: { re: 0, im: 0 }, index: 3 });
    expect(complexExtremum("max", values, { skipNaN: true })).toEqual({ value: { re: 1, im: 2 }, index: 0 });
    expect(complexExtremum("min", [nan, 1], { skipNaN: true })).toBeNull();
    expect(complexExtremum("max", [-inf, -inf, -inf, -inf])).toEqual({
      value: { re: -inf, im: -inf },
      index: 0,
    });
  });

  it("counts places through blocks, and forgets them", () => {
    const max = new ComplexExtremum("max");
    max.add(Float32Array.of(0, 0, 1, 1), 0, 2);
    max.add(Float32Array.of(9, 9, 1, 1, 1, 2), 1, 3);
    expect(max.result()).toEqual({ value: { re: 1, im: 2 }, index: 3 });
    max.add(Float32Array.of(0, nan), 0, 1);
    max.add(Float32Array.of(7, 7), 0, 1);
    expect([max.settled, max.result()]).toEqual([true, { value: { re: 0, im: nan }, index: 4 }]);
    max.reset();
    expect([max.settled, max.result()]).toEqual([false, null]);
  });
});

import { describe, expect, it } from "vitest";
import { ComplexMomentsAccumulator, MomentsAccumulator, mergeMoments } from "../../src/compute/moments.js";
import type { MissingOptions, NumericArray } from "../../src/compute/types.js";

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;

function momentsOf(values: NumericArray, options: MissingOptions = {}) {
  const moments = new MomentsAccumulator(options);
  moments.add(values, 0, values.length);
  return moments.result();
}

describe("MomentsAccumulator", () => {
  it("gives count, mean and squared deviations", () => {
    // np.mean and 4 * np.var of [1., 2, 4, 8]
    expect(momentsOf(Float64Array.of(1, 2, 4, 8))).toEqual({ count: 4, mean: 3.75, m2: 4 * 7.1875 });
    expect(momentsOf(Uint8Array.of(5))).toEqual({ count: 1, mean: 5, m2: 0 });
    expect(momentsOf(Int16Array.of())).toEqual({ count: 0, mean: nan, m2: 0 });
  });

  it("loses nothing to a large mean", () => {
    const values = Float64Array.from({ length: 10_000 }, (_, i) => 1e9 + (i % 2));
    const { count, mean, m2 } = momentsOf(values);
    expect(mean).toBe(1e9 + 0.5);
    expect(m2 / count).toBeCloseTo(0.25, 12);
  });

  it("rounds 64-bit integers one by one, as NumPy's mean does", () => {
    expect(momentsOf(BigInt64Array.of(-1n, 2n ** 63n - 1n)).mean).toBe(4.611686018427388e18);
    expect(momentsOf(BigUint64Array.of(2n ** 64n - 1n, 0n)).mean).toBe(9.223372036854776e18);
    expect(momentsOf(BigInt64Array.of(2n ** 53n + 1n, 2n ** 53n + 3n)).mean).toBe(9007199254740994);
    expect(momentsOf(BigInt64Array.of(-(2n ** 63n))).mean).toBe(-(2 ** 63));
  });

  it.each([
    [[inf, 1], inf],
    [[inf, -inf], nan],
    [[nan, 1], nan],
    [[1e308, 1e308], inf],
  ])("has the mean and the variance of NumPy for %j", (values, mean) => {
    const moments = momentsOf(Float64Array.from(values));
    expect(moments.mean).toBe(mean);
    expect(Number.isFinite(moments.m2)).toBe(false);
  });

  it("keeps an infinite mean infinite across blocks", () => {
    const values = new Float64Array(5000).fill(1);
    values[4000] = inf;
    expect(momentsOf(values)).toEqual({ count: 5000, mean: inf, m2: nan });
    values[10] = -inf;
    expect(momentsOf(values).mean).toBe(nan);
  });

  it("leaves NaN and NaT out on demand", () => {
    expect(momentsOf(Float64Array.of(nan, 1, nan, 3), { skipNaN: true })).toEqual({
      count: 2,
      mean: 2,
      m2: 2,
    });
    expect(momentsOf(Float32Array.of(nan, nan), { skipNaN: true })).toEqual({ count: 0, mean: nan, m2: 0 });
    const dates = BigInt64Array.of(1n, -(2n ** 63n), 3n);
    expect(momentsOf(dates, { nat: true }).mean).toBe(nan);
    expect(momentsOf(dates, { nat: true, skipNaN: true })).toEqual({ count: 2, mean: 2, m2: 2 });
  });

  it("begins anew after reset", () => {
    const moments = new MomentsAccumulator();
    moments.add(Float64Array.of(1, 2, 3), 0, 3);
    moments.reset();
    moments.add(Float64Array.of(0, 7, 0), 1, 2);
    expect(moments.result()).toEqual({ count: 1, mean: 7, m2: 0 });
  });
});

describe("mergeMoments", () => {
  it("weighs by count and leaves empty parts out", () => {
    const [a, b] = [momentsOf(Float64Array.of(1, 2, 3)), momentsOf(Float64Array.of(10))];
    expect(mergeMoments(a, b)).toEqual(momentsOf(Float64Array.of(1, 2, 3, 10)));
    const empty = { count: 0, mean: nan, m2: 0 };
    expect(mergeMoments(a, empty)).toBe(a);
    expect(mergeMoments(empty, b)).toBe(b);
  });

  it("keeps the mean of values far apart finite", () => {
    const [a, b] = [momentsOf(Float64Array.of(1.5e308)), momentsOf(Float64Array.of(-1.5e308))];
    expect(mergeMoments(a, b)).toEqual({ count: 2, mean: 0, m2: inf });
  });
});

describe("ComplexMomentsAccumulator", () => {
  it("has the mean of the parts and the deviations of the absolute values", () => {
    const moments = new ComplexMomentsAccumulator();
    moments.add(Float64Array.of(9, 9, 1, 1, 2, -3, 0, 4, -1, 0), 1, 5);
    // np.mean and 4 * np.var of [1+1j, 2-3j, 4j, -1]
    expect(moments.result()).toEqual({ count: 4, mean: { re: 0.5, im: 0.5 }, m2: 30 });
    moments.reset();
    expect(moments.result()).toEqual({ count: 0, mean: { re: nan, im: nan }, m2: 0 });
  });

  it("leaves out numbers with NaN in either part on demand", () => {
    const moments = new ComplexMomentsAccumulator({ skipNaN: true });
    moments.add(Float32Array.of(1, nan, 1, 2, nan, 1, 3, 4), 0, 4);
    expect(moments.result()).toEqual({ count: 2, mean: { re: 2, im: 3 }, m2: 4 });
  });
});

import { describe, expect, it } from "vitest";
import { ComplexSum, FloatSum, IntegerSum, pairwiseSum } from "../../src/compute/sum.js";
import { BigSum } from "../../src/compute/sum-big.js";

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;

describe("pairwiseSum", () => {
  it.each([0, 1, 7, 8, 9, 127, 128, 129, 256, 1000, 2048])("takes up each of %i elements once", (count) => {
    const block = Float64Array.from({ length: 2048 }, (_, i) => (i < count ? i + 1 : 1e6));
    expect(pairwiseSum(block, count)).toBe((count * (count + 1)) / 2);
  });
});

describe("IntegerSum", () => {
  it("sums every type of integer", () => {
    const sum = new IntegerSum();
    sum.add(Int8Array.of(-128, 127), 0, 2);
    sum.add(Uint8Array.of(255, 255), 0, 2);
    sum.add(Int16Array.of(-32768), 0, 1);
    sum.add(Uint16Array.of(65535), 0, 1);
    sum.add(Int32Array.of(-2147483648), 0, 1);
    sum.add(Uint32Array.of(4294967295), 0, 1);
    expect(sum.result()).toBe(-1 + 510 - 32768 + 65535 - 2147483648 + 4294967295);
  });

  it("takes only the range", () => {
    const sum = new IntegerSum();
    sum.add(Int32Array.of(1, 10, 100, 1000), 1, 3);
    expect(sum.result()).toBe(110);
  });

  it("is zero for nothing, and again after reset", () => {
    const sum = new IntegerSum();
    expect(sum.result()).toBe(0);
    sum.add(Int32Array.of(5), 0, 1);
    sum.reset();
    expect(sum.result()).toBe(0);
  });

  it("is a bigint where the exact sum might be no double", () => {
    const sum = new IntegerSum();
    const many = new Uint32Array(2 ** 21).fill(2 ** 32 - 1);
    sum.add(many, 0, many.length);
    sum.add(Uint8Array.of(3), 0, 1);
    // 2²¹ (2³² - 1) + 3 = 2⁵³ - 2²¹ + 3 is exact; four times that and 1 is not.
    expect(Number(sum.result())).toBe(2 ** 53 - 2 ** 21 + 3);
    for (let i = 0; i < 3; i++) sum.add(many, 0, many.length);
    expect(sum.result()).toBe(4n * (2n ** 53n - 2n ** 21n) + 3n);
  });

  it("stays exact when large sums cancel", () => {
    const sum = new IntegerSum();
    const many = new Int32Array(2 ** 20).fill(-(2 ** 31));
    for (let i = 0; i < 8; i++) sum.add(many, 0, many.length);
    sum.add(Int32Array.of(1), 0, 1);
    expect(sum.result()).toBe(-8n * 2n ** 51n + 1n);
    const back = new Uint32Array(2 ** 20).fill(2 ** 31);
    for (let i = 0; i < 8; i++) sum.add(back, 0, back.length);
    expect(sum.result()).toBe(1n);
  });
});

describe("FloatSum", () => {
  const sumOf = (values: readonly number[], skipNaN = false) => {
    const sum = new FloatSum({ skipNaN });
    sum.add(Float64Array.from(values), 0, values.length);
    return sum.result();
  };

  it("sums more exactly than one by one", () => {
    const values = new Array(1_000_000).fill(0.1);
    expect(Math.abs(sumOf(values) - 100_000)).toBeLessThan(1e-9);
    expect(Math.abs(values.reduce((a, b) => a + b, 0) - 100_000)).toBeGreaterThan(1e-7);
  });

  it.each([
    [[inf, 1], inf],
    [[-inf, 1e308], -inf],
    [[inf, -inf], nan],
    [[1, nan, inf], nan],
    [[1e308, 1e308], inf],
    [[], 0],
    [[-0], 0],
  ])("of %j is %d, as NumPy's", (values, expected) => {
    expect(sumOf(values)).toBe(expected);
  });

  it("leaves NaN out on demand, and counts the others", () => {
    const sum = new FloatSum({ skipNaN: true });
    sum.add(Float64Array.of(1, nan, 2, nan), 0, 4);
    sum.add(Float32Array.of(nan), 0, 1);
    expect([sum.result(), sum.count]).toEqual([3, 2]);
    sum.reset();
    expect([sum.result(), sum.count]).toEqual([0, 0]);
  });

  it("sums single precision as doubles", () => {
    const sum = new FloatSum();
    const values = new Float32Array(3000).fill(0.1);
    sum.add(values, 0, 3000);
    expect(sum.result()).toBeCloseTo(3000 * Math.fround(0.1), 10);
    expect(sum.count).toBe(3000);
  });

  it("takes a long run in one piece", () => {
    const values = Float64Array.from({ length: 5000 }, (_, i) => i);
    const sum = new FloatSum();
    sum.add(values, 1, 4999);
    expect(sum.result()).toBe((4999 * 4998) / 2);
  });
});

describe("ComplexSum", () => {
  it("sums both parts", () => {
    const sum = new ComplexSum();
    sum.add(Float64Array.of(9, 9, 1, 2, 3, 4, 9, 9), 1, 3);
    sum.add(Float32Array.of(0.5, -0.5), 0, 1);
    expect([sum.result(), sum.count]).toEqual([{ re: 4.5, im: 5.5 }, 3]);
    sum.reset();
    expect([sum.result(), sum.count]).toEqual([{ re: 0, im: 0 }, 0]);
  });

  it("leaves out numbers with NaN in either part", () => {
    const sum = new ComplexSum({ skipNaN: true });
    sum.add(Float64Array.of(1, nan, 3, 4, nan, 6), 0, 3);
    expect([sum.result(), sum.count]).toEqual([{ re: 3, im: 4 }, 1]);
  });
});

describe("BigSum", () => {
  it("never wraps", () => {
    const sum = new BigSum();
    sum.add(BigInt64Array.of(2n ** 63n - 1n, 2n ** 63n - 1n, -1n), 0, 3);
    expect(sum.result()).toBe(2n ** 64n - 3n);
    sum.reset();
    sum.add(BigInt64Array.of(-(2n ** 63n), -(2n ** 63n)), 0, 2);
    expect(sum.result()).toBe(-(2n ** 64n));
    sum.reset();
    sum.add(BigUint64Array.of(7n, 2n ** 64n - 1n, 2n ** 64n - 1n, 7n), 1, 3);
    expect([sum.result(), sum.count]).toEqual([2n ** 65n - 2n, 2]);
  });

  it("stays exact over more elements than one pass may add", () => {
    const length = 2 ** 22 + 5;
    const values = new BigUint64Array(length).fill(2n ** 64n - 1n);
    const sum = new BigSum();
    sum.add(values, 0, length);
    expect(sum.result()).toBe(BigInt(length) * (2n ** 64n - 1n));
  });

  it("gives NaT for durations with a NaT, or leaves it out", () => {
    const nat = -(2n ** 63n);
    const values = BigInt64Array.of(3n, nat, -1n, nat);
    const strict = new BigSum({ nat: true });
    strict.add(values, 0, 4);
    expect(strict.result()).toBe(nat);
    strict.reset();
    strict.add(values, 2, 3);
    expect(strict.result()).toBe(-1n);
    const lenient = new BigSum({ nat: true, skipNaN: true });
    lenient.add(values, 0, 4);
    expect([lenient.result(), lenient.count]).toEqual([2n, 2]);
    const plain = new BigSum();
    plain.add(values, 0, 4);
    expect(plain.result()).toBe(2n + 2n * nat);
  });
});

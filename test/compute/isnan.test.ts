import { describe, expect, it } from "vitest";
import { isnan, isnanComplex } from "../../src/compute/isnan.js";

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;

describe("isnan", () => {
  it("finds NaN among floats, in the range", () => {
    for (const Type of [Float32Array, Float64Array]) {
      const out = new Uint8Array(5).fill(9);
      isnan(Type.of(nan, nan, inf, 0, nan), 1, 5, out, 1);
      expect([...out]).toEqual([9, 1, 0, 0, 1]);
    }
  });

  it("finds none among integers", () => {
    const out = new Uint8Array(3).fill(9);
    isnan(Int32Array.of(0, 1), 0, 2, out, 0);
    expect([...out]).toEqual([0, 0, 9]);
    isnan(BigInt64Array.of(-(2n ** 63n)), 0, 1, out, 2);
    expect([...out]).toEqual([0, 0, 0]);
  });

  it("finds NaT among dates, and nothing near it", () => {
    const out = new Uint8Array(5).fill(9);
    const dates = BigInt64Array.of(
      0n,
      -(2n ** 63n),
      -(2n ** 63n) + 1n,
      2n ** 63n - 1n,
      -(2n ** 63n) + 2n ** 32n,
    );
    isnan(dates, 0, 5, out, 0, { nat: true });
    expect([...out]).toEqual([0, 1, 0, 0, 0]);
    isnan(dates, 1, 2, out, 4, { nat: true });
    expect([...out]).toEqual([0, 1, 0, 0, 1]);
  });

  it("works over many blocks", () => {
    const values = Float64Array.from({ length: 5000 }, (_, i) => (i % 7 === 0 ? nan : i));
    const out = new Uint8Array(5000);
    isnan(values, 0, 5000, out, 0);
    expect([...out]).toEqual(Array.from({ length: 5000 }, (_, i) => Number(i % 7 === 0)));
  });
});

describe("isnanComplex", () => {
  it("finds NaN in either part, over many blocks", () => {
    const values = new Float64Array(2 * 5000);
    for (const place of [0, 3, 4095, 4096, 9999]) values[place] = nan;
    const out = new Uint8Array(5001).fill(9);
    isnanComplex(values, 0, 5000, out, 1);
    const found = [...out].flatMap((byte, i) => (byte === 1 ? [i - 1] : []));
    expect(found).toEqual([0, 1, 2047, 2048, 4999]);
    expect(out[0]).toBe(9);
  });
});

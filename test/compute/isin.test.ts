import { describe, expect, it } from "vitest";
import { isin, membersFor } from "../../src/compute/isin.js";
import type { NumericArray } from "../../src/compute/types.js";

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;

function found(values: NumericArray, candidates: readonly (number | bigint)[], nat = false): string {
  const out = new Uint8Array(values.length).fill(9);
  isin(values, 0, values.length, membersFor(values, candidates, { nat }), out, 0);
  return out.join("");
}

describe("isin", () => {
  it("looks up numbers of every type by value", () => {
    for (const Type of [
      Int8Array,
      Uint8Array,
      Int16Array,
      Uint16Array,
      Int32Array,
      Uint32Array,
      Float64Array,
    ]) {
      expect(found(Type.of(1, 2, 3, 4), [2, 4n, 2, 100])).toBe("0101");
    }
    expect(found(Int8Array.of(-1, 1), [-1n])).toBe("10");
  });

  it("never finds NaN, and takes -0 and 0 for one", () => {
    expect(found(Float64Array.of(nan, 0, -0, inf), [nan, -0])).toBe("0110");
    expect(found(Float64Array.of(0, -0, inf), [0, inf])).toBe("111");
  });

  it("does not round", () => {
    expect(found(Float64Array.of(2 ** 53, inf), [2n ** 53n + 1n, 10n ** 400n])).toBe("00");
    expect(found(Float32Array.of(0.1), [0.1])).toBe("0");
    expect(found(Float32Array.of(0.1), [Math.fround(0.1)])).toBe("1");
    expect(found(BigInt64Array.of(2n ** 53n, 2n ** 53n + 1n), [2 ** 53])).toBe("10");
    expect(found(BigInt64Array.of(1n, 2n), [1.5, 2, nan, inf])).toBe("01");
  });

  it("leaves out what 64 bits cannot hold, instead of wrapping it", () => {
    expect(found(BigInt64Array.of(-1n, 0n), [2n ** 64n - 1n, 2n ** 64n])).toBe("00");
    expect(found(BigUint64Array.of(2n ** 64n - 1n, 0n), [-1n, -(2n ** 64n)])).toBe("00");
    expect(found(BigUint64Array.of(2n ** 64n - 1n, 2n ** 63n), [2n ** 64n - 1n, 2 ** 63])).toBe("11");
  });

  it("never finds NaT among dates", () => {
    const dates = BigInt64Array.of(-(2n ** 63n), 5n);
    expect(found(dates, [-(2n ** 63n), 5n], true)).toBe("01");
    expect(found(dates, [-(2n ** 63n), 5n])).toBe("11");
  });

  it("finds nothing among no candidates", () => {
    expect(found(Float64Array.of(0, 1), [])).toBe("00");
    expect(found(BigInt64Array.of(0n), [])).toBe("0");
  });

  it("finds each of many members and nothing else", () => {
    const candidates = Array.from({ length: 5000 }, (_, i) => i * 3);
    const values = Int32Array.from({ length: 15_000 }, (_, i) => i);
    expect(found(values, candidates)).toBe("100".repeat(5000));
    const high = BigInt64Array.from({ length: 3000 }, (_, i) => BigInt(i) << 40n);
    expect(
      found(
        high,
        candidates.map((value) => BigInt(value) << 40n),
      ),
    ).toBe("100".repeat(1000));
  });

  it("reads and writes only the ranges", () => {
    const values = Int32Array.of(1, 1, 2, 1);
    const out = new Uint8Array(4).fill(9);
    isin(values, 1, 3, membersFor(values, [1]), out, 1);
    expect([...out]).toEqual([9, 1, 0, 9]);
  });
});

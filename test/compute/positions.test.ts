import { describe, expect, it } from "vitest";
import { isPositionList, resolvePositions } from "../../src/compute/positions.js";

const LONGEST = 2 ** 31 - 1;

describe("resolvePositions", () => {
  it("counts negative positions from the end", () => {
    for (const list of [Int32Array.of(0, -1, 4, -5), BigInt64Array.of(0n, -1n, 4n, -5n)]) {
      const rows = new Int32Array(6).fill(9);
      expect(resolvePositions(list, 5, rows, 1)).toBe(true);
      expect([...rows]).toEqual([9, 0, 4, 4, 0, 9]);
    }
    const rows = new Int32Array(3);
    expect(resolvePositions(Int32Array.of(-LONGEST, LONGEST - 1, -1), LONGEST, rows, 0)).toBe(true);
    expect([...rows]).toEqual([0, LONGEST - 1, LONGEST - 1]);
  });

  it("finds each one that is outside", () => {
    const judge = (position: bigint, length: number) =>
      resolvePositions(BigInt64Array.of(0n, position, -1n), length, new Int32Array(3), 0);
    for (const outside of [
      5n,
      -6n,
      2n ** 31n,
      2n ** 32n,
      2n ** 32n + 1n,
      -(2n ** 32n),
      -(2n ** 63n),
      2n ** 63n - 1n,
    ]) {
      expect([outside, judge(outside, 5)]).toEqual([outside, false]);
    }
    expect(judge(-1n - 2n ** 32n, LONGEST)).toBe(false);
    for (const outside of [5, -6, LONGEST, -LONGEST - 1]) {
      expect(resolvePositions(Int32Array.of(0, outside), 5, new Int32Array(2), 0)).toBe(false);
    }
    expect(resolvePositions(Int32Array.of(0), 0, new Int32Array(1), 0)).toBe(false);
    expect(resolvePositions(new Int32Array(0), 0, new Int32Array(0), 0)).toBe(true);
  });

  it("takes integers of two sizes", () => {
    expect([new Int32Array(1), new BigInt64Array(1)].every(isPositionList)).toBe(true);
    expect([new Uint32Array(1), new Float64Array(1), [1]].some(isPositionList)).toBe(false);
  });
});

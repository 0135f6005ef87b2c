import { describe, expect, it } from "vitest";
import { All, Any, CountNonzero } from "../../src/compute/logic.js";
import type { NumericArray } from "../../src/compute/types.js";

const nan = Number.NaN;

/** any, all and the number of nonzero elements. */
function truth(values: NumericArray, start = 0, end = values.length, complex = false) {
  const accumulators = [new Any({ complex }), new All({ complex }), new CountNonzero({ complex })] as const;
  for (const accumulator of accumulators) accumulator.add(values, start, end);
  return accumulators.map((accumulator) => accumulator.result());
}

describe("Any, All and CountNonzero", () => {
  it.each([
    ["no elements", new Float64Array(0), [false, true, 0]],
    ["zeros of both signs", Float64Array.of(0, -0), [false, false, 0]],
    ["NaN, which is true", Float64Array.of(nan, 0), [true, false, 1]],
    ["the least double", Float64Array.of(5e-324), [true, true, 1]],
    ["single precision", Float32Array.of(1, 0, -1), [true, false, 2]],
    ["booleans", Uint8Array.of(1, 0, 1, 1), [true, false, 3]],
    ["bytes other than 0 and 1", Uint8Array.of(2, 128, 255, 0, 0, 64), [true, false, 4]],
    ["negative integers", Int8Array.of(-1, -128), [true, true, 2]],
    ["words", Uint32Array.of(0, 0x80000000), [true, false, 1]],
    ["64-bit integers", BigInt64Array.of(0n, 2n ** 32n, 1n, -(2n ** 63n)), [true, false, 3]],
    ["unsigned 64-bit integers", BigUint64Array.of(2n ** 63n), [true, true, 1]],
  ])("of %s", (_what, values, expected) => {
    expect(truth(values)).toEqual(expected);
  });

  it("take complex numbers as true when either part is", () => {
    const values = Float64Array.of(0, 0, 0, 1, 1, 0, -0, 0, nan, 0);
    expect(truth(values, 0, 5, true)).toEqual([true, false, 3]);
    expect(truth(values, 1, 3, true)).toEqual([true, true, 2]);
    expect(truth(values, 3, 4, true)).toEqual([false, false, 0]);
  });

  it("take only the range", () => {
    for (const values of [Uint8Array.of(1, 0, 0, 1), Int32Array.of(1, 0, 0, 1)]) {
      expect(truth(values, 1, 3)).toEqual([false, false, 0]);
      expect(truth(values, 3, 4)).toEqual([true, true, 1]);
    }
  });

  it("see a single element anywhere in a long run", () => {
    for (const place of [0, 4095, 4096, 9999]) {
      const zeros = new Int16Array(10_000);
      zeros[place] = 1;
      expect(truth(zeros)).toEqual([true, false, 1]);
      const ones = new Uint8Array(10_000).fill(1);
      ones[place] = 0;
      expect(truth(ones)).toEqual([true, false, 9999]);
    }
  });

  it("count bytes at every alignment", () => {
    const bytes = Uint8Array.from({ length: 40 }, (_, i) => (i % 3 === 0 ? 0 : i));
    for (let start = 0; start < 9; start++) {
      for (let end = start; end <= 40; end++) {
        const expected = bytes.subarray(start, end).filter((byte) => byte !== 0).length;
        expect(truth(bytes, start, end)[2]).toBe(expected);
        expect(truth(bytes.subarray(start), 0, end - start)[2]).toBe(expected);
      }
    }
  });

  it("are settled once they know, and begin anew after reset", () => {
    const [any, all, count] = [new Any(), new All(), new CountNonzero()];
    for (const accumulator of [any, all, count]) accumulator.add(Int32Array.of(0, 1), 0, 2);
    expect([any.settled, all.settled]).toEqual([true, true]);
    for (const accumulator of [any, all, count]) accumulator.reset();
    expect([any.settled, all.settled]).toEqual([false, false]);
    expect([any.result(), all.result(), count.result()]).toEqual([false, true, 0]);
  });
});

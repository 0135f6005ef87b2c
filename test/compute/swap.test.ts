import { describe, expect, it } from "vitest";
import { byteSwap } from "../../src/compute/swap.js";

const count = (length: number) => Uint8Array.from({ length }, (_, i) => i);

describe("byteSwap", () => {
  it.each([
    [2, 2, [1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14]],
    [4, 4, [3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12]],
    [8, 8, [7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8]],
    [16, 8, [7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8]],
    [16, 4, [3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12]],
    [16, 16, [15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0]],
    [16, 1, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]],
  ])("reverses elements of %i bytes by units of %i", (itemsize, unit, expected) => {
    const bytes = count(16);
    byteSwap(bytes, itemsize, unit);
    expect([...bytes]).toEqual(expected);
  });

  it("swaps a part of a buffer at any alignment and nothing beside it, however long", () => {
    for (const unit of [2, 4, 8]) {
      const memory = count(3 + unit * 500 + 2);
      const expected = memory.slice();
      for (let at = 3; at < 3 + unit * 500; at += unit) expected.subarray(at, at + unit).reverse();
      byteSwap(memory.subarray(3, 3 + unit * 500), unit, unit);
      expect(Buffer.compare(memory, expected)).toBe(0);
    }
  });

  it("takes no bytes at all", () => {
    const bytes = new Uint8Array(0);
    byteSwap(bytes, 8, 8);
    expect(bytes).toHaveLength(0);
  });
});

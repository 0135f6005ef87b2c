import { describe, expect, it } from "vitest";
import { findUntruth } from "../../src/compute/bytes.js";

/** Bytes of 0 and 1 that begin at any address. */
function truths(length: number, start: number): Uint8Array {
  return new Uint8Array(length + start).fill(1, start + Math.floor(length / 2)).subarray(start);
}

describe("bytes that are neither 0 nor 1", () => {
  it("finds none among truths of any length and start", () => {
    for (const length of [0, 1, 3, 4, 5, 16, 19, 100, 16384, 16385, 40003]) {
      for (const start of [0, 1, 2, 3]) expect(findUntruth(truths(length, start))).toBe(-1);
    }
  });

  it("finds each one wherever it stands, whichever bit it has", () => {
    const bytes = truths(75, 1);
    for (let at = 0; at < bytes.length; at++) {
      const before = bytes[at] ?? 0;
      for (let bit = 1; bit < 8; bit++) {
        bytes[at] = 1 << bit;
        expect(findUntruth(bytes)).toBe(at);
      }
      bytes[at] = before;
    }
  });

  it("finds the first of several, stretches apart", () => {
    const bytes = truths(50_000, 3);
    bytes[49_999] = 2;
    expect(findUntruth(bytes)).toBe(49_999);
    bytes[16_384] = 255;
    expect(findUntruth(bytes)).toBe(16_384);
    bytes[16_383] = 128;
    expect(findUntruth(bytes)).toBe(16_383);
  });
});

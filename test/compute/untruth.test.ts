import { describe, expect, it } from "vitest";
import { findStridedUntruth } from "../../src/compute/untruth.js";

describe("findStridedUntruth", () => {
  it.each([1, 3, 25])(
    "finds the first byte above 1 among those %i apart, and looks at no other",
    (stride) => {
      const count = 9001;
      const bytes = new Uint8Array(2 + stride * count).fill(stride === 1 ? 1 : 7);
      for (let i = 0; i < count; i++) bytes[2 + i * stride] = i & 1;
      expect(findStridedUntruth(bytes, 2, stride, count)).toBe(-1);
      const last = 2 + stride * (count - 1);
      expect(findStridedUntruth(bytes, last, -stride, count)).toBe(-1);
      for (const place of [count - 1, 8192, 4096, 4095, 5, 0]) {
        bytes[2 + place * stride] = 2;
        expect(findStridedUntruth(bytes, 2, stride, count)).toBe(place);
        expect(findStridedUntruth(bytes, last, -stride, count - place)).toBe(count - 1 - place);
        bytes[2 + place * stride] = 0;
      }
    },
  );

  it("finds nothing among none, and one that is repeated at once", () => {
    expect(findStridedUntruth(new Uint8Array(0), 0, 3, 0)).toBe(-1);
    expect(findStridedUntruth(Uint8Array.of(1, 9), 1, 0, 5)).toBe(0);
  });
});

import { describe, expect, it } from "vitest";
import { freshMemory } from "../../src/platform/fresh.js";

describe("fresh memory", () => {
  it.each([0, 1, 70_000, (1 << 22) - 1, 1 << 22, (1 << 23) + 12_345])(
    "of %i bytes is all its own",
    (length) => {
      const [one, other] = [freshMemory(length), freshMemory(length)];
      expect([one.length, one.byteOffset, one.buffer.byteLength]).toEqual([length, 0, length]);
      one.fill(1);
      other.fill(2);
      expect([one[0], one[length - 1]]).toEqual(length === 0 ? [undefined, undefined] : [1, 1]);
      const moved = structuredClone(one, { transfer: [one.buffer] });
      expect([one.length, moved.length, moved[length - 1]]).toEqual([
        0,
        length,
        length === 0 ? undefined : 1,
      ]);
    },
  );

  it("that nobody can have is a RangeError", () => {
    expect(() => freshMemory(2 ** 52)).toThrow(RangeError);
  });
});

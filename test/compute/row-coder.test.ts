import { describe, expect, it } from "vitest";
import { GroupMemory, grown } from "../../src/compute/group-memory.js";
import { FIRST_CODE, RowCoder } from "../../src/compute/row-coder.js";
import { LimitError } from "../../src/errors.js";

describe("RowCoder", () => {
  it("begins with as much as a few rows take, however many bytes they have", () => {
    const size = 1 << 24;
    const memory = new GroupMemory(1, 1 << 10);
    const coder = new RowCoder(memory, size);
    expect(coder.rows()).toHaveLength(0);
    expect(memory.take(1)).toBeLessThan(2 ** 28);
  });

  it.each([1, 8, 70_000])("numbers rows of %i bytes as they come, and as its tables grow", (size) => {
    const count = size === 1 ? 250 : 40;
    const memory = new GroupMemory(count, 1 << 10);
    const coder = new RowCoder(memory, size);
    const at = memory.take(size);
    const out = memory.take(4);
    const codeOf = (row: number) => {
      memory.u1(at, size).fill(row);
      coder.code(at, 1, out);
      return memory.u4(out, 1)[0];
    };
    const numbers = Array.from({ length: count }, (_, i) => i);
    expect(numbers.map(codeOf)).toEqual(numbers.map((i) => i + FIRST_CODE));
    expect(codeOf(7)).toBe(7 + FIRST_CODE);
    expect(coder.length).toBe(count);
    coder.freeze();
    expect([codeOf(3), codeOf(255)]).toEqual([3 + FIRST_CODE, 0]);
  });
});

describe("memory of groups", () => {
  it("grows by half, up to all that there is", () => {
    expect(grown(100, 101, 7)).toBe(150);
    expect(grown(100, 900, 7)).toBe(900);
    expect(grown(3 * 2 ** 30, 3 * 2 ** 30 + 1, 2 ** 20)).toBe(2 ** 32 - 2 ** 20);
    expect(() => new GroupMemory(1, 1 << 10).take(2 ** 53)).toThrow(LimitError);
  });
});

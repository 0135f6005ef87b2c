import { describe, expect, it } from "vitest";
import { resolveIndex, resolveSlice, slice } from "../../src/array/index.js";
import { IndexError } from "../../src/errors.js";
import { pythonSlice } from "./support.js";

function positions(range: { start: number; length: number; step: number }): number[] {
  return Array.from({ length: range.length }, (_, i) => range.start + i * range.step);
}

describe("resolveSlice", () => {
  it("selects what Python does, for every slice of up to five positions", () => {
    const bounds = [null, -7, -6, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7];
    let count = 0;
    for (let length = 0; length <= 5; length++) {
      for (const start of bounds) {
        for (const stop of bounds) {
          for (const step of bounds) {
            if (step === 0) continue;
            const given = slice(start, stop, step);
            const range = resolveSlice(given, length);
            const found = positions(range);
            if (found.join() !== pythonSlice(given, length).join()) {
              expect({ length, given, found }).toEqual({ length, given, found: pythonSlice(given, length) });
            }
            count += 1;
          }
        }
      }
    }
    expect(count).toBe(6 * 16 * 16 * 15);
  });

  // Python 3: list(range(10)[...]).
  it.each([
    [slice(2, 5), [2, 3, 4]],
    [slice(2), [2, 3, 4, 5, 6, 7, 8, 9]],
    [slice(-3), [7, 8, 9]],
    [slice(null, -7), [0, 1, 2]],
    [slice(null, null, -3), [9, 6, 3, 0]],
    [slice(7, 2, -2), [7, 5, 3]],
    [slice(100, null, -4), [9, 5, 1]],
    [slice(-100, 100, 4), [0, 4, 8]],
    [slice(5, 5), []],
    [slice(5, 2), []],
    [slice(2, 5, -1), []],
    [slice(null, -100), []],
    [slice(null, -100, -5), [9, 4]],
    [slice(), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
  ])("gives %s of ten positions", (given, expected) => {
    expect(positions(resolveSlice(given, 10))).toEqual(expected);
  });

  it("clamps infinite and huge bounds, and steps over everything", () => {
    const { POSITIVE_INFINITY: up, NEGATIVE_INFINITY: down, MAX_VALUE, MAX_SAFE_INTEGER } = Number;
    expect(resolveSlice(slice(down, up), 3)).toEqual({ start: 0, length: 3, step: 1 });
    expect(resolveSlice(slice(up, down, -1), 3)).toEqual({ start: 2, length: 3, step: -1 });
    expect(resolveSlice(slice(up), 3)).toEqual({ start: 0, length: 0, step: 1 });
    expect(resolveSlice(slice(-MAX_VALUE, MAX_VALUE, MAX_VALUE), 3)).toEqual({
      start: 0,
      length: 1,
      step: 1,
    });
    expect(resolveSlice(slice(null, null, -MAX_VALUE), 3)).toEqual({ start: 2, length: 1, step: 1 });
    expect(resolveSlice(slice(1, MAX_SAFE_INTEGER), 2 ** 50)).toEqual({
      start: 1,
      length: 2 ** 50 - 1,
      step: 1,
    });
  });

  it("takes -0 for 0", () => {
    const { start, length } = resolveSlice(slice(-0, 2), 3);
    expect([start + 0, length]).toEqual([0, 2]);
    expect(resolveSlice(slice(2, -0, -1), 3)).toEqual({ start: 2, length: 2, step: -1 });
  });
});

describe("slice", () => {
  it("keeps its parts, and is frozen", () => {
    const given = slice(1, -1, 2);
    expect({ ...given }).toEqual({ start: 1, stop: -1, step: 2 });
    expect(Object.isFrozen(given)).toBe(true);
    expect({ ...slice(undefined, 3) }).toEqual({ start: null, stop: 3, step: null });
  });

  it("prints as Python writes it", () => {
    expect(`${slice(1, 5)}`).toBe("1:5");
    expect(`${slice(null, null, -1)}`).toBe("::-1");
    expect(`${slice(-3)}`).toBe("-3:");
  });

  it("refuses step 0, fractions, NaN, and what is no number", () => {
    expect(() => slice(0, 5, 0)).toThrow(new IndexError("a slice's step cannot be 0"));
    expect(() => slice(0, 5, -0)).toThrow(IndexError);
    expect(() => slice(0.5)).toThrow(new IndexError("a slice's start is a whole number or null, not 0.5"));
    expect(() => slice(0, Number.NaN)).toThrow(
      new IndexError("a slice's stop is a whole number or null, not NaN"),
    );
    expect(() => slice(0, 1, Number.POSITIVE_INFINITY)).toThrow(
      new IndexError("a slice's step is a whole number or null, not Infinity"),
    );
    for (const wrong of ["1", 1n, true, {}, [1], Symbol("s"), "Infinity"]) {
      expect(() => Reflect.apply(slice, undefined, [wrong])).toThrow(IndexError);
      expect(() => Reflect.apply(slice, undefined, [null, wrong])).toThrow(IndexError);
      expect(() => Reflect.apply(slice, undefined, [null, null, wrong])).toThrow(IndexError);
    }
  });
});

describe("resolveIndex", () => {
  it("counts negative positions from the end", () => {
    expect([0, 1, 2, -1, -2, -3].map((index) => resolveIndex(index, 3, "axis 0"))).toEqual([
      0, 1, 2, 2, 1, 0,
    ]);
  });

  it.each([
    [3, 3, "index 3 is outside rows of length 3; valid are -3 to 2"],
    [-4, 3, "index -4 is outside rows of length 3; valid are -3 to 2"],
    [0, 0, "index 0 is outside rows of length 0; there are none"],
    [2 ** 53, 3, "index 9007199254740992 is outside rows of length 3; valid are -3 to 2"],
    [0.5, 3, "an index of rows is a whole number, not 0.5"],
    [-0.5, 3, "an index of rows is a whole number, not -0.5"],
    [Number.NaN, 3, "an index of rows is a whole number, not NaN"],
    [Number.NEGATIVE_INFINITY, 3, "an index of rows is a whole number, not -Infinity"],
    [1n, 3, "an index of rows is a whole number, not 1n; say Number(…)"],
    ["1", 3, 'an index of rows is a whole number, not "1"'],
    [undefined, 3, "an index of rows is a whole number, not undefined"],
    [null, 3, "an index of rows is a whole number, not null"],
    [true, 3, "an index of rows is a whole number, not true"],
  ])("refuses %s of %s", (index, length, message) => {
    expect(() => resolveIndex(index, length, "rows")).toThrow(new IndexError(message));
  });
});

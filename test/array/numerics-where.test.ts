import { describe, expect, it } from "vitest";
import { DTypeError, ShapeError, UnsupportedError } from "../../src/errors.js";
import { arrayOf, listOf } from "./numerics-arrays.js";

const nan = Number.NaN;

describe("where", () => {
  it("takes those elements alone that a mask chooses", () => {
    const values = listOf("f8", [1, 2, nan, 4]);
    const where = [true, true, false, true];
    expect(values.sum({ where })).toBe(7);
    expect(values.mean({ where: values.gt(1) })).toBe(3);
    expect(values.min({ where: values.gt(1) })).toBe(2);
    expect(values.max({ where: Uint8Array.of(1, 1, 0, 0) })).toBe(2);
    expect(values.var({ where: Uint8Array.of(1, 1, 0, 0) })).toBe(0.25);
    expect(values.std({ where, ddof: 1 })).toBe(values.filter(where).std({ ddof: 1 }));
    expect(values.sum({ where: [true, false, true, false] })).toBe(nan);
    expect(values.sum({ where: [true, false, true, false], skipNaN: true })).toBe(1);
    expect(values.mean({ where: [true, false, true, true], skipNaN: true })).toBe(2.5);
  });

  it("asks whether those are true that it chooses, and counts them", () => {
    const values = listOf("i4", [0, 1, 2, 0]);
    expect(values.any({ where: [true, false, false, true] })).toBe(false);
    expect(values.all({ where: [false, true, true, false] })).toBe(true);
    expect(values.countNonzero({ where: [true, true, false, true] })).toBe(1);
    expect(listOf("U2", ["", "a"]).any({ where: [true, false] })).toBe(false);
  });

  it("is exact for integers, and goes with durations, complex numbers and strings", () => {
    expect(listOf("i8", [2n ** 62n, 2n ** 62n, 1n]).sum({ where: [true, true, false] })).toBe(2n ** 63n);
    expect(listOf("u2", [65535, 1, 65535]).sum({ where: [true, false, true] })).toBe(131070);
    expect(listOf("b1", [true, true, false]).sum({ where: [true, false, true] })).toBe(1);
    expect(listOf("m8[s]", [1n, null, 2n]).sum({ where: [true, false, true] })).toBe(3n);
    expect(listOf("m8[s]", [1n, null, 2n]).mean({ where: [true, true, false] })).toBe(null);
    expect(listOf("c16", [{ re: 1, im: 2 }, 5, 3]).sum({ where: [true, false, true] })).toEqual({
      re: 4,
      im: 2,
    });
    expect(listOf("U3", ["b", "a", "c"]).min({ where: [true, false, true] })).toBe("b");
  });

  it("takes nothing for any byte but 0 in a mask of a file", () => {
    const mask = listOf("b1", [true, true, false]);
    mask.values.set(Uint8Array.of(2, 255, 0));
    expect(listOf("f4", [1, 2, 4]).sum({ where: mask })).toBe(3);
    expect(listOf("f4", [1, 2, 4]).mean({ where: mask })).toBe(1.5);
  });

  it("has the array's shape, stretches to it, or is of rows", () => {
    const grid = arrayOf(
      "i2",
      [2, 3],
      [
        [1, 2, 3],
        [10, 20, 30],
      ],
    );
    expect(grid.sum({ where: grid.gt(2) })).toBe(63);
    expect(grid.slice(null, null, -1).sum({ where: grid.gt(2).slice(null, null, -1) })).toBe(63);
    expect(grid.slice(null, null, -1).sum({ where: grid.gt(20) })).toBe(3);
    expect(grid.sum({ where: [true, false, true] })).toBe(44);
    expect(grid.sum({ where: [false, true] })).toBe(60);
    expect(arrayOf("i2", [], 7).sum({ where: arrayOf("b1", [], true) })).toBe(7);
  });

  it("sums nothing to 0 where it chooses nothing, and has no least element there", () => {
    const values = listOf("f8", [1, 2]);
    const where = [false, false];
    expect(values.sum({ where })).toBe(0);
    expect(values.mean({ where })).toBe(nan);
    expect(values.std({ where })).toBe(nan);
    expect(() => values.min({ where })).toThrow(
      new ShapeError("min of no elements has no result; where chooses none of array"),
    );
    expect(() => values.max({ where, skipNaN: true })).toThrow(ShapeError);
  });

  it("is refused where it does not fit, or might be meant in two ways", () => {
    const values = listOf("f8", [1, 2]);
    const square = arrayOf("f8", [2, 2], 1);
    expect(() => values.sum({ where: [true] })).not.toThrow();
    expect(() => values.sum({ where: [true, false, true] })).toThrow(
      new ShapeError("a mask of shape (3,) does not fit array, which is (2,)"),
    );
    expect(() => square.sum({ where: [true, false] })).toThrow(
      "a mask of length 2 could be of the rows or of the last axis of array, which is (2, 2); give one of that shape",
    );
    expect(() => values.sum({ where: square.gt(0) })).toThrow(ShapeError);
    expect(() => values.sum({ where: values })).toThrow(
      new DTypeError("where is a mask of booleans (b1), not <f8"),
    );
    expect(() => values.sum({ where: Uint8Array.of(2, 0) })).toThrow(DTypeError);
    expect(() => values.sum({ where: "yes" as never })).toThrow(
      new DTypeError('where is an array of booleans, not "yes"'),
    );
    expect(() => Reflect.apply(square.sum, square, [{ axis: 0, where: square.gt(0) }])).toThrow(
      new UnsupportedError(
        "sum along an axis takes no where; it goes with reductions to one value of elements",
      ),
    );
    expect(() => Reflect.apply(values.argmin, values, [{ where: [true, false] }])).toThrow(
      new UnsupportedError("argmin takes no where; it goes with reductions to one value of elements"),
    );
  });
});

import { describe, expect, it } from "vitest";
import { denseLayout, isContiguous, showShape, slice } from "../../src/array/index.js";
import {
  broadcast,
  extent,
  type Layout,
  type Selector,
  select,
  unstretched,
} from "../../src/array/layout.js";
import { IndexError } from "../../src/errors.js";

describe("denseLayout", () => {
  it("has NumPy's strides", () => {
    expect(denseLayout([2, 3, 4], 8)).toEqual({ shape: [2, 3, 4], strides: [96, 32, 8], offset: 0 });
    expect(denseLayout([2, 3, 4], 8, true)).toEqual({ shape: [2, 3, 4], strides: [8, 16, 48], offset: 0 });
    expect(denseLayout([], 4)).toEqual({ shape: [], strides: [], offset: 0 });
    expect(denseLayout([5], 3).strides).toEqual([3]);
    expect(denseLayout([3, 0, 2], 8).strides).toEqual([0, 0, 0]);
    expect(denseLayout([3, 0, 2], 8, true).strides).toEqual([0, 0, 0]);
  });
});

describe("isContiguous", () => {
  // numpy: flags.c_contiguous
  it.each<[string, Layout, boolean]>([
    ["C order", denseLayout([2, 3], 8), true],
    ["Fortran order", denseLayout([2, 3], 8, true), false],
    ["one row of Fortran order", { shape: [1, 3], strides: [8, 8], offset: 0 }, true],
    ["one column", { shape: [3, 1], strides: [8, 400], offset: 0 }, true],
    ["a step", { shape: [3], strides: [16], offset: 0 }, false],
    ["backwards", { shape: [3], strides: [-8], offset: 16 }, false],
    ["one element backwards", { shape: [1], strides: [-8], offset: 0 }, true],
    ["repeated", { shape: [3], strides: [0], offset: 0 }, false],
    ["no axes", denseLayout([], 8), true],
    ["no rows of a step", { shape: [0, 3], strides: [48, 16], offset: 0 }, true],
    ["rows of no step", { shape: [3, 0], strides: [7, 16], offset: 0 }, true],
  ])("tells %s", (_, layout, expected) => {
    expect(isContiguous(layout, 8)).toBe(expected);
  });
});

describe("extent", () => {
  it("is the range of bytes that the elements touch", () => {
    expect(extent(denseLayout([2, 3], 8), 8)).toEqual([0, 48]);
    expect(extent({ shape: [3], strides: [-16], offset: 100 }, 8)).toEqual([68, 108]);
    expect(extent({ shape: [3, 2], strides: [-16, 100], offset: 50 }, 4)).toEqual([18, 154]);
    expect(extent({ shape: [], strides: [], offset: 12 }, 4)).toEqual([12, 16]);
    expect(extent({ shape: [5, 0], strides: [8, 8], offset: 12 }, 8)).toEqual([0, 0]);
  });
});

describe("select", () => {
  const layout = denseLayout([3, 4, 5], 1);
  // numpy: z = np.zeros((3, 4, 5), "u1"); shape, strides and first byte of z[...].
  it.each<[string, Selector[], Layout]>([
    ["nothing", [], { shape: [3, 4, 5], strides: [20, 5, 1], offset: 0 }],
    ["one position", [1], { shape: [4, 5], strides: [5, 1], offset: 20 }],
    ["all positions", [-1, -1, -1], { shape: [], strides: [], offset: 59 }],
    ["a slice", [slice(1)], { shape: [2, 4, 5], strides: [20, 5, 1], offset: 20 }],
    ["a position and a slice", [2, slice(null, null, 2)], { shape: [2, 5], strides: [10, 1], offset: 40 }],
    ["a slice and a position", [slice(null, null, -1), 3], { shape: [3, 5], strides: [-20, 1], offset: 55 }],
    ["dots alone", ["..."], { shape: [3, 4, 5], strides: [20, 5, 1], offset: 0 }],
    ["dots before", ["...", 2], { shape: [3, 4], strides: [20, 5], offset: 2 }],
    ["dots behind", [2, "..."], { shape: [4, 5], strides: [5, 1], offset: 40 }],
    ["dots between", [1, "...", slice(1, 4)], { shape: [4, 3], strides: [5, 1], offset: 21 }],
    ["dots for no axis", [1, 2, "...", 3], { shape: [], strides: [], offset: 33 }],
    [
      "slices backwards",
      [slice(null, null, -2), slice(3, 0, -1), slice(null, null, -1)],
      { shape: [2, 3, 5], strides: [-40, -5, -1], offset: 59 },
    ],
  ])("takes %s", (_, selection, expected) => {
    expect(select(layout, selection)).toEqual(expected);
  });

  it("keeps the strides of empty slices free of -0", () => {
    expect(select(denseLayout([3, 0], 8), [slice(null, null, -1)]).strides).toEqual([0, 0]);
  });

  it.each<[string, unknown[], string]>([
    ["too many indices", [0, 0, 0, 0], "4 indices for an array of 3 axes"],
    ["too many beside dots", [0, 0, "...", 0, 0], "4 indices for an array of 3 axes"],
    ["two dots", ["...", 0, "..."], 'a selection has at most one "..."'],
    ["a position outside", [0, 4], "index 4 is outside axis 1 of length 4; valid are -4 to 3"],
    [
      "a position outside behind dots",
      ["...", -6],
      "index -6 is outside axis 2 of length 5; valid are -5 to 4",
    ],
    ["a fraction", [0, 1.5], "an index of axis 1 is a whole number, not 1.5"],
    ["null", [null], "an index of axis 0 is a whole number, not null"],
    ["other dots", [".."], 'an index of axis 0 is a whole number, not ".."'],
    ["a list", [[0, 1]], "an index of axis 0 is a whole number, not an array of 2"],
  ])("refuses %s", (_, selection, message) => {
    expect(() => Reflect.apply(select, undefined, [layout, selection])).toThrow(new IndexError(message));
  });

  it("names the axis that the array has, not the one that is left", () => {
    expect(() => select(layout, [0, 0, 7])).toThrow(/outside axis 2 /);
  });
});

describe("broadcast", () => {
  // numpy: strides of np.broadcast_to(x, shape), leading axes of length 1 apart (which assignments drop).
  it.each<[readonly number[], readonly number[], readonly number[] | undefined]>([
    [[3], [3], [1]],
    [[1], [3], [0]],
    [[], [2, 3], [0, 0]],
    [[3], [2, 3], [0, 1]],
    [
      [2, 1],
      [2, 3],
      [1, 0],
    ],
    [
      [2, 3],
      [2, 3],
      [3, 1],
    ],
    [
      [1, 3],
      [2, 3],
      [0, 1],
    ],
    [[1, 1, 3], [3], [1]],
    [[1, 1], [], []],
    [[1], [0], [0]],
    [[0], [0], [0]],
    [[0], [1], undefined],
    [[2], [3], undefined],
    [[2], [2, 3], undefined],
    [[2, 3], [3], undefined],
    [[3], [], undefined],
    [[0], [3], undefined],
  ])("stretches %j to %j", (shape, to, strides) => {
    const stretched = broadcast(denseLayout(shape, 1), to);
    if (strides === undefined) expect(stretched).toBeUndefined();
    else expect(stretched).toEqual({ shape: to, strides, offset: 0 });
  });

  it("is undone by unstretched, but for the number of axes", () => {
    const stretched = broadcast(denseLayout([2, 1], 8), [4, 2, 3]);
    expect(stretched && unstretched(stretched)).toEqual({ shape: [1, 2, 1], strides: [0, 8, 0], offset: 0 });
    expect(unstretched({ shape: [0, 3], strides: [0, 8], offset: 0 }).shape).toEqual([0, 3]);
  });
});

describe("showShape", () => {
  it("prints shapes as Python does", () => {
    expect([[], [3], [3, 4]].map(showShape)).toEqual(["()", "(3,)", "(3, 4)"]);
  });
});

import { describe, expect, it } from "vitest";
import { type BlockStatistics, denseLayout, type Strided, wrap } from "../../src/array/index.js";
import { compare } from "../../src/array/numerics/comparison.js";
import { decideBlocks, lengthOf } from "../../src/array/numerics/skipping.js";
import type { CompareOp } from "../../src/compute/index.js";
import { type DTypeLike, parseDType } from "../../src/dtype/index.js";
import { statisticsOf } from "./statistics.js";

const OPS: readonly CompareOp[] = ["eq", "ne", "lt", "le", "gt", "ge"];

function arrayOf(spec: DTypeLike, values: readonly unknown[]): Strided {
  const dtype = parseDType(spec);
  const layout = denseLayout([values.length], dtype.itemsize);
  const array = { dtype, layout, bytes: new Uint8Array(values.length * dtype.itemsize) };
  wrap(array, true).assign(values as never, { casting: "unsafe" });
  return array;
}

/** Checks that what blocks decide is what comparing gives. @returns how many elements were left */
function decide(
  array: Strided,
  comparisons: readonly { op: CompareOp; other: unknown }[],
  known: BlockStatistics,
) {
  const expected = compare(array, comparisons, "array").bytes;
  const out = new Uint8Array(expected.length);
  const { certain, unknown } = decideBlocks(array, comparisons, known);
  for (const spans of [certain, unknown]) {
    expect(spans.flat()).toEqual(spans.flat().sort((a, b) => a - b));
  }
  for (const [from, to] of certain) out.fill(1, from, to);
  for (const [from, to] of unknown) {
    expect(out.subarray(from, to)).toEqual(new Uint8Array(to - from));
    out.set(expected.subarray(from, to), from);
  }
  expect(out).toEqual(expected);
  return lengthOf(unknown);
}

const NaNs = [Number.NaN, Number.NaN, Number.NaN, Number.NaN];
const CASES: readonly [DTypeLike, readonly unknown[], readonly unknown[]][] = [
  [
    "f8",
    [1, 2, 3, 4, Number.NaN, 5, 5, 6, ...NaNs, 7, 7, 7, 7, -0, 0, Infinity, -Infinity, 9],
    [
      5,
      7,
      0,
      -0,
      Number.NaN,
      2.5,
      2n ** 70n,
      -(2n ** 53n) - 1n,
      Infinity,
      true,
      { re: 7, im: 0 },
      { re: 7, im: 1 },
    ],
  ],
  ["f4", [0.1, 0.1, 0.1, 0.1, 0.2, 0.3, 0.2, 0.3, Number.NaN, 1], [0.1, 0.2, 0.25, 1n]],
  [">f2", [1, 2, 3, 4, 65504, Infinity, 0.1, 0.1], [0.1, 4, 65504, 1e9]],
  ["i1", [-128, 127, 0, 0, 5, 5, 5, 5, 6], [5, 5.5, -200, 200, Number.NaN, 2n ** 80n]],
  [
    "u8",
    [0n, 1n, 2n ** 64n - 1n, 5n, 2n ** 63n, 2n ** 63n, 2n ** 63n, 2n ** 63n, 7n],
    [2n ** 63n, -1, 2 ** 64, 6.5, 0],
  ],
  ["i8", [-(2n ** 63n), 0n, 1n, 2n ** 63n - 1n, 4n, 4n, 4n, 4n], [4n, 4.5, 2 ** 63, -(2 ** 63), Number.NaN]],
  ["b1", [true, true, true, true, false, false, false, false, true, false], [true, false, 1, 0.5]],
  [
    "M8[s]",
    [1n, 2n, null, 4n, null, null, null, null, 9n, 9n, 9n, 9n, 10n],
    [9n, null, new Date(9000), new Date(9500), 2n ** 70n, -(2n ** 70n)],
  ],
  ["m8[ms]", [1n, 2n, 3n, 4n, null, -5n, 0n, 0n, 7n], [3n, 3.5, null, -1e30]],
];

describe("comparing blocks by what is known of them", () => {
  it.each(CASES)("decides nothing about %s that comparing does not", (spec, values, scalars) => {
    const array = arrayOf(spec, values);
    const known = statisticsOf(array, 4);
    for (const other of scalars) for (const op of OPS) decide(array, [{ op, other }], known);
    for (const low of scalars) {
      for (const high of scalars)
        decide(
          array,
          [
            { op: "ge", other: low },
            { op: "le", other: high },
          ],
          known,
        );
    }
  });

  it("reads only the blocks at the ends of a range in a column in order", () => {
    const array = arrayOf(
      "f8",
      Array.from({ length: 100 }, (_, i) => i),
    );
    const known = statisticsOf(array, 10);
    const ends = (low: number, high: number) =>
      decide(
        array,
        [
          { op: "ge", other: low },
          { op: "le", other: high },
        ],
        known,
      );
    expect(ends(15, 72)).toBe(20);
    expect(ends(20, 29)).toBe(0);
    expect(ends(200, 300)).toBe(0);
    expect(decide(array, [{ op: "eq", other: 5 }], known)).toBe(10);
    expect(decide(array, [{ op: "ne", other: 1e9 }], known)).toBe(0);
  });

  it("takes slices of rows, and cells, from any element on", () => {
    const array = arrayOf(
      "i4",
      Array.from({ length: 60 }, (_, i) => i >> 3),
    );
    const known = statisticsOf(array, 8);
    for (const [start, length] of [
      [0, 60],
      [3, 40],
      [8, 16],
      [59, 1],
      [60, 0],
      [17, 5],
    ] as const) {
      const part = { ...array, layout: { shape: [length], strides: [4], offset: 4 * start } };
      expect(decide(part, [{ op: "le", other: 3 }], known)).toBe(0);
    }
    const cells = { ...array, layout: { shape: [10, 3, 2], strides: [24, 8, 4], offset: 0 } };
    expect(decide(cells, [{ op: "gt", other: 2 }], known)).toBe(0);
  });

  it("leaves what it knows nothing of: steps, other dtypes, and what lies behind", () => {
    const array = arrayOf(
      "i4",
      Array.from({ length: 60 }, (_, i) => i),
    );
    const known = statisticsOf(array, 8);
    const all = [{ op: "ge", other: 0 }] as const;
    const left = (layout: Strided["layout"], dtype = array.dtype, length = known.length) =>
      decideBlocks({ dtype, layout }, all, { ...known, length }).unknown;
    const whole = array.layout;
    expect(left({ shape: [30], strides: [8], offset: 0 })).toEqual([[0, 30]]);
    expect(left({ shape: [60], strides: [-4], offset: 236 })).toEqual([[0, 60]]);
    expect(left({ shape: [10], strides: [4], offset: 2 })).toEqual([[0, 10]]);
    expect(left(whole, parseDType("u4"))).toEqual([[0, 60]]);
    expect(left(whole, array.dtype, 59)).toEqual([[0, 60]]);
    expect(decideBlocks(array, all, undefined)).toEqual({ certain: [], unknown: [[0, 60]] });
  });
});

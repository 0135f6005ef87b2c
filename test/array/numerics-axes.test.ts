import { describe, expect, it } from "vitest";
import { denseLayout, type Layout, wrap, zeros } from "../../src/array/index.js";
import {
  memoryOrder,
  openRuns,
  reducedShape,
  runsAlong,
  tiles,
  tilingOf,
} from "../../src/array/numerics/axes.js";
import { blockLength, nativeOf } from "../../src/array/numerics/reader.js";
import { type DTypeLike, parseDType } from "../../src/dtype/index.js";
import { contents } from "./numerics-arrays.js";

/** The offsets of a layout's elements in C order. */
function offsetsOf({ shape, strides, offset }: Layout): number[] {
  return shape.reduce<number[]>(
    (offsets, length, axis) =>
      offsets.flatMap((at) => Array.from({ length }, (_, i) => at + i * (strides[axis] ?? 0))),
    [offset],
  );
}

describe("runsAlong", () => {
  it("takes axes out of a layout", () => {
    const layout = { ...denseLayout([2, 3, 4], 8), offset: 5 };
    const { kept, run } = runsAlong(layout, [1]);
    expect(kept).toEqual({ shape: [2, 4], strides: [96, 8], offset: 5 });
    expect(run).toEqual({ shape: [3], strides: [32], offset: 0 });
    expect(reducedShape([2, 3, 4], [1], false)).toEqual([2, 4]);
    expect(reducedShape([2, 3, 4], [0, 2], true)).toEqual([1, 3, 1]);
  });
});

describe("memoryOrder", () => {
  it("visits the same elements from the lowest address on", () => {
    const backwards = { shape: [3, 4], strides: [-8, 24], offset: 16 };
    const ordered = memoryOrder(backwards);
    expect(offsetsOf(ordered)).toEqual(offsetsOf(backwards).sort((a, b) => a - b));
    expect(memoryOrder(denseLayout([2, 3], 8, true))).toEqual(denseLayout([3, 2], 8));
    expect(memoryOrder({ shape: [0, 2], strides: [-8, 8], offset: 4 }).offset).toBe(4);
  });
});

describe("tiles", () => {
  it("are whole runs where these lie together", () => {
    const runs = runsAlong(denseLayout([100, 10], 8), [1]);
    expect(tilingOf(runs, 50)).toEqual({ runs: 5, length: 10 });
    expect(openRuns(runs, { runs: 5, length: 10 })).toBe(1);
    expect([...tiles(runs, { runs: 5, length: 10 })]).toHaveLength(20);
  });

  it("are pieces of one run where it is longer than a block", () => {
    const runs = runsAlong(denseLayout([3, 100], 8), [1]);
    expect(tilingOf(runs, 40)).toEqual({ runs: 1, length: 40 });
    const starts = [...tiles(runs, { runs: 1, length: 40 })].map(({ first, start, length }) => [
      first,
      start,
      length,
    ]);
    expect(starts.slice(0, 4)).toEqual([
      [0, 0, 40],
      [0, 40, 40],
      [0, 80, 20],
      [1, 0, 40],
    ]);
  });

  it("are pieces of neighbouring runs where their elements alternate in memory, so that it is read once", () => {
    const layout = denseLayout([1000, 3], 8);
    const runs = runsAlong(layout, [0]);
    const tiling = tilingOf(runs, 300);
    expect(tiling).toEqual({ runs: 3, length: 100 });
    expect(openRuns(runs, tiling)).toBe(3);
    const spans = [...tiles(runs, tiling)].map((tile) => {
      const offsets = offsetsOf(tile.layout);
      return [Math.min(...offsets), Math.max(...offsets)];
    });
    expect(spans).toEqual(Array.from({ length: 10 }, (_, i) => [i * 2400, i * 2400 + 2392]));
  });

  it("stay within a block, and hold each element once, whatever the shape", () => {
    for (const shape of [[7, 5, 3], [1, 40], [40, 1], [2, 3, 4, 5], [0, 3], [3, 0], [6]]) {
      for (let axis = 0; axis < shape.length; axis++) {
        for (const limit of [1, 2, 7, 30, 1000]) {
          const layout = denseLayout(shape, 8);
          const runs = runsAlong(layout, [axis]);
          const tiling = tilingOf(runs, limit);
          const seen: number[] = [];
          for (const tile of tiles(runs, tiling)) {
            expect(tile.count * tile.length).toBeLessThanOrEqual(limit);
            expect(tile.count).toBeLessThanOrEqual(tiling.runs);
            seen.push(...offsetsOf(tile.layout));
          }
          expect(seen.sort((a, b) => a - b)).toEqual(offsetsOf(layout));
        }
      }
    }
  });
});

describe("arrays of more than a block", () => {
  const rows = 200_000;
  const make = <const D extends DTypeLike>(dtype: D, fill: (i: number) => unknown) => {
    const array = wrap<D, "r+">(zeros(parseDType(dtype), [rows, 3]), true);
    const flat = array.storage.bytes();
    const values = new Float64Array(flat.buffer);
    for (let i = 0; i < values.length; i++) values[i] = Number(fill(i));
    return array;
  };

  it("give the same along each axis as row by row", () => {
    const table = make("f8", (i) => (i * 7919) % 1000);
    const column = (k: number) => Array.from({ length: rows }, (_, i) => ((3 * i + k) * 7919) % 1000);
    const sums = [0, 1, 2].map((k) => column(k).reduce((a, b) => a + b));
    expect(rows * 8).toBeGreaterThan(blockLength(parseDType("f8")));
    expect(contents(table.sum({ axis: 0 }))[2]).toEqual(sums);
    expect(table.sum()).toBe(sums.reduce((a, b) => a + b));
    expect(contents(table.argmax({ axis: 0 }))[2]).toEqual(
      [0, 1, 2].map((k) => BigInt(column(k).indexOf(Math.max(...column(k).slice(0, 2000))))),
    );
    const totals = table.cumsum({ axis: 0 });
    expect([0, 1, 2].map((k) => totals.at(rows - 1, k))).toEqual(sums);
    expect(totals.at(150_000, 1)).toBe(
      column(1)
        .slice(0, 150_001)
        .reduce((a, b) => a + b),
    );
    expect(table.cumsum().at(-1)).toBe(table.sum());
    const sorted = table.sort({ axis: 0 });
    expect([0, 1, 2].map((k) => sorted.at(0, k))).toEqual([0, 0, 0]);
    expect([0, 1, 2].map((k) => sorted.at(rows - 1, k))).toEqual([999, 999, 999]);
    expect(table.gt(499).sum()).toBe(
      column(0)
        .concat(column(1), column(2))
        .filter((x) => x > 499).length,
    );
    expect(table.eq(table).all()).toBe(true);
    expect(table.unique().length).toBe(1000);
    const negative = table.map((x) => -x, "f8");
    expect(negative.at(rows - 1, 2)).toBe(-(table.at(rows - 1, 2) as number));
  });
});

describe("nativeOf", () => {
  it("keeps all but the byte order", () => {
    for (const [from, to] of [
      [">f4", "<f4"],
      [">M8[10us]", "<M8[10us]"],
      [">U3", "<U3"],
      ["|S3", "|S3"],
      ["<i8", "<i8"],
    ] as const) {
      expect(nativeOf(parseDType(from)).str).toBe(to);
    }
  });
});

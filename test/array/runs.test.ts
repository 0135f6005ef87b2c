import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { denseLayout, type Layout } from "../../src/array/index.js";
import { forEachRun } from "../../src/array/runs.js";

/** Every pair of first bytes, one axis after the other. */
function naive(a: Layout, b: Layout): string[] {
  const pairs: string[] = [];
  const walk = (axis: number, at: number, bt: number): void => {
    if (axis === a.shape.length) {
      pairs.push(`${at} ${bt}`);
      return;
    }
    for (let i = 0; i < a.shape[axis]; i++)
      walk(axis + 1, at + i * a.strides[axis], bt + i * b.strides[axis]);
  };
  walk(0, a.offset, b.offset);
  return pairs.sort();
}

function visited(a: Layout, b: Layout): { pairs: string[]; runs: number } {
  const pairs: string[] = [];
  let runs = 0;
  forEachRun(a, b, (aOffset, aStride, bOffset, bStride, count) => {
    runs += 1;
    for (let i = 0; i < count; i++) pairs.push(`${aOffset + i * aStride} ${bOffset + i * bStride}`);
  });
  return { pairs: pairs.sort(), runs };
}

describe("forEachRun", () => {
  it("visits every pair of elements once, whatever the strides", () => {
    const stride = fc.constantFrom(0, 1, 2, 4, 8, 12, 16, 24, 96, -1, -4, -8, -24);
    const axis = fc.record({ length: fc.constantFrom(0, 1, 2, 3, 4, 17), a: stride, b: stride });
    fc.assert(
      fc.property(
        fc.array(axis, { maxLength: 4 }),
        fc.integer({ min: 0, max: 50 }),
        fc.integer({ min: 0, max: 50 }),
        (axes, aOffset, bOffset) => {
          const shape = axes.map(({ length }) => length);
          const a: Layout = { shape, strides: axes.map((one) => one.a), offset: aOffset };
          const b: Layout = { shape, strides: axes.map((one) => one.b), offset: bOffset };
          expect(visited(a, b).pairs).toEqual(naive(a, b));
        },
      ),
    );
  });

  it.each<[string, Layout, Layout, number]>([
    ["dense arrays", denseLayout([4, 5, 6], 8), denseLayout([4, 5, 6], 8), 1],
    ["one value into all", { shape: [4, 5], strides: [0, 0], offset: 0 }, denseLayout([4, 5], 8), 1],
    ["long rows apart", { shape: [4, 20], strides: [999, 8], offset: 0 }, denseLayout([4, 20], 8), 4],
    ["short rows apart", { shape: [40, 2], strides: [999, 8], offset: 0 }, denseLayout([40, 2], 8), 2],
    ["a transposition", denseLayout([40, 3], 8, true), denseLayout([40, 3], 8), 3],
    ["one element", denseLayout([], 8), denseLayout([], 8), 1],
    ["nothing", denseLayout([3, 0], 8), denseLayout([3, 0], 8), 0],
  ])("takes as few runs as it can: %s", (_, a, b, runs) => {
    expect(visited(a, b).runs).toBe(runs);
  });
});

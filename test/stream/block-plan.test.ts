import { describe, expect, it } from "vitest";
import { IndexError, LimitError, ShapeError, UnsupportedError } from "../../src/errors.js";
import { type BlockOptions, type BlockSpan, planBlocks, resolveBlocks } from "../../src/stream/block-plan.js";
import { Random, scramble } from "../../src/stream/random.js";
import { thrown } from "../support/snapshot.js";

function plan(length: number, options: BlockOptions, blocks = 100): BlockSpan[] {
  const spans: BlockSpan[] = [];
  for (const span of planBlocks(resolveBlocks(options, length, 4, "x"))) {
    if (spans.length === blocks) break;
    spans.push({ ...span, rows: span.rows instanceof Float64Array ? span.rows.slice() : span.rows });
  }
  return spans;
}

const rowsOf = ({ rows }: BlockSpan): number[] =>
  rows instanceof Float64Array
    ? [...rows]
    : rows.flatMap(([start, stop]) => Array.from({ length: stop - start }, (_, i) => start + i));
const upTo = (length: number, from = 0) => Array.from({ length }, (_, i) => from + i);

describe("blocks in their order", () => {
  it("end with a shorter one, or without it", () => {
    expect(plan(8, { blockSize: 3 })).toEqual([
      { index: 0, start: 0, length: 3, rows: [[0, 3]] },
      { index: 1, start: 3, length: 3, rows: [[3, 6]] },
      { index: 2, start: 6, length: 2, rows: [[6, 8]] },
    ]);
    expect(plan(8, { blockSize: 3, remainder: false })).toHaveLength(2);
    expect(plan(8, {})).toHaveLength(2);
    expect(plan(8, { blockSize: 9 })).toEqual([{ index: 0, start: 0, length: 8, rows: [[0, 8]] }]);
    expect(plan(8, { blockSize: 9, remainder: false })).toEqual([]);
    expect(plan(0, {})).toEqual([]);
  });

  it("are those of a range, by Python's rules", () => {
    expect(plan(10, { blockSize: 3, from: -4 }).map(rowsOf)).toEqual([[6, 7, 8], [9]]);
    expect(plan(10, { blockSize: 3, from: 2, to: -5 }).map(rowsOf)).toEqual([[2, 3, 4]]);
    expect(plan(10, { from: 20, to: 30 })).toEqual([]);
  });

  it("join the end to the beginning where they are cyclic, always full", () => {
    const spans = plan(5, { blockSize: 3, cyclic: true, remainder: false }, 5);
    expect(spans.map(rowsOf)).toEqual([
      [0, 1, 2],
      [3, 4, 0],
      [1, 2, 3],
      [4, 0, 1],
      [2, 3, 4],
    ]);
    expect(spans.map(({ start }) => start)).toEqual([0, 3, 1, 4, 2]);
    // multitables cuts a block to the rows that there are.
    expect(plan(2, { blockSize: 5, cyclic: true }, 2).map(rowsOf)).toEqual([
      [0, 1, 0, 1, 0],
      [1, 0, 1, 0, 1],
    ]);
    expect(plan(9, { from: 3, to: 6, blockSize: 2, cyclic: true }, 3).map(rowsOf)).toEqual([
      [3, 4],
      [5, 3],
      [4, 5],
    ]);
  });
});

describe("mixed blocks", () => {
  it("have every row once, and the same for the same seed", () => {
    const spans = plan(1000, { blockSize: 64, shuffle: true, seed: 7 });
    const rows = spans.flatMap(rowsOf);
    expect(rows).not.toEqual(upTo(1000));
    expect([...rows].sort((a, b) => a - b)).toEqual(upTo(1000));
    expect(plan(1000, { blockSize: 64, shuffle: true, seed: 7 })).toEqual(spans);
    expect(plan(1000, { blockSize: 64, shuffle: true, seed: 8 })).not.toEqual(spans);
    expect(plan(1000, { blockSize: 64, shuffle: true })).not.toEqual(
      plan(1000, { blockSize: 64, shuffle: true }),
    );
    for (const span of spans) expect(rowsOf(span)[0]).toBe(span.start);
  });

  it("are permuted as blocks, their rows within a window", () => {
    const blocks = plan(960, { blockSize: 64, shuffle: true, seed: 1 }).map(rowsOf);
    for (const rows of blocks) expect(new Set(rows.map((row) => Math.floor(row / 64))).size).toBe(1);
    const wide = plan(960, { blockSize: 64, shuffle: { window: 192 }, seed: 1 }).map(rowsOf);
    for (let i = 0; i < wide.length; i += 3) {
      expect(
        new Set(wide.slice(i, i + 3).flatMap((rows) => rows.map((row) => Math.floor(row / 64)))).size,
      ).toBe(3);
    }
    expect(new Set(wide[0]?.map((row) => Math.floor(row / 64))).size).toBe(3);
    const narrow = plan(960, { blockSize: 64, shuffle: { window: 1 }, seed: 1 }).map(rowsOf);
    for (const rows of narrow) expect(rows).toEqual(upTo(64, rows[0]));
    expect(narrow.map(([row]) => row)).not.toEqual(upTo(15).map((block) => 64 * block));
  });

  it("are as many as there are, however large a block may be", () => {
    const [only, ...others] = plan(10, { blockSize: 1e12, shuffle: { window: 1e13 } });
    expect(only === undefined ? [] : rowsOf(only).sort((a, b) => a - b)).toEqual(upTo(10));
    expect(others).toEqual([]);
  });

  it("leave the rows behind the last full block out, where they are told to", () => {
    const rows = plan(10, { blockSize: 4, shuffle: { window: 100 }, remainder: false, seed: 2 }).flatMap(
      rowsOf,
    );
    expect([...rows].sort((a, b) => a - b)).toEqual(upTo(8));
  });

  it("have an order of their own in each cycle, and full blocks", () => {
    const spans = plan(10, { blockSize: 4, shuffle: true, cyclic: true, seed: 5 }, 10);
    expect(spans.map(({ length }) => length)).toEqual(new Array(10).fill(4));
    const rows = spans.flatMap(rowsOf);
    const cycles = [0, 10, 20, 30].map((at) => rows.slice(at, at + 10));
    for (const cycle of cycles) expect([...cycle].sort((a, b) => a - b)).toEqual(upTo(10));
    expect(new Set(cycles.map(String)).size).toBe(4);
  });
});

describe("options that make no sense", () => {
  const cases: [string, BlockOptions, new (...args: never[]) => Error][] = [
    ["blockSize", { blockSize: 0 }, LimitError],
    ["blockSize", { blockSize: 1.5 }, LimitError],
    ["blockSize", { blockSize: -1 }, LimitError],
    ["blockSize", { blockSize: "3" as unknown as number }, LimitError],
    ["shuffle.window", { shuffle: { window: 0 } }, LimitError],
    ["seed", { seed: 0.5 }, LimitError],
    ["blockSize", { shuffle: true, cyclic: true, blockSize: 1e10 }, LimitError],
    ["shuffle", { shuffle: null as never }, UnsupportedError],
    ["cyclic", { cyclic: "no" as never }, UnsupportedError],
    ["remainder", { remainder: 0 as never }, UnsupportedError],
    ["start", { from: 0.5 }, IndexError],
    ["stop", { to: Number.NaN }, IndexError],
  ];
  it.each(cases)("are refused: %s %j", (name, options, type) => {
    const error = thrown(() => resolveBlocks(options, 10, 4, "x"));
    expect(error).toBeInstanceOf(type);
    expect(String(error)).toContain(name);
  });

  it("include a cyclic stream of nothing", () => {
    expect(thrown(() => resolveBlocks({ cyclic: true }, 0, 4, "x"))).toBeInstanceOf(ShapeError);
    expect(thrown(() => resolveBlocks({ cyclic: true, from: 3, to: 3 }, 9, 4, "x"))).toBeInstanceOf(
      ShapeError,
    );
  });
});

describe("random numbers", () => {
  it("are those that the generator's authors give", () => {
    const state = Uint32Array.of(1, 2, 3, 4);
    const first = Array.from({ length: 4 }, () => scramble(state));
    expect(first).toEqual([11_520, 0, 5_927_040, 70_819_200]);
  });

  it("are others for other seeds, and the same for the same", () => {
    expect(new Random(42).next()).toBe(new Random(42).next());
    expect(new Random(1).next()).not.toBe(new Random(2).next());
    expect(new Random(2 ** 40).next()).not.toBe(new Random(0).next());
    expect(new Random(0, 1).next()).not.toBe(new Random(1, 0).next());
  });

  it("are spread evenly", () => {
    const random = new Random(3);
    const counts = new Array<number>(10).fill(0);
    for (let i = 0; i < 10_000; i++) {
      const drawn = random.below(10);
      counts[drawn] = (counts[drawn] ?? 0) + 1;
    }
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(200);
    const places = new Array<number>(4).fill(0);
    for (let i = 0; i < 4000; i++) {
      const list = [0, 1, 2, 3];
      random.shuffle(list);
      const at = list.indexOf(0);
      places[at] = (places[at] ?? 0) + 1;
    }
    for (const count of places) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });
});

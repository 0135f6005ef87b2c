import { beforeAll, describe, expect, it } from "vitest";
import type { ArrayView } from "../../src/array/index.js";
import type { RowSet } from "../../src/hdf5/index.js";
import type { DatasetRows } from "../../src/stream/dataset-rows.js";
import type { Operation } from "../../src/stream/operation.js";
import { plannedRows } from "../../src/stream/planned-rows.js";
import type { RowPick } from "../../src/stream/row-pick.js";
import { temporaryPaths } from "../support/temporary.js";
import { core, hdf5, stream } from "./reader-support.js";

/** What is planned of a dataset, as the numbers of rows that are wanted, and those that are read. */
function plan(
  rows: RowPick,
  { rowBytes = 8, chunkRows = undefined as number | undefined, chunksAbreast = 1 },
) {
  const plan = (set: RowSet) => ({ set, length: countOf(set) });
  const dataset = { rowBytes, chunkRows, chunksAbreast, plan } as unknown as DatasetRows;
  const wanted: number[] = [];
  const parts: RowSet[] = [];
  let tasks = 0;
  let last = false;
  for (const { parts: some, isLast } of plannedRows(dataset, rows)) {
    tasks += 1;
    expect(last).toBe(false);
    last = isLast;
    for (const part of some) {
      const { set } = part.plan as unknown as { readonly set: RowSet };
      parts.push(set);
      const read = numbersOf(set);
      const { start, step, length } = part.pick ?? { start: 0, step: 1, length: read.length };
      expect(part.length).toBe(length);
      for (let i = 0; i < length; i++) wanted.push(read[start + i * step] ?? -1);
    }
  }
  expect(last).toBe(true);
  return { wanted, parts, tasks };
}

function countOf(set: RowSet): number {
  return set instanceof Float64Array ? set.length : set.reduce((n, [from, to]) => n + to - from, 0);
}

function numbersOf(set: RowSet): number[] {
  if (set instanceof Float64Array) return [...set];
  return set.flatMap(([from, to]) => Array.from({ length: to - from }, (_, i) => from + i));
}

function rangeNumbers({ start, length, step }: { start: number; length: number; step: number }): number[] {
  return Array.from({ length }, (_, i) => start + i * step);
}

describe("rows of a dataset are planned", () => {
  const wide = 1 << 19;

  it("as ranges that end with a chunk, in either direction and with steps", () => {
    for (const chunkRows of [undefined, 1, 3, 5, 7, 8, 100]) {
      for (const [start, length, step] of [
        [0, 60, 1],
        [2, 55, 1],
        [59, 60, -1],
        [57, 50, -1],
        [1, 20, 3],
        [58, 20, -3],
        [3, 1, 1],
        [0, 2, 40],
      ] as const) {
        const range = { start, length, step };
        const { wanted, parts } = plan(range, { rowBytes: wide, chunkRows });
        expect(wanted).toEqual(rangeNumbers(range));
        for (const set of parts) expect(countOf(set)).toBeLessThanOrEqual(8);
      }
    }
    const starts = (step: number, start: number) =>
      plan({ start, length: 12, step }, { rowBytes: wide, chunkRows: 4 }).parts.map(
        (set) => numbersOf(set)[0],
      );
    expect(starts(1, 2)).toEqual([2, 8]);
    expect(starts(-1, 13)).toEqual([8, 2]);
  });

  it("one by one where they are far apart, or in any order", () => {
    const far = { start: 0, length: 10, step: 1000 };
    const found = plan(far, { chunkRows: 10 });
    expect(found.wanted).toEqual(rangeNumbers(far));
    expect(found.parts.every((set) => set instanceof Float64Array)).toBe(true);
    const rows = Float64Array.of(9, 3, 3, 7);
    expect(plan(rows, { rowBytes: 1 << 21 }).wanted).toEqual([9, 3, 3, 7]);
    expect(plan(rows, { rowBytes: 1 << 21 }).parts).toHaveLength(2);
    expect(plan({ start: 0, length: 0, step: 1 }, {})).toEqual({ wanted: [], parts: [], tasks: 1 });
  });

  it("a part at a time, however many there are", () => {
    let planned = 0;
    const dataset = { rowBytes: 8, chunkRows: 1000, chunksAbreast: 1, plan: () => ({ length: ++planned }) };
    const all = plannedRows(dataset as unknown as DatasetRows, { start: 1e12 - 1, length: 1e12, step: -1 });
    const { value } = all.next();
    expect(planned).toBe(value?.parts.length);
    expect(planned).toBeLessThanOrEqual(16);
  });
});

describe("a dataset of many chunks", () => {
  const paths = temporaryPaths();
  const rows = 34_000;
  const values = Float64Array.from({ length: rows }, (_, i) => (i * 7919) % rows);
  let path: string;
  beforeAll(async () => {
    path = `${paths()}.h5`;
    using file = core.MemmapFile.open(paths(), { mode: "w+", durability: "process" });
    file.setArray("/x", values);
    await hdf5.exportHdf5(file, path, { chunks: 2, shuffle: true, workers: 0 });
  });

  it.each([0, 2])("is read by several tasks, with the same results (%i workers)", async (workers) => {
    await using reader = await stream.Reader.open(path, { workers });
    const dataset = await reader.dataset<ArrayView>("/x");
    using stage = dataset.createStage(rows);
    const plain = Array.from(values);
    const numbers = async (operation: Operation<ArrayView>) =>
      Array.from((await reader.request(operation, stage).get()).values as Float64Array);
    expect(await numbers(dataset.slice(null, null, -1))).toEqual(plain.toReversed());
    expect(await numbers(dataset.slice(1, null, 3))).toEqual(plain.filter((_, i) => i % 3 === 1));
    const few = plain.filter((value) => value < 50);
    const small = dataset.where((column) => column.lt(50));
    expect(await numbers(small)).toEqual(few);
    expect(await numbers(small.slice(null, null, -1))).toEqual(few.toReversed());
    expect(await numbers(dataset.sorted({ from: -3 }))).toEqual([rows - 3, rows - 2, rows - 1]);
    expect(await numbers(dataset.view(null).view(0))).toEqual(plain);
    using tiny = dataset.createStage(3);
    await expect(reader.request(small, tiny).get()).rejects.toThrow("[50]");
    const given = reader.request(dataset, stage);
    given.cancel();
    await expect(given.get()).rejects.toThrow("cancelled");
  });
});

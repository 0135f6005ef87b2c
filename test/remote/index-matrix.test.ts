import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { type ArrayView, type SelectionPart, select, slice, wrap, zeros } from "../../src/array/index.js";
import { parseDType } from "../../src/dtype/index.js";
import { isMemmapError } from "../../src/errors.js";
import type { RemoteDataset } from "../../src/remote/remote-dataset.js";
import { openRoot } from "../../src/remote/remote-group.js";
import { array, group, MemoryFile } from "./memory-file.js";

const SLICES = [1, 2, 3, 4, 8, 100];

type Key = readonly SelectionPart[];

function arange(...shape: number[]): ArrayView {
  const whole = zeros(parseDType("<i4"), shape);
  const numbers = new Int32Array(whole.bytes.buffer);
  numbers.forEach((_, i) => {
    numbers[i] = i;
  });
  return wrap(whole, false);
}

/** What a selection gives in memory. */
function local(data: ArrayView, key: Key): ArrayView {
  if (key.every((part) => typeof part === "number")) return data.view(...key);
  const [only] = key;
  return key.length === 1 && only !== undefined ? select(data, only as never) : select(data, key);
}

const ramp = (start: number, stop: number, step = 1) =>
  Array.from({ length: Math.max(0, Math.ceil((stop - start) / step)) }, (_, i) => start + i * step);
const mask = (length: number, isTrue: (i: number) => boolean) => Array.from({ length }, (_, i) => isTrue(i));

/** Valid ones, of an axis of 100. */
const VALID: readonly Key[] = [
  ["..."],
  [],
  [slice()],
  [slice(0, 100)],
  [slice(0, 50)],
  [slice(50)],
  [slice(10, 20)],
  [slice(99)],
  [slice(0, 1)],
  [slice(100)],
  [slice(20, 10)],
  [slice(-10)],
  [slice(null, -10)],
  [slice(-20, -10)],
  [slice(-200, 50)],
  [slice(50, 200)],
  [slice(-300, 300)],
  [slice(200, 300)],
  [slice(0, 0)],
  [0],
  [1],
  [50],
  [99],
  [-1],
  [-50],
  [-100],
  [[]],
  [new Int32Array(0)],
  [[0]],
  [[99]],
  [[-1]],
  [ramp(0, 100)],
  [ramp(0, 100).reverse()],
  [ramp(10, 20)],
  [ramp(0, 100, 2)],
  [ramp(1, 100, 7)],
  [[0, 99]],
  [[0, 1, 2, 50, 51, 98, 99]],
  [[5, 5, 5, 6, 7, 7, 8, 8, 8, 8, 50, 51, 52, 53, 19, 20, 17]],
  [[9, 3, 3, 9]],
  [[-1, -2, -3]],
  [[0, -100, 50, -50]],
  [[-100, -1]],
  [Int32Array.of(3, 1, 2)],
  [BigInt64Array.of(3n, -1n)],
  [Uint8Array.of(7, 7, 0)],
  [Float64Array.of(1, 2)],
  [mask(100, () => true)],
  [mask(100, () => false)],
  [mask(100, (i) => i % 2 === 0)],
  [mask(100, (i) => i > 90 || i === 5)],
  ["...", slice(3, 7)],
  [slice(3, 7), "..."],
  ["...", 5],
  [5, "..."],
  ["...", [4, 2]],
  [[4, 2], "..."],
];

/** Of these some are valid here. */
const OTHER: readonly Key[] = [
  [slice(null, null, 2)],
  [slice(null, null, -1)],
  [slice(80, 7, -9)],
  [100],
  [-101],
  [[0, 100]],
  [[-101]],
  [mask(99, () => true)],
  [mask(101, () => true)],
  [0, 0],
  [slice(), slice()],
  ["...", "..."],
];

/** The second parts of selections of a hundred rows of three. */
const COLUMNS: readonly Key[] = [
  [],
  [slice()],
  [slice(0, 2)],
  [slice(1)],
  [slice(2, 1)],
  [slice(0, 0)],
  [0],
  [-1],
  [3],
  ["..."],
  [[0, 2]],
  [[2, 0, 0]],
  [[false, true, true]],
  [slice(null, null, 2)],
  [slice(null, null, -1)],
  [null],
  [[[0], [2]]],
];

/** What came of it: elements, shape and dtype, or the class of the error. */
function outcome(view: ArrayView): string {
  const data = view.ndim === 0 ? view.at() : Array.from(view, String);
  return JSON.stringify({ shape: view.shape, dtype: view.dtype, data });
}

function failure(error: unknown): string {
  if (isMemmapError(error)) return error.code;
  throw error;
}

async function remotely(dataset: RemoteDataset, key: Key): Promise<string> {
  try {
    return outcome(await dataset.get(...key));
  } catch (error) {
    return failure(error);
  }
}

function locally(data: ArrayView, key: Key): string {
  try {
    return outcome(local(data, key));
  } catch (error) {
    return failure(error);
  }
}

/** Datasets of the same elements: here, and on servers that take what goes beyond the protocol, or not. */
async function datasets(
  data: ArrayView,
  slices: readonly number[],
  extended: readonly boolean[],
): Promise<Map<string, RemoteDataset>> {
  const all = new Map<string, RemoteDataset>();
  const open = async (name: string, isExtended: boolean, dataSizeLimit: number, maxSlices: number) => {
    const file = new MemoryFile(group({ data: array(data) }), { isExtended });
    const root = openRoot(file, "memory", { maxDepth: 5, dataSizeLimit, maxSlices });
    all.set(name, await root.getArray("data"));
  };
  await open("here", true, 2 ** 20, 1);
  for (const maxSlices of slices) {
    for (const isExtended of extended) {
      await open(`${maxSlices} slices, extended: ${isExtended}`, isExtended, 0, maxSlices);
    }
  }
  return all;
}

async function compareAll(
  data: ArrayView,
  keys: readonly Key[],
  slices: readonly number[],
  extended: readonly boolean[] = [true, false],
): Promise<number> {
  const remote = await datasets(data, slices, extended);
  const differences: string[] = [];
  let failures = 0;
  for (const key of keys) {
    const expected = locally(data, key);
    if (!expected.startsWith("{")) failures += 1;
    for (const [name, dataset] of remote) {
      const given = await remotely(dataset, key);
      if (given !== expected) differences.push(`${name}, ${inspect(key)}: ${given} and not ${expected}`);
    }
  }
  expect(differences).toEqual([]);
  return failures;
}

describe("selections of remote datasets are those of arrays in memory", () => {
  it("along one axis", async () => {
    expect([VALID.length, OTHER.length]).toEqual([57, 12]);
    const data = arange(100);
    expect(await compareAll(data, VALID, SLICES, [false])).toBe(0);
    expect(await compareAll(data, OTHER, SLICES, [false])).toBe(9);
    await compareAll(data, [...VALID, ...OTHER], [4], [true]);
  });

  it("along two axes", async () => {
    const data = arange(100, 3);
    const keys = [...VALID, ...OTHER].flatMap((rows) => COLUMNS.map((columns): Key => [...rows, ...columns]));
    expect(keys.length).toBeGreaterThan(1143);
    let failures = 0;
    // Each number of slices, and each kind of server, takes its turn.
    for (const [i, maxSlices] of SLICES.entries()) {
      for (const [j, isExtended] of [true, false].entries()) {
        const own = keys.filter((_, k) => k % 12 === 2 * i + j);
        failures += await compareAll(data, own, [maxSlices], [isExtended]);
      }
    }
    expect(failures).toBeGreaterThan(250);
  });

  it("along three axes, by masks of several of them and by arrays side by side and apart", async () => {
    const data = arange(5, 4, 3);
    const cells = Array.from({ length: 5 }, (_, i) => mask(4, (j) => (i * 4 + j) % 3 === 0));
    const keys: readonly Key[] = [
      [cells],
      [cells, 1],
      [cells, [0, 2, 1, 0, 2, 1, 0]],
      [slice(), mask(4, (i) => i > 1), 0],
      [[0, 2], slice(), [1, 0]],
      [
        [0, 2],
        [3, 1],
      ],
      [
        [[0], [4]],
        [0, 1, 2],
      ],
      [slice(null, null, -2), [3, 0], slice(null, null, 2)],
      [1, slice(), [2, 2]],
      [slice(), [2, 2], 1],
      [0, 0, 0],
      [null, 2, "...", null, [0, 2]],
      ["...", [0], [0]],
      [
        [0, 1],
        [0, 1, 2],
      ],
      [true as never],
      [[0.5]],
    ];
    await compareAll(data, keys, [1, 3, 100]);
  });

  it("of no axes", async () => {
    const data = arange();
    const keys: readonly Key[] = [
      [],
      ["..."],
      [null],
      [slice()],
      [0],
      [ramp(0, 2)],
      ["...", "..."],
      ["...", null],
    ];
    await compareAll(data, keys, [1, 100]);
  });

  it("of no rows", async () => {
    await compareAll(arange(0, 3), [[], [slice()], ["...", 0], [0], [[]], [[0]], [slice(), 5]], [1]);
  });
});

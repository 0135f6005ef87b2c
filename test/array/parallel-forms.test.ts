import { describe, expect, it } from "vitest";
import type { ArrayView } from "../../src/index.js";
import {
  bytesOf,
  hostOf,
  MemmapTable,
  openNpy,
  parallelAlways,
  pathsAndWorkers,
  pool,
  saveNpy,
  slice,
} from "./parallel-support.js";

const fresh = pathsAndWorkers();
/** Several chunks of four MiB of doubles, the last one short. */
const LENGTH = 1_100_001;

function saved(array: Float64Array): ArrayView {
  const path = `${fresh("array")}.npy`;
  saveNpy(path, array);
  return openNpy(path) as ArrayView;
}

const doubles = (of: (i: number) => number) => saved(Float64Array.from({ length: LENGTH }, (_, i) => of(i)));

const REDUCTIONS = [
  "sum",
  "mean",
  "var",
  "std",
  "min",
  "max",
  "argmin",
  "argmax",
  "any",
  "all",
  "countNonzero",
];

type Methods = Readonly<Record<string, (options?: object) => unknown>>;

/** Expects all reductions to be the same by any number of workers. */
async function expectSame(array: ArrayView, options: object = {}): Promise<void> {
  const methods = array as unknown as Methods;
  for (const name of REDUCTIONS) {
    if ("where" in options && name.startsWith("arg")) continue;
    const expected = methods[name](options);
    const found = await parallelAlways(async () => methods[`${name}Async`]({ ...options, workers: 3 }));
    expect(found).toEqual(expected);
  }
}

describe("a reduction of several chunks", () => {
  it("is the same to the last bit", async () => {
    const array = doubles((i) => Math.sin(i) * 1e3 ** (i % 5));
    await expectSame(array);
    await expectSame(array, { where: array.gt(0) });
    await expectSame(array.slice(null, null, -1), { where: array.lt(1), skipNaN: true });
    expect(pool().size).toBeGreaterThan(0);
  });

  it("has the first of several places and of several NaN", async () => {
    const nan = new Set([LENGTH - 1, 600_000, 1_050_000]);
    const array = doubles((i) => (nan.has(i) ? Number.NaN : i % 1000));
    await parallelAlways(async () => {
      expect(await array.argminAsync()).toBe(600_000);
      expect(await array.argmaxAsync({ skipNaN: true })).toBe(999);
      expect(await array.minAsync()).toBeNaN();
      expect(await array.maxAsync({ skipNaN: true })).toBe(999);
    });
  });

  it("stops where it is settled", async () => {
    for (const at of [0, 700_000, LENGTH - 1]) {
      const array = doubles((i) => Number(i === at));
      await parallelAlways(async () => {
        expect(await array.anyAsync()).toBe(true);
        expect(await array.allAsync()).toBe(false);
      });
      expect(await array.eq(0).allAsync()).toBe(false);
    }
  });

  it("is this thread's where memory is as fast as it", async () => {
    await pool().close();
    const array = doubles((i) => i % 7);
    const isInPlace = hostOf((array.values as Float64Array).buffer) !== undefined;
    expect(await array.sumAsync()).toBe(array.sum());
    expect(await array.maxAsync({ skipNaN: true })).toBe(6);
    expect(pool().size === 0).toBe(isInPlace);
    // Kernels look at it twice.
    expect(await array.stdAsync()).toBe(array.std());
    expect(pool().size).toBeGreaterThan(0);
  });
});

describe("what workers make", () => {
  it("lies in memory that threads share, and is an array as any other", async () => {
    const array = doubles((i) => i % 10);
    const mask = await array.ltAsync(3);
    const { buffer } = mask.values as Uint8Array;
    expect(buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(structuredClone(mask.values).buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(bytesOf(mask).equals(bytesOf(array.lt(3)))).toBe(true);
    const picked = await array.filterAsync(mask);
    expect((picked.toArray() as Float64Array).buffer).toBeInstanceOf(ArrayBuffer);
    expect(picked.readonly).toBe(true);
    expect(mask.readonly).toBe(false);
    mask.fill(false);
    expect(mask.any()).toBe(false);
    const path = `${fresh("kept")}.npy`;
    saveNpy(path, picked);
    expect(bytesOf(openNpy(path) as ArrayView).equals(bytesOf(array.filter(array.lt(3))))).toBe(true);
    expect(await picked.sumAsync({ workers: 2 })).toBe(picked.sum());
  });

  it("of ordinary memory is made by this thread, and lies there", async () => {
    const array = doubles((i) => i).filter(new Uint8Array(LENGTH).fill(1));
    const mask = await array.gtAsync(5);
    expect((mask.values as Uint8Array).buffer).toBeInstanceOf(ArrayBuffer);
    expect(await array.sumAsync()).toBe(array.sum());
  });
});

describe("rows of a table", () => {
  it("are filtered and taken from all columns, wherever they lie", async () => {
    const rows = 30_000;
    const table = MemmapTable.create(fresh(), { rows, durability: "process" });
    table.addColumn("x", "f8", { data: Float64Array.from({ length: rows }, (_, i) => i / 3) });
    table.addColumn("cell", "i2", { itemShape: [2, 2], fill: 3 as never });
    table.addColumn("name", "U4").assign(Array.from({ length: rows }, (_, i) => `n${i % 90}`));
    const places = [3, -1, 0, 29_999, 3];
    const mask = table.column("x").gt(77) as ArrayView;
    const view = table.slice(null, null, 3);
    const some = mask.slice(null, null, 3);
    await parallelAlways(async () => {
      expect((await table.takeAsync(places, { workers: 2 })).toColumns()).toEqual(
        table.take(places).toColumns(),
      );
      const filtered = await view.filterAsync(some, { workers: 2 });
      expect(filtered.length).toBe(view.filter(some).length);
      expect(filtered.toColumns()).toEqual(view.filter(some).toColumns());
      // A copy's columns lie in ordinary memory, one by one.
      const copy = table.take(places);
      expect((await copy.takeAsync([1, 2])).toColumns()).toEqual(copy.take([1, 2]).toColumns());
      expect((await table.takeAsync([])).length).toBe(0);
      expect((await table.slice(0, 0).filterAsync([])).length).toBe(0);
    });
    table.close();
  });
});

describe("memory that is lent to workers", () => {
  it("is seen by them, however much, and whatever was there before", async () => {
    const rows = 5000;
    const data = Array.from({ length: 40 }, (_, k) =>
      Int32Array.from({ length: rows }, (_, i) => i * (k + 1)),
    );
    const table = MemmapTable.create(fresh(), { rows, durability: "process" });
    for (const [k, column] of data.entries()) table.addColumn(`c${k}`, "i4", { data: column });
    for (const some of [rows, 700, 3000, 20, rows]) {
      const mask = Uint8Array.from({ length: rows }, (_, i) => Number(i < some));
      const [kept, taken] = await parallelAlways(() =>
        Promise.all([table.filterAsync(mask, { workers: 2 }), table.takeAsync([some - 1], { workers: 1 })]),
      );
      expect(kept.toColumns()).toEqual(table.slice(0, some).toColumns());
      expect(taken.toColumns()).toEqual(table.slice(some - 1, some).toColumns());
      expect(mask.length).toBe(rows);
    }
    table.close();
  });

  it("is theirs again in the next call", async () => {
    const array = doubles((i) => i % 1000);
    const mask = await array.ltAsync(500);
    const both = await mask.andAsync(await array.gtAsync(100));
    const kept = await array.filterAsync(both);
    await parallelAlways(async () => {
      expect(await kept.minAsync()).toBe(101);
      expect(await array.sumAsync({ where: both })).toBe(kept.sum());
      expect(await kept.stdAsync()).toBe(kept.std());
    });
  });
});

describe("calls at the same time", () => {
  it("share the pool", async () => {
    const array = doubles((i) => i % 100);
    const calls = [
      array.sumAsync(),
      array.gtAsync(50),
      array.view(slice(0, 1_050_000)).maxAsync(),
      array.stdAsync(),
    ];
    const [sum, mask, most, std] = await Promise.all(calls);
    expect([sum, most, std]).toEqual([array.sum(), 99, array.std()]);
    expect(bytesOf(mask as ArrayView).equals(bytesOf(array.gt(50)))).toBe(true);
  });
});

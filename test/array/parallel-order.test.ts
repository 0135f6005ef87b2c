import { beforeAll, describe, expect, it } from "vitest";
import { inParts as cutInParts } from "../../src/array/parallel/order.js";
import { LimitError } from "../../src/errors.js";
import type { ArrayView } from "../../src/index.js";
import {
  bytesOf,
  errors,
  MemmapTable,
  openNpy,
  parallelAlways,
  pathsAndWorkers,
  pool,
  saveNpy,
} from "./parallel-support.js";

const fresh = pathsAndWorkers();
const ROWS = 150_000;
const ALL = { index: true, inverse: true, counts: true } as const;

/** Doubles of a file that is large enough for workers: many distinct ones, zeros of both signs and NaN. */
let many: ArrayView<"f8", "r">;

beforeAll(() => {
  const values = Float64Array.from({ length: ROWS }, (_, i) => Math.sin(i) * 10 ** (i % 9));
  for (let i = 0; i < ROWS; i += 97) values[i] = [Number.NaN, 0, -0, Number.POSITIVE_INFINITY][i % 4] ?? 0;
  const path = fresh("many.npy");
  saveNpy(path, values);
  many = openNpy(path) as ArrayView<"f8", "r">;
});

/** However small the parts are. */
const inParts = parallelAlways;

const same = (found: ArrayView, expected: ArrayView) => {
  expect(found.shape).toEqual(expected.shape);
  expect(bytesOf(found).equals(bytesOf(expected))).toBe(true);
};

describe("sorting by workers", () => {
  it("gives what is given without them", async () => {
    same(await many.sortAsync(), many.sort());
    same(await inParts(() => many.sortAsync({ workers: 3 })), many.sort());
    same(await inParts(() => many.argsortAsync({ workers: 3 })), many.argsort());
    same((await inParts(() => many.uniqueAsync({ workers: 2 }))).values, many.unique());
    const [found, expected] = [await inParts(() => many.uniqueAsync(ALL)), many.unique(ALL)];
    for (const name of ["values", "index", "inverse", "counts"] as const) same(found[name], expected[name]);
  });

  it("puts zeros of both signs and NaN of all payloads back in their order", async () => {
    const bits = BigUint64Array.from({ length: 5000 }, (_, i) => {
      if (i % 3 === 0) return i % 2 === 0 ? 0n : 1n << 63n;
      return i % 3 === 1 ? (0x7ff8n << 48n) + BigInt(i) : (0x3ff0n << 48n) + BigInt((i * 7919) % 5000);
    });
    const path = fresh("zeros.npy");
    saveNpy(path, new Float64Array(bits.buffer));
    const array = openNpy(path);
    same(
      (await parallelAlways(() => array.sortAsync({ workers: 3 }))) as ArrayView,
      array.sort() as ArrayView,
    );
    const unique = await parallelAlways(() => array.uniqueAsync({ counts: true, workers: 3 }));
    const expected = array.unique({ counts: true });
    same(unique.values as ArrayView, expected.values as ArrayView);
    same(unique.counts, expected.counts);
  });

  it("sorts what is in ordinary memory, and what has several axes", async () => {
    const copy = many.take(Int32Array.from({ length: ROWS }, (_, i) => ROWS - 1 - i));
    same(await copy.argsortAsync(), copy.argsort());
    using table = MemmapTable.create(fresh("axes"), { rows: 300, durability: "process" });
    const array = table.addColumn("x", "f8", { itemShape: [500] }) as ArrayView<"f8", "r+">;
    array.values.set(many.values);
    for (const axis of [0, 1, null]) same(await array.sortAsync({ axis }), array.sort({ axis }));
  });

  it("starts no worker that would have too little to do, however many are asked for", async () => {
    await pool().close();
    await many.sortAsync({ workers: 1000 });
    expect(pool().size).toBe(1);
  });

  it("cannot sort more than this thread could", async () => {
    const bytes = { kind: "memory", buffer: new SharedArrayBuffer(1), offset: 0, length: 1 } as const;
    const array = { descr: "|i1", layout: { shape: [2 ** 32], strides: [0], offset: 0 }, bytes };
    const sorting = cutInParts(array, "x", { workers: 1 }, () => Promise.reject(new Error("it began")));
    await expect(sorting).rejects.toThrow(LimitError);
  });

  it("rejects what it cannot do, and is stopped by a signal", async () => {
    await expect(many.sortAsync({ workers: 0 })).rejects.toThrow(errors.LimitError);
    await expect(many.argsortAsync({ axis: 1 })).rejects.toThrow(errors.IndexError);
    await expect(many.uniqueAsync({ workers: Number.NaN })).rejects.toThrow(errors.LimitError);
    const reason = new Error("enough");
    await expect(many.sortAsync({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const stop = new AbortController();
    const sorting = many.argsortAsync({ signal: stop.signal });
    stop.abort(reason);
    await expect(sorting).rejects.toBe(reason);
    same(await many.sortAsync(), many.sort());
  });
});

import { afterAll, describe, expect, it } from "vitest";
import { ArrayView, MemoryStorage } from "../../src/array/index.js";
import { parseDType } from "../../src/dtype/index.js";
import { DTypeError, NotFoundError } from "../../src/errors.js";
import type { Operation } from "../../src/stream/operation.js";
import { Reader } from "../../src/stream/reader.js";
import { copied, TableView } from "../../src/table/index.js";

const ROWS = 60_000;
const ITEM = 20;
const dtype = parseDType([
  ["x", "<f8"],
  ["p", [["a", "<i4"]]],
  ["v", "<i2", [4]],
]);
const bytes = new Uint8Array(ROWS * ITEM);
const data = new DataView(bytes.buffer);
for (let i = 0; i < ROWS; i++) {
  data.setFloat64(i * ITEM, (i * 7919) % ROWS, true);
  data.setInt32(i * ITEM + 8, -i, true);
  for (let k = 0; k < 4; k++) data.setInt16(i * ITEM + 12 + 2 * k, (i % 100) * 10 + k, true);
}
const own = new ArrayView(new MemoryStorage(bytes), dtype, { shape: [ROWS], strides: [ITEM], offset: 0 });
const table = new TableView(copied(new Map([["rec", own as ArrayView]]), ROWS));
const reader = await Reader.open(table, { workers: 0 });
const rows = await reader.dataset();
const stage = rows.createStage(ROWS);
afterAll(() => reader.close());
const read = async (operation: Operation<ArrayView>) => [
  ...((await reader.request(operation, stage).get()).toArray() as Iterable<unknown>),
];
const rec = rows.column("rec");

describe("a structured column", () => {
  it("has columns of its own, at any depth", async () => {
    expect(dtype.itemsize).toBe(ITEM);
    expect((await reader.request(rec.slice(3, 5), stage).get()).field("x").at(1)).toBe((4 * 7919) % ROWS);
    expect(await read(rec.column("x").slice(1, 3))).toEqual([7919, 15838]);
    expect(await read(rec.slice(1, 3).column("p").column("a"))).toEqual([-1, -2]);
    expect(await read(rec.column("x"))).toEqual(Array.from({ length: ROWS }, (_, i) => (i * 7919) % ROWS));
    expect((await read(rec.column("v").view("...", 1))).slice(0, 3)).toEqual([1, 11, 21]);
    expect(await reader.request(rec.column("x").at(-1), stage).get()).toBe(((ROWS - 1) * 7919) % ROWS);
    expect(await reader.request(rec.column("v").at(7, 2), stage).get()).toBe(72);
  });

  it("is looked at and sorted by them", async () => {
    const small = rec.where((column) => column("x").lt(2).and(column("x").gt(0)));
    const [place] = await read(small.column("p").column("a"));
    expect((-Number(place) * 7919) % ROWS).toBe(1);
    expect(await read(rec.sorted("x", { from: -2 }).column("x"))).toEqual([ROWS - 2, ROWS - 1]);
    expect(await read(rec.slice(0, 9).sorted("x", { to: 2 }).column("x"))).toEqual([0, 8 * 7919 - ROWS]);
    expect(
      await read(
        rec
          .where((column) => column("x").lt(1))
          .view("...")
          .column("x"),
      ),
    ).toEqual([0]);
  });

  it("says at once what it has not", () => {
    expect(() => rec.column("y")).toThrow(NotFoundError);
    expect(() => rec.column("")).toThrow(NotFoundError);
    expect(() => rec.column("x").column("y")).toThrow(DTypeError);
    expect(() => rec.where((column) => column("z").gt(1))).toThrow(NotFoundError);
  });
});

import { rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  bytesOf,
  DYING,
  errors,
  inParallel,
  MemmapTable,
  parallelAlways,
  pathsAndWorkers,
} from "../array/parallel-support.js";

/** Records, assignments and copies of columns by workers, on the package as it is built. */

const fresh = pathsAndWorkers();

const ROWS = 5000;
const COLUMNS = {
  i: "i4",
  x: "f8",
  flag: "b1",
  big: ">i8",
  name: "U5",
  when: "M8[us]",
  half: "f2",
} as const;

/** A table whose every row differs. */
function makeTable({ rows = ROWS, layout = "npy" as "npy" | "raw" } = {}) {
  const table = MemmapTable.create(fresh(), { durability: "process", rows, layout, columns: COLUMNS });
  const numbers = Array.from({ length: rows }, (_, i) => i);
  table.column("i").assign(numbers);
  table.column("x").assign(numbers.map((i) => i / 7));
  table.column("flag").assign(numbers.map((i) => i % 3 === 0));
  table.column("big").assign(numbers.map((i) => BigInt(i) << 33n));
  table.column("name").assign(numbers.map((i) => `n${i % 999}`));
  table.column("when").assign(numbers.map((i) => (i % 10 === 0 ? null : BigInt(i))));
  table.column("half").assign(numbers.map((i) => i % 100));
  table.addColumn("cell", "f4", { itemShape: [3], data: numbers.map((i) => [i, i + 1, i + 2]) });
  return table;
}

const recordsOf = (table: { toRecords(): { bytes(): Uint8Array } }) => Buffer.from(table.toRecords().bytes());

describe("toRecordsAsync", () => {
  it.each(["npy", "raw"] as const)(
    "packs the records that toRecords packs, of %s columns",
    async (layout) => {
      using table = makeTable({ layout });
      for (const view of [
        table,
        table.slice(10, -10, 3),
        table.slice(null, null, -1),
        table.select(["x", "flag"]),
        table.slice(0, 0),
      ]) {
        for (const workers of [1, 3]) {
          const records = await parallelAlways(() => view.toRecordsAsync({ workers }));
          expect(records.dtype.equals(view.toRecords().dtype)).toBe(true);
          expect(Buffer.compare(records.bytes(), recordsOf(view))).toBe(0);
        }
      }
    },
  );

  it("packs what is in ordinary memory on this thread", async () => {
    using table = makeTable();
    const copy = table.take([3, 1, 2]);
    const records = await parallelAlways(() => copy.toRecordsAsync());
    expect(Buffer.compare(records.bytes(), recordsOf(copy))).toBe(0);
  });

  it("rejects, and never throws at once", async () => {
    using table = makeTable();
    await expect(table.select([]).toRecordsAsync()).rejects.toThrow(errors.ShapeError);
    await expect(table.toRecordsAsync({ workers: 0 })).rejects.toThrow(errors.LimitError);
    await expect(table.toRecordsAsync({ signal: AbortSignal.abort(new Error("no")) })).rejects.toThrow("no");
    table.close();
    await expect(table.toRecordsAsync()).rejects.toThrow(errors.ClosedError);
  });

  it("gives no rows that are gone meanwhile, and none of a table that was closed", async () => {
    using table = makeTable();
    const work = parallelAlways(() => table.toRecordsAsync());
    table.resize(ROWS / 2);
    await expect(work).rejects.toThrow(errors.IndexError);
    const other = parallelAlways(() => table.toRecordsAsync());
    table.close();
    await expect(other).rejects.toThrow(errors.ClosedError);
  });
});

describe("assignAsync", () => {
  it.each(["npy", "raw"] as const)("stores what assign stores, into %s columns", async (layout) => {
    using from = makeTable();
    using to = MemmapTable.create(fresh(), { durability: "process", rows: ROWS, layout, columns: COLUMNS });
    to.addColumn("cell", "f4", { itemShape: [3] });
    const records = await parallelAlways(() => from.toRecordsAsync());
    for (const source of [records, from, records.slice(null, null, -1), from.slice(null, null, -1)]) {
      for (const workers of [1, 3]) {
        to.assign(from.slice(0, 1).toRecords().take(new Int32Array(ROWS)));
        expect(await parallelAlways(() => to.assignAsync(source as typeof records, { workers }))).toBe(to);
        const stored = recordsOf(to);
        to.assign(source as typeof records);
        expect(Buffer.compare(stored, recordsOf(to))).toBe(0);
      }
    }
  });

  it("stores into some rows, and leaves the others", async () => {
    using from = makeTable({ rows: 1000 });
    using to = makeTable();
    const before = recordsOf(to.slice(0, 100));
    await parallelAlways(() => to.slice(100, 1100).assignAsync(from));
    expect(Buffer.compare(recordsOf(to.slice(100, 1100)), recordsOf(from))).toBe(0);
    expect(Buffer.compare(recordsOf(to.slice(0, 100)), before)).toBe(0);
    expect(to.column("i").at(1100)).toBe(1100);
  });

  it("converts and refuses as assign does, and stores nothing that is refused", async () => {
    const wide = { i: "i8", x: "f8", flag: "u1" } as const;
    using from = MemmapTable.create(fresh(), { durability: "process", rows: ROWS, columns: wide });
    using to = MemmapTable.create(fresh(), {
      durability: "process",
      rows: ROWS,
      columns: { i: "i2", x: ">f4", flag: "f2" },
    });
    from.column("i").values.fill(-7n);
    from.column("x").values.fill(1 / 3);
    from.column("flag").values.fill(9);
    await parallelAlways(() => to.assignAsync(from));
    expect([to.column("i").at(-1), to.column("x").at(-1), to.column("flag").at(-1)]).toEqual([
      -7,
      Math.fround(1 / 3),
      9,
    ]);
    from.column("i").values.fill(5n);
    from.column("i").set(4321, 40_000n);
    await expect(parallelAlways(() => to.assignAsync(from))).rejects.toThrow(
      /column "i", row 4321: 40000n? is outside/,
    );
    expect(to.column("i").at(0)).toBe(-7);
    await parallelAlways(() => to.assignAsync(from, { casting: "unsafe" }));
    expect([to.column("i").at(0), to.column("i").at(4321)]).toEqual([5, 40_000 - 65_536]);
    await expect(parallelAlways(() => to.assignAsync({ i: 1 }))).rejects.toThrow(errors.NotFoundError);
    await expect(parallelAlways(() => to.assignAsync(from.slice(1)))).rejects.toThrow(errors.ShapeError);
    await expect(to.assignAsync(from, { workers: 1.5 })).rejects.toThrow(errors.LimitError);
  });

  it("stores on this thread what comes from the files that are stored into, or from ordinary memory", async () => {
    using table = makeTable();
    const turned = recordsOf(table.slice(null, null, -1));
    await parallelAlways(() => table.assignAsync(table.slice(null, null, -1)));
    expect(Buffer.compare(recordsOf(table), turned)).toBe(0);
    const records = table.slice(null, null, -1).toRecords();
    await parallelAlways(() => table.assignAsync(records));
    expect(Buffer.compare(recordsOf(table), Buffer.from(records.bytes()))).toBe(0);
    await parallelAlways(() => table.slice(0, 2).assignAsync([table.at(2), table.at(3)]));
    expect(table.at(0)).toEqual(table.at(2));
  });

  it("lets no other change of the table begin, and is ended by closing it", async () => {
    using from = makeTable();
    const to = makeTable();
    const work = parallelAlways(() => to.assignAsync(from));
    expect(() => to.resize(1)).toThrow(/rows are being assigned/);
    expect(() => to.deleteColumn("i")).toThrow(errors.UnsupportedError);
    const second = parallelAlways(() => to.assignAsync(from));
    await expect(second).rejects.toThrow(errors.UnsupportedError);
    await work;
    to.resize(ROWS);
    const ended = parallelAlways(() => to.assignAsync(from));
    to.close();
    await expect(ended).rejects.toThrow(errors.ClosedError);
    using again = MemmapTable.open(to.root, { mode: "r+" });
    again.resize(3);
    expect(again.length).toBe(3);
  });

  it("is refused within a transaction, by a table that is read, and by one that is closed", async () => {
    using from = makeTable();
    using to = makeTable();
    const inside = to.transaction(() => [parallelAlways(() => to.assignAsync(from))]);
    await expect(inside[0]).rejects.toThrow(errors.UnsupportedError);
    using reader = MemmapTable.open(to.root);
    await expect(reader.assignAsync(from)).rejects.toThrow(errors.ReadOnlyError);
    to.close();
    await expect(to.assignAsync(from)).rejects.toThrow(errors.ClosedError);
  });

  it("says that a worker died, and goes on with others", async () => {
    using from = makeTable();
    using to = makeTable();
    await inParallel({ module: DYING, act: { name: "doom" } as never, inputs: [3], workers: 1 });
    await expect(parallelAlways(() => to.assignAsync(from, { workers: 1 }))).rejects.toThrow(
      errors.WorkerError,
    );
    await parallelAlways(() => to.assignAsync(from, { workers: 1 }));
    expect(Buffer.compare(recordsOf(to), recordsOf(from))).toBe(0);
  });

  it("says that a file of the source was replaced", async () => {
    using from = makeTable();
    using to = makeTable();
    const path = join(from.root, "x.npy");
    const source = from.slice(0, ROWS);
    void source.column("x").values;
    const work = parallelAlways(() => to.assignAsync(source));
    rmSync(path);
    await expect(work).rejects.toThrow();
  });
});

describe("copyColumnAsync", () => {
  it("copies what copyColumn copies", async () => {
    using table = makeTable();
    table.column("x").attr = { unit: "m" };
    for (const name of ["x", "name", "cell", "big"] as const) {
      const copy = await parallelAlways(() => table.copyColumnAsync(name as "x", `copies/${name}`));
      expect(copy).toBe(table.column(`copies/${name}` as "x"));
      expect(copy.dtype.equals(table.column(name as "x").dtype)).toBe(true);
      expect(copy.attr).toEqual(table.column(name as "x").attr);
      expect(copy.toArray()).toEqual(table.column(name as "x").toArray());
    }
    expect(bytesOf(table.column("copies/x" as "x"))).toEqual(bytesOf(table.column("x")));
    await expect(parallelAlways(() => table.copyColumnAsync("x", "i"))).rejects.toThrow(errors.ExistsError);
    await parallelAlways(() => table.copyColumnAsync("x", "i", { overwrite: true }));
    expect(table.column("i").dtype.str).toBe("<f8");
    await expect(table.copyColumnAsync("y" as "x", "z")).rejects.toThrow(errors.NotFoundError);
    await expect(table.copyColumnAsync("x", "z", { workers: 0 })).rejects.toThrow(errors.LimitError);
  });

  it("comes to nothing where it is given up, or the table is closed", async () => {
    const table = makeTable();
    const { generation } = table;
    const controller = new AbortController();
    const given = parallelAlways(() => table.copyColumnAsync("x", "copy", { signal: controller.signal }));
    expect(() => table.resize(1)).toThrow(/a column is being copied/);
    controller.abort(new Error("enough"));
    await expect(given).rejects.toThrow("enough");
    expect([table.has("copy"), table.generation]).toEqual([false, generation]);
    await inParallel({ module: DYING, act: { name: "doom" } as never, inputs: [3], workers: 1 });
    const dead = parallelAlways(() => table.copyColumnAsync("x", "copy", { workers: 1 }));
    await expect(dead).rejects.toThrow(errors.WorkerError);
    const ended = parallelAlways(() => table.copyColumnAsync("x", "copy"));
    table.close();
    await expect(ended).rejects.toThrow(errors.ClosedError);
    using again = MemmapTable.open(table.root);
    expect([again.has("copy"), again.generation]).toEqual([false, generation]);
  });

  it("is refused within a transaction", async () => {
    using table = makeTable();
    const [inside] = table.transaction(() => [table.copyColumnAsync("x", "copy")]);
    await expect(inside).rejects.toThrow(errors.UnsupportedError);
    expect(table.has("copy")).toBe(false);
  });
});

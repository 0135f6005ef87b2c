import { describe, expect, expectTypeOf, it } from "vitest";
import { type ArrayView, slice, wrap, zeros } from "../../src/array/index.js";
import { type DTypeLike, parseDType } from "../../src/dtype/index.js";
import { MemmapTable, type TableView } from "../../src/index.js";
import type { RemoteDataset } from "../../src/remote/remote-dataset.js";
import { openRoot } from "../../src/remote/remote-group.js";
import type { RemoteTable } from "../../src/remote/remote-table.js";
import type { ReadingLimits } from "../../src/remote/requests.js";
import { temporaryPaths } from "../support/temporary.js";
import { array, group, MemoryFile, type MemoryNode, type MemoryOptions } from "./memory-file.js";

const temporary = temporaryPaths();
const ROWS = 40;

function column(dtype: DTypeLike, values: readonly unknown[], shape: readonly number[] = []): ArrayView {
  const view = wrap<DTypeLike, "r+">(zeros(parseDType(dtype), [values.length, ...shape]), true);
  return view.assign(values as never);
}

const numbers = Array.from({ length: ROWS }, (_, i) => i);
const delay = column("<i4", numbers);
const origin = column(
  "<U3",
  numbers.map((i) => ["JFK", "LGA"][i % 2]),
);
const speed = column(
  "<f8",
  numbers.map((i) => [i, i / 2]),
  [2],
);

function tree(table?: readonly string[]): MemoryNode {
  const airport = group({ origin: array(origin) });
  return group({
    t: group({ delay: array(delay), airport, speed: array(speed) }, table === undefined ? {} : { table }),
    other: group({ a: array(delay), b: array(column("<i4", [1])) }),
  });
}

const NAMES = ["delay", "airport/origin", "speed"];

async function open(isTable: boolean, limits: Partial<ReadingLimits> = {}, options: MemoryOptions = {}) {
  const file = new MemoryFile(tree(isTable ? NAMES : undefined), options);
  const root = openRoot(file, "flights", { maxDepth: 5, dataSizeLimit: 0, ...limits });
  const table = await root.table("t");
  file.slices.length = 0;
  return { file, root, table };
}

/** The same rows on this disk. */
function local(): MemmapTable {
  const table = MemmapTable.create(temporary("flights"), { rows: ROWS });
  table.addColumn("delay", "<i4", { data: delay });
  table.addColumn("airport/origin", "<U3", { data: origin });
  table.addColumn("speed", "<f8", { itemShape: [2], data: speed });
  return table;
}

describe("a remote table", () => {
  it("reads as a table here does, at once or column by column", async () => {
    using here = local();
    for (const [isTable, options] of [
      [true, {}],
      [false, {}],
      [true, { isExtended: false }],
    ] as const) {
      const { file, table } = await open(isTable, {}, options);
      expect([...table.columnNames].sort()).toEqual([...NAMES].sort());
      const columns = table.select(NAMES);
      expect([columns.length, columns.shape, columns.ndim, columns.size]).toEqual([40, [40, 3], 2, 120]);
      // By the protocol alone texts have no width.
      if (!("isExtended" in options)) {
        const sizes = [String(columns.dtype), columns.itemsize, columns.nbytes];
        expect(sizes).toEqual([String(here.dtype), here.itemsize, here.nbytes]);
      }
      expect(columns.has("speed") && !columns.select(["delay"]).has("speed")).toBe(true);
      expect([...columns.columns()].map(([name]) => name)).toEqual(NAMES);
      expect(file.slices).toEqual([]);
      const same = async (remote: Promise<TableView>, view: TableView) => {
        expect([...(await remote)]).toEqual([...view]);
      };
      await same(columns.get(), here.slice());
      await same(columns.slice(5, 30, 4).get(), here.slice(5, 30, 4));
      await same(columns.slice(null, null, -7).slice(1).get(), here.slice(null, null, -7).slice(1));
      await same(columns.slice(3, 3).get(), here.slice(3, 3));
      await same(columns.take([39, 0, 0, -2]), here.take([39, 0, 0, -2]));
      await same(columns.slice(null, null, -1).take([1, 0]), here.slice(null, null, -1).take([1, 0]));
      await same(columns.filter(here.column("delay").gt(36)), here.filter(here.column("delay").gt(36)));
      expect(await columns.at(-1)).toEqual(here.at(-1));
      expect((await columns.slice(2, 4).toRecords()).toArray()).toEqual(
        here.slice(2, 4).toRecords().toArray(),
      );
      expect(await columns.slice(2, 4).toColumns()).toEqual(here.slice(2, 4).toColumns());
      const sizes: number[] = [];
      for await (const part of columns.chunks(16)) sizes.push(part.length);
      expect(sizes).toEqual([16, 16, 8]);
      let rows = 0;
      for await (const row of columns.slice(-3)) rows += Number(row["delay"]);
      expect(rows).toBe(37 + 38 + 39);
      expect((await columns.slice(4, 9).column("delay").get(slice(1, 3))).toArray()).toEqual(
        Int32Array.of(5, 6),
      );
    }
  });

  it("asks once for all columns of a table that the server knows", async () => {
    const { file, table } = await open(true);
    const view = await table.select(["speed", "delay"]).slice(0, 2).get();
    expect(view.columnNames).toEqual(["speed", "delay"]);
    expect(file.slices).toHaveLength(1);
    expect(file.slices[0]).toMatchObject({ object: "/t", columns: ["speed", "delay"] });
    expect(view.column("delay").values).toEqual(Int32Array.of(0, 1));
    expect(await open(true, { maxDepth: 0 })).toMatchObject({ table: { length: 40 } });
  });

  it("lets the server try conditions, of parts where the rows are too many for one answer", async () => {
    using here = local();
    const late = here.filter(here.column("delay").gt(20));
    for (const [maxRequestBytes, least] of [
      [2 ** 20, 1],
      [4 * 32, 4],
    ] as const) {
      const { file, table } = await open(true, { maxRequestBytes });
      expect([...(await table.filter("delay > 20"))]).toEqual([...late]);
      expect(file.slices.length).toBeGreaterThanOrEqual(least);
    }
    const { table } = await open(true);
    expect([...(await table.slice(null, 10, -1).select(["delay"]).filter("delay > 36"))]).toEqual(
      [39, 38, 37].map((delay) => ({ delay })),
    );
    expect((await table.filter("delay > 1000")).length).toBe(0);
    expect((await table.slice(0, 0).filter("delay > 1")).columnNames).toEqual(NAMES);
    for (const [isTable, options] of [
      [false, {}],
      [true, { isExtended: false }],
    ] as const) {
      const plain = await open(isTable, {}, options);
      await expect(plain.table.filter("delay > 1")).rejects.toMatchObject({ code: "UNSUPPORTED" });
      expect(plain.file.slices).toEqual([]);
    }
  });

  it("names what does not go together or is not there", async () => {
    const { root, table } = await open(true);
    await expect(root.table("other")).rejects.toThrow(/"b" has 1 rows, and "a" has 40/);
    await expect(root.table("t/delay")).rejects.toMatchObject({ code: "UNSUPPORTED" });
    expect(() => table.column("dellay")).toThrow(/did you mean "delay"/);
    expect(() => table.select(["delay"]).column("speed")).toThrow(
      expect.objectContaining({ code: "NOT_FOUND" }),
    );
    await expect(table.at(40)).rejects.toMatchObject({ code: "INDEX" });
    await expect(table.take([40])).rejects.toMatchObject({ code: "INDEX" });
    await expect(table.filter([true])).rejects.toMatchObject({ code: "SHAPE" });
    await expect(table.chunks(0).next()).rejects.toMatchObject({ code: "SHAPE" });
    expect(() => table.select([]).dtype).toThrow(expect.objectContaining({ code: "SHAPE" }));
    expect((await table.select([]).get()).columnNames).toEqual([]);
    expect(String(table.select(["delay"]))).toBe('<RemoteTable "/t": delay: <i4; 40 rows>');
  });

  it("keeps its rows where it has no columns", async () => {
    for (const [isTable, dataSizeLimit] of [
      [true, 0],
      [false, 0],
      [true, 10_000],
    ] as const) {
      const { table } = await open(isTable, { dataSizeLimit });
      const none = table.select([]);
      expect([(await none.get()).length, (await none.slice(3, 9, 2).get()).length]).toEqual([40, 3]);
      expect((await none.take([5, 5])).length).toBe(2);
      expect(await none.at(1)).toEqual({});
      const lengths = [];
      for await (const part of none.chunks(30)) lengths.push(part.length);
      expect(lengths).toEqual([30, 10]);
      if (!isTable) continue;
      const found = await none.filter("delay > 36");
      expect([found.length, found.columnNames]).toEqual([3, []]);
    }
  });

  it("reads what came with it and what did not of one version, and rows that were there before more came", async () => {
    for (const isExtended of [true, false]) {
      const { file, table } = await open(true, { dataSizeLimit: 200 }, { isExtended });
      const next = numbers.concat(40).map((n) => n + 1000);
      file.root = group({
        t: group(
          {
            delay: array(column("<i4", next)),
            airport: group({
              origin: array(
                column(
                  "<U3",
                  next.map((n) => String(n % 100)),
                ),
              ),
            }),
            speed: array(
              column(
                "<f8",
                next.map((n) => [n, n]),
                [2],
              ),
            ),
          },
          { table: NAMES },
        ),
      });
      file.etag = '"2"';
      const rows = await table.select(["delay", "speed"]).get();
      expect([rows.length, rows.at(0), rows.at(39)]).toEqual([
        40,
        { delay: 1000, speed: Float64Array.of(1000, 1000) },
        { delay: 1039, speed: Float64Array.of(1039, 1039) },
      ]);
    }
  });

  it("does not mix versions: columns are read anew, and blocks break off", async () => {
    const { file, table } = await open(false);
    let calls = 0;
    file.before = () => {
      calls += 1;
      if (calls === 2) file.etag = '"2"';
    };
    expect((await table.get()).length).toBe(40);
    expect(file.slices).toHaveLength(2 + 3);
    file.before = () => {
      calls += 1;
      file.etag = `"${calls}"`;
    };
    await expect(table.get()).rejects.toMatchObject({ code: "STALE" });
    const known = await open(true);
    const blocks = known.table.chunks(10);
    await blocks.next();
    known.file.etag = '"3"';
    await expect(blocks.next()).rejects.toMatchObject({ code: "STALE" });
  });
});

/** Of a table here or on a server. */
async function totals(table: TableView | RemoteTable): Promise<number[]> {
  const late = table.slice(-10);
  const one = await late.at(0);
  const some = await late.take([0, 1]);
  const columns = await late.toColumns();
  let sum = 0;
  for await (const row of late) sum += Number(row["delay"]);
  for await (const part of late.chunks(4)) sum += part.length;
  return [late.length, table.columnNames.length, Number(one["delay"]), some.length, columns.size, sum];
}

/** Of an array here or on a server. */
async function edges(view: ArrayView | RemoteDataset): Promise<unknown[]> {
  const [first, last] = [await view.at(0), await view.at(-1)];
  const some = await view.slice(1, 4).take([2, 0]);
  const all = await view.view(slice(null, null, 13)).toArray();
  let count = 0;
  for await (const _ of view) count += 1;
  return [
    view.length,
    view.shape,
    view.dtype.str,
    view.ndim,
    view.nbytes,
    first,
    last,
    [...some],
    all,
    count,
  ];
}

describe("functions of views", () => {
  it("take what is here and what is on a server alike", async () => {
    using here = local();
    const { table } = await open(true);
    const remote = table.select(NAMES);
    expect(await totals(remote)).toEqual(await totals(here));
    for (const name of ["delay", "airport/origin"]) {
      expect(await edges(remote.column(name))).toEqual(await edges(here.column(name)));
    }
  });

  it("say so to the compiler", () => {
    expectTypeOf<MemmapTable>().toExtend<Parameters<typeof totals>[0]>();
    expectTypeOf<RemoteTable>().toExtend<Parameters<typeof totals>[0]>();
    expectTypeOf<ArrayView<"i4">>().toExtend<Parameters<typeof edges>[0]>();
    expectTypeOf<RemoteDataset<"i4">>().toExtend<Parameters<typeof edges>[0]>();
    expectTypeOf<Awaited<ReturnType<RemoteDataset<"i8">["at"]>>>().toEqualTypeOf<bigint>();
    expectTypeOf<Awaited<ReturnType<RemoteDataset<"f4">["get"]>>>().toEqualTypeOf<ArrayView<"f4", "r">>();
    expectTypeOf<Awaited<ReturnType<RemoteDataset<"f4">["toArray"]>>>().toEqualTypeOf<
      ReturnType<ArrayView<"f4">["toArray"]>
    >();
  });
});

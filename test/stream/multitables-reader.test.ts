/**
 * The tests that multitables has of its Reader (`test_multitables_v2.py`), each over arrays of this package and over HDF5 files
 * of the same rows. Which way an operation is carried out upstream is no matter here, but what it gives is.
 */
import { rmSync } from "node:fs";
import { dirname } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { ArrayView, TableView } from "../../src/index.js";
import type { Dataset, Future, Operation, Reader, RowsView, Stage } from "../../src/stream/index.js";
import { openBelow } from "../support/snapshot.js";
import { rejection } from "../workers/support.js";
import {
  bytesOf,
  core,
  errors,
  type Fixture,
  hdf5,
  KINDS,
  type ModelColumn,
  randomBytes,
  randomNumbers,
  range,
  settleGarbage,
  shuffled,
  streamPaths,
  streams,
  writeFixture,
} from "./support.js";

const { slice } = core;
const fresh = streamPaths();
const ROWS = 1000;
const COL_A = { dtype: "u1", itemShape: [50, 20], values: randomBytes(ROWS * 1000) };
const COL_B = { dtype: "f8", itemShape: [3, 4], values: randomNumbers(ROWS * 12, 2) };
const COL_C = { dtype: "f4", itemShape: [], values: Float32Array.from(randomNumbers(ROWS, 3)) };
const COUNTED: ModelColumn = {
  dtype: "i8",
  itemShape: [10, 10],
  values: BigInt64Array.from({ length: ROWS * 100 }, (_, i) => BigInt(i)),
};
let fixture: Fixture;

beforeAll(async () => {
  fixture = await writeFixture(
    fresh("v2"),
    [ROWS, 10, 10],
    { col_A: COL_A, col_B: COL_B, col_C: COL_C },
    ROWS,
  );
});

/** Every combination of positions on the three axes. */
function product(...axes: readonly (readonly number[])[]): number[][] {
  return axes.reduce<number[][]>(
    (all, axis) => all.flatMap((place) => axis.map((at) => [...place, at])),
    [[]],
  );
}

/** Expects the elements at these places, in their order. */
function expectCells(
  result: ArrayView,
  { values, itemShape }: ModelColumn,
  shape: readonly number[],
  places: readonly (readonly number[])[],
): void {
  expect(result.shape).toEqual(shape);
  const [height = 1, width = 1] = itemShape;
  const { BYTES_PER_ELEMENT: size, buffer } = values as Uint8Array;
  const from = new Uint8Array(buffer);
  const cells = new Uint8Array(places.length * size);
  for (const [to, [i = 0, j = 0, k = 0]] of places.entries()) {
    const at = (i * height + j) * width + k;
    for (let byte = 0; byte < size; byte++) cells[to * size + byte] = from[at * size + byte] ?? 0;
  }
  expect(bytesOf(result).equals(cells)).toBe(true);
}

describe.each(KINDS)("multitables' Reader over %s", (kind) => {
  /** Upstream's tests ask for all rows, one by one; where each request is a worker's, some do. */
  const asked = range(0, ROWS).filter((row) => kind === KINDS[0] || row % 20 < 4);
  let reader: Reader;
  let array: Dataset<ArrayView>;
  let table: Dataset<TableView>;
  beforeAll(async () => {
    reader = await streams.Reader.open(fixture.paths[kind], { workers: 2 });
    array = await reader.dataset<ArrayView>("/test_array");
    table = await reader.dataset<TableView>("/test_table");
    return async () => {
      await reader.close();
    };
  });

  const modelOf = (dataset: RowsView | Dataset) =>
    dataset instanceof streams.Dataset && dataset.fields === undefined ? fixture.array : fixture.table;

  /** Expects futures to give one row each, these ones. */
  async function expectRow(dataset: Dataset, future: Future<RowsView>, row: number): Promise<void> {
    expect(modelOf(dataset).numbersOf(await future.get())).toEqual([row]);
  }

  it("random_access: two rows at a time, in a stage of two", async () => {
    for (const dataset of [array, table]) {
      using stage = dataset.createStage(2);
      for (const row of shuffled(asked.filter((even) => even % 2 === 0))) {
        const operation: Operation<RowsView> = dataset.slice(row, row + 2);
        using view = await reader.request(operation, stage).view();
        expect(modelOf(dataset).numbersOf(view.data)).toEqual([row, row + 1]);
      }
    }
  });

  it("overlapping_access_ary: thirty requests at a time, one row each", async () => {
    const stages = range(0, 30).map(() => array.createStage(1));
    for (let first = 0; first < asked.length; first += stages.length) {
      const rows = asked.slice(first, first + stages.length);
      const futures = rows.map((row, i) => reader.request(array.at(row), stageOf(stages, i)));
      for (const [i, future] of futures.entries()) {
        expect(fixture.array.numberOf(await future.get())).toBe(rows[i]);
      }
    }
    for (const stage of stages) stage.close();
  });

  it("overlapping_access_tbl: ten requests at a time, one record each", async () => {
    const stages = range(0, 10).map(() => table.createStage(1));
    for (let first = 0; first < ROWS; first += 10) {
      const futures = stages.map((stage, i) => reader.request(table.slice(first + i, first + i + 1), stage));
      for (const [i, future] of futures.entries()) await expectRow(table, future, first + i);
    }
  });

  it("threading_access_tbl: one asks while another reads, with ten stages that go round", async () => {
    const free = range(0, 10).map(() => table.createStage(1));
    const underway: { future: Future<TableView>; stage: Stage; row: number }[] = [];
    const left = [...asked];
    const load = () => {
      while (left.length > 0) {
        const stage = free.pop();
        if (stage === undefined) return;
        const row = left.shift() ?? 0;
        underway.push({ future: reader.request(table.slice(row, row + 1), stage), stage, row });
      }
    };
    load();
    const seen: number[] = [];
    for (let first = underway.shift(); first !== undefined; first = underway.shift()) {
      await expectRow(table, first.future, first.row);
      seen.push(first.row);
      free.push(first.stage);
      setImmediate(load);
      if (underway.length === 0) load();
    }
    expect(seen).toEqual(asked);
  });

  it("pool_tbl: all requests at once, of a pool of ten stages", async () => {
    using pool = table.createStagePool(1, 10);
    const operations = asked.map((row) => table.slice(row, row + 1));
    const futures = operations.map((operation) => reader.request(operation, pool));
    for (const [i, future] of futures.entries()) await expectRow(table, future, asked[i] ?? -1);
    const seen: number[] = [];
    for await (const result of reader.requests(operations, pool)) {
      seen.push(...fixture.table.numbersOf(result));
    }
    expect(seen).toEqual(asked);
  });

  it("array_getslice: a function looks at two rows where they are", async () => {
    const stage = array.createStage(2);
    for (const row of asked.filter((even) => even % 2 === 0)) {
      const seen = await reader
        .request(array.slice(row, row + 2), stage)
        .use((rows) => fixture.array.numbersOf(rows));
      expect(seen).toEqual([row, row + 1]);
    }
    stage.close();
    expect(stage.closed).toBe(true);
  });

  describe("indexing", () => {
    const five = range(30, 35);
    const mask = range(0, 50).map((i) => i > 45);
    const fields = range(0, 50);
    const inner = range(0, 20);
    const read = async <V>(operation: Operation<V>, rows = ROWS): Promise<V> => {
      using stage = table.createStage(rows);
      return await reader.request(operation, stage).get();
    };
    const records = async (operation: Operation<TableView>) => fixture.table.numbersOf(await read(operation));

    it("of a column: slices", async () => {
      const expected = product(five, fields, inner);
      for (const operation of [
        table.column("col_A").slice(30, 35),
        table.slice(30, 35).column("col_A"),
        table.column("col_A").view(slice(30, 35)),
      ]) {
        expectCells(await read(operation, 10), COL_A, [5, 50, 20], expected);
      }
      const cut = table.column("col_A").view(slice(30, 35), "...", slice(null, 10));
      expectCells(await read(cut, 10), COL_A, [5, 50, 10], product(five, fields, range(0, 10)));
    });

    it("of a column: masks of inner axes", async () => {
      const expected = product(five, range(46, 50), inner);
      for (const operation of [
        table.column("col_A").view(slice(30, 35), mask),
        table.slice().column("col_A").view(slice(30, 35), mask),
      ]) {
        expectCells(await read(operation, 10), COL_A, [5, 4, 20], expected);
      }
    });

    it("of a column: points, and one cell", async () => {
      const expected = product([1, 2, 3], fields, inner);
      for (const operation of [
        table.column("col_A").view([1, 2, 3]),
        table.take([1, 2, 3]).column("col_A"),
      ]) {
        expectCells(await read(operation, 10), COL_A, [3, 50, 20], expected);
      }
      const cell = COL_A.values.slice(0, 1000);
      expect(await read(table.column("col_A").at(0), 10)).toEqual(cell);
      expect(await read(table.at(0), 10)).toHaveProperty("col_A", cell);
      expectCells(
        await read(table.column("col_A").view(0), 10),
        COL_A,
        [50, 20],
        product([0], fields, inner),
      );
    });

    it("of an array: steps, cuts and masks", async () => {
      const ten = range(0, 10);
      const all = range(0, ROWS);
      const evens = [4, 6, 8, 10, 12, 14];
      expectCells(
        await read(array.view(slice(4, 16, 2), "...")),
        COUNTED,
        [6, 10, 10],
        product(evens, ten, ten),
      );
      expectCells(
        await read(array.view("...", slice(null, 105))),
        COUNTED,
        [ROWS, 10, 10],
        product(all, ten, ten),
      );
      const above = ten.map((j) => ten.map((k) => 10 * j + k > 5));
      const kept = product(all, ten, ten).filter(([, j = 0, k = 0]) => 10 * j + k > 5);
      expectCells(await read(array.slice().view(slice(), above)), COUNTED, [ROWS, 94], kept);
    });

    it("of an array: masks of all axes, points, index arrays that are broadcast", async () => {
      using file = core.MemmapFile.open(fixture.paths["tables and arrays"]);
      expectCells(
        await read(array.view(file.getArray("/test_array").gt(5n))),
        COUNTED,
        [ROWS * 100 - 6],
        product(range(0, ROWS), range(0, 10), range(0, 10)).slice(6),
      );
      const points = [1, 2, 3];
      expectCells(
        await read(array.view(points, points, points)),
        COUNTED,
        [3],
        points.map((i) => [i, i, i]),
      );
      const broadcast = points.flatMap((i) => points.map((j) => [i, j, j]));
      expectCells(
        await read(array.slice().view([[1], [2], [3]], points, points)),
        COUNTED,
        [3, 3],
        broadcast,
      );
    });

    it("of a table: records for which a condition holds, and some by their rank", async () => {
      const c = (row: number) => (COL_C.values as Float32Array)[row] ?? 0;
      const above = range(300, 400).filter((row) => c(row) > 0.1);
      expect(await records(table.where((column) => column("col_C").gt(0.1), { from: 300, to: 400 }))).toEqual(
        above,
      );
      const ranked = range(0, ROWS).sort((a, b) => c(a) - c(b));
      expect(await records(table.sorted("col_C", { from: 200, to: 300 }))).toEqual(ranked.slice(200, 300));
    });
  });

  it("bad_indexing: what NumPy allows gives what NumPy gives", async () => {
    using stage = array.createStage(ROWS);
    const read = <V>(operation: Operation<V>) => reader.request(operation, stage).get();
    const all = range(0, ROWS);
    const ten = range(0, 10);
    expectCells(await read(array.view("...")), COUNTED, [ROWS, 10, 10], product(all, ten, ten));
    const above = ten.map((j) => ten.map((k) => 10 * j + k > 5));
    const kept = product(all, ten, ten).filter(([, j = 0, k = 0]) => 10 * j + k > 5);
    expectCells(await read(array.view(slice(), above)), COUNTED, [ROWS, 94], kept);
    const points = [1, 2, 3];
    const pairs = all.flatMap((i) => points.map((j) => [i, j, j]));
    expectCells(await read(array.view(slice(), points, points)), COUNTED, [ROWS, 3], pairs);
    const broadcast = points.flatMap((i) => points.map((j) => [i, j, j]));
    expectCells(await read(array.view([[1], [2], [3]], points, points)), COUNTED, [3, 3], broadcast);
  });

  it("bad_indexing: what NumPy refuses is an error, and stage and reader close cleanly", async () => {
    await using own = await streams.Reader.open(fixture.paths[kind], { workers: 1 });
    const counted = await own.dataset<ArrayView>("/test_array");
    using stage = counted.createStage(4);
    const bad: (() => Operation<unknown>)[] = [
      () => counted.view([ROWS]),
      () => counted.at(-ROWS - 1),
      () => counted.view(slice(0, 3), 10),
      () => counted.view(slice(0, 3), [0, 10]),
      () => counted.view(0, 0, 0, 0),
      () => counted.view([1, 2], [1, 2, 3]),
      () => counted.view(slice(0, 3), [true, false]),
      () => counted.filter([true, false]),
      () => counted.view("...", "..."),
    ];
    for (const [i, operation] of bad.entries()) {
      const error = await rejection((async () => own.request(operation(), stage).get())());
      expect(error instanceof errors.IndexError || error instanceof errors.ShapeError, `${i}: ${error}`).toBe(
        true,
      );
      expect(stage.busy).toBe(false);
    }
    expect(fixture.array.numbersOf(await own.request(counted.slice(3, 5), stage).get())).toEqual([3, 4]);
  });

  it("stage_size: results that do not fit are errors, and the stage goes on", async () => {
    for (const dataset of [array, table]) {
      using stage = dataset.createStage(10);
      const all: Operation<RowsView> = dataset.slice();
      const error = await rejection(reader.request(all, stage).get());
      expect(error).toBeInstanceOf(errors.LimitError);
      const rowBytes = stage.byteLength / 10;
      expect(String(error).replaceAll(",", "")).toContain(String(stage.byteLength));
      expect(String(error).replaceAll(",", "")).toContain(String(rowBytes * ROWS));
      const fits: Operation<RowsView> = dataset.slice(990);
      expect(modelOf(dataset).numbersOf(await reader.request(fits, stage).get())).toEqual(range(990, 1000));
    }
  });

  it("del: what is abandoned does not keep its files", async () => {
    const path = fixture.paths[kind];
    const before = openBelow(dirname(path)).length;
    await (async () => {
      const dropped = await streams.Reader.open(path, { workers: 1 });
      const dataset = await dropped.dataset<ArrayView>("/test_array");
      const future = dropped.request(dataset.slice(null, 10), dataset.createStage(10));
      expect(fixture.array.numbersOf(await future.get())).toEqual(range(0, 10));
    })();
    await expect
      .poll(
        async () => {
          await settleGarbage();
          return openBelow(dirname(path)).length;
        },
        { timeout: 60_000 },
      )
      .toBeLessThanOrEqual(before);
  });

  it("quickstart: every way to read a future", async () => {
    using stage = table.createStage(10);
    using large = table.createStage(100);
    const five = range(30, 35);
    const fields = range(0, 50);
    {
      using rows = await reader.request(table.column("col_A").slice(30, 35), stage).view();
      expectCells(rows.data, COL_A, [5, 50, 20], product(five, fields, range(0, 20)));
    }
    const cut = table.column("col_A").view(slice(30, 35), "...", slice(null, 10));
    await reader
      .request(cut, stage)
      .use((rows) => expectCells(rows, COL_A, [5, 50, 10], product(five, fields, range(0, 10))));
    // Upstream asks for these hundred rows with the stage of ten.
    const sorted = table.sorted("col_C", { from: 200, to: 300 });
    const error = await rejection(reader.request(sorted, stage).get());
    expect(error).toBeInstanceOf(errors.LimitError);
    const c = COL_C.values;
    const ranked = range(0, ROWS).sort((a, b) => (c[a] ?? 0) - (c[b] ?? 0));
    const numbers = await reader.request(sorted, large).use((rows) => fixture.table.numbersOf(rows));
    expect(numbers).toEqual(ranked.slice(200, 300));
    const mask = fields.map((i) => i > 45);
    const copy = await reader.request(table.column("col_A").view(slice(30, 35), mask), stage).get();
    expectCells(copy, COL_A, [5, 4, 20], product(five, range(46, 50), range(0, 20)));
  });
});

describe("multitables' Reader and a long index", () => {
  const LENGTH = 1_000_000;
  const values = new BigInt64Array(LENGTH);
  const bytes = randomBytes(LENGTH, 5);
  for (let i = 0; i < LENGTH; i++) values[i] = BigInt(bytes[i] ?? 0);
  const path = fresh("bytes");
  beforeAll(async () => {
    using file = core.MemmapFile.open(path, { mode: "w+", durability: "process" });
    file.setArray("/test_byte_array", values);
    await hdf5.exportHdf5(file, `${path}.h5`, { workers: 0, chunks: 1 << 17, gzip: 1, shuffle: true });
  });

  it.each([
    ["an array", path],
    ["a compressed HDF5 file", `${path}.h5`],
  ])("large_access: a million positions, of %s", async (_, name) => {
    await using reader = await streams.Reader.open(name, { workers: 1 });
    const dataset = await reader.dataset<ArrayView>("/test_byte_array");
    using stage = dataset.createStage(LENGTH);
    const indices = Float64Array.from({ length: LENGTH }, (_, i) => i);
    const expected = Buffer.from(values.buffer);
    for (let round = 0; round < 3; round++) {
      const isSame = await reader
        .request(dataset.take(indices), stage)
        .use((all) => bytesOf(all).equals(expected));
      expect(isSame).toBe(true);
      const first = await reader.request(dataset.slice(null, 10), stage).get();
      expect(bytesOf(first).equals(expected.subarray(0, 80))).toBe(true);
    }
  });
});

it("what was read of can be removed at once", () => {
  for (const path of Object.values(fixture.paths)) {
    rmSync(path, { recursive: true });
    expect(openBelow(path)).toEqual([]);
  }
});

function stageOf(stages: readonly Stage[], i: number): Stage {
  const stage = stages[i];
  if (stage === undefined) throw new Error(`there is no stage ${i}`);
  return stage;
}

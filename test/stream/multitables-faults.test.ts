/**
 * The faults of multitables 2.0.1, each as a test that shows the opposite. The seventeenth, that its figures have no plain loop
 * to be compared with, is answered by this package's bench.
 */
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import type { ArrayView, TableView } from "../../src/index.js";
import type { Block } from "../../src/stream/index.js";
import { stopClock } from "../support/clock.js";
import { expectThreads, rejection, threads, workers } from "../workers/support.js";
import {
  ascending,
  bytesOf,
  collect,
  core,
  damage,
  drain,
  errors,
  hdf5,
  type Model,
  range,
  settleGarbage,
  streamPaths,
  streams,
  tasks,
  watchedWorkers,
  writeChunks,
} from "./support.js";

const fresh = streamPaths();
const watched = watchedWorkers();
const ROWS = 100;
const CHUNK_ROWS = 5;
const path = {
  good: fresh("good.h5"),
  bad: fresh("bad.h5"),
  table: fresh("table.h5"),
  wide: fresh("wide.h5"),
};
let model: Model;

beforeAll(async () => {
  model = await writeChunks(path.good, ROWS, CHUNK_ROWS, "fletcher32");
  await writeChunks(path.bad, ROWS, CHUNK_ROWS, "fletcher32");
  await damage(path.bad, "/x", [3]);
  using file = core.MemmapFile.open(fresh("file"), { mode: "w+", durability: "process" });
  const records = core.RecordArray.from(
    range(0, ROWS).map((id) => ({ id, name: `row ${id}`, when: BigInt(id), big: id / 2 })),
    [
      ["id", "i4"],
      ["name", "S8"],
      ["when", "M8[s]"],
      ["big", ">f8"],
    ],
  );
  file.setArray("/t", records);
  await hdf5.exportHdf5(file, path.table, { workers: 0, chunks: 10, gzip: 1 });
  // A row of 160 KB, and no chunks.
  using wide = core.MemmapFile.open(fresh("file"), { mode: "w+", durability: "process" });
  wide.setArray("/x", new Float64Array(60_000).fill(1), { shape: [3, 20_000] });
  await hdf5.exportHdf5(wide, path.wide, { workers: 0 });
});

/** A streamer whose file is closed with the test. */
async function streamer(name: string, dataset = "/x") {
  const source = await streams.openSource(name, dataset);
  onTestFinished(() => source.close());
  return new streams.Streamer(source);
}

/** A reader that stops with the test, and what it reads. */
async function reading<V extends ArrayView | TableView>(name: string, dataset = "/x", count = 2) {
  const reader = await streams.Reader.open(name, { workers: count });
  onTestFinished(() => reader.stop());
  return { reader, dataset: await reader.dataset<V>(dataset) };
}

/** Such a reader, and a stage of some rows. */
async function staged<V extends ArrayView | TableView = ArrayView>(rows = 10, name = path.good, set = "/x") {
  const { reader, dataset } = await reading<V>(name, set);
  const stage = dataset.createStage(rows);
  onTestFinished(() => stage.close());
  return { reader, dataset, stage };
}

describe("the faults of multitables", () => {
  it("1: a bad chunk of an unordered stream is no silent loss", async () => {
    const stream = (await streamer(path.bad)).blocks({ ordered: false, blockSize: CHUNK_ROWS });
    const { rows, errors: thrown } = await drain(stream, model);
    expect(thrown).toMatchObject([{ code: "CORRUPT" }]);
    expect(ascending(rows)).toEqual([...range(0, 15), ...range(20, ROWS)]);
  });

  it("2: the fields that were asked for come in every block, also in one across the end", async () => {
    const table = await streamer(path.table, "/t");
    const seen: [names: string[], rows: number[]][] = [];
    for await (const { data } of table.blocks({ cyclic: true, blockSize: 30, fields: ["id"] })) {
      const view = data as TableView;
      seen.push([view.columnNames as string[], Array.from(view.column("id").toArray() as Int32Array)]);
      if (seen.length === 5) break;
    }
    const expected = range(0, 5).map((i) => [["id"], range(30 * i, 30 * i + 30).map((row) => row % ROWS)]);
    expect(seen).toEqual(expected);
  });

  it("3: two streams of one Streamer go on side by side", async () => {
    const one = await streamer(path.good);
    const [first, second] = [one.blocks({ blockSize: 1 }), one.blocks({ blockSize: 1, from: 10 })];
    for (const row of range(0, ROWS - 10)) {
      const [a, b] = [await first.next(), await second.next()].map(({ value }) => value as Block);
      expect([a, b].map((block) => block && model.numbersOf(block.data))).toEqual([[row], [row + 10]]);
    }
    expect(await second.next()).toMatchObject({ done: true });
    expect((await first.next()).value).toMatchObject({ start: 90 });
    first.stop();
  });

  it("4: negative positions count from the end, and there is nothing outside", async () => {
    const { reader, dataset, stage } = await staged();
    await reader.request(dataset.slice(20, 30), stage).get();
    expect(model.numberOf(await reader.request(dataset.at(-1), stage).get())).toBe(ROWS - 1);
    for (const outside of [5000, ROWS, -ROWS - 1]) {
      const error = await rejection(reader.request(dataset.at(outside), stage).get());
      expect(error).toBeInstanceOf(errors.IndexError);
      expect(String(error)).toContain(String(outside));
    }
  });

  it.runIf(process.platform === "linux")(
    "5: no memory is named, so that none stays or is taken",
    async () => {
      vi.spyOn(Math, "random").mockReturnValue(0.5);
      onTestFinished(() => void vi.restoreAllMocks());
      const one = await streamer(path.good);
      const [a, b] = [one.blocks({ shuffle: true }), one.blocks({ shuffle: true })];
      expect(a.seed).toBe(b.seed);
      const [rows, same] = [(await drain(a, model)).rows, (await drain(b, model)).rows];
      expect(rows).toEqual(same);
      expect(ascending(rows)).toEqual(range(0, ROWS));
      expect(readFileSync("/proc/self/maps", "utf8")).not.toContain("/dev/shm/");
    },
  );

  it("6: streams leave no threads of their own", async () => {
    await workers.workerPool().close();
    const before = threads();
    for (let i = 0; i < 10; i++) {
      const queue = (await streamer(path.good)).queue({ blockSize: 10, workers: 2 });
      (await queue.get())?.release();
      queue.stop();
    }
    expect(workers.workerPool().size).toBeLessThanOrEqual(2);
    await workers.workerPool().close();
    expectThreads(before);
  });

  it("7: a worker that is killed fails what it held, and nothing hangs", async () => {
    const { reader, dataset } = await reading<ArrayView>(path.good, "/x", 1);
    using pool = dataset.createStagePool(10, 4);
    const ask = (row: number) => reader.request(dataset.slice(row, row + 10), pool);
    await ask(0).get();
    const futures = range(0, 4).map((i) => ask(10 * i));
    for (const worker of watched) void worker.terminate();
    const settled = await Promise.allSettled(futures.map((future) => future.get()));
    const failures = settled.flatMap((each) => (each.status === "rejected" ? [each.reason] : []));
    expect(failures).toHaveLength(1);
    expect(failures[0]).toBeInstanceOf(errors.WorkerError);
    expect(model.numbersOf(await ask(50).get())).toEqual(range(50, 60));
  });

  // 8, workers that outlive their process: life-process.test.ts.

  it("9: a future that was read gives no other's result", async () => {
    const { reader, dataset, stage } = await staged();
    const old = reader.request(dataset.slice(0, 10), stage);
    await old.get();
    const next = reader.request(dataset.slice(10, 20), stage);
    for (const read of [old.get(), old.view(), old.use((rows) => rows)]) {
      expect(await rejection(read as Promise<unknown>)).toBeInstanceOf(errors.ClosedError);
    }
    expect(model.numbersOf(await next.get())).toEqual(range(10, 20));
  });

  it("10: a stage comes back after a request that failed, and when its future was dropped", async () => {
    const { reader, dataset, stage } = await staged();
    expect(() => reader.request(dataset.take([{}] as never), stage)).toThrow();
    expect(stage.busy).toBe(false);
    await rejection(reader.request(dataset.at(ROWS), stage).get());
    expect(stage.busy).toBe(false);
    (() => void reader.request(dataset.slice(0, 5), stage))();
    await expect.poll(async () => settleGarbage().then(() => stage.busy), { timeout: 60_000 }).toBe(false);
    expect(model.numbersOf(await reader.request(dataset.slice(5, 9), stage).get())).toEqual(range(5, 9));
  });

  it("10: blocks that nobody looked at give their places back", async () => {
    const queue = (await streamer(path.good)).queue({ blockSize: 10, readAhead: 2 });
    onTestFinished(() => queue.stop());
    await (async () => void (await Promise.all([queue.get(), queue.get()])))();
    const third = queue.get();
    const collecting = setInterval(() => void settleGarbage(), 10);
    onTestFinished(() => clearInterval(collecting));
    expect((await third)?.start).toBe(20);
  });

  it("11: no size makes a stream hang", async () => {
    const one = await streamer(path.good);
    expect(() => one.blocks({ blockSize: 0 })).toThrow(errors.LimitError);
    const wide = await streamer(path.wide);
    expect(wide.source.rowBytes).toBeGreaterThan(128 << 10);
    const lengths = await collect(wide.blocks(), ({ length }) => length);
    expect(lengths.reduce((sum, length) => sum + length)).toBe(3);
  });

  it("12: without workers all rows come", async () => {
    const stream = (await streamer(path.good)).blocks({ workers: 0 });
    expect((await drain(stream, model)).rows).toEqual(range(0, ROWS));
    const { reader, dataset } = await reading<ArrayView>(path.good, "/x", 0);
    using stage = dataset.createStage(10);
    const future = reader.request(dataset.slice(-10), stage);
    expect(model.numbersOf(await future.get())).toEqual(range(90, ROWS));
  });

  it("13: negative slices and steps are Python's, and columns of strings are read", async () => {
    const { reader, dataset, stage } = await staged();
    const rows = async (...bounds: (number | null)[]) =>
      model.numbersOf(await reader.request(dataset.slice(...bounds), stage).get());
    expect(await rows(-5)).toEqual(range(95, ROWS));
    expect(await rows(5, null, -1)).toEqual([5, 4, 3, 2, 1, 0]);
    expect(await rows(95, 1000)).toEqual(range(95, ROWS));
    const { reader: other, dataset: table } = await reading<TableView>(path.table, "/t");
    using strings = table.createStage(3);
    const column = async (name: string) => other.request(table.column(name).slice(0, 3), strings).get();
    expect([...(await column("name"))]).toEqual(["row 0", "row 1", "row 2"]);
    expect([...(await column("when"))]).toEqual([0n, 1n, 2n]);
    // Upstream the order of bytes is lost as the length of strings is.
    expect([...(await column("big"))]).toEqual([0, 0.5, 1]);
    expect(bytesOf(await column("big")).length).toBe(24);
  });

  it("14: waiting has an end: a time, a signal, cancel(), stop()", async () => {
    const one = await streamer(path.good);
    const pass = stopClock();
    const held = one.queue({ readAhead: 1, blockSize: 10, timeout: 5 });
    using _block = await held.get();
    const none = rejection(held.get());
    pass(5);
    expect(await none).toBeInstanceOf(errors.TimeoutError);
    held.stop();
    expect(await held.get()).toBeUndefined();

    const abort = new AbortController();
    const stream = one.blocks({ signal: abort.signal, blockSize: 10 });
    await stream.next();
    abort.abort(new Error("enough"));
    expect(await rejection(stream.next())).toHaveProperty("message", "enough");

    const { reader, dataset } = await reading<ArrayView>(path.good);
    using pool = dataset.createStagePool(10, 1);
    using _first = await reader.request(dataset.slice(0, 10), pool).view();
    const late = reader.request(dataset.slice(0, 10), pool, { timeout: 5 });
    pass(5);
    expect(await rejection(late.get())).toBeInstanceOf(errors.TimeoutError);
    const cancelled = reader.request(dataset.slice(0, 10), pool);
    cancelled.cancel();
    expect(await rejection(cancelled.get())).toBeInstanceOf(errors.ClosedError);
    const stopped = reader.request(dataset.slice(0, 10), pool);
    reader.stop();
    expect(await rejection(stopped.get())).toBeInstanceOf(errors.ClosedError);
  });

  it("15: results are structured clones, and what is none fails alone", async () => {
    const module = tasks("blocks");
    const one = await streamer(path.good);
    const plain = one.map<object>({ module, name: "instance" }, { blockSize: 50 });
    const { value } = await plain.next();
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(value).toEqual({ start: 0 });
    plain.stop();
    const functions = one.map({ module, name: "giveFunction" }, { blockSize: 50 });
    for (let i = 0; i < 2; i++) expect(await rejection(functions.next())).toBeInstanceOf(Error);
    expect(await functions.next()).toEqual({ done: true, value: undefined });
  });

  it("16: close() is not ahead of any request, however many there are", async () => {
    const { reader, dataset } = await reading<ArrayView>(path.good);
    using pool = dataset.createStagePool(1, 60);
    const futures = range(0, 60).map((row) => reader.request(dataset.slice(row, row + 1), pool));
    await reader.close();
    expect(futures.every(({ done }) => done)).toBe(true);
    const rows = await Promise.all(futures.map((future) => future.get()));
    expect(rows.flatMap((row) => model.numbersOf(row))).toEqual(range(0, 60));
  });
});

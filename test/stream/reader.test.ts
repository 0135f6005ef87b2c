import { existsSync, truncateSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { Worker } from "node:worker_threads";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import type { TableView } from "../../src/index.js";
import { collectGarbage } from "../../src/platform/collect.js";
import type { Reader } from "../../src/stream/reader.js";
import type { StagePool } from "../../src/stream/stage-pool.js";
import { openBelow } from "../support/snapshot.js";
import { temporaryPaths } from "../support/temporary.js";
import { errors, pause, workers } from "../workers/support.js";
import {
  core,
  fileWith,
  hdf5With,
  lottery,
  randomEnd,
  randomRows,
  rowsOf,
  stream,
} from "./reader-support.js";

const fresh = temporaryPaths();
const rows = rowsOf(120);
const file = fileWith(fresh("rows"), rows);
const compressed = await hdf5With(fresh("rows.h5"), file);
/** Node itself aborts where a worker that is about to inflate is ended. */
const shuffled = await hdf5With(fresh("rows.h5"), file, { gzip: false });
afterAll(async () => {
  file.close();
  await workers.workerPool().close();
});

const { seed = 1 } = fc.readConfigureGlobal() ?? {};
/** `REQUESTS=10000` takes that many. */
const REQUESTS = Number(process.env.REQUESTS ?? 3000);

/** Has many random requests answered, so many at a time. */
async function request(reader: Reader, path: string, count: number, seed: number): Promise<void> {
  const dataset = await reader.dataset<TableView>(path);
  using pool = dataset.createStagePool(2 * rows.length, 8);
  const draw = lottery(seed);
  const cases = Array.from({ length: count }, () => randomEnd(randomRows(dataset, rows, draw), rows, draw));
  let at = 0;
  for await (const result of reader.requests(
    cases.map(({ operation }) => operation),
    pool,
  )) {
    const { plain, expected } = cases[at++] as (typeof cases)[number];
    // Ten thousand matchers would take longer than the requests.
    if (!isDeepStrictEqual(plain(result), expected)) expect(plain(result)).toEqual(expected);
  }
  expect([at, pool.free]).toEqual([count, 8]);
}

describe("thousands of random requests", () => {
  it("give what a plain array does, from a table", async () => {
    await using reader = await stream.Reader.open(file);
    await request(reader, "/records", Math.ceil(0.6 * REQUESTS), seed);
  });

  it("give what a plain array does, from a compressed HDF5 file", async () => {
    await using reader = await stream.Reader.open(compressed, { workers: 2 });
    await request(reader, "/records", Math.ceil(0.4 * REQUESTS), seed + 1);
  });
});

describe("workers", () => {
  it("are asked for what is long, and give the same", async () => {
    const count = 300_000;
    using table = core.MemmapTable.create(fresh("long"), {
      rows: count,
      durability: "process",
      columns: { a: "f8", b: "i4" },
    });
    table.column("a").values.set(Float64Array.from({ length: count }, (_, i) => (i * 7919) % count));
    table.column("b").values.set(Int32Array.from({ length: count }, (_, i) => i));
    const sent = spied();
    await using reader = await stream.Reader.open(table, { workers: 2 });
    const dataset = await reader.dataset();
    using stage = dataset.createStage(count);
    const whole = await reader.request(dataset, stage).get();
    expect(isDeepStrictEqual(whole.column("b").values, table.column("b").values)).toBe(true);
    expect(isDeepStrictEqual(whole.column("a").values, table.column("a").values)).toBe(true);
    const found = reader.request(
      dataset.where((column) => column("a").lt(3)),
      stage,
    );
    expect(found.state).toBe("running");
    expect((await found.get()).column("a").toArray()).toEqual(Float64Array.of(0, 2, 1));
    const half = await reader
      .request(
        dataset.where((column) => column("a").ge(count / 2)),
        stage,
      )
      .get();
    const upper = table.filter(table.column("a").ge(count / 2));
    expect(isDeepStrictEqual(half.column("a").values, upper.column("a").values)).toBe(true);
    expect(isDeepStrictEqual(half.column("b").values, upper.column("b").values)).toBe(true);
    using small = dataset.createStage(count / 2 - 1);
    const tooMany = reader.request(
      dataset.where((column) => column("a").ge(count / 2)),
      small,
    );
    await expect(tooMany.get()).rejects.toThrow(`${(count / 2) * 12} bytes`);
    const given = reader.request(dataset, stage);
    given.cancel();
    await expect(given.get()).rejects.toThrow("cancelled");
    const late = reader.request(dataset, small, { timeout: 0 });
    await expect(late.get()).rejects.toThrow(errors.LimitError);
    while (stage.busy || small.busy) await pause(1);
    const largest = await reader.request(dataset.sorted("a", { from: -2 }).column("a"), stage).get();
    expect(largest.toArray()).toEqual(Float64Array.of(count - 2, count - 1));
    const backwards = await reader.request(dataset.column("b").slice(null, null, -1), stage).get();
    expect(backwards.at(0)).toBe(count - 1);
    const every = await reader
      .request(dataset.column("b").take(Int32Array.from({ length: count }, (_, i) => i ^ 1)), stage)
      .get();
    expect([every.at(0), every.at(-1)]).toEqual([1, count - 2]);
    expect(sent.count).toBeGreaterThanOrEqual(5);
    const before = sent.count;
    await reader.request(dataset.slice(0, 1000), stage).get();
    expect(sent.count).toBe(before);
    sent.restore();
  });

  it("that are killed fail what they held, and nothing else", async () => {
    await using reader = await stream.Reader.open(shuffled, { workers: 2 });
    const dataset = await reader.dataset<TableView>("/records");
    using pool = dataset.createStagePool(rows.length, 6);
    const { threads, restore } = watched();
    const draw = lottery(3);
    let killed = 0;
    let failed = 0;
    let answered = 0;
    while (killed < KILLS) {
      const batch = Array.from({ length: 12 }, () => randomRows(dataset, rows, draw));
      const futures = batch.map(({ operation }) => reader.request(operation.column("id"), pool));
      const all = Promise.all(
        futures.map(async (future, i) => {
          try {
            const ids = await future.get();
            answered += 1;
            expect(Array.from(ids.toArray() as Iterable<number>)).toEqual(batch[i]?.rows);
          } catch (error) {
            expect(error).toBeInstanceOf(errors.WorkerError);
            failed += 1;
          }
        }),
      );
      const victims = [...threads].slice(0, 1 + draw(2));
      for (const victim of victims) {
        await pause(draw(3));
        threads.delete(victim);
        killed += 1;
        void victim.terminate();
      }
      await all;
      expect(pool.free).toBe(6);
    }
    restore();
    // Each of them had one request at most.
    expect(failed).toBeLessThanOrEqual(killed);
    expect(answered).toBeGreaterThan(killed);
    const last = await reader.request(dataset.column("id").at(-1), pool).get();
    expect(last).toBe(rows.length - 1);
  });
});

describe("errors of workers", () => {
  it("are of their class: a file that was cut short", async () => {
    const path = await hdf5With(fresh("short.h5"), file);
    await using reader = await stream.Reader.open(path, { workers: 1 });
    const dataset = await reader.dataset<TableView>("/records");
    using stage = dataset.createStage(10);
    await reader.request(dataset.slice(0, 10), stage).get();
    truncateSync(path, 2000);
    const all = await reader
      .request(
        dataset.where((column) => column("id").lt(0)),
        stage,
      )
      .get()
      .catch((error: unknown) => error);
    expect(all).toBeInstanceOf(errors.MemmapError);
    expect((all as Error).message).toContain("short");
    expect(stage.busy).toBe(false);
    await expect(reader.dataset("/recards")).rejects.toThrow("did you mean");
  });

  it("are those of the operation", async () => {
    await using reader = await stream.Reader.open(compressed, { workers: 1 });
    const dataset = await reader.dataset<TableView>("/records");
    using stage = dataset.createStage(10);
    const failing: [Parameters<typeof reader.request>[0], string][] = [
      [dataset.at(120), "IndexError"],
      [dataset.slice(0, 11), "LimitError"],
      [dataset.where((column) => column("id").ge(0)), "LimitError"],
      [dataset.filter([true]), "ShapeError"],
      [dataset.column("v").view([0, 1], [0, 3]), "IndexError"],
      [dataset.column("v").view([0, 1], [0, 1, 2]), "ShapeError"],
      [dataset.column("v").view(null).view(2), "IndexError"],
    ];
    for (const [operation, name] of failing) {
      const error = await reader
        .request(operation, stage)
        .get()
        .catch((thrown: unknown) => thrown);
      expect((error as Error).name).toBe(name);
      expect(stage.busy).toBe(false);
    }
  });
});

describe("a reader whose workers were closed", () => {
  it("answers with others", async () => {
    await using reader = await stream.Reader.open(shuffled, { workers: 1 });
    const dataset = await reader.dataset<TableView>("/records");
    using stage = dataset.createStage(1);
    const ids: unknown[] = [];
    for (let i = 0; i < 2; i++) {
      const asked = reader.request(dataset.column("id").at(7), stage);
      await workers.workerPool().close();
      await expect(asked.get()).rejects.toThrow("closed");
      ids.push(await reader.request(dataset.column("id").at(7 + i), stage).get());
    }
    expect(ids).toEqual([7, 8]);
  });
});

describe("a reader that is dropped", () => {
  it.skipIf(!existsSync("/proc/self/fd"))("closes what it opened", async () => {
    const path = await hdf5With(fresh("dropped.h5"), file);
    const open = () => openBelow(path).length;
    const drop = async () => {
      const reader = await stream.Reader.open(path, { workers: 1 });
      const dataset = await reader.dataset<TableView>("/records");
      using stage = dataset.createStage(1);
      await reader.request(dataset.at(0), stage).get();
      expect(open()).toBeGreaterThan(0);
    };
    await drop();
    for (let i = 0; i < 500 && open() > 0; i++) {
      collectGarbage();
      await pause(2);
    }
    expect(open()).toBe(0);
  });
});

describe("the path of a directory", () => {
  it("is that of a file, which is closed with the reader", async () => {
    file.flush();
    const reader = await stream.Reader.open(file.root);
    const grid = await reader.dataset("/grid");
    const stage = grid.createStage(1);
    const future = reader.request(grid.at(5, 1), stage);
    await reader.close();
    expect(await future.get()).toBe(5.5);
    const pool: StagePool = grid.createStagePool(1, 1);
    expect(() => reader.request(grid, pool)).toThrow(errors.ClosedError);
  });
});

/** A hundred take the time of as many starts. */
const KILLS = Number(process.env.KILLS ?? 8);

/** Counts what is sent to workers. */
function spied(): { readonly count: number; restore(): void } {
  const { threads, restore, counted } = watched();
  expect(threads.size).toBe(0);
  return {
    get count() {
      return counted();
    },
    restore,
  };
}

/** The workers that are given something. */
function watched(): { readonly threads: Set<Worker>; counted(): number; restore(): void } {
  const threads = new Set<Worker>();
  const known = new WeakSet<Worker>();
  let count = 0;
  const { postMessage } = Worker.prototype;
  Worker.prototype.postMessage = function (this: Worker, ...sent: Parameters<Worker["postMessage"]>) {
    if (!known.has(this)) this.once("exit", () => threads.delete(this));
    known.add(this);
    threads.add(this);
    count += 1;
    postMessage.apply(this, sent);
  };
  return {
    threads,
    counted: () => count,
    restore: () => {
      Worker.prototype.postMessage = postMessage;
    },
  };
}

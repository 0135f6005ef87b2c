import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { describe, expect, it } from "vitest";
import { canStartWorkers } from "../../src/workers/index.js";
import { temporaryPaths } from "../support/temporary.js";
import {
  built,
  errors,
  expectThreads,
  open,
  pause,
  pools,
  reaches,
  rejection,
  sharedInts,
  tasks,
  threads,
  workers,
} from "./support.js";

const fresh = temporaryPaths();
const newPool = pools();
const plain = tasks("plain");

describe("a pool of workers", () => {
  it("is one, and has as many workers as there are processors but one, at least 1", () => {
    expect(workers.workerPool()).toBe(workers.workerPool());
    expect(workers.defaultWorkers()).toBe(Math.max(1, availableParallelism() - 1));
  });

  it("can be started from what is built, and not from sources", () => {
    expect(workers.canStartWorkers()).toBe(true);
    expect(canStartWorkers()).toBe(false);
  });

  it("has tasks done, and starts no worker before there is one", async () => {
    const pool = newPool();
    const run = pool.begin({ workers: 2 });
    expect(pool.size).toBe(0);
    const done = run.submit<number, number>({ module: plain, name: "double", input: 21 });
    expect(pool.size).toBe(1);
    expect(await done).toBe(42);
    await run.finish();
    expect(pool.size).toBe(1);
  });

  it("keeps its workers for later runs", async () => {
    const pool = newPool();
    const seen = new Set<number>();
    for (let i = 0; i < 5; i++) {
      const run = pool.begin({ workers: 1 });
      seen.add(await run.submit({ module: plain, name: "whoAmI", input: i }));
      await run.finish();
    }
    expect(seen.size).toBe(1);
  });

  it("begins tasks in the order in which they were submitted", async () => {
    const run = newPool().begin({ workers: 1 });
    const shared = sharedInts(101);
    for (let name = 1; name <= 100; name++) {
      void run.submit({ module: plain, name: "log", input: { shared, name } });
    }
    await run.finish();
    expect([...shared]).toEqual([100, ...Array.from({ length: 100 }, (_, i) => i + 1)]);
  });

  it("has no more workers at work for a run than it asks for", async () => {
    const pool = newPool();
    for (const workers of [3, 1]) {
      const run = pool.begin({ workers });
      const gate = sharedInts(2);
      for (let i = 0; i < 12; i++) void run.submit({ module: plain, name: "waitFor", input: gate });
      await reaches(gate, 1, workers);
      await pause(20);
      expect(gate[1]).toBe(workers);
      expect(pool.size).toBe(3);
      open(gate);
      await run.finish();
      expect(gate[1]).toBe(12);
    }
  });

  it("shares what can be shared, and moves what is to be moved", async () => {
    const run = newPool().begin({ workers: 1 });
    const values = Float64Array.of(1, 2, 3);
    const done = run.submit({ module: plain, name: "sum", input: values, transfer: [values.buffer] });
    expect(await done).toBe(6);
    expect(values.length).toBe(0);
    await run.finish();
  });

  it("does 10,000 small tasks", async () => {
    const run = newPool().begin({ workers: 2 });
    const done: Promise<number>[] = [];
    for (let input = 0; input < 10_000; input++) {
      await run.whenRoom();
      done.push(run.submit({ module: plain, name: "double", input }));
    }
    await run.finish();
    expect(await Promise.all(done)).toEqual(Array.from({ length: 10_000 }, (_, i) => 2 * i));
  });

  it("takes tasks without back pressure, too", async () => {
    const run = newPool().begin({ workers: 2 });
    const done = Array.from({ length: 1000 }, (_, input) =>
      run.submit({ module: plain, name: "double", input }),
    );
    await run.finish();
    expect(await Promise.all(done)).toHaveLength(1000);
  });
});

describe("back pressure", () => {
  it("waits for fewer than 2 × workers unfinished tasks", async () => {
    const run = newPool().begin({ workers: 1 });
    const gate = sharedInts(2);
    await run.whenRoom();
    void run.submit({ module: plain, name: "waitFor", input: gate });
    await run.whenRoom();
    void run.submit({ module: plain, name: "double", input: 1 });
    let room = false;
    const waiting = run.whenRoom().then(() => {
      room = true;
    });
    await reaches(gate, 1, 1);
    await pause(20);
    expect(room).toBe(false);
    open(gate);
    await waiting;
    await run.finish();
  });

  it("leaves nobody waiting when all tasks are done", async () => {
    const run = newPool().begin({ workers: 1 });
    for (let i = 0; i < 2; i++) void run.submit({ module: plain, name: "double", input: i });
    await Promise.all(Array.from({ length: 10 }, () => run.whenRoom()));
    await run.finish();
  });
});

describe("runs", () => {
  it("take turns where both want the same workers", async () => {
    const pool = newPool();
    const shared = sharedInts(41);
    const [one, two] = [pool.begin({ workers: 1 }), pool.begin({ workers: 1 })];
    const gate = sharedInts(2);
    void one.submit({ module: plain, name: "waitFor", input: gate });
    for (let i = 0; i < 20; i++) {
      void one.submit({ module: plain, name: "log", input: { shared, name: 1 } });
    }
    for (let i = 0; i < 20; i++) {
      void two.submit({ module: plain, name: "log", input: { shared, name: 2 } });
    }
    await reaches(gate, 1, 1);
    open(gate);
    await Promise.all([one.finish(), two.finish()]);
    expect([...shared].slice(1, 9)).toEqual([1, 2, 1, 2, 1, 2, 1, 2]);
    expect(pool.size).toBe(1);
  });

  it("that are finished take no further task", async () => {
    const run = newPool().begin({ workers: 1 });
    await run.finish();
    await run.finish();
    const late = run.submit({ module: plain, name: "double", input: 1 });
    await expect(late).rejects.toBeInstanceOf(errors.ClosedError);
  });

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])("are not done by %s workers", (count) => {
    expect(() => newPool().begin({ workers: count })).toThrow(errors.LimitError);
  });
});

describe("the end of workers", () => {
  it("comes after some time without a task", async () => {
    const before = threads();
    const pool = newPool({ idle: 30 });
    const run = pool.begin({ workers: 2 });
    for (let i = 0; i < 2; i++) void run.submit({ module: plain, name: "double", input: i });
    await run.finish();
    expect(pool.size).toBeGreaterThan(0);
    while (pool.size > 0) await pause(5);
    expectThreads(before);
    const again = pool.begin({ workers: 1 });
    expect(await again.submit({ module: plain, name: "double", input: 1 })).toBe(2);
    await again.finish();
  });

  it("comes with the pool's, for what a task left behind as well", async () => {
    const pool = newPool();
    const run = pool.begin({ workers: 1 });
    await run.submit({ module: tasks("failing"), name: "leaveTimer", input: undefined });
    await run.finish();
    await pool.close();
    expect(pool.size).toBe(0);
    const later = pool.begin({ workers: 1 });
    expect(await later.submit({ module: plain, name: "double", input: 1 })).toBe(2);
    await later.finish();
  });

  it.runIf(existsSync("/proc/self/maps"))("gives back what a task left mapped", async () => {
    const path = fresh("mapped");
    writeFileSync(path, new Uint8Array(4096));
    const maps = () => readFileSync("/proc/self/maps", "utf8").split(path).length - 1;
    const pool = newPool();
    const run = pool.begin({ workers: 1 });
    const input = { platform: built("platform/index.js"), path };
    await run.submit({ module: tasks("failing"), name: "leaveMap", input });
    expect(maps()).toBe(1);
    run.stop("enough");
    expect(await rejection(run.finish())).toBe("enough");
    expect(maps()).toBe(0);
  });

  it("fails runs that are under way", async () => {
    const pool = newPool();
    const run = pool.begin({ workers: 1 });
    const shared = sharedInts(3);
    const done = run.submit({ module: tasks("stopping"), name: "obedient", input: shared });
    await reaches(shared, 0, 1);
    await pool.close();
    expect(pool.size).toBe(0);
    expect(shared[2]).toBe(1);
    await expect(done).rejects.toBeInstanceOf(errors.ClosedError);
    await expect(run.finish()).rejects.toBeInstanceOf(errors.ClosedError);
  });
});

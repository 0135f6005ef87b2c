import { syncBuiltinESMExports } from "node:module";
import threadsOfNode from "node:worker_threads";
import { afterEach, describe, expect, it } from "vitest";
import { errors, open, pause, pools, reaches, rejection, sharedInts, tasks } from "./support.js";

const newPool = pools();
const plain = tasks("plain");
const failing = tasks("failing");

const double = (input: number) => ({ module: plain, name: "double", input });
const exit = { module: failing, name: "exit", input: 3 };

describe("tasks of an independent run", () => {
  it("fail one by one, and the others go on", async () => {
    const pool = newPool();
    const run = pool.begin({ workers: 2, independent: true });
    const results = await Promise.allSettled([
      run.submit(double(1)),
      run.submit({ module: failing, name: "throwTypeError", input: undefined }),
      run.submit(double(2)),
      run.submit({ module: failing, name: "no such", input: undefined }),
      run.submit({ module: plain, name: "double", input: () => 1 }),
      run.submit(double(3)),
    ]);
    expect(results).toMatchObject([
      { value: 2 },
      { reason: new TypeError("no such type") },
      { value: 4 },
      { reason: { code: "WORKER" } },
      { reason: { code: "WORKER" } },
      { value: 6 },
    ]);
    await run.finish();
    expect(pool.size).toBeGreaterThan(0);
  });

  it("die alone with their worker, which is replaced", async () => {
    const pool = newPool();
    const run = pool.begin({ workers: 1, independent: true });
    const tasks = [
      run.submit(double(1)),
      run.submit(exit),
      run.submit(double(2)),
      run.submit(exit),
      run.submit(double(3)),
    ];
    const results = await Promise.allSettled(tasks);
    expect(results.map(({ status }) => status)).toEqual([
      "fulfilled",
      "rejected",
      "fulfilled",
      "rejected",
      "fulfilled",
    ]);
    expect(results[1]).toMatchObject({
      reason: { code: "WORKER", message: expect.stringContaining("code 3") },
    });
    expect(pool.size).toBe(1);
  });

  it("that nobody waits for end no process when they fail", async () => {
    const pool = newPool();
    const run = pool.begin({ workers: 1, independent: true });
    void run.submit(exit);
    void run.submit({ module: failing, name: "throwTypeError", input: undefined });
    await run.finish();
    await pause(20);
  });
});

describe("a run that is cancelled", () => {
  it("rejects all, tells tasks to stop, and keeps the workers", async () => {
    const pool = newPool();
    const run = pool.begin({ workers: 1, independent: true });
    const gate = sharedInts(2);
    const held = run.submit({ module: plain, name: "waitFor", input: gate });
    const waiting = run.submit(double(1));
    await reaches(gate, 1, 1);
    run.cancel(new Error("enough"));
    for (const each of [held, waiting, run.submit(double(2)), run.whenRoom()]) {
      expect(await rejection(each)).toMatchObject({ message: "enough" });
    }
    open(gate);
    const next = pool.begin({ workers: 1 });
    expect(await next.submit(double(21))).toBe(42);
    await next.finish();
    expect(pool.size).toBe(1);
    run.cancel(new Error("again"));
    expect(await rejection(run.submit(double(2)))).toMatchObject({ message: "enough" });
  });

  it("ends a worker that does not stop in time, and no other", async () => {
    const pool = newPool({ patience: 30 });
    const run = pool.begin({ workers: 1, independent: true });
    const gate = sharedInts(2);
    void run.submit({ module: plain, name: "waitFor", input: gate });
    await reaches(gate, 1, 1);
    run.cancel(new Error("enough"));
    const next = pool.begin({ workers: 1 });
    expect(await next.submit(double(4))).toBe(8);
    await next.finish();
    expect(Atomics.load(gate, 0)).toBe(0);
    expect(pool.size).toBe(1);
  });

  it("is over: a signal that comes later does nothing", async () => {
    const pool = newPool();
    const abort = new AbortController();
    const run = pool.begin({ workers: 1, independent: true, signal: abort.signal });
    run.cancel(new errors.ClosedError("closed"));
    abort.abort();
    expect(await rejection(run.submit(double(1)))).toBeInstanceOf(errors.ClosedError);
  });
});

describe("where no more threads can be started", () => {
  const Worker = threadsOfNode.Worker;
  const limit = (most: number): void => {
    let started = 0;
    const Limited = function (...args: ConstructorParameters<typeof Worker>) {
      started += 1;
      if (started > most) throw new Error("EAGAIN");
      return new Worker(...args);
    };
    Object.assign(threadsOfNode, { Worker: Limited });
    syncBuiltinESMExports();
  };
  afterEach(() => {
    Object.assign(threadsOfNode, { Worker });
    syncBuiltinESMExports();
  });

  it("tasks are done by those that there are", async () => {
    limit(1);
    const run = newPool().begin({ workers: 3, independent: true });
    const results = await Promise.all(Array.from({ length: 20 }, (_, i) => run.submit(double(i))));
    expect(results).toEqual(Array.from({ length: 20 }, (_, i) => 2 * i));
  });

  it("the tasks that wait fail, and later ones are done", async () => {
    limit(0);
    const pool = newPool();
    const run = pool.begin({ workers: 1, independent: true });
    expect(await rejection(run.submit(double(1)))).toMatchObject({
      message: expect.stringContaining("EAGAIN"),
    });
    limit(1);
    expect(await run.submit(double(2))).toBe(4);
  });
});

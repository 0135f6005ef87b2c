import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import {
  expectThreads,
  open,
  pause,
  pools,
  reaches,
  rejection,
  sharedInts,
  tasks,
  threads,
} from "./support.js";

const newPool = pools();
const stopping = tasks("stopping");
const plain = tasks("plain");

describe("stop()", () => {
  it.each(["obedient", "obedientAsync"])("waits for tasks that look at the flag (%s)", async (name) => {
    const pool = newPool();
    const run = pool.begin({ workers: 2 });
    const shared = sharedInts(3);
    const done = [1, 2, 3].map(() => run.submit({ module: stopping, name, input: shared }));
    await reaches(shared, 0, 2);
    run.stop("enough");
    expect(shared[0]).toBe(2);
    expect(shared[2]).toBe(2);
    run.stop("again");
    expect(await rejection(run.finish())).toBe("enough");
    expect(await Promise.all(done.map(rejection))).toEqual(["enough", "enough", "enough"]);
    expect(pool.size).toBe(0);
  });

  it.each(["stubborn", "asleep"])("ends workers whose tasks do not look (%s)", async (name) => {
    const before = threads();
    const pool = newPool({ patience: 50 });
    const run = pool.begin({ workers: 2 });
    const shared = sharedInts(3);
    for (let i = 0; i < 2; i++) void run.submit({ module: stopping, name, input: shared });
    await reaches(shared, 0, 2);
    run.stop("enough");
    const steps = shared[1];
    // The event loop has not run: the threads are gone by the system's own account.
    expectThreads(before);
    await pause(20);
    expect(shared[1]).toBe(steps);
    expect(await rejection(run.finish())).toBe("enough");
    expect(pool.size).toBe(0);
  });

  it("lets no task begin that a worker has not begun", async () => {
    for (let i = 0; i < 24; i += 3) {
      const run = newPool().begin({ workers: 1 });
      const shared = sharedInts(3);
      void run.submit({ module: stopping, name: "beginOnly", input: shared });
      if (i > 0) await pause(i);
      run.stop("enough");
      const begun = shared[0];
      await pause(5);
      expect(shared[0]).toBe(begun);
      expect(await rejection(run.finish())).toBe("enough");
    }
  });

  it("does not wait for a worker that died in this very moment", async () => {
    // Longer than a test may take.
    const run = newPool({ patience: 600_000 }).begin({ workers: 1 });
    const shared = sharedInts(3);
    void run.submit({ module: stopping, name: "exitAfter", input: { shared, milliseconds: 1 } });
    Atomics.wait(shared, 0, 0, 10_000);
    // Its end is known only when the event loop runs.
    Atomics.wait(sharedInts(1), 0, 0, 50);
    run.stop("enough");
    expect(await rejection(run.finish())).toBe("enough");
  });

  it("does nothing after the end", async () => {
    const pool = newPool();
    const run = pool.begin({ workers: 1 });
    expect(await run.submit({ module: plain, name: "double", input: 1 })).toBe(2);
    await run.finish();
    run.stop("late");
    await run.finish();
    expect(pool.size).toBe(1);
  });

  it("fails what waits for the end", async () => {
    const run = newPool().begin({ workers: 1 });
    const shared = sharedInts(3);
    void run.submit({ module: stopping, name: "obedient", input: shared });
    void run.submit({ module: plain, name: "double", input: 1 });
    const room = run.whenRoom();
    const finished = run.finish();
    await reaches(shared, 0, 1);
    run.stop("enough");
    expect(await rejection(finished)).toBe("enough");
    expect(await rejection(room)).toBe("enough");
  });

  it("harms no other run", async () => {
    const pool = newPool({ patience: 50 });
    const [good, bad] = [pool.begin({ workers: 2 }), pool.begin({ workers: 2 })];
    const shared = sharedInts(3);
    const gate = sharedInts(2);
    void bad.submit({ module: stopping, name: "stubborn", input: shared });
    const done = good.submit({ module: plain, name: "waitFor", input: gate });
    await reaches(shared, 0, 1);
    await reaches(gate, 1, 1);
    bad.stop("enough");
    open(gate);
    await done;
    await good.finish();
    expect(await rejection(bad.finish())).toBe("enough");
  });
});

describe("a signal", () => {
  it("that is aborted before fails the run, which starts no worker", async () => {
    const pool = newPool();
    const run = pool.begin({ workers: 1, signal: AbortSignal.abort("never") });
    expect(await rejection(run.submit({ module: plain, name: "double", input: 1 }))).toBe("never");
    expect(await rejection(run.whenRoom())).toBe("never");
    expect(await rejection(run.finish())).toBe("never");
    expect(pool.size).toBe(0);
  });

  it("that is aborted during the run fails it with its reason", async () => {
    const pool = newPool();
    const controller = new AbortController();
    const run = pool.begin({ workers: 2, signal: controller.signal });
    const shared = sharedInts(3);
    const done = [1, 2, 3].map(() => run.submit({ module: stopping, name: "obedient", input: shared }));
    await reaches(shared, 0, 2);
    controller.abort();
    const error = await rejection(run.finish());
    expect(error).toBe(controller.signal.reason);
    expect(error).toHaveProperty("name", "AbortError");
    expect(await Promise.all(done.map(rejection))).toEqual([error, error, error]);
    expect(shared[2]).toBe(2);
    expect(pool.size).toBe(0);
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
  });

  it("is left alone when the run is finished, or has failed", async () => {
    const { signal } = new AbortController();
    const good = newPool().begin({ workers: 1, signal });
    const bad = newPool().begin({ workers: 1, signal });
    expect(getEventListeners(signal, "abort")).toHaveLength(2);
    await good.submit({ module: plain, name: "double", input: 1 });
    await good.finish();
    void bad.submit({ module: plain, name: "treble", input: 1 });
    await rejection(bad.finish());
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });
});

import { setImmediate } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { ArrayView, MemoryStorage } from "../../src/array/index.js";
import { parseDType } from "../../src/dtype/index.js";
import { ClosedError, IndexError, LimitError, TimeoutError, UnsupportedError } from "../../src/errors.js";
import { collectGarbage } from "../../src/platform/collect.js";
import type { Dataset } from "../../src/stream/dataset.js";
import type { Future } from "../../src/stream/future.js";
import { Reader } from "../../src/stream/reader.js";
import type { StagePool } from "../../src/stream/stage-pool.js";
import { copied, TableView } from "../../src/table/index.js";

/** So many numbers are not read in one go. */
const LONG = 1_000_000;
const values = Float64Array.from({ length: LONG }, (_, i) => i);
const array = new ArrayView(new MemoryStorage(new Uint8Array(values.buffer)), parseDType("f8"), {
  shape: [LONG],
  strides: [8],
  offset: 0,
});
const table = new TableView(copied(new Map([["a", array as ArrayView]]), LONG));
const open = (workers = 0) => Reader.open(array, { workers });
const reader = await open();
const dataset = (await reader.dataset()) as Dataset<ArrayView>;
/** It takes some turns of the event loop. */
const long = dataset.where((column) => column.isin([LONG - 2, LONG - 1]));
afterAll(() => reader.close());

const first = (view: ArrayView) => view.at(0);

describe("a future", () => {
  it("gives a copy that is the caller's", async () => {
    using stage = dataset.createStage(3);
    const future = reader.request(dataset.slice(5, 8), stage);
    expect([future.done, future.state, stage.busy]).toEqual([true, "ready", true]);
    const result = await future.get();
    expect([future.state, stage.busy]).toEqual(["read", false]);
    await reader.request(dataset.slice(50, 53), stage).get();
    expect(result.values).toEqual(Float64Array.of(5, 6, 7));
    expect((result.values as Float64Array).buffer.byteLength).toBe(24);
    expect(result.readonly).toBe(false);
    expect(values[5]).toBe(5);
  });

  it("lends its result to a function, and gives what that gives", async () => {
    using stage = dataset.createStage(3);
    const kept: ArrayView[] = [];
    const sum = await reader.request(dataset.slice(5, 8), stage).use(async (view) => {
      kept.push(view);
      await setImmediate();
      expect(stage.busy).toBe(true);
      return view.sum();
    });
    expect([sum, stage.busy]).toEqual([18, false]);
    expect(() => kept[0]?.at(0)).toThrow("was released");
    const failing = reader.request(dataset.slice(5, 8), stage).use(() => {
      throw new RangeError("mine");
    });
    await expect(failing).rejects.toThrow(RangeError);
    expect(stage.busy).toBe(false);
  });

  it("lends its result until it is given back", async () => {
    using stage = dataset.createStage(3);
    let data: ArrayView;
    {
      using view = await reader.request(dataset.slice(5, 8), stage).view();
      data = view.data;
      expect(data.toArray()).toEqual(Float64Array.of(5, 6, 7));
      expect(data.readonly).toBe(true);
      expect(stage.busy).toBe(true);
    }
    expect(stage.busy).toBe(false);
    expect(() => data.toArray()).toThrow(ClosedError);
    const one = await reader.request(dataset.at(4), stage).view();
    expect([one.data, stage.busy]).toEqual([4, false]);
    one.release();
  });

  it("lends a result that was waited for, and its stage is no other's meanwhile", async () => {
    using pool = dataset.createStagePool(3, 1);
    const waited = reader.request(long, pool).view();
    const next = reader.request(dataset.slice(0, 2), pool);
    const lent = await waited;
    expect([next.state, pool.free]).toEqual(["waiting", 0]);
    expect(lent.data.at(0)).toBe(LONG - 2);
    lent.release();
    expect([next.state, (await next.get()).at(1), pool.free]).toEqual(["ready", 1, 1]);
    const sums = [long, long].map((each) =>
      reader.request(each, pool).use(async (view) => {
        await setImmediate();
        return view.sum();
      }),
    );
    expect(await Promise.all(sums)).toEqual([2 * LONG - 3, 2 * LONG - 3]);
    expect(pool.free).toBe(1);
  });

  it("is read once, and never shows another's result", async () => {
    using stage = dataset.createStage(3);
    const old = reader.request(dataset.slice(0, 3), stage);
    await old.get();
    const next = reader.request(dataset.slice(10, 13), stage);
    for (const read of [old.get(), old.view(), old.use(first)]) await expect(read).rejects.toThrow("once");
    old.cancel();
    expect(stage.busy).toBe(true);
    expect((await next.get()).at(0)).toBe(10);
    const both = reader.request(long, stage);
    const reads = [both.get(), both.get()];
    await expect(reads[1]).rejects.toThrow(ClosedError);
    expect((await reads[0]).at(0)).toBe(LONG - 2);
  });

  it("tells what went wrong, and leaves the stage free", async () => {
    using stage = dataset.createStage(3);
    await expect(reader.request(dataset.at(LONG), stage).get()).rejects.toThrow(IndexError);
    const large = reader.request(dataset.slice(0, 4), stage);
    expect([large.state, stage.busy]).toEqual(["failed", false]);
    await expect(large.get()).rejects.toThrow(/32 bytes.*24/);
    const found = reader.request(
      dataset.where((column) => column.ge(5)),
      stage,
    );
    await expect(found.get()).rejects.toThrow(LimitError);
    const selected = reader.request(dataset.view(null), stage);
    await expect(selected.get()).rejects.toThrow(LimitError);
    expect((await reader.request(dataset.slice(0, 3), stage).get()).length).toBe(3);
  });

  it("that fails unread is no unhandled rejection", async () => {
    const unhandled: unknown[] = [];
    const note = (error: unknown) => unhandled.push(error);
    process.on("unhandledRejection", note);
    using stage = dataset.createStage(1);
    reader.request(dataset.at(LONG), stage);
    const late = reader.request(
      dataset.where((column) => column.ge(5)),
      stage,
    );
    await late.whenDone();
    await setImmediate();
    process.off("unhandledRejection", note);
    expect([late.state, unhandled]).toEqual(["failed", []]);
  });

  it("can be cancelled, before and after it is answered", async () => {
    using stage = dataset.createStage(3);
    const future = reader.request(long, stage);
    expect(future.state).toBe("running");
    future.cancel();
    // Somebody still writes.
    expect([future.state, stage.busy]).toEqual(["failed", true]);
    await expect(future.get()).rejects.toThrow("cancelled");
    while (stage.busy) await setImmediate();
    const read = reader.request(long, stage);
    const got = read.get();
    read.cancel();
    await expect(got).rejects.toThrow(ClosedError);
    while (stage.busy) await setImmediate();
    {
      using ready = reader.request(dataset.at(1), stage);
      expect(ready.done).toBe(true);
    }
    expect(stage.busy).toBe(false);
  });

  it("fails after its time, or by its signal", async () => {
    using stage = dataset.createStage(3);
    await expect(reader.request(long, stage, { timeout: 0 }).get()).rejects.toThrow(TimeoutError);
    while (stage.busy) await setImmediate();
    const pool = dataset.createStagePool(3, 1);
    const holder = reader.request(dataset.slice(0, 3), pool);
    const waiting = reader.request(dataset.slice(0, 3), pool, { timeout: 5 });
    await expect(waiting.get()).rejects.toThrow("within 5 ms");
    const controller = new AbortController();
    const { signal } = controller;
    const stopped = reader.request(long, stage, { signal });
    controller.abort(new RangeError("mine"));
    await expect(stopped.get()).rejects.toThrow("mine");
    while (stage.busy) await setImmediate();
    const late = reader.request(dataset.at(0), stage, { signal });
    expect(stage.busy).toBe(false);
    await expect(late.get()).rejects.toThrow("mine");
    expect((await holder.get()).length).toBe(3);
    expect(() => reader.request(long, stage, { timeout: -1 })).toThrow(LimitError);
    expect(() => reader.request(long, stage, { timeout: Number.NaN })).toThrow(LimitError);
    pool.close();
  });

  it("that nobody has any more gives its stage back", async () => {
    using pool = dataset.createStagePool(3, 2);
    const drop = () => {
      reader.request(dataset.slice(0, 3), pool);
      // What waits for a stage, too.
      for (let i = 0; i < 5; i++) reader.request(dataset.slice(0, 3), pool);
    };
    const dropView = async () => {
      await reader.request(dataset.slice(0, 3), pool).view();
    };
    drop();
    const waiting = reader.request(dataset.at(7), pool).get();
    expect(pool.free).toBe(0);
    await untilCollected(() => pool.free === 2);
    expect(await waiting).toBe(7);
    await dropView();
    expect(pool.free).toBe(1);
    await untilCollected(() => pool.free === 2);
  });
});

/** Lets what cannot be reached any more be collected. */
async function untilCollected(done: () => boolean): Promise<void> {
  for (let i = 0; i < 200 && !done(); i++) {
    await setImmediate();
    collectGarbage();
  }
  expect(done()).toBe(true);
}

describe("stages", () => {
  it("serve one request at a time", async () => {
    const stage = dataset.createStage(3);
    const future = reader.request(dataset.slice(0, 3), stage);
    expect(() => reader.request(dataset.at(0), stage)).toThrow("the stage serves another request");
    expect((await future.get()).at(2)).toBe(2);
    const lost = reader.request(dataset.slice(0, 3), stage);
    stage.close();
    stage.close();
    expect(stage.closed).toBe(true);
    await expect(lost.get()).rejects.toThrow("was closed");
    expect(() => reader.request(dataset.at(0), stage)).toThrow(ClosedError);
  });

  it("are as large as was asked for", async () => {
    const rows = await Reader.open(table);
    const source = await rows.dataset();
    expect(source.createStage(10).byteLength).toBe(80);
    expect(dataset.createStage({ bytes: 11 }).byteLength).toBe(11);
    expect(dataset.createStage(0).byteLength).toBe(0);
    for (const size of [-1, 0.5, Number.NaN, "1", { bytes: -1 }, {}, undefined]) {
      expect(() => dataset.createStage(size as number)).toThrow(LimitError);
    }
    expect(() => dataset.createStage({ bytes: 2 ** 52 })).toThrow(LimitError);
    for (const count of [0, -1, 1.5, "2"]) {
      expect(() => dataset.createStagePool(1, count as number)).toThrow("at least 1");
    }
    await rows.close();
  });

  it("serve any dataset that fits", async () => {
    using stage = dataset.createStage({ bytes: 24 });
    await using other = await Reader.open(table, { workers: 0 });
    const rows = await other.dataset();
    expect((await other.request(rows.slice(1, 4), stage).get()).column("a").at(2)).toBe(3);
    expect((await other.request((await other.dataset("a")).slice(1, 4), stage).get()).at(2)).toBe(3);
    expect(() => reader.request(rows, stage)).toThrow(UnsupportedError);
  });
});

describe("pools of stages", () => {
  it("make requests wait in their order", async () => {
    using pool = dataset.createStagePool(1, 2);
    expect([pool.size, pool.free, pool.byteLength]).toEqual([2, 2, 8]);
    const futures = [0, 1, 2, 3, 4].map((i) => reader.request(dataset.at(i), pool));
    expect(futures.map(({ state }) => state)).toEqual(["ready", "ready", "waiting", "waiting", "waiting"]);
    expect(await futures[1]?.get()).toBe(1);
    expect(futures.map(({ state }) => state)).toEqual(["ready", "read", "ready", "waiting", "waiting"]);
    futures[3]?.cancel();
    expect(await futures[0]?.get()).toBe(0);
    expect(futures[4]?.state).toBe("ready");
    expect([await futures[4]?.get(), await futures[2]?.get(), pool.free]).toEqual([4, 2, 2]);
  });

  it("have many waiting, also those that fail at once", async () => {
    using pool = dataset.createStagePool(1, 1);
    const held = reader.request(dataset.at(0), pool);
    const failing = Array.from({ length: 3000 }, () => reader.request(dataset.at(LONG), pool));
    const last = reader.request(dataset.at(9), pool);
    await held.get();
    expect(failing.every(({ state }) => state === "failed")).toBe(true);
    expect(await last.get()).toBe(9);
  });

  it("fail those who have a stage or wait for one when they are closed", async () => {
    const pool = dataset.createStagePool(1, 1);
    const futures = [0, 1, 2].map((i) => reader.request(dataset.at(i), pool));
    pool.close();
    pool.close();
    for (const future of futures) await expect(future.get()).rejects.toThrow(ClosedError);
    expect(() => reader.request(dataset.at(0), pool)).toThrow("closed");
    expect([pool.closed, pool.free]).toEqual([true, 0]);
  });
});

describe("requests in order", () => {
  const operations = (count: number) => Array.from({ length: count }, (_, i) => dataset.at(i));

  it("give their results in their order, however long they take", async () => {
    using pool = dataset.createStagePool(2, 3);
    const mixed = Array.from({ length: 9 }, (_, i) => (i % 3 === 0 ? long.at(0) : dataset.at(i)));
    const found: unknown[] = [];
    for await (const result of reader.requests(mixed, pool)) found.push(result);
    expect(found).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8].map((i) => (i % 3 === 0 ? LONG - 2 : i)));
    expect(pool.free).toBe(3);
  });

  it("take no more operations than there are stages, from endless ones too", async () => {
    using pool = dataset.createStagePool(1, 3);
    let taken = 0;
    let over = false;
    function* endless() {
      try {
        for (;;) yield dataset.at(taken++);
      } finally {
        over = true;
      }
    }
    const found: unknown[] = [];
    for await (const result of reader.requests(endless(), pool)) {
      found.push(result);
      expect(taken - found.length).toBeLessThanOrEqual(3);
      if (found.length === 10) break;
    }
    expect([found.at(-1), over, pool.free]).toEqual([9, true, 3]);
  });

  it("come while the next operation is waited for", async () => {
    using pool = dataset.createStagePool(1, 3);
    let go: () => void = () => undefined;
    const later = new Promise<void>((resolve) => {
      go = resolve;
    });
    async function* slow() {
      yield dataset.at(1);
      yield dataset.at(2);
      await later;
      yield dataset.at(3);
    }
    const results = reader.requests(slow(), pool);
    expect((await results.next()).value).toBe(1);
    expect((await results.next()).value).toBe(2);
    go();
    expect((await results.next()).value).toBe(3);
    expect((await results.next()).done).toBe(true);
  });

  it("end with the first error, at its turn", async () => {
    using pool = dataset.createStagePool(1, 3);
    const results = reader.requests([dataset.at(1), dataset.at(LONG), dataset.at(2), dataset.at(3)], pool);
    expect((await results.next()).value).toBe(1);
    await expect(results.next()).rejects.toThrow(IndexError);
    expect([(await results.next()).done, pool.free]).toEqual([true, 3]);
    function* broken() {
      yield dataset.at(1);
      throw new RangeError("mine");
    }
    const others = reader.requests(broken(), pool);
    expect((await others.next()).value).toBe(1);
    await expect(others.next()).rejects.toThrow("mine");
    expect(pool.free).toBe(3);
    for await (const _ of reader.requests(operations(0), pool)) expect.unreachable();
  });
});

describe("closing a reader", () => {
  const asked = async (): Promise<[Reader, StagePool, Future<unknown>[]]> => {
    const own = await open();
    const source = await own.dataset<ArrayView>();
    const pool = source.createStagePool(2, 2);
    const slow = source.where((column) => column.ge(LONG - 2));
    return [own, pool, [slow, source.at(1), slow.at(1)].map((each) => own.request<unknown>(each, pool))];
  };

  it("finishes what was asked, and takes no more", async () => {
    const [own, pool, futures] = await asked();
    expect(futures.map(({ state }) => state)).toEqual(["running", "ready", "waiting"]);
    await own.close();
    expect(own.closed).toBe(true);
    expect(futures[0]?.state).toBe("ready");
    expect(await futures[1]?.get()).toBe(1);
    expect(((await futures[0]?.get()) as ArrayView).at(0)).toBe(LONG - 2);
    expect(await futures[2]?.get()).toBe(LONG - 1);
    expect(() => own.request(dataset.at(1), pool)).toThrow(ClosedError);
    await expect(own.dataset()).rejects.toThrow(ClosedError);
    await own.close();
    own.stop();
  });

  it("or stops it", async () => {
    const [own, pool, futures] = await asked();
    {
      using stopped = own;
      expect(stopped.closed).toBe(false);
    }
    await expect(futures[0]?.get()).rejects.toThrow("stopped");
    await expect(futures[2]?.get()).rejects.toThrow(ClosedError);
    expect(await futures[1]?.get()).toBe(1);
    while (pool.free < 2) await setImmediate();
    await own.close();
  });

  it("needs a number of workers to begin with", async () => {
    for (const workers of [-1, 0.5, "1"]) {
      await expect(Reader.open(array, { workers: workers as number })).rejects.toThrow(LimitError);
    }
    await expect(Reader.open("/nowhere/at/all")).rejects.toThrow("no such file");
    const several = await Reader.open(array);
    await expect(several.dataset("x")).rejects.toThrow();
    await several.close();
  });
});

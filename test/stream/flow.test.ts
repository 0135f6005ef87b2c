import { setTimeout as after } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { ClosedError, TimeoutError } from "../../src/errors.js";
import { type BlockSpan, planBlocks, resolveBlocks } from "../../src/stream/block-plan.js";
import { Flow } from "../../src/stream/flow.js";
import type { FlowOptions, StreamProgress } from "../../src/stream/flow-options.js";
import type { Loaded } from "../../src/stream/loader.js";
import type { Place } from "../../src/stream/place.js";

interface Item {
  readonly start: number;
  readonly place: Place;
}

/** A flow of 10 blocks whose reading this test ends, one by one. */
function setup(options: FlowOptions = {}, readAhead = 3, blocks = 10) {
  const begun: BlockSpan[] = [];
  const released: number[] = [];
  const pending = new Map<
    number,
    { resolve: (loaded: Loaded<number>) => void; reject: (error: unknown) => void }
  >();
  let stopped: unknown;
  const loader = {
    load: (span: BlockSpan): Promise<Loaded<number>> => {
      begun.push(span);
      return new Promise((resolve, reject) => pending.set(span.start, { resolve, reject }));
    },
    stop: (reason: unknown) => {
      stopped = reason ?? "stopped";
    },
  };
  const spans = planBlocks(resolveBlocks({ blockSize: 1 }, blocks, 1, "x"));
  const deliver = (_: Loaded<number>, { start }: BlockSpan, place: Place): Item => ({ start, place });
  const flow = new Flow(loader, deliver, { spans, readAhead, rows: blocks, cyclic: false }, options);
  const take = (start: number) => {
    const found = pending.get(start);
    if (found === undefined) throw new Error(`block ${start} was not begun`);
    pending.delete(start);
    return found;
  };
  return {
    flow,
    begun: () => begun.map(({ start }) => start),
    released,
    stopped: () => stopped,
    arrive: (start: number) => take(start).resolve({ data: start, release: () => released.push(start) }),
    fail: (start: number) => take(start).reject(new Error(`block ${start}`)),
  };
}

describe("a flow of blocks", () => {
  it("begins nothing before it is asked, and never more than it may", async () => {
    const { flow, begun, arrive } = setup();
    expect(begun()).toEqual([]);
    const first = flow.get();
    expect(begun()).toEqual([0, 1, 2]);
    arrive(0);
    const item = await first;
    expect(item?.start).toBe(0);
    expect(begun()).toEqual([0, 1, 2]);
    item?.place.leave();
    expect(begun()).toEqual([0, 1, 2, 3]);
    item?.place.leave();
    expect(begun()).toEqual([0, 1, 2, 3]);
  });

  it("gives blocks in their order, whichever comes first", async () => {
    const { flow, arrive } = setup();
    const asked = [flow.get(), flow.get(), flow.get()];
    for (const start of [2, 1, 0]) arrive(start);
    expect((await Promise.all(asked)).map((item) => item?.start)).toEqual([0, 1, 2]);
  });

  it("gives them as they come, where no order was asked for", async () => {
    const { flow, arrive } = setup({ ordered: false });
    const asked = [flow.get(), flow.get()];
    arrive(2);
    arrive(0);
    expect((await Promise.all(asked)).map((item) => item?.start)).toEqual([2, 0]);
  });

  it("waits where all are held, and goes on when one is given back", async () => {
    const { flow, arrive } = setup({ timeout: 20 }, 1);
    const first = flow.get();
    arrive(0);
    const held = await first;
    await expect(flow.get()).rejects.toThrow(/20 ms: all that there may be are held/);
    const next = flow.get();
    held?.place.leave();
    arrive(1);
    expect((await next)?.start).toBe(1);
  });

  it("tells the end again and again, to everyone", async () => {
    const { flow, arrive } = setup({}, 3, 2);
    const asked = Array.from({ length: 5 }, () => flow.get());
    arrive(1);
    arrive(0);
    expect((await Promise.all(asked)).map((item) => item?.start)).toEqual([
      0,
      1,
      undefined,
      undefined,
      undefined,
    ]);
    expect(await flow.get()).toBeUndefined();
  });
});

describe("a block that cannot be read", () => {
  it.each([true, false])("fails alone, and the others come (ordered: %s)", async (ordered) => {
    const { flow, arrive, fail } = setup({ ordered }, 3, 3);
    const asked = Promise.allSettled([flow.get(), flow.get(), flow.get()]);
    arrive(0);
    fail(1);
    arrive(2);
    const [first, second, third] = await asked;
    expect(first).toMatchObject({ status: "fulfilled", value: { start: 0 } });
    expect(second).toMatchObject({ status: "rejected", reason: new Error("block 1") });
    expect(third).toMatchObject({ status: "fulfilled", value: { start: 2 } });
    expect(await flow.get()).toBeUndefined();
  });

  it("takes no place, however many there are", async () => {
    const { flow, fail, arrive } = setup({}, 2);
    for (let start = 0; start < 9; start++) {
      const asked = flow.get();
      fail(start);
      await expect(asked).rejects.toThrow(`block ${start}`);
    }
    const last = flow.get();
    arrive(9);
    expect((await last)?.start).toBe(9);
  });

  it.each([true, false])("is skipped and noted, where that was asked for (ordered: %s)", async (ordered) => {
    const { flow, arrive, fail } = setup({ ordered, onError: "skip" }, 2, 4);
    const asked = [flow.get(), flow.get()];
    fail(0);
    await after(0);
    fail(1);
    await after(0);
    arrive(2);
    arrive(3);
    expect((await Promise.all(asked)).map((item) => item?.start)).toEqual([2, 3]);
    expect(await flow.get()).toBeUndefined();
    expect(flow.skipped).toMatchObject([
      { start: 0, length: 1, error: new Error("block 0") },
      { start: 1, length: 1, error: new Error("block 1") },
    ]);
  });

  it("that throws at once is as one that fails later", async () => {
    const loader = {
      load: ({ start }: BlockSpan): Loaded<number> => {
        if (start === 1) throw new Error("at once");
        return { data: start, release: () => undefined };
      },
      stop: () => undefined,
    };
    const spans = planBlocks(resolveBlocks({ blockSize: 1 }, 3, 1, "x"));
    const course = { spans, readAhead: 1, rows: 3, cyclic: false };
    const flow = new Flow(loader, ({ data }, _, place) => ({ data, place }), course, {});
    const first = await flow.get();
    first?.place.leave();
    await expect(flow.get()).rejects.toThrow("at once");
    expect((await flow.get())?.data).toBe(2);
  });
});

describe("what cannot be read at all", () => {
  const failing = (error: Error, cyclic: boolean, options: FlowOptions) => {
    const load = (): Loaded<number> => {
      throw error;
    };
    const loader = { load, stop: () => undefined };
    const spans = planBlocks(resolveBlocks({ blockSize: 1, cyclic }, 5, 1, "x"));
    return new Flow(loader, ({ data }) => data, { spans, readAhead: 2, rows: 5, cyclic }, options);
  };

  it.each([true, false])("ends the stream where its source was closed (cyclic: %s)", async (cyclic) => {
    const flow = failing(new ClosedError("closed"), cyclic, { onError: "skip" });
    await expect(flow.get()).rejects.toThrow("closed");
    await expect(flow.get()).rejects.toThrow("closed");
    expect(flow.skipped).toEqual([]);
  });

  it("ends a cyclic stream after one cycle of which nothing could be read", async () => {
    const flow = failing(new Error("bad"), true, { onError: "skip" });
    await expect(flow.get()).rejects.toThrow("bad");
    expect(flow.skipped).toHaveLength(4);
    expect(await failing(new Error("bad"), false, { onError: "skip" }).get()).toBeUndefined();
  });

  it("waits as long as it is told, for ever too", async () => {
    for (const timeout of [Number.POSITIVE_INFINITY, 2 ** 31]) {
      const { flow, arrive } = setup({ timeout });
      const asked = flow.get();
      await after(5);
      arrive(0);
      expect((await asked)?.start).toBe(0);
    }
  });
});

describe("an end before the end", () => {
  it("by close() lets those come that are begun", async () => {
    const { flow, arrive, begun } = setup();
    const asked = [flow.get(), flow.get(), flow.get(), flow.get()];
    flow.close();
    for (const start of [0, 1, 2]) arrive(start);
    const items = await Promise.all(asked);
    expect(items.map((item) => item?.start)).toEqual([0, 1, 2, undefined]);
    for (const item of items) item?.place.leave();
    expect(await flow.get()).toBeUndefined();
    expect(begun()).toEqual([0, 1, 2]);
  });

  it("by stop() ends it at once, and what arrives later is given back", async () => {
    const { flow, arrive, released, stopped } = setup();
    const asked = [flow.get(), flow.get()];
    arrive(1);
    await after(0);
    flow.stop(undefined);
    expect(await Promise.all(asked)).toEqual([undefined, undefined]);
    expect(released).toEqual([1]);
    arrive(2);
    await after(0);
    expect(released).toEqual([1, 2]);
    expect(stopped()).toBe("stopped");
    expect(await flow.get()).toBeUndefined();
  });

  it("by a signal tells its reason to whoever waits or asks", async () => {
    const abort = new AbortController();
    const { flow } = setup({ signal: abort.signal });
    const asked = flow.get();
    abort.abort(new Error("enough"));
    await expect(asked).rejects.toThrow("enough");
    await expect(flow.get()).rejects.toThrow("enough");
    expect(() => setup({ signal: abort.signal })).toThrow("enough");
  });

  it("by a time that is up leaves the block for the next who asks", async () => {
    const { flow, arrive } = setup({ timeout: 5 });
    await expect(flow.get()).rejects.toBeInstanceOf(TimeoutError);
    await expect(flow.get()).rejects.toThrow(/5 ms: rows from 0 are being read/);
    arrive(0);
    expect((await flow.get())?.start).toBe(0);
  });

  it("by a listener that throws gives up, with its error", async () => {
    const told: StreamProgress[] = [];
    const onProgress = (progress: StreamProgress) => {
      told.push(progress);
      if (progress.blocks === 2) throw new Error("no more");
    };
    const { flow, arrive, released } = setup({ onProgress });
    const asked = Promise.allSettled([flow.get(), flow.get()]);
    arrive(0);
    arrive(1);
    expect(await asked).toMatchObject([{ value: { start: 0 } }, { reason: new Error("no more") }]);
    await expect(flow.get()).rejects.toThrow("no more");
    expect(released).toEqual([1]);
    expect(told).toEqual([
      { blocks: 1, rows: 1, total: 10 },
      { blocks: 2, rows: 2, total: 10 },
    ]);
  });
});

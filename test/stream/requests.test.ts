import { getEventListeners } from "node:events";
import { statSync, truncateSync } from "node:fs";
import { setImmediate, setTimeout } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { ArrayView, MemoryStorage, openNpy, saveNpy } from "../../src/array/index.js";
import { parseDType } from "../../src/dtype/index.js";
import { CorruptError, DTypeError, LimitError, UnsupportedError } from "../../src/errors.js";
import { collectGarbage } from "../../src/platform/collect.js";
import type { Dataset } from "../../src/stream/dataset.js";
import { Reader } from "../../src/stream/reader.js";
import { temporaryPaths } from "../support/temporary.js";

const paths = temporaryPaths();
/** So many numbers are not read in one go. */
const LONG = 1_000_000;
const values = Float64Array.from({ length: LONG }, (_, i) => i);
const array = new ArrayView(new MemoryStorage(new Uint8Array(values.buffer)), parseDType("f8"), {
  shape: [LONG],
  strides: [8],
  offset: 0,
});
const reader = await Reader.open(array, { workers: 0 });
const dataset = (await reader.dataset()) as Dataset<ArrayView>;
/** It takes some turns of the event loop. */
const long = dataset.where((column) => column.isin([LONG - 2, LONG - 1]));
afterAll(() => reader.close());

describe("requests that are answered at once", () => {
  it("leave others their turn", async () => {
    using stage = dataset.createStage(1);
    let over = false;
    const timer = setTimeout(20).then(() => {
      over = true;
    });
    for (let i = 0; !over; i++)
      expect(await reader.request(dataset.at(i % LONG), stage).get()).toBe(i % LONG);
    await timer;
  });

  it("also where they fail, and where they come in order", async () => {
    using pool = dataset.createStagePool(1, 3);
    const signal = AbortSignal.timeout(20);
    for (;;) {
      if (signal.aborted) break;
      await expect(reader.request(dataset.at(LONG), pool).get()).rejects.toThrow("outside");
    }
    function* endless() {
      for (;;) yield dataset.at(7);
    }
    const reading = (async () => {
      for await (const one of reader.requests(endless(), pool, { signal: AbortSignal.timeout(20) }))
        expect(one).toBe(7);
    })();
    await expect(reading).rejects.toThrow("timeout");
    expect(pool.free).toBe(3);
  });
});

describe("requests in order", () => {
  it("end though the next operation never comes, and ask for none that comes later", async () => {
    using pool = dataset.createStagePool(1, 3);
    let go: () => void = () => undefined;
    const later = new Promise<void>((resolve) => {
      go = resolve;
    });
    async function* slow() {
      yield dataset.at(1);
      await later;
      yield dataset.at(2);
    }
    for await (const one of reader.requests(slow(), pool)) {
      expect(one).toBe(1);
      break;
    }
    expect(pool.free).toBe(3);
    go();
    await setImmediate();
    expect(pool.free).toBe(3);
  });

  it("refuse what is no list of operations, and no pool", async () => {
    using pool = dataset.createStagePool(1, 3);
    expect(() => reader.requests(5 as never, pool)).toThrow(UnsupportedError);
    expect(() => reader.requests(null as never, pool)).toThrow(UnsupportedError);
    expect(() => reader.requests([dataset], dataset.createStage(1) as never)).toThrow(UnsupportedError);
    await expect(reader.requests([5 as never], pool).next()).rejects.toThrow("an operation is");
    expect(pool.free).toBe(3);
  });
});

describe("arguments that are none", () => {
  it("are told, and take no stage", async () => {
    using stage = dataset.createStage(1);
    for (const wrong of [null, undefined, 5, {}]) {
      expect(() => reader.request(wrong as never, stage)).toThrow(UnsupportedError);
      expect(() => reader.request(dataset, wrong as never)).toThrow(UnsupportedError);
    }
    for (const options of [null, 5, { signal: {} }]) {
      expect(() => reader.request(dataset, stage, options as never)).toThrow(UnsupportedError);
    }
    for (const timeout of [null, "5", -1, Number.NaN]) {
      expect(() => reader.request(dataset, stage, { timeout: timeout as never })).toThrow(LimitError);
    }
    await expect(Reader.open(array, null as never)).rejects.toThrow(UnsupportedError);
    expect(() => dataset.createStage(null as never)).toThrow("a whole number of rows, not null");
    expect(() => dataset.createStagePool(1, 1e9)).toThrow(LimitError);
    expect(() => dataset.where(null as never)).toThrow(DTypeError);
    expect(() => dataset.where((column) => column.isin("ab" as never))).toThrow("a list of values");
    expect(() => dataset.where((column) => column.isin(5 as never))).toThrow(DTypeError);
    expect(stage.busy).toBe(false);
  });
});

describe("a signal", () => {
  it("has one listener for all requests, and none when they are answered", async () => {
    using pool = dataset.createStagePool(2, 2);
    const { signal } = new AbortController();
    const futures = Array.from({ length: 50 }, () => reader.request(long, pool, { signal }));
    expect(getEventListeners(signal, "abort")).toHaveLength(1);
    for (const future of futures.splice(10)) future.cancel();
    for (const future of futures) expect((await future.get()).length).toBe(2);
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });
});

describe("a stage", () => {
  it("serves the next request when nobody writes any more for one that has failed", async () => {
    using stage = dataset.createStage(2);
    const first = reader.request(long, stage, { timeout: 0 });
    await expect(first.get()).rejects.toThrow("not answered within");
    expect(stage.busy).toBe(true);
    const second = reader.request(dataset.slice(0, 2), stage);
    expect(second.state).toBe("waiting");
    expect(() => reader.request(dataset.slice(0, 2), stage)).toThrow("serves another request");
    expect((await second.get()).values).toEqual(Float64Array.of(0, 1));
    const third = reader.request(long, stage);
    third.cancel();
    const given = reader.request(dataset.at(1), stage);
    given.cancel();
    const last = reader.request(long, stage);
    expect(stage.busy).toBe(true);
    expect((await last.get()).at(1)).toBe(LONG - 1);
    expect(stage.busy).toBe(false);
    const lost = reader.request(long, stage);
    lost.cancel();
    const waiting = reader.request(dataset.at(1), stage);
    stage.close();
    await expect(waiting.get()).rejects.toThrow("was closed");
  });

  it("goes on with other memory where a view of it was dropped", async () => {
    using stage = dataset.createStage(2);
    const kept = async () => (await reader.request(dataset.slice(0, 2), stage).view()).data.values;
    const own = await kept();
    for (let i = 0; i < 200 && stage.busy; i++) {
      await setImmediate();
      collectGarbage();
    }
    expect(stage.busy).toBe(false);
    expect((await reader.request(dataset.slice(5, 7), stage).get()).values).toEqual(Float64Array.of(5, 6));
    expect(own).toEqual(Float64Array.of(0, 1));
  });
});

describe("a file that other software cuts short", () => {
  it("is seen before it is read, however little is asked for", async () => {
    const path = `${paths()}.npy`;
    await saveNpy(path, array);
    using file = openNpy(path);
    await using own = await Reader.open(file, { workers: 0 });
    const rows = (await own.dataset()) as Dataset<ArrayView>;
    using stage = rows.createStage(4);
    expect((await own.request(rows.slice(-2), stage).get()).at(0)).toBe(LONG - 2);
    truncateSync(path, statSync(path).size - 1_000_000);
    await setTimeout(2);
    for (const operation of [rows.slice(-2), rows.take([-1]), rows.where((column) => column.gt(LONG))]) {
      await expect(own.request<unknown>(operation, stage).get()).rejects.toThrow(CorruptError);
      await setTimeout(2);
    }
  });
});

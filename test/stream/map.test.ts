import { beforeAll, describe, expect, it } from "vitest";
import type { Streamable, Streamer, StreamOptions } from "../../src/stream/index.js";
import { rejection } from "../workers/support.js";
import {
  ascending,
  core,
  errors,
  type Fixture,
  KINDS,
  randomNumbers,
  range,
  streamPaths,
  streams,
  tasks,
  writeFixture,
} from "./support.js";

const fresh = streamPaths();
const module = tasks("blocks");
const ROWS = 100;
const X = randomNumbers(ROWS);
let fixture: Fixture;

beforeAll(async () => {
  const columns = {
    x: { dtype: "f8", itemShape: [], values: X },
    y: { dtype: "i4", itemShape: [], values: Int32Array.from(range(0, ROWS)) },
  };
  fixture = await writeFixture(fresh("rows"), [ROWS, 4], columns, ROWS);
});

/** Where rows may be: in files, which workers open themselves, or in memory that is theirs alone to see. */
const PLACES = [...KINDS, "memory"] as const;

async function opened(place: (typeof PLACES)[number], name: "array" | "table"): Promise<Streamer> {
  if (place !== "memory") return streams.Streamer.open(fixture.paths[place], `/test_${name}`);
  using file = core.MemmapFile.open(fixture.paths["tables and arrays"]);
  const all = range(0, ROWS);
  if (name === "array") return streams.Streamer.open(file.getArray("/test_array").take(all));
  return streams.Streamer.open(file.getGroup("/test_table").table().take(all) as Streamable);
}

async function mapped<T>(
  streamer: Streamer,
  name: string | undefined,
  options: StreamOptions = {},
): Promise<T[]> {
  const results: T[] = [];
  for await (const result of streamer.map<T>({ module, name }, { blockSize: 30, ...options }))
    results.push(result);
  return results;
}

describe.each(PLACES)("map() over %s", (place) => {
  let array: Streamer;
  let table: Streamer;
  beforeAll(async () => {
    array = await opened(place, "array");
    table = await opened(place, "table");
    return () => {
      array.source.close();
      table.source.close();
    };
  });

  it("gives a result for each block, in their order", async () => {
    const sums = [0, 30, 60, 90].map((start, index) => {
      const rows = X.subarray(start, start + 30);
      return { index, start, length: rows.length, sum: expect.closeTo(rows.reduce((a, b) => a + b)) };
    });
    expect(await mapped(table, "sumOf")).toEqual(sums);
    expect(await mapped(table, "sumOf", { workers: 0 })).toEqual(sums);
    expect(await mapped(array, undefined)).toEqual([30, 30, 30, 10]);
    expect(await mapped<bigint>(array, "sum", { blockSize: ROWS })).toEqual([(400n * 399n) / 2n]);
  });

  it("takes the options of blocks", async () => {
    expect(await mapped(table, "names", { fields: ["y"], blockSize: ROWS })).toEqual([["y"]]);
    expect(await mapped(array, "rows", { from: -3, blockSize: 2 })).toEqual([[388n, 392n], [396n]]);
    const cyclic = array.map<bigint[]>({ module, name: "rows" }, { cyclic: true, blockSize: 80 });
    await cyclic.next();
    const { value = [] } = await cyclic.next();
    expect(value.map((first) => Number(first) / 4)).toEqual([...range(80, 100), ...range(0, 60)]);
    cyclic.stop();
    const mixed = (await mapped<bigint[]>(array, "rows", { shuffle: true, ordered: false })).flat();
    expect(ascending(mixed.map((first) => Number(first) / 4))).toEqual(range(0, ROWS));
  });

  it("waits for promises, and gives results as they come, where that was asked for", async () => {
    expect(await mapped(array, "later")).toEqual([0n, 120n, 240n, 360n]);
    const numbers = (await mapped<bigint>(array, "later", { ordered: false, blockSize: 5 })).map(Number);
    expect(ascending(numbers)).toEqual(range(0, 20).map((i) => 20 * i));
  });
});

describe("a function that fails", () => {
  let array: Streamer;
  beforeAll(async () => {
    array = await opened("tables and arrays", "array");
    return () => array.source.close();
  });
  const options = { blockSize: 5 };

  it.each([0, 2])("fails its block alone, with an error of its class (workers: %d)", async (workers) => {
    const stream = array.map<number>({ module, name: "failThird" }, { ...options, workers });
    expect([(await stream.next()).value, (await stream.next()).value]).toEqual([0, 1]);
    await stream.next();
    const error = await rejection(stream.next());
    expect(error).toBeInstanceOf(RangeError);
    expect(error).toHaveProperty("message", "the third");
    expect((await stream.next()).value).toBe(4);
    stream.stop();
    const skipping = array.map<number>(
      { module, name: "failThird" },
      { ...options, workers, onError: "skip" },
    );
    const seen: number[] = [];
    for await (const index of skipping) seen.push(index);
    expect(seen).toEqual(range(0, 20).filter((index) => index !== 3));
    expect(skipping.skipped).toMatchObject([{ start: 15, length: 5, error: new RangeError("the third") }]);
  });

  it("by an error of this package has one of this package, and cannot assign", async () => {
    expect(await rejection(mapped(array, "outside"))).toBeInstanceOf(errors.IndexError);
    expect(await rejection(mapped(array, "assign"))).toBeInstanceOf(errors.ReadOnlyError);
  });

  it("by ending its worker fails one block", async () => {
    const stream = array.map<number>({ module, name: "leave" }, { ...options, workers: 1, onError: "skip" });
    const seen: number[] = [];
    for await (const index of stream) seen.push(index);
    expect(seen).toEqual(range(0, 20).filter((index) => index !== 1));
    expect(stream.skipped[0]?.error).toBeInstanceOf(errors.WorkerError);
  });
});

describe("a function that is not there", () => {
  const named = async (fn: object, workers = 1) => {
    const array = await opened("memory", "array");
    for await (const _ of array.map(fn as { module: string }, { workers })) expect.unreachable();
  };

  it.each([0, 1])("is an error that says what there is (workers: %d)", async (workers) => {
    const error = await rejection(named({ module, name: "summ" }, workers));
    expect(error).toBeInstanceOf(errors.NotFoundError);
    expect(String(error)).toMatch(/exports no function "summ"; it exports .*sum/);
    expect(await rejection(named({ module, name: "notCallable" }, workers))).toBeInstanceOf(
      errors.NotFoundError,
    );
    const missing = await rejection(named({ module: tasks("none"), name: "sum" }, workers));
    expect(String(missing)).toMatch(/none\.mjs/);
  });

  it("or is not named by the URL of a module is one at once", async () => {
    const array = await opened("memory", "array");
    for (const fn of [{ module: "./work.js" }, { module: 1 }, { module, name: 1 }]) {
      expect(() => array.map(fn as { module: string })).toThrow(errors.UnsupportedError);
    }
  });
});

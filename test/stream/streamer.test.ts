import { beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import type { ArrayView, TableView } from "../../src/index.js";
import type { Block, Source, StreamOptions, StreamProgress } from "../../src/stream/index.js";
import { stopClock } from "../support/clock.js";
import { rejection } from "../workers/support.js";
import {
  ascending,
  collect,
  core,
  drain,
  errors,
  type Fixture,
  KINDS,
  type Kind,
  type Model,
  randomNumbers,
  range,
  streamPaths,
  streams,
  writeFixture,
} from "./support.js";

const fresh = streamPaths();
const ROWS = 100;
const COMPRESSED: Kind = "a compressed HDF5 file";
let fixture: Fixture;
const opened = new Map<string, Source>();

beforeAll(async () => {
  const columns = {
    x: { dtype: "f8", itemShape: [], values: randomNumbers(ROWS) },
    y: { dtype: "i4", itemShape: [], values: Int32Array.from(range(0, ROWS)) },
  };
  fixture = await writeFixture(fresh("rows"), [ROWS, 4], columns, ROWS);
  for (const kind of KINDS) {
    for (const name of ["/test_array", "/test_table"]) {
      opened.set(`${kind} ${name}`, await streams.openSource(fixture.paths[kind], name));
    }
  }
  return () => {
    for (const source of opened.values()) source.close();
  };
});

function streamer(kind: Kind = COMPRESSED, name: "array" | "table" = "array") {
  const source = opened.get(`${kind} /test_${name}`);
  if (source === undefined) throw new Error(`there is no ${name} of ${kind}`);
  return new streams.Streamer(source);
}

const rowsOf = async (options: StreamOptions, kind?: Kind, name: "array" | "table" = "array") =>
  (await collect(streamer(kind, name).blocks(options), ({ data }) => fixture[name].numbersOf(data))).flat();

describe.each(KINDS)("blocks of %s", (kind) => {
  it("come in their order, the last one short", async () => {
    const stream = streamer(kind).blocks({ blockSize: 30 });
    expect(stream).toMatchObject({ blockSize: 30 });
    const seen = await collect(stream, ({ index, start, length, indices, data }) => {
      expect([indices, data.length]).toEqual([undefined, length]);
      return [index, start, length, ...fixture.array.numbersOf(data)];
    });
    const expected = [0, 30, 60, 90].map((start, i) => {
      const length = Math.min(30, ROWS - start);
      return [i, start, length, ...range(start, start + length)];
    });
    expect(seen).toEqual(expected);
  });

  it("leave out the rows behind the last full one, where that was asked for", async () => {
    expect(await rowsOf({ blockSize: 30, remainder: false }, kind)).toEqual(range(0, 90));
  });

  it("are those between two rows", async () => {
    const cases: [from: number | undefined, to: number | undefined, rows: number[]][] = [
      [10, 20, range(10, 20)],
      [-5, undefined, range(95, 100)],
      [undefined, -95, range(0, 5)],
      [90, 1000, range(90, 100)],
      [50, 50, []],
      [60, 50, []],
    ];
    for (const [from, to, rows] of cases) {
      expect(await rowsOf({ from, to, blockSize: 7 }, kind)).toEqual(rows);
      expect(ascending(await rowsOf({ from, to, blockSize: 7, shuffle: true }, kind))).toEqual(rows);
    }
  });

  it("join the end and the beginning of a cycle, all of them full", async () => {
    const seen: number[][] = [];
    for await (const { data, length } of streamer(kind).blocks({
      cyclic: true,
      blockSize: 30,
      from: 10,
      to: 60,
    })) {
      expect(length).toBe(30);
      seen.push(fixture.array.numbersOf(data));
      if (seen.length === 5) break;
    }
    expect(seen.flat()).toEqual([...range(10, 60), ...range(10, 60), ...range(10, 60)]);
  });

  it("of more rows than there are begin again as often as it takes", async () => {
    const stream = streamer(kind, "table").blocks({ cyclic: true, blockSize: 250 });
    const { value } = await stream.next();
    const expected = range(0, 250).map((row) => row % ROWS);
    expect(fixture.table.numbersOf((value as Block).data)).toEqual(expected);
    stream.stop();
  });

  it("are mixed in the same way for the same seed", async () => {
    for (const shuffle of [true, { window: 64 }] as const) {
      const mixed = async (seed: number) => {
        const stream = streamer(kind, "table").blocks({ shuffle, seed, blockSize: 8 });
        expect(stream.seed).toBe(seed);
        const parts = await collect(stream, ({ data, indices, start }) => {
          const numbers = fixture.table.numbersOf(data);
          expect([...(indices ?? [])]).toEqual(numbers);
          expect(start).toBe(numbers[0]);
          return numbers;
        });
        return parts.flat();
      };
      const one = await mixed(7);
      expect(await mixed(7)).toEqual(one);
      expect(ascending(one)).toEqual(range(0, ROWS));
      expect(one).not.toEqual(range(0, ROWS));
      expect(await mixed(8)).not.toEqual(one);
    }
  });

  it("have the fields that were asked for, in that order", async () => {
    const table = streamer(kind, "table");
    for (const fields of [["y"], ["y", "x"]]) {
      const seen = await collect(table.blocks({ fields, blockSize: 40 }), ({ data, start }) => {
        const view = data as TableView;
        expect(view.columnNames).toEqual(fields);
        expect(view.column("y").toArray()).toEqual(Int32Array.from(range(start, start + data.length)));
        return data.length;
      });
      expect(seen).toEqual([40, 40, 20]);
    }
  });

  it("go side by side with those of other streams of one Streamer, and of another", async () => {
    const one = streamer(kind);
    using other = await streams.openSource(fixture.paths[kind], "/test_array");
    const options = [{ blockSize: 7 }, { blockSize: 7, ordered: false }, { blockSize: 3, shuffle: true }];
    const all = [...options.map((each) => one.blocks(each)), new streams.Streamer(other).blocks()];
    const drained = await Promise.all(all.map((stream) => drain(stream, fixture.array)));
    for (const { rows, errors: thrown } of drained) {
      expect(thrown).toEqual([]);
      expect(ascending(rows)).toEqual(range(0, ROWS));
    }
  });

  it("are as rows() and remainder() have them", async () => {
    const rows = await collectRows(streamer(kind, "table").rows({ blockSize: 9 }));
    expect(rows.map((row) => (row as { y: number }).y)).toEqual(range(0, ROWS));
    expect((rows[3] as { x: number }).x).toBe(fixture.table.columns.get("x")?.values[3]);
    const rest = await streamer(kind).remainder(30);
    expect(fixture.array.numbersOf(rest)).toEqual(range(90, 100));
    const none = (await streamer(kind).remainder(25)) as ArrayView;
    expect([none.shape, String(none.dtype)]).toEqual([[0, 4], "<i8"]);
    expect(await rejection(streamer(kind).remainder(0))).toBeInstanceOf(errors.LimitError);
  });
});

async function collectRows(rows: AsyncIterable<unknown>): Promise<unknown[]> {
  const seen: unknown[] = [];
  for await (const row of rows) seen.push(row);
  return seen;
}

describe("where rows lie", () => {
  it("is where they are looked at, in tables and in files that hold them as they are", async () => {
    using table = core.MemmapTable.create(fresh("table"), { rows: 50, columns: { x: "f8", y: "i4" } });
    const start = table.column("x").values;
    const seen = await collect((await streams.Streamer.open(table)).blocks({ blockSize: 20 }), (block) => {
      const { values } = (block.data as TableView).column("x") as unknown as ArrayView<"f8", "r+">;
      expect(values.buffer).toBe(start.buffer);
      expect(values.byteOffset - start.byteOffset).toBe(8 * block.start);
      return values.length;
    });
    expect(seen).toEqual([20, 20, 10]);
  });

  it("is no new memory for each block: stages are used again", async () => {
    const made = countBuffers();
    const block = 4 * 32;
    await collect(streamer().blocks({ blockSize: 4, readAhead: 3, workers: 2 }), () => undefined);
    expect(made(block)).toBeLessThanOrEqual(3);
    await rowsOf({ blockSize: 4 }, "an HDF5 file, where they lie");
    await rowsOf({ blockSize: 4 }, "tables and arrays");
    expect(made(block)).toBeLessThanOrEqual(3);
  });

  it("is another's after the release, and views of it say so", async () => {
    for (const kind of KINDS) {
      const queue = streamer(kind, "table").queue({ blockSize: 10 });
      const block = await queue.get();
      const data = block?.data as TableView;
      const column = data.column("x");
      const part = data.slice(2, 4);
      expect(Number(column.at(0))).toBe(fixture.table.columns.get("x")?.values[0]);
      const copy = data.take([1]);
      block?.release();
      block?.release();
      expect(() => block?.data).toThrow(errors.ClosedError);
      for (const look of [
        () => column.at(0),
        () => data.at(0),
        () => part.toRecords(),
        () => column.values,
      ]) {
        expect(look).toThrow(errors.ClosedError);
      }
      expect(copy.column("y").at(0)).toBe(1);
      queue.stop();
    }
  });

  it("of a stream: a block is released when the next is asked for, by break and by a throw", async () => {
    const kept: ArrayView[] = [];
    for await (const { data } of streamer().blocks({ blockSize: 10 })) {
      if (kept.length > 0) expect(() => kept.at(-1)?.at(0, 0)).toThrow(errors.ClosedError);
      kept.push(data as ArrayView);
      if (kept.length === 3) break;
    }
    const loop = async () => {
      for await (const { data } of streamer().blocks({ blockSize: 10 })) {
        kept.push(data as ArrayView);
        throw new RangeError("mine");
      }
    };
    await expect(loop()).rejects.toThrow("mine");
    for (const view of kept) expect(() => view.at(0, 0)).toThrow(errors.ClosedError);
  });
});

/** Counts the shared buffers of a size that are made from now on. */
function countBuffers(): (size: number) => number {
  const made: number[] = [];
  const Native = SharedArrayBuffer;
  vi.stubGlobal(
    "SharedArrayBuffer",
    class extends Native {
      constructor(length = 0) {
        super(length);
        made.push(length);
      }
    },
  );
  onTestFinished(() => void vi.unstubAllGlobals());
  return (size) => made.filter((length) => length === size).length;
}

describe("back pressure", () => {
  it.each(KINDS)("%s: no more blocks than may be, whoever holds them", async (kind) => {
    const made = countBuffers();
    const pass = stopClock();
    const queue = streamer(kind).queue({ blockSize: 4, readAhead: 3, workers: 2, timeout: 10 });
    const held = await Promise.all([queue.get(), queue.get(), queue.get()]);
    const late = rejection(queue.get());
    pass(10);
    expect(await late).toBeInstanceOf(errors.TimeoutError);
    expect(made(4 * 32)).toBe(kind === COMPRESSED ? 3 : 0);
    held[1]?.release();
    expect((await queue.get())?.start).toBe(12);
    expect(fixture.array.numbersOf(held[0]?.data as ArrayView)).toEqual(range(0, 4));
    expect(made(4 * 32)).toBe(kind === COMPRESSED ? 3 : 0);
    queue.stop();
    // What is held is still good.
    expect(fixture.array.numbersOf(held[2]?.data as ArrayView)).toEqual(range(8, 12));
    held[2]?.release();
  });

  it("a hundred consumers of one queue get each row once, at whatever pace", async () => {
    const queue = streamer().queue({ blockSize: 1, readAhead: 7, workers: 2 });
    const consumers = range(0, 100).map(async (consumer) => {
      const rows: number[] = [];
      for await (const { data } of queue) {
        rows.push(...fixture.array.numbersOf(data));
        for (let turn = 0; turn < consumer % 5; turn++) await new Promise(setImmediate);
      }
      return rows;
    });
    const rows = (await Promise.all(consumers)).flat();
    expect(ascending(rows)).toEqual(range(0, ROWS));
  });

  it("close() lets come what is begun, and then the end; leaving a consumer's loop ends nothing", async () => {
    const queue = streamer().queue({ blockSize: 10, readAhead: 3 });
    for await (const { start } of queue) {
      expect(start).toBe(0);
      break;
    }
    expect((await queue.get())?.start).toBe(10);
    queue.close();
    const rest = await collect(queue, ({ start }) => start);
    expect(rest.length).toBeLessThanOrEqual(3);
    expect(rest).toEqual([20, 30, 40].slice(0, rest.length));
    expect(await queue.get()).toBeUndefined();
  });
});

describe("the life of a stream", () => {
  it("ends with a signal's reason, wherever it is", async () => {
    const abort = new AbortController();
    const queue = streamer().queue({ signal: abort.signal, blockSize: 10, readAhead: 1 });
    const held = await queue.get();
    const waiting = rejection(queue.get());
    abort.abort(new Error("enough"));
    expect(await waiting).toHaveProperty("message", "enough");
    expect(fixture.array.numbersOf(held?.data as ArrayView)).toEqual(range(0, 10));
    expect(() => streamer().blocks({ signal: abort.signal })).toThrow("enough");
  });

  it("is told of, block by block", async () => {
    const told: StreamProgress[] = [];
    await rowsOf({ blockSize: 40, onProgress: (progress) => told.push(progress) });
    expect(told).toEqual([
      { blocks: 1, rows: 40, total: 100 },
      { blocks: 2, rows: 80, total: 100 },
      { blocks: 3, rows: 100, total: 100 },
    ]);
    const endless = streamer().blocks({
      cyclic: true,
      blockSize: 40,
      onProgress: (progress) => told.push(progress),
    });
    await endless.next();
    endless.stop();
    expect(told.at(-1)).toEqual({ blocks: 1, rows: 40, total: undefined });
    const onProgress = () => {
      throw new RangeError("no more");
    };
    await expect(rowsOf({ onProgress })).rejects.toThrow("no more");
  });

  it("needs no workers", async () => {
    const post = vi.spyOn((await import("node:worker_threads")).Worker.prototype, "postMessage");
    onTestFinished(() => post.mockRestore());
    expect(await rowsOf({ workers: 0, blockSize: 9 })).toEqual(range(0, ROWS));
    expect(post).not.toHaveBeenCalled();
  });

  it("is ended by `using`", async () => {
    let stopped: AsyncIterator<Block>;
    {
      await using stream = streamer().blocks({ blockSize: 10 });
      stopped = stream;
      expect((await stream.next()).done).toBe(false);
    }
    expect(await stopped.next()).toEqual({ done: true, value: undefined });
  });
});

describe("options that make no sense", () => {
  const cases: [options: object, error: keyof typeof errors, message: RegExp][] = [
    [{ blockSize: 0 }, "LimitError", /blockSize is a whole number of at least 1, not 0/],
    [{ blockSize: 1.5 }, "LimitError", /blockSize/],
    [{ readAhead: 0 }, "LimitError", /readAhead/],
    [{ workers: -1 }, "LimitError", /workers/],
    [{ workers: Number.NaN }, "LimitError", /workers/],
    [{ timeout: 0 }, "LimitError", /timeout/],
    [{ onError: "ignore" }, "UnsupportedError", /"throw" or "skip", not "ignore"/],
    [{ seed: 0.5 }, "LimitError", /seed/],
    [{ shuffle: { window: 0 } }, "LimitError", /window/],
    [{ from: 0.5 }, "IndexError", /0\.5/],
    [{ cyclic: true, from: 5, to: 5 }, "ShapeError", /no rows to begin again with/],
    [{ fields: ["x"] }, "DTypeError", /no fields to choose/],
  ];
  it.each(cases)("%o", (options, name, message) => {
    const start = () => streamer().blocks(options as StreamOptions);
    expect(start).toThrow(message);
    expect(start).toThrow(errors[name]);
    expect(() => streamer().queue(options as StreamOptions)).toThrow(errors[name]);
  });

  it("a field that is not there is guessed at", () => {
    const table = streamer(COMPRESSED, "table");
    expect(() => table.blocks({ fields: ["X"] })).toThrow(/no field "X".*"x"/);
    expect(() => table.blocks({ fields: ["X"] })).toThrow(errors.NotFoundError);
  });
});

/** What is not there has no blocks. */
it.each(KINDS)("no rows are no blocks: %s", async (kind) => {
  const empty: Model = fixture.array;
  const { rows, errors: thrown } = await drain(streamer(kind).blocks({ from: 3, to: 3 }), empty);
  expect([rows, thrown]).toEqual([[], []]);
});

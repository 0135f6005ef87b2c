/**
 * The tests that multitables has of its Streamer (`test_multitables_v1.py`), each over tables and arrays of this package and
 * over HDF5 files of the same rows. Every row is compared by all of its bytes, not by its first element.
 */
import { beforeAll, describe, expect, it } from "vitest";
import { planBlocks, resolveBlocks } from "../../src/stream/block-plan.js";
import type { BlockQueue, Streamer } from "../../src/stream/index.js";
import {
  ascending,
  collect,
  type Fixture,
  KINDS,
  type Model,
  randomBytes,
  randomNumbers,
  range,
  streamPaths,
  streams,
  writeFixture,
} from "./support.js";

const fresh = streamPaths();
const ROWS = 1000;
const RECORDS = 100;
let fixture: Fixture;

beforeAll(async () => {
  const columns = {
    col_A: { dtype: "u1", itemShape: [5, 20], values: randomBytes(RECORDS * 100) },
    col_B: { dtype: "f8", itemShape: [7, 49], values: randomNumbers(RECORDS * 343, 2) },
  };
  fixture = await writeFixture(fresh("v1"), [ROWS, 10, 10], columns, RECORDS);
});

/** Greatest common divisor, which has gone from where upstream takes it. */
const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));

it("get_batches: rows are cut into blocks, the last of them short", () => {
  const blocks = [...planBlocks(resolveBlocks({ blockSize: 3 }, 8, 1, "the rows"))];
  expect(blocks.map(({ start, length }) => range(start, start + length))).toEqual([
    [0, 1, 2],
    [3, 4, 5],
    [6, 7],
  ]);
});

describe.each(KINDS)("multitables' Streamer over %s", (kind) => {
  let array: Streamer;
  let table: Streamer;
  beforeAll(async () => {
    array = await streams.Streamer.open(fixture.paths[kind], "/test_array");
    table = await streams.Streamer.open(fixture.paths[kind], "/test_table");
    return () => {
      array.source.close();
      table.source.close();
    };
  });

  /** The numbers of the rows that come, in the order in which they do. */
  async function numbers(rows: AsyncIterable<unknown>, model: Model): Promise<number[]> {
    const seen: number[] = [];
    for await (const row of rows) seen.push(model.numberOf(row));
    return seen;
  }

  async function drain(queue: BlockQueue, model: Model): Promise<number[][]> {
    const seen: number[][] = [];
    for (;;) {
      using block = await queue.get();
      if (block === undefined) return seen;
      seen.push(model.numbersOf(block.data));
    }
  }

  it("generator: each row comes once", async () => {
    const options = { ordered: false };
    expect(ascending(await numbers(array.rows(options), fixture.array))).toEqual(range(0, ROWS));
    const records = table.rows(options);
    expect(ascending(await numbers(records, fixture.table))).toEqual(range(0, RECORDS));
    await records.return();
  });

  it("ordered: rows come in their order", async () => {
    expect(await numbers(array.rows(), fixture.array)).toEqual(range(0, ROWS));
    expect(await numbers(table.rows(), fixture.table)).toEqual(range(0, RECORDS));
  });

  it("direct: blocks of a queue, and what is behind the last full one", async () => {
    const options = { ordered: false, remainder: false };
    for (const blockSize of [undefined, 16]) {
      const queue = array.queue({ ...options, blockSize });
      const blocks =
        blockSize === undefined
          ? await drain(queue, fixture.array)
          : await collect(queue, ({ data }) => fixture.array.numbersOf(data));
      expect(blocks).toHaveLength(Math.floor(ROWS / queue.blockSize));
      blocks.push(fixture.array.numbersOf(await array.remainder(queue.blockSize)));
      blocks.sort(([a = ROWS], [b = ROWS]) => a - b);
      const whole = range(0, Math.ceil(ROWS / queue.blockSize));
      const expected = whole.map((i) =>
        range(i * queue.blockSize, Math.min(ROWS, (i + 1) * queue.blockSize)),
      );
      expect(blocks.filter(({ length }) => length > 0)).toEqual(expected);
    }
  });

  it("cycle: blocks in no order are those of whole cycles, though not in the order of cycles", async () => {
    const blockSize = 45;
    const cycles = blockSize / gcd(blockSize, ROWS);
    const wanted = (cycles * ROWS) / blockSize;
    const queue = array.queue({ cyclic: true, ordered: false, blockSize, readAhead: 5 });
    const counts = new Map<number, number>();
    const indices: number[] = [];
    for await (const { index, start, data } of queue) {
      indices.push(index);
      expect(start).toBe((index * blockSize) % ROWS);
      const expected = range(start, start + blockSize).map((row) => row % ROWS);
      expect(fixture.array.numbersOf(data)).toEqual(expected);
      // Upstream takes the first blocks that come for the first ones that there are.
      if (index < wanted) for (const row of expected) counts.set(row, (counts.get(row) ?? 0) + 1);
      if (indices.length === wanted + 4) break;
    }
    queue.stop();
    expect(new Set(indices).size).toBe(wanted + 4);
    // No block was overtaken by more than are read ahead, so those of the whole cycles have come.
    expect(Math.max(...indices)).toBeLessThan(wanted + 9);
    expect([...counts.values()].every((count) => count <= cycles)).toBe(true);
    expect([...counts.values()].reduce((a, b) => a + b)).toBeGreaterThanOrEqual((wanted - 5) * blockSize);
  });

  it("cycle_ordered: whole cycles come in their order", async () => {
    const seen: number[] = [];
    for await (const { data } of array.blocks({ cyclic: true, blockSize: 45 })) {
      seen.push(...fixture.array.numbersOf(data));
      if (seen.length === 9 * ROWS) break;
    }
    expect(seen).toEqual(range(0, 9 * ROWS).map((row) => row % ROWS));
  });

  it("threaded: a hundred consumers drain one queue", async () => {
    const queue = array.queue({ workers: 4, blockSize: 10, ordered: false, remainder: false });
    const drained = await Promise.all(range(0, 100).map(() => drain(queue, fixture.array)));
    const blocks = drained.flat().sort(([a = 0], [b = 0]) => a - b);
    expect(blocks).toEqual(range(0, 100).map((i) => range(10 * i, 10 * i + 10)));
    expect((await array.remainder(10)).length).toBe(0);
  });

  it("quickstart: a loop over rows runs to its end", async () => {
    let count = 0;
    for await (const row of array.rows()) {
      expect(fixture.array.numberOf(row)).toBe(count);
      count += 1;
    }
    expect(count).toBe(ROWS);
  });

  it("howto: a queue to its end and beyond, then another, then rows", async () => {
    const queue = array.queue({
      workers: 4,
      readAhead: 5,
      blockSize: 32,
      ordered: false,
      remainder: false,
    });
    const drained = (await drain(queue, fixture.array)).flat();
    expect(await drain(queue, fixture.array)).toEqual([]);
    for await (const _ of queue) expect.unreachable();
    expect(drained.concat(fixture.array.numbersOf(await array.remainder(32))).length).toBe(ROWS);
    queue.close();

    const cyclic = array.queue({ workers: 2, readAhead: 5, cyclic: true });
    {
      using block = await cyclic.get();
      expect(block?.length).toBe(cyclic.blockSize);
    }
    cyclic.close();

    const rows = array.rows({ workers: 4, readAhead: 9, blockSize: 32 });
    expect(await numbers(rows, fixture.array)).toEqual(range(0, ROWS));
    await rows.return();
  });
});

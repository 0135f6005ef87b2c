import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { planBlocks, resolveBlocks } from "../src/stream/block-plan.js";
import type { Block, RowsView, StreamOptions, StreamProgress } from "../src/stream/index.js";
import { errors, workers } from "../test/workers/support.js";
import { checkMixed, type PromisedBlocks, promisedBlocks, rowsBetween, upTo } from "./stream-model.js";
import { ArrayView, plain, plainRows, type TestSource, work, writeSources } from "./stream-sources.js";

const numRuns = process.env.RUNS === undefined ? 60 : Number(process.env.RUNS);
const directory = mkdtempSync(join(tmpdir(), "memmap-table-"));
/** How many blocks are taken of an endless stream. */
const MOST = 7;

let sources: TestSource[] = [];

beforeAll(async () => {
  const { seed } = fc.readConfigureGlobal();
  const sizes = fc.tuple(fc.integer({ min: 2, max: 40 }), fc.integer({ min: 1, max: 15 }));
  const [[length, chunk]] = fc.sample(sizes, { seed: seed ?? 0, numRuns: 1 }) as [[number, number]];
  sources = await writeSources(directory, length, chunk);
});

afterAll(async () => {
  for (const { streamer } of sources) streamer.source.close();
  await workers.workerPool().close();
  rmSync(directory, { recursive: true, force: true });
});

type Way = "blocks" | "queue" | "map" | "rows" | "remainder";

interface Case {
  /** One of the sources, and some of its fields where it has any. */
  readonly source: number;
  readonly fields: readonly number[];
  readonly way: Way;
  readonly consumers: number;
  readonly options: StreamOptions & { readonly seed: number };
}

const bound = fc.integer({ min: -45, max: 45 });
const someOptions = fc.record(
  {
    seed: fc.maxSafeInteger(),
    blockSize: fc.integer({ min: 1, max: 20 }),
    readAhead: fc.integer({ min: 1, max: 6 }),
    workers: fc.constantFrom(0, 1, 2),
    ordered: fc.boolean(),
    cyclic: fc.boolean(),
    remainder: fc.boolean(),
    from: bound,
    to: bound,
    shuffle: fc.oneof(
      fc.boolean(),
      fc.record({ window: fc.integer({ min: 1, max: 30 }) }, { noNullPrototype: true }),
    ),
    onError: fc.constantFrom("throw" as const, "skip" as const),
  },
  { requiredKeys: ["seed"], noNullPrototype: true },
);
/** Blocks of a size that nobody said are large, and of endless streams full. */
const anyOptions = someOptions.map((options) => ({ ...(options.cyclic && { blockSize: 4 }), ...options }));
const anyCase: fc.Arbitrary<Case> = fc.record({
  // One in eight has rows that cannot be read.
  source: fc.oneof({ weight: 7, arbitrary: fc.nat() }, { weight: 1, arbitrary: fc.constant(-1) }),
  fields: fc.array(fc.nat(), { maxLength: 3 }),
  way: fc.constantFrom<Way>("blocks", "blocks", "queue", "map", "rows", "remainder"),
  consumers: fc.integer({ min: 1, max: 4 }),
  options: anyOptions,
});

/** What came of one block: what it says of itself, or an error. */
type Outcome =
  | {
      readonly index: number;
      readonly start: number;
      readonly length: number;
      readonly rows: readonly unknown[];
    }
  | "error";

/** An error of rows that cannot be read. Whatever else is thrown has no place here. */
function outcomeOf(error: unknown): "error" {
  if (errors.isMemmapError(error, "CORRUPT")) return "error";
  throw error;
}

/** The source of a case, and its rows as they are to come: with the fields that it chooses. */
function chosen({ source, fields }: Case): TestSource & { readonly names: readonly string[] | undefined } {
  const found = sources.at(source < 0 ? -1 : source % sources.length) as TestSource;
  const all = found.streamer.source.fields ?? [];
  const names = [
    ...new Set(all.length === 0 ? [] : fields.map((field) => all[field % all.length] as string)),
  ];
  if (names.length === 0) return { ...found, names: undefined };
  const part = (row: unknown) =>
    Object.fromEntries(names.map((name) => [name, Reflect.get(Object(row), name)]));
  return { ...found, names, rows: found.rows.map(part) };
}

/** The numbers of the rows of each block, in order. */
function orderOf(
  options: StreamOptions,
  { blockSize, seed }: BlockInfo,
  length: number,
  most: number,
): number[][] {
  const { cyclic = false, remainder = true, shuffle = false } = options;
  const blocks: PromisedBlocks = { ...options, blockSize, cyclic, remainder };
  if (shuffle === false) return promisedBlocks(length, blocks, most);
  const order: number[][] = [];
  for (const { rows } of planBlocks(resolveBlocks({ ...options, seed }, length, blockSize, "the rows"))) {
    if (order.push([...(rows as Float64Array)]) === most && cyclic) break;
  }
  checkMixed(order, length, blocks, shuffle === true ? blockSize : (shuffle.window ?? blockSize));
  return order;
}

interface BlockInfo {
  readonly blockSize: number;
  readonly seed: number;
}

/** Reads a stream by as many consumers at once, endless ones up to so many blocks. */
async function drain(
  next: () => Promise<Outcome | undefined>,
  consumers: number,
  most: number,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  let asked = 0;
  const consume = async () => {
    while (asked++ < most) {
      const outcome = await next().catch(outcomeOf);
      if (outcome === undefined) return;
      outcomes.push(outcome);
      await setImmediate();
    }
  };
  await Promise.all(upTo(consumers).map(consume));
  return outcomes;
}

/** What a block says of itself; it is released then. */
function outcomeOfBlock(block: Block, order: readonly (readonly number[])[], isMixed: boolean): Outcome {
  const { index, start, length, data } = block;
  const rows = plainRows(data);
  expect(data.length).toBe(length);
  expect(block.indices && [...block.indices]).toEqual(isMixed ? order[index] : undefined);
  block.release();
  expect(() => block.data).toThrow(errors.ClosedError);
  if (data instanceof ArrayView) expect(() => plainRows(data)).toThrow(errors.ClosedError);
  return { index, start, length, rows };
}

/** Reads blocks in one of three ways, and compares them with what is promised. */
async function checkBlocks(each: Case, way: "blocks" | "queue" | "map"): Promise<void> {
  const { streamer, rows, names, bad } = chosen(each);
  const told: StreamProgress[] = [];
  // When an endless stream ends all the same, because nothing can be read, is the flow's own test.
  const cyclic = each.options.cyclic === true && bad.size === 0;
  const onProgress = (progress: StreamProgress) => told.push(progress);
  const options: StreamOptions = { ...each.options, cyclic, fields: names, onProgress };
  const begin = () => {
    if (way === "blocks") return streamer.blocks(options);
    if (way === "queue") return streamer.queue(options);
    return streamer.map<Outcome>({ module: work, name: "blockRows" }, options);
  };
  if (cyclic && rowsBetween(rows.length, options).length === 0) {
    expect(begin).toThrow(errors.ShapeError);
    return;
  }
  const stream = begin();
  const most = cyclic ? MOST : Number.POSITIVE_INFINITY;
  const order = orderOf(options, stream, rows.length, MOST + stream.readAhead);
  const outcomes = await drain(
    async () => {
      const next = "get" in stream ? await stream.get() : (await stream.next()).value;
      if (next === undefined || next === "error" || "rows" in next) return next;
      return outcomeOfBlock(next, order, options.shuffle !== undefined && options.shuffle !== false);
    },
    way === "queue" ? each.consumers : 1,
    most,
  );
  stream.stop();

  const promised = order.map((numbers, index): Outcome => {
    if (numbers.some((row) => bad.has(row))) return "error";
    return { index, start: numbers[0] ?? -1, length: numbers.length, rows: numbers.map((row) => rows[row]) };
  });
  const lost = order.filter((_, i) => promised[i] === "error");
  const spans = lost.map(([start, ...more]) => ({ start, length: more.length + 1 }));
  const isSkipped = options.onError === "skip";
  const skipped = stream.skipped.map(({ start, length }) => ({ start, length }));
  expect(inOrder(skipped)).toEqual(inOrder(isSkipped ? spans : []));
  const expected = isSkipped ? promised.filter((outcome) => outcome !== "error") : promised;
  const isOrdered = options.ordered !== false && (way !== "queue" || each.consumers === 1);
  if (isOrdered) expect(outcomes).toEqual(expected.slice(0, most));
  else if (!cyclic) expect(inOrder(outcomes)).toEqual(inOrder(expected));
  else {
    const indices = outcomes.map((outcome) => (outcome === "error" ? Number.NaN : outcome.index));
    expect(new Set(indices).size).toBe(MOST);
    expect(outcomes).toEqual(indices.map((index) => promised[index]));
  }
  const sum = (blocks: readonly (readonly number[])[]) =>
    blocks.reduce((rows, block) => rows + block.length, 0);
  const total = cyclic ? undefined : sum(order);
  expect(told.map(({ blocks }) => blocks)).toEqual(upTo(cyclic ? MOST : order.length).map((i) => i + 1));
  for (const progress of told) expect(progress.total).toBe(total);
  if (!cyclic) expect(told.at(-1)?.rows ?? 0).toBe(total);
}

/** The same, whatever the order it came in. */
function inOrder<T extends { readonly start: number | undefined } | "error">(list: readonly T[]): T[] {
  const key = (item: T) => (item === "error" ? -1 : (item.start ?? -1));
  return [...list].sort((a, b) => key(a) - key(b));
}

/** Reads rows one by one, as far as they can be read. */
async function checkRows(each: Case): Promise<void> {
  const { streamer, rows, names, bad } = chosen(each);
  const { blockSize = 3, seed, ...others } = each.options;
  const cyclic = others.cyclic === true && bad.size === 0;
  const options = { ...others, blockSize, seed, cyclic, fields: names };
  const isEmpty = rowsBetween(rows.length, options).length === 0;
  const order = cyclic && isEmpty ? [] : orderOf(options, { blockSize, seed }, rows.length, MOST);
  const most = cyclic ? MOST * blockSize : Number.POSITIVE_INFINITY;
  const given: unknown[] = [];
  let failure: unknown;
  try {
    for await (const row of streamer.rows(options)) if (given.push(row) >= most) break;
  } catch (error) {
    failure = error;
  }
  if (cyclic && isEmpty) {
    expect(failure).toBeInstanceOf(errors.ShapeError);
    return;
  }
  const isLost = (block: readonly number[]) => block.some((row) => bad.has(row));
  const isEnded = options.onError !== "skip" && order.some(isLost);
  if (isEnded) expect(outcomeOf(failure)).toBe("error");
  else expect(failure).toBeUndefined();
  if (options.ordered === false && (isEnded || streamer.source.rows.kind === "dataset")) return;
  const until = isEnded ? order.findIndex(isLost) : order.length;
  const numbers = order
    .slice(0, until)
    .filter((block) => !isLost(block))
    .flat();
  expect(given.map(plain)).toEqual(numbers.map((row) => rows[row]));
}

async function checkRemainder(each: Case): Promise<void> {
  const { streamer, rows, bad } = chosen({ ...each, fields: [] });
  const { blockSize = 3 } = each.options;
  const from = rows.length - (rows.length % blockSize);
  const rest = await streamer.remainder(blockSize).catch(outcomeOf);
  if (upTo(rows.length).some((row) => row >= from && bad.has(row))) expect(rest).toBe("error");
  else {
    expect(plainRows(rest)).toEqual(rows.slice(from));
    expect((rest as RowsView).dtype).toEqual(streamer.source.dtype);
  }
}

describe("streams", () => {
  it("give the rows that are promised, in the order that is promised, several at once", {
    timeout: 600_000,
  }, async () => {
    const check = (each: Case): Promise<void> => {
      if (each.way === "rows") return checkRows(each);
      return each.way === "remainder" ? checkRemainder(each) : checkBlocks(each, each.way);
    };
    await fc.assert(
      fc.asyncProperty(fc.array(anyCase, { minLength: 1, maxLength: 3 }), async (cases) => {
        await Promise.all(cases.map(check));
      }),
      { numRuns },
    );
  });
});

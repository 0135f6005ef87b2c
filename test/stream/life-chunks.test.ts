import { describe, expect, it } from "vitest";
import { damage, drain, errors, type Model, range, streamPaths, streams, writeChunks } from "./support.js";

const fresh = streamPaths();
const CHUNKS = 20;
const CHUNK_ROWS = 5;
const ROWS = CHUNKS * CHUNK_ROWS;
const SIX = [0, 1, 2, 7, 12, 19];
const path = { one: fresh("one.h5"), six: fresh("six.h5"), sums: fresh("sums.h5") };

/** Rows of all chunks but these. */
const without = (chunks: readonly number[]) =>
  range(0, ROWS).filter((row) => !chunks.includes(Math.floor(row / CHUNK_ROWS)));

const model: Model = await writeChunks(path.one, ROWS, CHUNK_ROWS, "gzip");
await writeChunks(path.six, ROWS, CHUNK_ROWS, "gzip");
await writeChunks(path.sums, ROWS, CHUNK_ROWS, "fletcher32");
await damage(path.one, "/x", [7]);
await damage(path.six, "/x", SIX);
await damage(path.sums, "/x", [3, 4]);

const CASES = [
  { of: "one of 20 that cannot be inflated", name: path.one, bad: [7], why: /could not be inflated/ },
  { of: "6 of 20, more than are read ahead", name: path.six, bad: SIX, why: /could not be inflated/ },
  { of: "two whose checksums are wrong", name: path.sums, bad: [3, 4], why: /does not match its checksum/ },
];
const ways = [true, false].flatMap((ordered) =>
  [0, 2].flatMap((workers) => CASES.map((each) => ({ ...each, ordered, workers }))),
);

describe.each(ways)("bad chunks, $of (ordered: $ordered, workers: $workers)", (way) => {
  const { name, bad, why, ordered, workers } = way;
  const options = { blockSize: CHUNK_ROWS, readAhead: 5, ordered, workers };
  const sorted = (list: readonly number[]) => (ordered ? list : list.toSorted((a, b) => a - b));

  function expectError(error: unknown): void {
    expect(error).toBeInstanceOf(errors.CorruptError);
    expect(error).toHaveProperty("path", name);
    expect(String(error)).toMatch(why);
    expect(String(error)).toContain("the chunk of /x at [");
  }

  it("fail exactly their blocks, and the stream can be read on", async () => {
    using source = await streams.openSource(name, "/x");
    const { rows, errors: thrown } = await drain(new streams.Streamer(source).blocks(options), model);
    expect(sorted(rows)).toEqual(without(bad));
    expect(thrown).toHaveLength(bad.length);
    for (const error of thrown) expectError(error);
  });

  it("are left out and told of, where that was asked for", async () => {
    using source = await streams.openSource(name, "/x");
    const stream = new streams.Streamer(source).blocks({ ...options, onError: "skip" });
    const { rows, errors: thrown } = await drain(stream, model);
    expect(thrown).toEqual([]);
    expect(sorted(rows)).toEqual(without(bad));
    const skipped = stream.skipped.toSorted((a, b) => a.start - b.start);
    expect(skipped.map(({ start, length }) => [start, length])).toEqual(
      bad.map((chunk) => [chunk * CHUNK_ROWS, CHUNK_ROWS]),
    );
    for (const { error } of skipped) expectError(error);
  });
});

it("of a block, one bad chunk fails the whole of it, and no other", async () => {
  using source = await streams.openSource(path.one, "/x");
  const stream = new streams.Streamer(source).blocks({ blockSize: 3 * CHUNK_ROWS, onError: "skip" });
  const { rows } = await drain(stream, model);
  expect(rows).toEqual(without([6, 7, 8]));
  expect(stream.skipped).toMatchObject([{ start: 30, length: 15 }]);
});

it("a loop ends with the error, by default, and what was read ahead is given up", async () => {
  using source = await streams.openSource(path.six, "/x");
  const streamer = new streams.Streamer(source);
  const seen: number[] = [];
  const loop = async () => {
    for await (const { start } of streamer.blocks({ blockSize: CHUNK_ROWS, from: 15 })) seen.push(start);
  };
  await expect(loop()).rejects.toBeInstanceOf(errors.CorruptError);
  expect(seen).toEqual([15, 20, 25, 30]);
});

it("consumers of a queue: the error is one's, the others go on", async () => {
  using source = await streams.openSource(path.six, "/x");
  const queue = new streams.Streamer(source).queue({ blockSize: CHUNK_ROWS, readAhead: 5 });
  const consumers = range(0, 8).map(async () => {
    const rows: number[] = [];
    let failures = 0;
    for (;;) {
      try {
        using block = await queue.get();
        if (block === undefined) return { rows, failures };
        rows.push(...model.numbersOf(block.data));
      } catch (error) {
        expect(error).toBeInstanceOf(errors.CorruptError);
        failures += 1;
      }
    }
  });
  const all = await Promise.all(consumers);
  expect(all.flatMap(({ rows }) => rows).toSorted((a, b) => a - b)).toEqual(without(SIX));
  expect(all.reduce((sum, { failures }) => sum + failures, 0)).toBe(SIX.length);
});

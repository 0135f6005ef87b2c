import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { Source } from "../../src/stream/index.js";
import { pause } from "../workers/support.js";
import {
  ascending,
  drain,
  errors,
  type Model,
  range,
  streamPaths,
  streams,
  watchedWorkers,
  writeChunks,
} from "./support.js";

const fresh = streamPaths();
const watched = watchedWorkers();
/** Of each test: a hundred in all. */
const KILLS = Number(process.env.KILLS ?? 34);
const ROWS = 2000;
const path = fresh("rows.h5");
let model: Model;
let source: Source;

beforeAll(async () => {
  // Node 20 aborts where a thread is ended that is about to inflate.
  model = await writeChunks(path, ROWS, 5, "fletcher32");
  source = await streams.openSource(path, "/x");
  return () => source.close();
});

/** Kills workers of this process, again and again, while a test runs. */
function killing(): { readonly count: number } {
  const killed = { count: 0 };
  let timer: NodeJS.Timeout;
  const kill = () => {
    const victims = [...watched];
    const victim = victims[Math.floor(Math.random() * victims.length)];
    if (victim !== undefined && killed.count < KILLS) {
      killed.count += 1;
      watched.delete(victim);
      void victim.terminate();
    }
    timer = setTimeout(kill, Math.random() * 15);
  };
  kill();
  onTestFinished(() => clearTimeout(timer));
  return killed;
}

/** Which rows these blocks have. */
const rowsOf = (blocks: Iterable<{ readonly start: number; readonly length: number }>) =>
  [...blocks].flatMap(({ start, length }) => range(start, start + length));

describe("workers that are killed at random", () => {
  it.each([true, false])("fail what they held, all else comes (ordered: %s)", async (ordered) => {
    const killed = killing();
    let failed = 0;
    while (killed.count < KILLS) {
      const stream = new streams.Streamer(source).blocks({
        blockSize: 20,
        workers: 2,
        ordered,
        onError: "skip",
      });
      const before = killed.count;
      const { rows, errors: thrown } = await drain(stream, model);
      expect(thrown).toEqual([]);
      if (ordered) expect(rows).toEqual(ascending(rows));
      expect(ascending([...rows, ...rowsOf(stream.skipped)])).toEqual(range(0, ROWS));
      for (const { error } of stream.skipped) expect(error).toBeInstanceOf(errors.WorkerError);
      // What died when a stream began it had not held.
      expect(stream.skipped.length).toBeLessThanOrEqual(killed.count - before + 2);
      failed += stream.skipped.length;
      await pause(0);
    }
    expect(failed).toBeLessThanOrEqual(killed.count);
  });

  it("throw once for each block that they held, to one consumer of a queue", async () => {
    const killed = killing();
    let failed = 0;
    while (killed.count < KILLS) {
      const queue = new streams.Streamer(source).queue({ blockSize: 20, workers: 2, readAhead: 6 });
      const consumers = range(0, 10).map(async () => {
        const rows: number[] = [];
        for (;;) {
          try {
            using block = await queue.get();
            if (block === undefined) return rows;
            rows.push(...model.numbersOf(block.data));
          } catch (error) {
            expect(error).toBeInstanceOf(errors.WorkerError);
            failed += 20;
          }
        }
      });
      const rows = (await Promise.all(consumers)).flat();
      expect(new Set(rows).size).toBe(rows.length);
      expect(rows.includes(-1)).toBe(false);
      failed -= ROWS - rows.length;
      expect(failed).toBe(0);
    }
  });
});

import { beforeAll, describe, expect, it } from "vitest";
import type { ArrayView } from "../../src/index.js";
import type { Block, Source } from "../../src/stream/index.js";
import { someOf } from "../support/some-of.js";
import { core, hdf5, type Model, run, settleGarbage, streamPaths, streams, writeChunks } from "./support.js";

const fresh = streamPaths();
const ROWS = 20_000;
const path = fresh("rows.h5");
let model: Model;
let source: Source;

beforeAll(async () => {
  model = await writeChunks(path, ROWS, 2000, "gzip");
  source = await streams.openSource(path, "/x");
  return () => source.close();
});

/**
 * Opens streams of blocks of 256 KiB and leaves them half-way; nobody asks for a collection of garbage.
 *
 * @returns the most MiB that the memory of arrays took, and what the process has grown by
 */
const LEFT_HALF_WAY = `
  const streamer = await Streamer.open(path, "/x");
  const options = { workers: 2, readAhead: 5 };
  const ways = {
    "by break": async () => {
      for await (const block of streamer.blocks(options)) if (block.start === 1) break;
    },
    "by nothing": async () => {
      const stream = streamer.blocks(options);
      await stream.next();
      await stream.next();
    },
    "with blocks of a queue that are held": async () => {
      const queue = streamer.queue(options);
      await Promise.all([queue.get(), queue.get()]);
    },
  };
  await ways[name]();
  const { rss } = process.memoryUsage();
  let most = 0;
  for (let i = 0; i < Number(process.env.STREAMS ?? 334); i++) {
    await ways[name]();
    most = Math.max(most, process.memoryUsage().arrayBuffers);
  }
  console.log(most / 2 ** 20, (process.memoryUsage().rss - rss) / 2 ** 20);
`;

describe("a thousand streams that were left half-way, a third in each way", () => {
  const large = fresh("large.h5");
  beforeAll(async () => {
    using file = core.MemmapFile.open(fresh("file"), { mode: "w+", durability: "process" });
    file.createArray("/x", "f8", [20, 1 << 15]);
    await hdf5.exportHdf5(file, large, { chunks: 1, gzip: 1, workers: 0 });
  });

  // One of the ways each time.
  const ways = someOf(["by break", "by nothing", "with blocks of a queue that are held"], 3);

  // All of them would be 420 MiB, which count twice among the memory of arrays.
  it.each(ways)("%s", async (name) => {
    const { status, stdout, stderr } = await run(LEFT_HALF_WAY, [large, name]);
    expect([status, stderr]).toEqual([0, ""]);
    const [most = 0, growth = 0] = stdout.split(" ").map(Number);
    expect(most).toBeLessThan(500);
    expect(growth).toBeLessThan(380);
  });
});

describe("what is dropped", () => {
  it("a block whose rows are still looked at keeps its place, and its rows", async () => {
    const queue = new streams.Streamer(source).queue({ blockSize: 2000, readAhead: 2 });
    const first = ((await queue.get()) as Block).data.slice(5, 7) as ArrayView;
    const second = (await queue.get()) as Block;
    let hasCome = false;
    const third = queue.get().then((block) => {
      hasCome = true;
      return block;
    });
    await settleGarbage(6);
    expect(hasCome).toBe(false);
    expect(model.numbersOf(first)).toEqual([5, 6]);
    second.release();
    expect((await third)?.start).toBe(4000);
    queue.stop();
  });

  it("a stream is collected, and listens to its signal no more", async () => {
    const abort = new AbortController();
    const alive = await (async () => {
      const stream = new streams.Streamer(source).blocks({ signal: abort.signal, workers: 2 });
      await stream.next();
      return new WeakRef(stream);
    })();
    await expect
      .poll(async () => settleGarbage().then(() => alive.deref()), { timeout: 60_000 })
      .toBeUndefined();
    abort.abort();
  });
});

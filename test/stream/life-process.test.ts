import { mkdirSync, readdirSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { someOf } from "../support/some-of.js";
import { type Ended, type RunOptions, run, streamPaths, writeChunks } from "./support.js";

const fresh = streamPaths();
const path = fresh("rows.h5");
const bad = fresh("bad.h5");

beforeAll(async () => {
  await writeChunks(path, 20_000, 20, "fletcher32");
  await writeChunks(bad, 100, 5, "fletcher32");
});

/** How a process has ended, and what it has left where files are left that nobody has named. */
async function left(program: string, options: RunOptions = {}): Promise<Ended & { files: string[] }> {
  const directory = fresh("directory");
  mkdirSync(directory);
  const env = { TMPDIR: directory, ...options.env };
  const ended = await run(program, [path, bad], { ...options, env });
  return { ...ended, files: readdirSync(directory) };
}

const STREAM = `
  process.on("unhandledRejection", (error) => { console.log("unhandled", error); process.exit(9); });
  const streamer = await Streamer.open(path, "/x");
  const options = { workers: 2, blockSize: 500 };
`;

const nothing = { files: [], stderr: "" };

/** What becomes of a process, whatever it was about. */
const ENDS: Readonly<Record<string, () => Promise<void>>> = {
  "that exits in the middle leaves nothing": async () => {
    const ended = await left(`${STREAM}
      for await (const block of streamer.blocks(options)) if (block.start === 2000) process.exit(7);`);
    expect(ended).toEqual({ ...nothing, status: 7, signal: null, stdout: "" });
  },
  "that an error ends in the middle leaves nothing": async () => {
    const ended = await left(`${STREAM}
      for await (const block of streamer.blocks(options)) {
        if (block.start === 2000) throw new RangeError("mine");
      }`);
    expect(ended).toMatchObject({ status: 1, signal: null, stdout: "", files: [] });
    expect(ended.stderr).toContain("RangeError: mine");
  },
  "that is killed in the middle leaves nothing": async () => {
    const ended = await left(
      `${STREAM}
      for await (const block of streamer.blocks({ ...options, cyclic: true })) {
        if (block.start === 2000) console.log("there");
      }`,
      { kill: (printed) => printed.includes("there") },
    );
    expect(ended).toMatchObject({ ...nothing, status: null, signal: "SIGKILL" });
  },
  "ends by itself when its last stream is left: by break, unread, and while all places are held":
    async () => {
      const ended = await left(`${STREAM}
      for await (const block of streamer.blocks(options)) if (block.start === 2000) break;
      const unread = streamer.blocks(options);
      await unread.next();
      const queue = streamer.queue({ ...options, readAhead: 1 });
      await queue.get();
      queue.get().then(() => console.log("came"));
      const reader = await Reader.open(path);
      const dataset = await reader.dataset("/x");
      reader.request(dataset.slice(0, 500), dataset.createStage(500));
      process.on("exit", () => console.log("end"));`);
      expect(ended).toEqual({ ...nothing, status: 0, signal: null, stdout: "end\n" });
    },
  "is not ended by failures that nobody reads": async () => {
    const ended = await left(`${STREAM}
      const { truncateSync } = await import("node:fs");
      const broken = await Streamer.open(name, "/x");
      const reader = await Reader.open(name);
      const dataset = await reader.dataset("/x");
      const stream = broken.blocks({ ...options, blockSize: 5, readAhead: 9 });
      truncateSync(name, 3000);
      await stream.next().catch((error) => console.log(error.code));
      const future = reader.request(dataset.slice(50), dataset.createStage(50));
      await future.whenDone();
      console.log(future.state);
      console.log("lives");`);
    expect(ended).toEqual({ ...nothing, status: 0, signal: null, stdout: "CORRUPT\nfailed\nlives\n" });
  },
  "ends at once where it holds a block, and a signal that is never given": async () => {
    const ended = await left(`${STREAM}
      const { signal } = new AbortController();
      const queue = streamer.queue({ ...options, signal, timeout: 3_600_000 });
      globalThis.held = await queue.get();
      console.log(held.length);`);
    expect(ended).toEqual({ ...nothing, status: 0, signal: null, stdout: "500\n" });
  },
};

// Half of them each time.
describe.concurrent("a process", () => {
  it.each(someOf(Object.entries(ENDS), 2))("%s", (_, expectEnd) => expectEnd());
});

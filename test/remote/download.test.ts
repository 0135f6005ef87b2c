import { createHash } from "node:crypto";
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { ExistsError, LockedError, RemoteError, StaleError } from "../../src/errors.js";
import { tryLock } from "../../src/platform/kernel-lock.js";
import { Connection, type ConnectionOptions } from "../../src/remote/connection.js";
import { type DownloadOptions, downloadTo } from "../../src/remote/download.js";
import { stopClock } from "../support/clock.js";
import { temporaryPaths } from "../support/temporary.js";
import {
  type Answering,
  type FakeServer,
  type FileManner,
  fakeServer,
  fileReply,
  page,
} from "./support/fake-server.js";

const path = temporaryPaths();

const BYTES = Buffer.from(
  Uint8Array.from({ length: 100_000 }, (_, index) => (index * 7 + (index >> 8)) & 255),
);
const OTHER = Buffer.from(BYTES.map((byte) => byte ^ 255));
const V1 = { etag: '"v1"' };
const V2 = { etag: '"v2"' };

interface Setting {
  readonly server: FakeServer;
  readonly connection: Connection;
  /** A file in a directory of its own. */
  readonly target: string;
  fetched(options?: DownloadOptions): ReturnType<typeof downloadTo>;
}

async function setting(answering: Answering, options: ConnectionOptions = {}): Promise<Setting> {
  const server = await fakeServer(answering);
  const connection = new Connection(server.url, options);
  onTestFinished(() => connection.close());
  const directory = path("downloads");
  mkdirSync(directory);
  const target = join(directory, "file.bin");
  const fetched = (how: DownloadOptions = {}) => downloadTo(connection, "a/file.bin", target, how);
  return { server, connection, target, fetched };
}

function hash(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function names(target: string): string[] {
  return readdirSync(dirname(target)).sort();
}

async function read(body: ReadableStream<Uint8Array>): Promise<Buffer> {
  return Buffer.from(await new Response(body).arrayBuffer());
}

describe("the bytes of a file", () => {
  it.each([
    ["whole", {}, BYTES],
    ["from a place", { start: 99_000 }, BYTES.subarray(99_000)],
    ["between places", { start: 10, end: 70_000 }, BYTES.subarray(10, 70_000)],
    ["none", { start: 10, end: 10 }, BYTES.subarray(10, 10)],
    ["until beyond the end", { start: 5, end: 200_000 }, BYTES.subarray(5)],
    ["from the start", { end: 7 }, BYTES.subarray(0, 7)],
  ])("come %s, from servers with parts and without", async (_, range, expected) => {
    for (const ranges of [true, false]) {
      const { connection } = await setting((seen) => fileReply(seen, BYTES, { ...V1, ranges }));
      const { body, size } = await connection.download("a", range);
      expect(size).toBe(BYTES.length);
      expect(hash(await read(body))).toBe(hash(expected));
    }
  });

  it("are not asked for where they cannot be", async () => {
    const { server, connection } = await setting((seen) => fileReply(seen, BYTES));
    for (const range of [{ start: -1 }, { start: 1.5 }, { start: 3, end: 2 }, { end: Number.NaN }]) {
      await expect(connection.download("a", range)).rejects.toMatchObject({ code: "INDEX" });
    }
    expect(server.seen).toEqual([]);
    await expect(connection.download("a", { start: 200_000 })).rejects.toMatchObject({ code: "INDEX" });
  });

  it("go on where the connection broke, however often", async () => {
    const told: { bytes: number }[] = [];
    const { server, connection } = await setting((seen, count) => {
      const taken = () => told.at(-1)?.bytes === count * 20_000;
      return fileReply(seen, BYTES, V1, count < 4 ? { cut: 20_000, chunk: 5_000, taken } : {});
    });
    const { body } = await connection.download(
      "a",
      { start: 1000 },
      { onProgress: (report) => told.push(report) },
    );
    expect(hash(await read(body))).toBe(hash(BYTES.subarray(1000)));
    const asked = server.seen.map(({ headers }) => [headers.range, headers["if-range"]]);
    expect(asked).toEqual([
      ["bytes=1000-", undefined],
      ["bytes=21000-", '"v1"'],
      ["bytes=41000-", '"v1"'],
      ["bytes=61000-", '"v1"'],
    ]);
    expect(told.at(-1)).toEqual({ bytes: 99_000, total: 99_000 });
  });

  it("go on by the date where there is nothing else, and from the start where there are no parts", async () => {
    const manners: FileManner[] = [
      { modified: "Tue, 14 Apr 2026 14:38:19 GMT" },
      { etag: 'W/"weak"', modified: "Tue, 14 Apr 2026 14:38:19 GMT" },
      { ...V1, ranges: false },
    ];
    for (const manner of manners) {
      const { server, connection } = await setting((seen, count) =>
        fileReply(seen, BYTES, manner, count === 1 ? { cut: 30_000 } : {}),
      );
      const { body } = await connection.download("a");
      expect(hash(await read(body))).toBe(hash(BYTES));
      expect(server.seen[1]?.headers["if-range"]).toBe(manner.ranges === false ? '"v1"' : manner.modified);
    }
  });

  it("are given up where they break at the same place again and again", async () => {
    const told: { bytes: number }[] = [];
    const taken = () => told.at(-1)?.bytes === 30_000;
    const { server, connection } = await setting(
      (seen) => fileReply(seen, BYTES, { ...V1, ranges: false }, { cut: 30_000, chunk: 10_000, taken }),
      { retries: 1 },
    );
    const { body } = await connection.download("a", {}, { onProgress: (report) => told.push(report) });
    await expect(read(body)).rejects.toThrow(RemoteError);
    expect(server.seen.length).toBeLessThan(4);
  });

  it("break off where nothing tells versions apart, or the file is another", async () => {
    const nameless = await setting((seen) => fileReply(seen, BYTES, {}, { cut: 30_000 }));
    const { body } = await nameless.connection.download("a");
    await expect(read(body)).rejects.toThrow(RemoteError);
    expect(nameless.server.seen.length).toBe(1);
    const changed = await setting((seen, count) =>
      count === 1 ? fileReply(seen, BYTES, V1, { cut: 30_000 }) : fileReply(seen, OTHER, V2),
    );
    const { body: mixed } = await changed.connection.download("a");
    await expect(read(mixed)).rejects.toThrow(StaleError);
  });

  it("are waited for where nothing comes, and end with what they ask for", async () => {
    const { connection, server } = await setting(
      (seen, count) => fileReply(seen, BYTES, V1, count === 1 ? { stall: 30_000 } : {}),
      // Any attempt may be late by itself, in this process.
      { timeout: 200, retries: 50 },
    );
    const { body } = await connection.download("a");
    expect(hash(await read(body))).toBe(hash(BYTES));
    expect(server.seen.length).toBeGreaterThan(1);
    const slow = await setting(
      (seen, count) => fileReply(seen, BYTES, V1, { stall: count === 1 ? 30_000 : 0 }),
      {
        timeout: 60,
        retries: 1,
      },
    );
    const stalled = slow.connection.download("a").then(({ body: part }) => read(part));
    await expect(stalled).rejects.toMatchObject({ code: "TIMEOUT" });
  });

  it("do not time out while nobody reads them, and leave the server when they are cancelled", async () => {
    const large = Buffer.alloc(8_000_000);
    const { connection, server } = await setting((seen) => fileReply(seen, large, V1), { retries: 0 });
    // What fetch itself has begun by then keeps its own time.
    await read((await connection.download("a", { end: 1 })).body);
    const pass = stopClock();
    const { body } = await connection.download("a");
    const reader = body.getReader();
    const first = await reader.read();
    pass(3_600_000);
    const second = await reader.read();
    expect([first.done, second.done]).toEqual([false, false]);
    await reader.cancel();
    await expect.poll(() => server.broken, { timeout: 60_000 }).toBe(1);
  });
});

describe("a download", () => {
  it("is there when it is whole, with nothing beside it", async () => {
    const { target, fetched } = await setting((seen) => fileReply(seen, BYTES, V1));
    const told: unknown[] = [];
    const result = await fetched({ onProgress: (report) => told.push(report) });
    expect(result).toEqual({ path: target, size: BYTES.length, resumed: 0, etag: '"v1"' });
    expect(hash(readFileSync(target))).toBe(hash(BYTES));
    expect(names(target)).toEqual(["file.bin"]);
    expect(told.at(-1)).toEqual({ bytes: 100_000, total: 100_000 });
  });

  it("replaces nothing unless it is told to", async () => {
    const { target, server, fetched } = await setting((seen) => fileReply(seen, BYTES));
    writeFileSync(target, "mine");
    await expect(fetched()).rejects.toThrow(ExistsError);
    expect(server.seen).toEqual([]);
    await fetched({ overwrite: true });
    expect(hash(readFileSync(target))).toBe(hash(BYTES));
    mkdirSync(`${target}.d`);
    await expect(
      downloadTo(new Connection(server.url), "a", `${target}.d`, { overwrite: true }),
    ).rejects.toThrow(ExistsError);
  });

  it("has empty files too", async () => {
    const { target, fetched } = await setting((seen) => fileReply(seen, Buffer.alloc(0), V1));
    expect(await fetched()).toMatchObject({ size: 0 });
    expect(readFileSync(target).length).toBe(0);
  });

  it("goes on with what an earlier one left", async () => {
    const taken = () => statSync(`${target}.part`).size === 40_000;
    const { target, server, fetched } = await setting(
      (seen, count) => fileReply(seen, BYTES, V1, count === 1 ? { cut: 40_000, chunk: 10_000, taken } : {}),
      { retries: 0 },
    );
    await expect(fetched()).rejects.toThrow(RemoteError);
    expect(names(target)).toEqual(["file.bin.part", "file.bin.part.json"]);
    const told: unknown[] = [];
    const result = await fetched({ onProgress: (report) => told.push(report) });
    expect(result).toMatchObject({ size: 100_000, resumed: 40_000 });
    expect(server.seen[1]?.headers).toMatchObject({ range: "bytes=40000-", "if-range": '"v1"' });
    expect(hash(readFileSync(target))).toBe(hash(BYTES));
    expect(names(target)).toEqual(["file.bin"]);
    expect(told.at(-1)).toEqual({ bytes: 100_000, total: 100_000 });
  });

  it("keeps what an earlier one left, whatever fails before more of it comes", async () => {
    const { server, target, connection, fetched } = await setting(() => page(503), { retries: 0 });
    // How much comes of a connection that breaks, nobody knows.
    writeFileSync(`${target}.part`, BYTES.subarray(0, 40_000));
    const note = { url: server.url, path: "a/file.bin", validator: '"v1"' };
    writeFileSync(`${target}.part.json`, JSON.stringify(note));
    await expect(fetched()).rejects.toThrow(RemoteError);
    server.answering = () => page(401);
    await expect(fetched()).rejects.toMatchObject({ code: "ACCESS" });
    await expect(fetched({ signal: AbortSignal.abort() })).rejects.toThrow();
    const closed = new Connection(server.url);
    closed.close();
    await expect(downloadTo(closed, "a/file.bin", target, {})).rejects.toMatchObject({ code: "CLOSED" });
    expect(names(target)).toEqual(["file.bin.part", "file.bin.part.json"]);
    server.answering = (seen) => fileReply(seen, BYTES, V1);
    expect(await downloadTo(connection, "a/file.bin", target, {})).toMatchObject({ resumed: 40_000 });
    expect(hash(readFileSync(target))).toBe(hash(BYTES));
  });

  it("begins again where a part is of another version, whatever the server was told, or there is less of it", async () => {
    const ignoring: Answering = ({ headers: { "if-range": _, ...headers }, ...seen }) =>
      fileReply({ ...seen, headers }, OTHER, V2);
    const shorter: Answering = ({ headers: { "if-range": _, ...headers }, ...seen }) =>
      fileReply({ ...seen, headers }, OTHER.subarray(0, 10_000), V2);
    for (const [answering, size] of [
      [ignoring, 100_000],
      [shorter, 10_000],
    ] as const) {
      const { server, target, fetched } = await setting(answering, { retries: 0 });
      writeFileSync(`${target}.part`, BYTES.subarray(0, 60_000));
      const note = { url: server.url, path: "a/file.bin", validator: '"v1"' };
      writeFileSync(`${target}.part.json`, JSON.stringify(note));
      expect(await fetched()).toMatchObject({ resumed: 0, size });
      expect(hash(readFileSync(target))).toBe(hash(OTHER.subarray(0, size)));
    }
  });

  it("is refused where a part begins behind what was asked for", async () => {
    const { target, connection, fetched } = await setting((_, count) =>
      count === 1
        ? { type: "text/plain", headers: V1, body: BYTES, cut: 40_000 }
        : {
            status: 206,
            type: "text/plain",
            headers: { ...V1, "content-range": "bytes 90000-99999/100000" },
            body: BYTES.subarray(90_000),
          },
    );
    await expect(fetched()).rejects.toMatchObject({ code: "CORRUPT" });
    await expect(fetched()).rejects.toMatchObject({ code: "CORRUPT" });
    expect(names(target)).toEqual(["file.bin.part", "file.bin.part.json"]);
    await expect(connection.download("a", { start: 10, end: 100 })).rejects.toMatchObject({
      code: "CORRUPT",
    });
  });

  it("takes what is whole already, once it is proved to be the same", async () => {
    const { target, server, fetched } = await setting((seen) => fileReply(seen, BYTES, V1));
    writeFileSync(`${target}.part`, Buffer.concat([BYTES, Buffer.from("more")]));
    const note = { url: server.url, path: "a/file.bin", validator: '"v1"', size: BYTES.length };
    writeFileSync(`${target}.part.json`, JSON.stringify(note));
    expect(await fetched()).toMatchObject({ resumed: 99_999 });
    expect(server.seen[0]?.headers.range).toBe("bytes=99999-");
    expect(hash(readFileSync(target))).toBe(hash(BYTES));
  });

  it.each([
    ["the file is another by now", V2, true, {}],
    ["the server has no parts any more", V1, false, {}],
    ["it is told to", V1, true, { resume: false }],
  ])("begins again where %s", async (_, manner, ranges, options) => {
    const { target, server, fetched } = await setting((seen) =>
      fileReply(seen, OTHER, { ...manner, ranges }),
    );
    writeFileSync(`${target}.part`, BYTES.subarray(0, 60_000));
    const note = { url: server.url, path: "a/file.bin", validator: '"v1"', size: BYTES.length };
    writeFileSync(`${target}.part.json`, JSON.stringify(note));
    expect(await fetched(options)).toMatchObject({ resumed: 0 });
    expect(hash(readFileSync(target))).toBe(hash(OTHER));
    expect(names(target)).toEqual(["file.bin"]);
  });

  it.each([
    ["nothing", undefined],
    ["what does not parse", "{"],
    ["another file", { path: "a/other.bin" }],
    ["another server", { url: "http://h" }],
    ["what would be two headers", { validator: '"v1"\r\nx: y' }],
    ["no size that there is", { size: -5 }],
  ])("begins again where the note speaks of %s", async (_, odd) => {
    const { target, server, fetched } = await setting((seen) => fileReply(seen, BYTES, V1));
    writeFileSync(`${target}.part`, OTHER.subarray(0, 60_000));
    const note = { url: server.url, path: "a/file.bin", validator: '"v1"', size: BYTES.length };
    if (typeof odd === "string") writeFileSync(`${target}.part.json`, odd);
    else if (odd !== undefined) writeFileSync(`${target}.part.json`, JSON.stringify({ ...note, ...odd }));
    expect(await fetched()).toMatchObject({ resumed: 0 });
    expect(server.seen[0]?.headers.range).toBeUndefined();
    expect(hash(readFileSync(target))).toBe(hash(BYTES));
  });

  it("begins again by itself where the file changes meanwhile, or the server tells no versions", async () => {
    const changing = await setting((seen, count) =>
      count === 1 ? fileReply(seen, BYTES, V1, { cut: 30_000 }) : fileReply(seen, OTHER, V2),
    );
    expect(await changing.fetched()).toMatchObject({ resumed: 0, etag: '"v2"' });
    expect(hash(readFileSync(changing.target))).toBe(hash(OTHER));
    const nameless = await setting((seen, count) =>
      fileReply(seen, BYTES, { ranges: false }, count < 3 ? { cut: 30_000 } : {}),
    );
    await nameless.fetched();
    expect(hash(readFileSync(nameless.target))).toBe(hash(BYTES));
    expect(nameless.server.seen.length).toBe(3);
  });

  it("leaves nothing where nothing can be gone on with", async () => {
    const settings = [
      await setting((seen) => fileReply(seen, BYTES, {}, { cut: 30_000 }), { retries: 1 }),
      await setting(() => page(404)),
    ];
    for (const { target, fetched } of settings) {
      await expect(fetched()).rejects.toMatchObject({ code: expect.stringMatching(/REMOTE|NOT_FOUND/) });
      expect(names(target)).toEqual([]);
    }
    const unwanted = await setting((seen) => fileReply(seen, BYTES, V1, { cut: 30_000 }), { retries: 0 });
    await expect(unwanted.fetched({ resume: false })).rejects.toThrow(RemoteError);
    expect(names(unwanted.target)).toEqual([]);
  });

  it("is refused where the answer is not as long as it says", async () => {
    const { target, fetched } = await setting((seen) => {
      const range = { "content-range": "bytes 0-9/200000" };
      return fileReply(seen, BYTES, V1, { status: 206, headers: { ...range, ...V1 } });
    });
    await expect(fetched()).rejects.toMatchObject({ code: "CORRUPT" });
    expect(existsSync(target)).toBe(false);
  });

  it("stops when its caller says so, and goes on the next time", async () => {
    let stall: number | undefined = 50_000;
    const { target, fetched } = await setting((seen) =>
      fileReply(seen, BYTES, V1, stall === undefined ? {} : { stall }),
    );
    const controller = new AbortController();
    const reason = new Error("enough");
    const written = () => expect(statSync(`${target}.part`).size).toBe(50_000);
    const onProgress = ({ bytes }: { readonly bytes: number }): void => {
      if (bytes !== 50_000) return;
      void vi.waitFor(written, { timeout: 60_000 }).then(() => controller.abort(reason));
    };
    await expect(fetched({ signal: controller.signal, onProgress })).rejects.toBe(reason);
    await expect(fetched({ signal: controller.signal })).rejects.toBe(reason);
    stall = undefined;
    expect(await fetched()).toMatchObject({ resumed: 50_000 });
    expect(hash(readFileSync(target))).toBe(hash(BYTES));
  });

  it("has its file to itself", async () => {
    const { target, server, fetched } = await setting((seen) => fileReply(seen, BYTES, V1));
    const fd = openSync(`${target}.part`, "w+");
    expect(tryLock(fd, target)).toBe(true);
    await expect(fetched()).rejects.toThrow(LockedError);
    expect(server.seen).toEqual([]);
    closeSync(fd);
    await fetched();
    expect(names(target)).toEqual(["file.bin"]);
  });

  it("says where there is no place for it", async () => {
    const { target, connection } = await setting((seen) => fileReply(seen, BYTES, V1));
    const nowhere = join(dirname(target), "none", "file.bin");
    await expect(downloadTo(connection, "a", nowhere, {})).rejects.toMatchObject({
      code: "DISK",
      path: `${nowhere}.part`,
    });
  });
});

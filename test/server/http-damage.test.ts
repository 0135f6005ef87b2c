import { once } from "node:events";
import { cpSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  ClosedError,
  CorruptError,
  DiskError,
  FormatError,
  LimitError,
  LockedError,
  NotFoundError,
  ShapeError,
  StaleError,
} from "../../src/errors.js";
import { MemmapTable } from "../../src/index.js";
import { problemOf } from "../../src/server/http/problem.js";
import { temporaryPaths } from "../support/temporary.js";
import { makeData } from "./support/data.js";
import {
  ask,
  errorOf,
  MSGPACK,
  NUMPY,
  opened,
  type Reply,
  startServer,
  unpack,
  within,
} from "./support/http.js";

const fresh = temporaryPaths();
const root = fresh("secret-place");
mkdirSync(root);
await makeData(root);
const server = await startServer({ data: root, odd: { path: makeOdd(), type: "table" } });

/** A directory of arrays that are no table. */
function makeOdd(): string {
  const path = fresh("odd");
  mkdirSync(path);
  const x = readFileSync(join(root, "flights", "late.npy"));
  writeFileSync(join(path, "a.npy"), x.subarray(0, 128 + 1000));
  writeFileSync(join(path, "b.npy"), x.subarray(0, 500));
  writeFileSync(join(path, "c.npy"), "no array");
  return path;
}

function isClean(reply: Reply, ...statuses: readonly number[]): void {
  expect(statuses).toContain(reply.status);
  expect(reply.headers["content-type"]).toBe(MSGPACK);
  expect(errorOf(reply)).toEqual(expect.any(String));
  expect(reply.body.toString("latin1")).not.toMatch(/secret-place|memmap-table-|\/tmp|Error:|\.js:|\.ts:/);
}

const ways = (path: string, dataset: string) => [
  ask(server, `/msgpack/${path}`, { body: { object: "/" } }),
  ask(server, `/msgpack/${path}`, { body: { object: dataset, slice: [[0, 1]] } }),
  ask(server, `/msgpack/${path}?object=${dataset}&slice=0:1`),
];

const statusOfHead = async (path: string, query: string): Promise<number> =>
  (await ask(server, `/msgpack/${path}?${query}`, { method: "HEAD" })).status;

describe("what is damaged is 404, or not yet there, and says nothing of where it lies", () => {
  it("a table whose file is cut short", async () => {
    cpSync(join(root, "flights"), join(root, "cut"), { recursive: true });
    truncateSync(join(root, "cut", "id.npy"), 1000);
    for (const reply of await Promise.all(ways("data/cut", "/id").slice(1))) isClean(reply, 404);
    const map = await ask(server, "/msgpack/data/cut", { body: { object: "/", data_size_limit: 0 } });
    expect([200, 404]).toContain(map.status);
    expect(await statusOfHead("data/cut", "object=/&data_size_limit=0")).toBe(map.status);
    expect(await statusOfHead("data/cut", "object=/id&slice=0:1")).toBe(404);
  });

  it("a table that is cut short while it is open", async () => {
    MemmapTable.create(join(root, "short"), { rows: 1000, columns: { x: "f8" } }).close();
    const slice = (start: number, count: number) =>
      ask(server, "/msgpack/data/short", { body: { object: "/x", slice: [[start, count]] } });
    expect((await slice(0, 1000)).status).toBe(200);
    truncateSync(join(root, "short", "x.npy"), 4000);
    isClean(await slice(900, 100), 404, 409);
  });

  it("a table whose record is no record", async () => {
    cpSync(join(root, "flights"), join(root, "no-record"), { recursive: true });
    writeFileSync(join(root, "no-record", ".memmap", "last"), "{}");
    for (const reply of await Promise.all(ways("data/no-record", "/id"))) isClean(reply, 404);
  });

  it("arrays of several lengths that were called a table", async () => {
    for (const reply of await Promise.all(ways("odd", "/a"))) isClean(reply, 404);
  });

  it("a table that is gone", async () => {
    cpSync(join(root, "flights"), join(root, "gone"), { recursive: true });
    const body = { object: "/id", slice: [[0, 1]] };
    expect((await ask(server, "/msgpack/data/gone", { body })).status).toBe(200);
    rmSync(join(root, "gone"), { recursive: true });
    isClean(await ask(server, "/msgpack/data/gone", { body }), 404);
  });

  it("an HDF5 file that is none, cut short, or garbage behind its first bytes", async () => {
    const good = readFileSync(join(root, "snap.hdf5"));
    writeFileSync(join(root, "cut.h5"), good.subarray(0, 600));
    writeFileSync(join(root, "bad.h5"), Buffer.concat([good.subarray(0, 48), Buffer.alloc(4000, 0xa5)]));
    writeFileSync(join(root, "none.h5"), "no such file");
    for (const name of ["cut.h5", "bad.h5", "none.h5"]) {
      expect(await statusOfHead(`data/${name}`, "object=/")).toBe(404);
      for (const reply of await Promise.all(ways(`data/${name}`, "/points"))) isClean(reply, 404);
    }
  });

  it("a file that is cut short while it is sent: the connection is reset, and no answer looks whole", async () => {
    const rows = 2 ** 22;
    const path = join(root, "long");
    MemmapTable.create(path, { rows, columns: { x: "f8" } }).close();
    for (const target of [`/msgpack/data/long?object=/x&slice=0:${rows}`, "/download/data/long"]) {
      truncateSync(join(path, "x.npy"), 128 + 8 * rows);
      const socket = await opened(server);
      const closed = new Promise((resolve) => socket.once("close", resolve));
      let length = 0;
      socket.write(`GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
      await once(socket, "readable");
      truncateSync(join(path, "x.npy"), 8 * 2 ** 21);
      socket.on("data", (part: Buffer) => {
        length += part.length;
      });
      await closed;
      expect(length).toBeGreaterThan(0);
      expect(length).toBeLessThan(8 * rows);
    }
  });

  it("whatever else is wrong with a file", () => {
    const path = join(root, "flights");
    const said = (error: Error) => {
      const { status, message } = problemOf(error);
      expect(message).not.toContain(root);
      return status;
    };
    const message = `${path}: it is so`;
    expect(said(new FormatError(message, { path }))).toBe(404);
    expect(said(new ShapeError(message, { path }))).toBe(404);
    expect(said(new CorruptError(message))).toBe(404);
    expect(said(new DiskError(message))).toBe(404);
    expect(said(new NotFoundError(message, { path }))).toBe(404);
    expect(said(new StaleError(message))).toBe(409);
    expect(said(new LockedError(message, { path }))).toBe(409);
    expect(said(new ClosedError(message, { path }))).toBe(503);
    expect(said(new LimitError(message, { path }))).toBe(413);
    expect(problemOf(new LimitError(message, { path })).message).toMatch(/too large to be read/);
    expect(said(new TypeError(message))).toBe(500);
    expect(said(Object.assign(new Error(message), { statusCode: 400 }))).toBe(400);
    expect(said(Object.assign(new Error(message), { statusCode: 599 }))).toBe(500);
    expect(problemOf(new FormatError("slice: x"))).toMatchObject({ status: 400, message: "slice: x" });
  });

  it.each(["/download/data/plain.bin", "/download/data/plain"])(
    "a file that is written to while it is sent by %s: the connection is reset",
    async (target) => {
      const bytes = Buffer.alloc(2 ** 25, 1);
      const path = join(root, target.endsWith("bin") ? "plain.bin" : "plain/x.bin");
      mkdirSync(join(root, "plain"), { recursive: true });
      writeFileSync(path, bytes);
      const socket = await opened(server);
      const closed = new Promise((resolve) => socket.once("close", resolve));
      let last: number | undefined;
      let length = 0;
      socket.pause().write(`GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
      await once(socket, "readable");
      writeFileSync(path, bytes.fill(2), { flag: "r+" });
      socket.on("data", (part: Buffer) => {
        length += part.length;
        last = part.at(-1);
      });
      await closed;
      expect([length > 0, length < bytes.length, last]).toEqual([true, true, 1]);
    },
  );

  it("text that is none, though it comes as it is to those who ask for NumPy's", async () => {
    const path = join(root, "texts");
    MemmapTable.create(path, { rows: 3, columns: { x: "U2" } }).close();
    const bytes = readFileSync(join(path, "x.npy"));
    bytes.writeUInt32LE(0x110000, bytes.length - 8);
    writeFileSync(join(path, "x.npy"), bytes);
    const asked = { body: { object: "/x", slice: [[0, 3]] } };
    const reply = await ask(server, "/msgpack/data/texts", asked);
    isClean(reply, 404);
    expect(errorOf(reply)).toContain(NUMPY);
    const whole = await ask(server, "/msgpack/data/texts", { ...asked, headers: { accept: NUMPY } });
    expect(whole.status).toBe(200);
  });

  it("and all others are answered beside it", async () => {
    const reply = await ask(server, "/msgpack/data", { body: {} });
    expect([reply.status, within(unpack(reply.body), "files", "bad.h5", "type")]).toEqual([
      200,
      "application/x-hdf5",
    ]);
  });
});

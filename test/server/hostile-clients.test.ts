import { closeSync, mkdirSync, openSync, truncateSync, writeSync } from "node:fs";
import { Agent } from "node:http";
import type { Socket } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { MemmapTable } from "../../src/index.js";
import { hashToken } from "../../src/server/index.js";
import { temporaryPaths } from "../support/temporary.js";
import { ask, errorOf, MSGPACK, opened, startServer } from "./support/http.js";

const fresh = temporaryPaths();
const root = fresh("data");
mkdirSync(root);
const ROWS = 2 ** 20;
const TOKEN = "a-token-that-nobody-guesses";
{
  using table = MemmapTable.create(join(root, "t"), { rows: ROWS, columns: { x: "f8" } });
  table.column("x").values.fill(0.25);
}

/** A directory with one array of 2^37 doubles, of which the disk has the header. */
function makeTebibyte(): string {
  const path = fresh("big");
  mkdirSync(path);
  const header = `{'descr': '<f8', 'fortran_order': False, 'shape': (${2 ** 37},), }`.padEnd(117);
  const fd = openSync(join(path, "x.npy"), "w");
  writeSync(
    fd,
    Buffer.concat([Buffer.from("\x93NUMPY\x01\0", "latin1"), Buffer.of(118, 0), Buffer.from(`${header}\n`)]),
  );
  closeSync(fd);
  truncateSync(join(path, "x.npy"), 128 + 2 ** 40);
  return path;
}

const memory = (): number => process.memoryUsage.rss();

describe("200 who ask for 1 TiB each", () => {
  it("are told how much they may ask for, and cost nothing", async () => {
    const server = await startServer({ big: { path: makeTebibyte(), type: "table" } });
    const whole = { object: "/x", slice: [[0, 2n ** 37n]] };
    const crowd = (body: unknown) =>
      Promise.all(Array.from({ length: 200 }, () => ask(server, "/msgpack/big", { body })));
    const one = await ask(server, "/msgpack/big", { body: { object: "/x", slice: [[2n ** 37n - 1n, 1]] } });
    expect([one.status, one.body.subarray(-8)]).toEqual([200, Buffer.alloc(8)]);
    // Connections and code have their memory from before.
    for (let i = 0; i < 3; i++) await crowd({ object: "/x", slice: [[0, 1]] });
    const before = memory();
    let most = before;
    const watch = setInterval(() => {
      most = Math.max(most, memory());
    }, 5);
    const replies = await crowd(whole);
    clearInterval(watch);
    most = Math.max(most, memory());
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([413]));
    expect(errorOf(replies[0] ?? one)).toMatch(/1099511627776 bytes.*0:134217728/);
    // Half of what a single one may ask for.
    expect(most - before).toBeLessThan(2 ** 26);
    const ways = [
      `?object=/x&slice=0:${2 ** 37}`,
      `?object=/&columns=x`,
      `?object=/x&slice=${2 ** 37 - 1}::-1`,
    ];
    for (const way of ways) expect((await ask(server, `/msgpack/big${way}`)).status).toBe(413);
    const map = await ask(server, "/msgpack/big", { body: { object: "/", data_size_limit: 2n ** 50n } });
    expect([map.status, map.body.length < 1000]).toEqual([200, true]);
  });
});

describe("200 slow readers and 200 half-open connections", () => {
  it("keep nobody from being answered, and are cut", async () => {
    const limits = {
      throughput: 2 ** 30,
      throughputGrace: 0.8,
      headerTimeout: 0.8,
      requestTimeout: 1,
      queue: 1000,
    };
    const auth = { tokens: { robot: { token: hashToken(TOKEN) } } };
    const server = await startServer({ data: root }, { limits, auth });
    const headers = { authorization: `Bearer ${TOKEN}` };
    const target = `/msgpack/data/t?object=/x&slice=0:${ROWS}`;
    const ends: Promise<unknown>[] = [];
    /** Opens connections on which something is said at once: the time for it begins with them. */
    const crowd = (say: (socket: Socket, at: number) => void) =>
      Promise.all(
        Array.from({ length: 200 }, async (_, at) => {
          const socket = await opened(server);
          ends.push(new Promise((resolve) => socket.once("close", resolve)));
          say(socket, at);
          return socket;
        }),
      );
    let got = 0;
    const slow = await crowd((socket) => {
      socket.pause().write(`GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
    });
    await crowd((socket, at) => {
      const type = `Content-Type: ${MSGPACK}\r\nContent-Length: 100\r\n`;
      const head = `POST /msgpack/data HTTP/1.1\r\nHost: localhost\r\n${type}`;
      socket.resume().write(["", "G", head, `${head}\r\n`, `${head}\r\nabc`][at % 5] ?? "");
    });
    const agent = new Agent({ keepAlive: true, maxSockets: 4 });
    const times: number[] = [];
    const work = async (): Promise<void> => {
      for (let i = 0; i < 40; i++) {
        const begun = performance.now();
        const body = { object: "/x", slice: [[i, 100]] };
        const reply = await ask(server, "/msgpack/data/t", { body, agent, headers });
        times.push(performance.now() - begun);
        expect([reply.status, reply.body.length]).toEqual([200, 847]);
      }
    };
    await Promise.all([work(), work(), work(), work()]);
    times.sort((one, other) => one - other);
    console.log(`p99 beside 200 slow readers and 200 half-open: ${(times[158] ?? 0).toFixed(1)} ms`);
    const metrics = async () => String((await ask(server, "/metrics")).body);
    await expect.poll(metrics, { timeout: 60_000 }).toContain("memmap_http_slow_clients_total 200");
    for (const socket of slow) {
      socket.on("data", (part: Buffer) => {
        got += part.length;
      });
      socket.resume();
    }
    await Promise.all(ends);
    // Nobody who was cut has the whole.
    expect(got).toBeLessThan(200 * 8 * ROWS);
    agent.destroy();
    const after = await metrics();
    expect(after).toContain("memmap_http_requests_running 0");
    expect(after).toContain("memmap_http_requests_waiting 0");
    expect(after).toContain("memmap_http_connections 1");
  });
});

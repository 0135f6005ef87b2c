import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { MemmapTable } from "../../src/index.js";
import { temporaryPaths } from "../support/temporary.js";
import { ask, opened, startServer } from "./support/http.js";

const fresh = temporaryPaths();
const root = fresh("data");
mkdirSync(root);
{
  using table = MemmapTable.create(join(root, "t"), { rows: 2 ** 20, columns: { x: "f8" } });
  table.column("x").values.fill(0.25);
}
const request = (rows: number) =>
  `GET /msgpack/data/t?object=/x&slice=0:${rows} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
const closed = (socket: Awaited<ReturnType<typeof opened>>) =>
  new Promise<string>((resolve) => socket.once("close", () => resolve("closed")));

describe("a client that does not read", () => {
  it("is cut, however small the answers are that it asks for one behind the other", async () => {
    const limits = { throughput: 2 ** 30, throughputGrace: 0.3, requests: 2, queue: 1000 };
    const server = await startServer({ data: root }, { limits });
    const sockets = await Promise.all([0, 1, 2, 3].map(() => opened(server)));
    const ends = sockets.map(closed);
    for (const socket of sockets) socket.pause().write(request(8000).repeat(200));
    await pause(100);
    expect((await ask(server, "/msgpack/data/t")).status).toBe(200);
    await expect
      .poll(async () => String((await ask(server, "/metrics")).body), { timeout: 60_000 })
      .toContain("memmap_http_slow_clients_total 4");
    for (const socket of sockets) socket.resume();
    expect(await Promise.all(ends)).toEqual(["closed", "closed", "closed", "closed"]);
  });

  it("is waited for where no pace is asked of it", async () => {
    const server = await startServer({ data: root }, { limits: { throughput: 0, throughputGrace: 0.05 } });
    const socket = await opened(server);
    let got = 0;
    socket.pause().write(request(2 ** 20).replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"));
    await pause(600);
    socket.on("data", (part: Buffer) => {
      got += part.length;
    });
    socket.resume();
    await closed(socket);
    expect(got).toBeGreaterThan(8 * 2 ** 20);
  });

  it.each([
    ["is gone", 600],
    ["is cut", 0.3],
  ])("takes the place of others where too many do so, until it %s", async (how, throughputGrace) => {
    const limits = { stalled: 2, requests: 2, throughput: 2 ** 30, throughputGrace, queueTimeout: 0.2 };
    const server = await startServer({ data: root }, { limits });
    const sockets = await Promise.all([0, 1, 2, 3].map(() => opened(server)));
    for (const socket of sockets) socket.pause().write(request(2 ** 20));
    const status = async () => (await ask(server, "/msgpack/data/t")).status;
    if (how === "is gone") {
      await expect.poll(status, { timeout: 60_000, interval: 10 }).toBe(503);
      for (const socket of sockets) socket.destroy();
    } else {
      await expect
        .poll(async () => String((await ask(server, "/metrics")).body), { timeout: 60_000 })
        .toContain("memmap_http_slow_clients_total 4");
    }
    await expect.poll(status, { timeout: 60_000 }).toBe(200);
    for (const socket of sockets) socket.destroy();
  });
});

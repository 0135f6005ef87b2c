import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { Agent } from "node:http";
import { setTimeout } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { MemmapTable } from "../../src/index.js";
import { serve } from "../../src/server/index.js";
import { temporaryPaths } from "../support/temporary.js";
import { descriptorsIn } from "./download-support.js";
import { ask, errorOf, MSGPACK, mapOf, opened, say, startServer } from "./support/http.js";

const fresh = temporaryPaths();
const root = fresh("data");
mkdirSync(root);
{
  using table = MemmapTable.create(`${root}/t`, { rows: 2 ** 21, columns: { x: "f8" } });
  table.column("x").values.fill(0.5);
}
const LONG = "/msgpack/data/t?object=/x&slice=0:2097152";
const head = "Host: localhost\r\nConnection: close\r\n\r\n";

describe("the name of the server", () => {
  it("is one of the list, or digits", async () => {
    const server = await startServer({ data: root });
    const named = await startServer({ data: root }, { hosts: ["data.example"] });
    const statusOf = async (of: typeof server, host: string) =>
      (await ask(of, "/msgpack/", { headers: { host } })).status;
    expect(await statusOf(server, "evil.example")).toBe(421);
    expect(await statusOf(server, "127.0.0.1:99")).toBe(200);
    expect(await statusOf(named, "Data.Example:8443")).toBe(200);
    expect(await statusOf(named, "127.0.0.1")).toBe(200);
    expect(await statusOf(named, "127.0.0.2")).toBe(421);
    expect(await statusOf(named, "localhost")).toBe(421);
    const evil = { headers: { host: "evil.example" } };
    for (const path of ["/health", "/metrics", "/openapi.json", "/download/data/t", "/none"]) {
      expect((await ask(server, path, evil)).status).toBe(421);
    }
  });
});

describe("limits of requests", async () => {
  const server = await startServer({ data: root }, { limits: { urlBytes: 1000, bodyBytes: 1000 } });

  it("end long URLs and heads", async () => {
    const long = await ask(server, `/msgpack/${"x".repeat(1000)}`);
    expect([long.status, errorOf(long)]).toEqual([414, "the URL has more than 1000 bytes"]);
    expect((await ask(server, `/msgpack/${"x".repeat(990)}`)).status).toBe(404);
    expect((await ask(server, "/msgpack/", { headers: { x: "y".repeat(20_000) } })).status).toBe(431);
  });

  it("end long bodies, said or not", async () => {
    const body = { object: "x".repeat(1000) };
    const long = await ask(server, "/msgpack/", { body });
    expect([long.status, errorOf(long)]).toEqual([413, "the body of the request is too large"]);
    const head = `POST /msgpack/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${MSGPACK}\r\n`;
    const chunked = `${head}Transfer-Encoding: chunked\r\n\r\n7d0\r\n${"x".repeat(2000)}\r\n0\r\n\r\n`;
    expect(await say(server, chunked)).toMatch(/^HTTP\/1.1 413 /);
    expect((await ask(server, "/msgpack/", { body: {} })).status).toBe(200);
  });

  it("end what is no HTTP", async () => {
    expect(await say(server, `GET /msgpack/ HTTP/1.1\r\nHost: evil.example\r\n${head}`)).toMatch(/ 400 /);
    expect(await say(server, `GET /msgpack/ HTTP/1.1\r\nhost: 127.0.0.1\r\n${head}`)).toMatch(/ 400 /);
    expect(await say(server, `GET /msgpack/ HTTP/1.1\r\nA b: c\r\n${head}`)).toMatch(/^HTTP\/1.1 400 /);
    expect(await say(server, "\x16\x03\x01\x02\x00")).toMatch(/^HTTP\/1.1 400 /);
    expect(await say(server, "GET /msgpack/ HTTP/1.1\r\nConnection: close\r\n\r\n")).toMatch(/ 400 /);
    const both = "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n";
    expect(await say(server, `POST /msgpack/ HTTP/1.1\r\n${both}${head}`)).toMatch(/ 400 /);
  });
});

describe("times", () => {
  it("end heads and bodies that do not come", async () => {
    const limits = { headerTimeout: 0.2, requestTimeout: 0.4 };
    const server = await startServer({ data: root }, { limits });
    const heads = say(server, "GET /msgpack/ HTTP/1.1\r\nHost: localhost\r\n");
    const post = `POST /msgpack/ HTTP/1.1\r\nContent-Type: ${MSGPACK}\r\nContent-Length: 9\r\nHost: localhost\r\n\r\n`;
    const bodies = say(server, `${post}abc`);
    expect(await heads).toMatch(/^HTTP\/1.1 408 /);
    expect(await bodies).toMatch(/^HTTP\/1.1 408 /);
  });

  it("end connections without a request", async () => {
    const server = await startServer({ data: root }, { limits: { idleTimeout: 0.1 } });
    const socket = await opened(server);
    socket.resume().write("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await once(socket, "close");
  });
});

describe("crowds", () => {
  it("wait for a place, and come again when there are too many or it takes too long", async () => {
    const limits = { requests: 1, queue: 1, queueTimeout: 0.3, throughputGrace: 60 };
    const server = await startServer({ data: root }, { limits });
    const many = Array.from({ length: 30 }, () => ask(server, LONG));
    const replies = (await Promise.all(many)).map(
      ({ status, headers }) => `${status} ${headers["retry-after"] === undefined}`,
    );
    expect(new Set(replies)).toEqual(new Set(["200 true", "503 false"]));
    expect((await ask(server, "/msgpack/")).status).toBe(200);
  });

  it("of connections are told so", async () => {
    const server = await startServer({ data: root }, { limits: { connections: 2 } });
    const held = [await opened(server), await opened(server)];
    expect(await say(server, `GET /health HTTP/1.1\r\n${head}`)).toMatch(/^HTTP\/1.1 503 [^]*Retry-After: 1/);
    for (const socket of held) socket.destroy();
    await expect
      .poll(() => say(server, `GET /health HTTP/1.1\r\n${head}`), { timeout: 60_000 })
      .toMatch(/^HTTP\/1.1 200 /);
  });

  it.each([9, 100_000])("of bodies of %i bytes that do not come keep nobody else waiting", async (length) => {
    const limits = { requests: 2, queue: 2, queueTimeout: 0.2 };
    const server = await startServer({ data: root }, { limits });
    const post = `POST /msgpack/ HTTP/1.1\r\nContent-Type: ${MSGPACK}\r\nContent-Length: ${length}\r\nHost: localhost\r\n\r\nabc`;
    const held = await Promise.all(Array.from({ length: 8 }, () => opened(server)));
    for (const socket of held) socket.write(post);
    await setTimeout(50);
    expect((await ask(server, "/msgpack/")).status).toBe(200);
    for (const socket of held) socket.destroy();
  });
});

describe("slow readers", () => {
  it("are cut, and others are not", async () => {
    const limits = { throughput: 2 ** 40, throughputGrace: 1, requests: 2 };
    const server = await startServer({ data: root }, { limits });
    const held = await Promise.all(Array.from({ length: 4 }, () => opened(server)));
    const closed = held.map((socket) => new Promise((resolve) => socket.once("close", resolve)));
    for (const socket of held)
      socket
        .on("error", () => undefined)
        .pause()
        .write(`GET ${LONG} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    // A small part of the time that is theirs, on any machine.
    const part = LONG.replace("2097152", "262144");
    const replies = await Promise.all(Array.from({ length: 4 }, () => ask(server, part)));
    for (const { status, body } of replies) expect([status, body.length > 2 ** 21]).toEqual([200, true]);
    await expect
      .poll(async () => String((await ask(server, "/metrics")).body), { timeout: 60_000 })
      .toContain("memmap_http_slow_clients_total 4");
    for (const socket of held) socket.resume();
    await Promise.all(closed);
  });
});

describe("close()", () => {
  it("waits for what is being answered, and answers nothing new", async () => {
    // Longer than a test may take.
    const server = await serve({ data: root }, { port: 0, limits: { closeTimeout: 1000 } });
    const agent = new Agent({ keepAlive: true });
    await ask(server, "/health", { agent });
    const socket = await opened(server);
    socket.pause().write(`GET ${LONG} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    await once(socket, "readable");
    const [first, second] = [server.close(), server.close()];
    let length = 0;
    socket.on("data", (part: Buffer) => {
      length += part.length;
    });
    const ended = once(socket, "close");
    await Promise.all([first, second, server.close()]);
    // The rest is on its way.
    await ended;
    expect(length).toBeGreaterThan(2 ** 24);
    await expect(ask(server, "/health", { agent })).rejects.toThrow();
    agent.destroy();
  });

  it("cuts what takes longer than it may", async () => {
    const server = await serve({ data: root }, { port: 0, limits: { closeTimeout: 0.2 } });
    const reading = await opened(server);
    reading.pause().write(`GET ${LONG} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    await once(reading, "readable");
    const asking = await opened(server);
    asking.resume().write("GET /health HTTP/1.1\r\n");
    const ends = [reading, asking].map((socket) => new Promise((resolve) => socket.once("close", resolve)));
    await server.close();
    reading.resume();
    await Promise.all(ends);
  });

  it("gives back the port and all files", async () => {
    const other = fresh("other");
    MemmapTable.create(other, { rows: 3, columns: { x: "f8" } }).close();
    const server = await serve({ other }, { port: 0 });
    expect((await ask(server, "/msgpack/other?object=/x&slice=0:1")).status).toBe(200);
    if (process.platform === "linux") expect(descriptorsIn(other)).toBeGreaterThan(0);
    await server.close();
    expect(descriptorsIn(other)).toBe(0);
    await using again = await serve({ other }, { port: server.port });
    expect(mapOf(await ask(again, "/msgpack/", { body: {} })).size).toBe(6);
    await expect(serve({ other }, { port: server.port })).rejects.toThrow(/cannot listen/);
  });
});

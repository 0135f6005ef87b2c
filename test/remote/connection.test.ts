import { getEventListeners } from "node:events";
import { inspect } from "node:util";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import {
  AccessError,
  ClosedError,
  CorruptError,
  IndexError,
  LimitError,
  NameError,
  NotFoundError,
  RemoteError,
  StaleError,
  TimeoutError,
  UnsupportedError,
} from "../../src/errors.js";
import { connect } from "../../src/remote/connect.js";
import { Connection, type ConnectionOptions } from "../../src/remote/connection.js";
import { isWireArray, mediaTypeOf } from "../../src/remote/wire/index.js";
import { stopClock } from "../support/clock.js";
import {
  type Answering,
  encodedInBins,
  type FakeServer,
  failure,
  fakeServer,
  message,
  page,
} from "./support/fake-server.js";

const DIRECTORY = { type: "directory", size: 0, files: {}, directories: {} };

async function connected(
  answering: Answering,
  options: ConnectionOptions = {},
): Promise<{ server: FakeServer; connection: Connection }> {
  const server = await fakeServer(answering);
  const connection = new Connection(server.url, options);
  onTestFinished(() => connection.close());
  return { server, connection };
}

/** What a promise is rejected with. */
async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}

const numbers = Float64Array.from({ length: 300 }, (_, index) => index / 3);
const bytes = new Uint8Array(numbers.buffer);
const encoded = encodedInBins("<f8", [100, 3], bytes, 2 ** 20);
const SLICE = { object: "/x", slice: [{ kind: "range", start: 0, count: 100, step: 1 }] } as const;

describe("what is asked", () => {
  it("is as the protocol has it, byte for byte", async () => {
    const { server, connection } = await connected(() => message(DIRECTORY));
    await connection.probe();
    await connection.requestPath("a/b");
    await connection.requestObject("a.h5", "/g", { maxDepth: 5, dataSizeLimit: 1_048_576 });
    expect(server.lines).toEqual(["GET /msgpack/", "POST /msgpack/a/b", "POST /msgpack/a.h5"]);
    const [probe, path, object] = server.seen;
    expect(probe?.headers.accept).toBe("application/x-msgpack;profile=memmap-table");
    expect(path?.headers["content-type"]).toBe("application/x-msgpack");
    expect(path?.headers["content-length"]).toBe("1");
    expect(path?.body).toEqual(Buffer.of(0x80));
    expect(Buffer.from(object?.body ?? []).toString("latin1")).toBe(
      "\x83\xa6object\xa2/g\xafdata_size_limit\xce\x00\x10\x00\x00\xa9max_depth\x05",
    );
    expect(path?.headers.authorization).toBeUndefined();
  });

  it("knows the version of a file by what its own servers name, however the answer was packed", async () => {
    for (const [type, etag, expected] of [
      [mediaTypeOf("numpy"), '"abc.numpy-gzip"', '"abc."'],
      [mediaTypeOf("numpy"), 'W/"abc.numpy"', '"abc."'],
      [mediaTypeOf("classic"), '"of this answer"', undefined],
    ] as const) {
      const { connection } = await connected(() => message(DIRECTORY, { type, headers: { etag } }));
      expect((await connection.requestObject("a", "/")).etag).toBe(expected);
    }
  });

  it("takes options of the right kinds alone", async () => {
    for (const options of [null, 5, { fetch: 5 }, { onProgress: "no" }]) {
      await expect(connect("http://127.0.0.1:1", options as never)).rejects.toMatchObject({
        code: "UNSUPPORTED",
      });
    }
  });

  it("has each part of a path encoded", async () => {
    const { server, connection } = await connected(() => message(DIRECTORY));
    await connection.requestPath("/a b#c/100%25?x=1//./ü/../\u{1f30d}/");
    expect(server.lines).toEqual(["POST /msgpack/a%20b%23c/100%2525%3Fx%3D1/%F0%9F%8C%8D"]);
    await expect(connection.requestPath("a/../../b")).rejects.toThrow(NameError);
    await expect(connection.requestPath("\ud800")).rejects.toThrow(NameError);
    expect(server.seen.length).toBe(1);
  });

  it("says who asks with each request, and shows it nowhere", async () => {
    const options = { user: "ada", password: "päss:w0rd", headers: { "X-Team": "hidden" } };
    const { server, connection } = await connected(() => page(401), options);
    const error = await rejection(connection.requestPath("a"));
    expect(error).toBeInstanceOf(AccessError);
    const basic = Buffer.from("ada:päss:w0rd").toString("base64");
    expect(server.seen[0]?.headers).toMatchObject({ authorization: `Basic ${basic}`, "x-team": "hidden" });
    const shown = [error, connection].map((value) =>
      [inspect(value, { depth: 9, showHidden: true }), JSON.stringify(value)].join(),
    );
    for (const text of shown) expect(text).not.toMatch(new RegExp(`w0rd|hidden|${basic}`));
    const bearer = await connected(() => message(DIRECTORY), { token: "t0ken" });
    await bearer.connection.probe();
    expect(bearer.server.seen[0]?.headers.authorization).toBe("Bearer t0ken");
  });

  it("is refused beforehand where it cannot be", () => {
    const make = (url: string, options?: ConnectionOptions) => () => new Connection(url, options);
    for (const url of ["file:///x", "http://", "nonsense", "http://h/?a=1", "http://h/#a"]) {
      expect(make(url), url).toThrow(UnsupportedError);
    }
    expect(make("http://ada:secret@h/")).toThrow(/options user and password/);
    expect(make("http://ada:secret@h/")).not.toThrow(/secret/);
    expect(make("http://ada:secret@h:99999/")).not.toThrow(/secret/);
    expect(make("http://h", { pasword: "x" } as ConnectionOptions)).toThrow(/did you mean "password"/);
    expect(make("http://h", { user: "ada" })).toThrow(AccessError);
    expect(make("http://h", { password: "x" })).toThrow(AccessError);
    expect(make("http://h", { user: "a:b", password: "x" })).toThrow(UnsupportedError);
    expect(make("http://h", { token: "a\nb" })).toThrow(UnsupportedError);
    expect(make("http://h", { token: "a", user: "b", password: "c" })).toThrow(UnsupportedError);
    expect(make("http://h", { headers: { "a b": "secret" } })).toThrow(UnsupportedError);
    for (const timeout of [0, -1, Number.NaN, 2 ** 31])
      expect(make("http://h", { timeout })).toThrow(LimitError);
    for (const retries of [-1, 1.5]) expect(make("http://h", { retries })).toThrow(LimitError);
    expect(new Connection("http://h:80/hdfstream//").url).toBe("http://h/hdfstream");
  });
});

describe("what is answered", () => {
  it("tells whether the server has the extensions", async () => {
    const { connection } = await connected((_, count) =>
      message(DIRECTORY, count === 1 ? {} : { type: mediaTypeOf("numpy") }),
    );
    expect(connection.hasExtensions()).toBeUndefined();
    await connection.probe();
    expect(connection.hasExtensions()).toBe(false);
    await connection.requestPath("");
    expect(connection.hasExtensions()).toBe(true);
  });

  it.each([
    ["whole", {}],
    ["in pieces of 7 bytes", { chunk: 7, chunked: true }],
    ["packed", { gzip: true }],
    ["packed in pieces of 7 bytes", { gzip: true, chunk: 7, chunked: true }],
  ])("is read %s", async (_, more) => {
    const { connection } = await connected(() => ({ body: encoded, ...more, headers: { etag: '"v1"' } }));
    const into = new Uint8Array(bytes.length);
    const told: unknown[] = [];
    const { array, etag } = await connection.requestSlice(
      "a.h5",
      SLICE,
      { limit: 1e6, into },
      { onProgress: (progress) => told.push(progress) },
    );
    expect(etag).toBe('"v1"');
    expect(isWireArray(array) && array.shape).toEqual([100, 3]);
    expect(into).toEqual(bytes);
    expect(told.at(-1)).toEqual({ bytes: 2400, total: 2400 });
  });

  it("is read from bins of 5 bytes", async () => {
    const { connection } = await connected(() => ({
      body: encodedInBins("<f8", [100, 3], bytes, 5),
      chunk: 1000,
    }));
    const { array } = await connection.requestSlice("a.h5", SLICE, { limit: 1e6 });
    expect(isWireArray(array) && array.bytes).toEqual(bytes);
  });

  it.each([
    [401, AccessError, /wants to know who asks/],
    [403, AccessError, /403/],
    [404, NotFoundError, /the path "a" is not there/],
    [409, StaleError, /another by now/],
    [412, StaleError, /another by now/],
    [413, LimitError, /at most 5 rows/],
    [400, RemoteError, /answered 400: at most 5 rows/],
    [501, RemoteError, /answered 501/],
  ])("%i is its own error", async (status, kind, text) => {
    const { server, connection } = await connected(() => failure(status, "at most 5 rows"));
    const error = await rejection(connection.requestPath("a"));
    expect(error).toBeInstanceOf(kind);
    expect(error).toMatchObject({ message: expect.stringMatching(text), path: `${server.url}/msgpack/a` });
    if (error instanceof RemoteError) expect(error.status).toBe(status);
    expect(server.seen.length).toBe(1);
  });

  it("is an IndexError where a selection is outside", async () => {
    const { connection } = await connected(() => failure(404, "Failed to open dataset slice"));
    await expect(connection.requestSlice("a", SLICE, { limit: 9 })).rejects.toThrow(IndexError);
    await expect(connection.requestPath("a")).rejects.toThrow(NotFoundError);
  });

  it("is a FormatError where a condition is none", async () => {
    const { connection } = await connected(() => failure(400, 'the condition ends after "a >"'));
    const asked = connection.requestSlice("a", { object: "/t", where: "a >" }, { limit: 1 });
    await expect(asked).rejects.toMatchObject({
      code: "FORMAT",
      message: expect.stringContaining('ends after "a >"'),
    });
    await expect(connection.requestSlice("a", SLICE, { limit: 1 })).rejects.toMatchObject({ code: "REMOTE" });
  });

  it("is shown in one line, and pages for people are not shown", async () => {
    const long = `bad\u001b[31m\n${"x".repeat(1000)}`;
    const { connection } = await connected((_, count) => (count === 1 ? failure(400, long) : page(404)));
    const error = await rejection(connection.requestPath("a"));
    expect(String(error)).not.toMatch(/[\u0000-\u001f]|x{400}/);
    expect(String(await rejection(connection.requestPath("a")))).not.toContain("secret");
  });

  it("is refused where it is of another kind", async () => {
    const { connection } = await connected(({ url }) =>
      url.endsWith("page") ? { ...page(200) } : { status: 204, body: "" },
    );
    await expect(connection.requestPath("page")).rejects.toThrow(/answers text\/html/);
    await expect(connection.requestPath("none")).rejects.toThrow(RemoteError);
  });

  it("is followed nowhere else", async () => {
    const other = await fakeServer(() => message(DIRECTORY));
    const { connection } = await connected(
      () => ({ status: 307, headers: { location: `${other.url}/x?secret=1` } }),
      { user: "ada", password: "pw" },
    );
    const error = await rejection(connection.requestPath("a"));
    expect(error).toMatchObject({
      code: "REMOTE",
      status: 307,
      message: expect.stringContaining(`${other.url}/x`),
    });
    expect(String(error)).not.toContain("secret");
    expect(other.seen).toEqual([]);
  });

  it("is bounded", async () => {
    const { server, connection } = await connected(
      () => message(DIRECTORY, { body: new Uint8Array(3_000_000), chunked: true, gzip: true }),
      { maxMapBytes: 100_000 },
    );
    await expect(connection.requestPath("a")).rejects.toThrow(LimitError);
    expect(server.seen.length).toBe(1);
  });

  it.each([
    ["maps", 0x80],
    ["lists", 0x90],
    ["bytes", 0xc4],
  ])("is bounded by the memory that it takes: %s of nothing", async (_, first) => {
    const body = Buffer.alloc(60_000, first);
    body.writeUInt32BE(0x81a161dd, 0);
    if (first === 0xc4) for (let at = 9; at < body.length; at += 2) body[at] = 0;
    body.writeUInt32BE(first === 0xc4 ? (body.length - 8) / 2 : body.length - 8, 4);
    const { connection } = await connected(() => ({ body, gzip: true }), { maxMapBytes: 65_536 });
    const asked = [connection.requestPath("a"), connection.requestObject("a", "/")];
    for (const error of await Promise.all(asked.map(rejection))) {
      expect(error).toMatchObject({ code: "LIMIT", message: expect.stringContaining("memory") });
    }
  });

  it.each([
    ["no MessagePack", { body: Uint8Array.of(0xc1) }],
    ["no map", message([1])],
    ["short", { body: Uint8Array.of(0x81, 0xa1) }],
    ["long", { body: Uint8Array.of(0x80, 0x80) }],
  ])("is a CorruptError where it is %s", async (_, reply) => {
    const { server, connection } = await connected(() => reply);
    const error = await rejection(connection.requestPath("a"));
    expect(error).toBeInstanceOf(CorruptError);
    expect(String(error)).toContain(server.url);
    expect(server.seen.length).toBe(1);
  });

  it("is a CorruptError where an array is short, long, or not what was asked for", async () => {
    const bodies = [
      encoded.subarray(0, -1),
      Buffer.concat([encoded, encoded]),
      encodedInBins("<f8", [300], bytes, 1e6),
    ];
    const { connection } = await connected((_, count) => ({ body: bodies[count - 1] ?? "", chunked: true }));
    const asked = { limit: 1e6, expected: { shape: [100, 3] } };
    for (const _ of bodies) {
      await expect(connection.requestSlice("a", SLICE, asked)).rejects.toThrow(CorruptError);
    }
  });
});

describe("asking again", () => {
  it.each([429, 500, 502, 503, 504])("helps against %i", async (status) => {
    const { server, connection } = await connected((_, count) =>
      count === 1 ? page(status) : message(DIRECTORY),
    );
    await connection.requestPath("a");
    expect(server.seen.length).toBe(2);
  });

  it("ends with an error that says how often and why", async () => {
    const { server, connection } = await connected(() => failure(503, "busy"), { retries: 1 });
    const error = await rejection(connection.requestPath("a"));
    expect(error).toMatchObject({
      code: "REMOTE",
      status: 503,
      message: expect.stringMatching(/a answered 503, 2 times: busy/),
    });
    expect(server.seen.length).toBe(2);
  });

  it("waits as long as it is told to, if that is not too long", async () => {
    const { server, connection } = await connected((_, count) =>
      failure(429, "slowly", { "retry-after": count === 1 ? "0" : "3600" }),
    );
    await expect(connection.requestPath("a")).rejects.toMatchObject({ status: 429 });
    expect(server.seen.length).toBe(2);
  });

  it("reads anew what broke off, into the same memory", async () => {
    const { server, connection } = await connected((_, count) => ({
      body: encoded,
      ...(count === 1 ? { cut: 1000 } : count === 2 ? { cut: 0 } : {}),
    }));
    const into = new Uint8Array(bytes.length);
    const told: number[] = [];
    await connection.requestSlice(
      "a",
      SLICE,
      { limit: 1e6, into },
      { onProgress: (progress) => told.push(progress.bytes) },
    );
    expect(into).toEqual(bytes);
    expect(server.seen.length).toBe(3);
    expect(told.at(-1)).toBe(2400);
    expect(told.filter((count) => count > 2400)).toEqual([]);
  });

  it("ends where nobody listens, with the cause", async () => {
    const server = await fakeServer(() => message(DIRECTORY));
    const { url } = server;
    await server.close();
    const error = await rejection(new Connection(url, { retries: 1 }).probe());
    expect(error).toMatchObject({
      code: "REMOTE",
      message: expect.stringMatching(/was not reached, 2 times: ECONNREFUSED/),
    });
    expect(error).toHaveProperty("cause");
  });

  it("does not happen for names and certificates that will not change", async () => {
    let count = 0;
    const failing = (code: string): typeof fetch => {
      return () => {
        count += 1;
        const cause = Object.assign(new Error("no"), { code });
        return Promise.reject(new TypeError("fetch failed", { cause }));
      };
    };
    for (const code of ["ENOTFOUND", "CERT_HAS_EXPIRED", "DEPTH_ZERO_SELF_SIGNED_CERT"]) {
      const connection = new Connection("http://h", { fetch: failing(code) });
      await expect(connection.probe()).rejects.toThrow(RemoteError);
    }
    expect(count).toBe(3);
    const connection = new Connection("http://h", { retries: 0, fetch: failing("UND_ERR_CONNECT_TIMEOUT") });
    await expect(connection.probe()).rejects.toThrow(TimeoutError);
  });
});

describe("what takes too long", () => {
  it.each([
    ["no head", { delay: 400 }],
    ["no body", { body: encoded, stall: 0 }],
    ["half a body", { body: encoded, stall: 1000 }],
  ])("is a TimeoutError with %s, after each attempt", async (_, reply) => {
    // What takes too long in this process may never come to the server.
    const asked = vi.fn(fetch);
    const { connection } = await connected(() => reply, { timeout: 60, retries: 1, fetch: asked });
    const error = await rejection(connection.requestSlice("a", SLICE, { limit: 1e6 }));
    expect(error).toMatchObject({
      code: "TIMEOUT",
      message: expect.stringMatching(/nothing for 60 ms, 2 times/),
    });
    expect(asked).toHaveBeenCalledTimes(2);
  });

  it("is what sends nothing, not what is slow", async () => {
    const { connection } = await connected(() => ({ body: encoded }));
    // What fetch itself has begun by then keeps its own time.
    await connection.requestSlice("a", SLICE, { limit: 1e6 });
    const pass = stopClock();
    let passed = 0;
    const slowly: typeof fetch = async (input, init) => {
      const response = await fetch(input, init);
      const slow = new TransformStream<Uint8Array, Uint8Array>({
        async transform(piece, controller) {
          for (let from = 0; from < piece.length; from += 400) {
            // Whoever waits for it has waited so long, and for the piece before it no more.
            await new Promise((resolve) => setImmediate(resolve));
            pass(80);
            passed += 80;
            controller.enqueue(piece.subarray(from, from + 400));
          }
        },
      });
      return new Response(response.body?.pipeThrough(slow) ?? null, response);
    };
    const patient = new Connection(connection.url, { timeout: 100, retries: 0, fetch: slowly });
    const { array } = await patient.requestSlice("a", SLICE, { limit: 1e6 });
    expect(isWireArray(array) && array.bytes).toEqual(bytes);
    expect(passed).toBeGreaterThan(400);
  });
});

describe("what is ended", () => {
  it("by the caller fails with his reason, and nothing listens to his signal any more", async () => {
    const { connection } = await connected(({ url }) =>
      url.endsWith("quick") ? message(DIRECTORY) : { body: encoded, stall: 100 },
    );
    const controller = new AbortController();
    const { signal } = controller;
    await connection.requestPath("quick", { signal });
    expect(getEventListeners(signal, "abort").length).toBe(0);
    const reason = new Error("enough");
    const running = [
      connection.requestPath("slow", { signal }),
      connection.requestSlice("a", SLICE, { limit: 1e6 }, { signal }),
    ].map(rejection);
    setTimeout(() => controller.abort(reason), 30);
    expect(await Promise.all(running)).toEqual([reason, reason]);
    expect(getEventListeners(signal, "abort").length).toBe(0);
    await expect(connection.requestPath("quick", { signal })).rejects.toBe(reason);
  });

  it("by closing fails with a ClosedError, also between attempts, and the server is left", async () => {
    const { server, connection } = await connected(({ url }) =>
      url.endsWith("busy") ? failure(503, "busy", { "retry-after": "9" }) : { body: encoded, stall: 100 },
    );
    const running = [
      connection.requestPath("slow"),
      connection.requestPath("busy"),
      connection.requestSlice("a", SLICE, { limit: 1e6 }),
      connection.download("file").then(({ body }) => new Response(body).arrayBuffer()),
    ].map(rejection);
    await expect.poll(() => server.seen.length, { timeout: 60_000 }).toBe(4);
    connection.close();
    for (const error of await Promise.all(running)) expect(error).toBeInstanceOf(ClosedError);
    await expect(connection.probe()).rejects.toThrow(ClosedError);
    connection.close();
    expect(String(connection)).toBe(`<Closed connection to ${server.url}>`);
    await expect.poll(() => server.broken, { timeout: 60_000 }).toBe(3);
  });

  it("by a listener that throws fails with what it throws", async () => {
    const { connection } = await connected(() => ({ body: encoded }));
    const reason = new Error("no more");
    const onProgress = (): void => {
      throw reason;
    };
    await expect(connection.requestSlice("a", SLICE, { limit: 1e6 }, { onProgress })).rejects.toBe(reason);
  });

  it("ends also where fetch does not heed its signal", async () => {
    const deaf = new Connection("http://h", {
      timeout: 30,
      retries: 0,
      fetch: () => new Promise(() => {}),
    });
    await expect(deaf.probe()).rejects.toThrow(TimeoutError);
  });
});

import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { setImmediate, setTimeout as wait } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { onTestFinished } from "vitest";
import { encodeValue, MEDIA_TYPE } from "../../../src/remote/wire/index.js";

/** A request as it came. */
export interface Seen {
  readonly method: string;
  /** As it stood in the request, percent signs and all. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
}

/** An answer, and what goes wrong on its way. */
export interface Reply {
  readonly status?: number;
  readonly type?: string;
  readonly headers?: { readonly [name: string]: string };
  readonly body?: Uint8Array | string;
  /** Milliseconds before anything comes. */
  readonly delay?: number;
  /** Bytes that are written at a time. */
  readonly chunk?: number;
  readonly gzip?: boolean;
  /** Whether the length is not said. */
  readonly chunked?: boolean;
  /** Bytes of the body after which the connection is cut. */
  readonly cut?: number;
  /** Whether the client has taken what was sent: what it has not is lost with the connection, so the cut waits for it. */
  readonly taken?: () => boolean;
  /** Bytes of the body after which nothing more comes. */
  readonly stall?: number;
}

export type Answering = (seen: Seen, count: number) => Reply | Promise<Reply>;

/** A server on loopback that answers what it is told to. */
export class FakeServer {
  readonly seen: Seen[] = [];
  /** Connections that clients broke while an answer was on its way. */
  broken = 0;
  answering: Answering;
  readonly #server = createServer((request, response) => void this.#answer(request, response));
  readonly #sockets = new Set<Socket>();

  constructor(answering: Answering) {
    this.answering = answering;
    this.#server.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
    });
  }

  /** The address that clients connect to. */
  get url(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}/hdfstream`;
  }

  /** What was asked, as lines such as `POST /msgpack/a`. */
  get lines(): string[] {
    return this.seen.map(({ method, url }) => `${method} ${url.replace("/hdfstream", "")}`);
  }

  async listen(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return this;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** What it was told badly is to fail the test, which sees answers alone. */
  async #replied(seen: Seen): Promise<Reply> {
    try {
      return await this.answering(seen, this.seen.length);
    } catch (error) {
      return failure(400, `the test itself fails: ${String(error)}`);
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece);
    const { method = "", url = "", headers } = request;
    const seen = { method, url, headers, body: Buffer.concat(pieces) };
    this.seen.push(seen);
    response.on("close", () => {
      if (!response.writableEnded) this.broken += 1;
    });
    response.on("error", () => {});
    const reply = await this.#replied(seen);
    if (reply.delay !== undefined) await wait(reply.delay);
    await send(response, reply);
  }
}

async function send(response: ServerResponse, reply: Reply): Promise<void> {
  const plain = Buffer.from(reply.body ?? "");
  const body = reply.gzip === true ? gzipSync(plain) : plain;
  response.writeHead(reply.status ?? 200, {
    "content-type": reply.type ?? MEDIA_TYPE,
    ...(reply.gzip === true ? { "content-encoding": "gzip" } : {}),
    ...(reply.chunked === true ? {} : { "content-length": String(body.length) }),
    ...reply.headers,
  });
  const last = Math.min(reply.cut ?? Infinity, reply.stall ?? Infinity, body.length);
  const step = reply.chunk ?? 65_536;
  for (let from = 0; from < last; from += step) {
    const piece = body.subarray(from, Math.min(from + step, last));
    await new Promise((resolve) => response.write(piece, resolve));
  }
  if (last === 0) response.flushHeaders();
  if (reply.cut !== undefined) {
    // What was written is to arrive before the cut does: the client is of this process, and reads as its loop turns.
    await wait(10);
    for (let turn = 0; turn < 20; turn++) await setImmediate();
    for (const { taken } = reply; taken?.() === false; ) await wait(5);
    response.destroy();
  } else if (reply.stall === undefined) response.end();
}

/** Starts a server that ends with the test. */
export async function fakeServer(answering: Answering): Promise<FakeServer> {
  const server = new FakeServer(answering);
  onTestFinished(() => server.close());
  return server.listen();
}

/** A value in MessagePack. */
export function message(value: unknown, more: Reply = {}): Reply {
  return { body: encodeValue(value), ...more };
}

/** An error as the protocol has it. */
export function failure(
  status: number,
  error: string,
  headers: { readonly [name: string]: string } = {},
): Reply {
  return message({ error }, { status, headers });
}

/** A page as containers put it in the place of errors. */
export function page(status: number): Reply {
  return {
    status,
    type: "text/html;charset=ISO-8859-1",
    body: "<html><h1>No</h1><p>secret stack</p></html>",
  };
}

/** An encoded array whose elements come in bins of at most so many bytes. */
export function encodedInBins(
  type: string,
  shape: readonly number[],
  bytes: Uint8Array,
  most: number,
): Uint8Array {
  const bins: Uint8Array[] = [];
  for (let from = 0; from < bytes.length; from += most) bins.push(bytes.subarray(from, from + most));
  return encodeValue(
    new Map<string, unknown>([
      ["nd", true],
      ["type", type],
      ["kind", ""],
      ["shape", shape],
      ["nbytes", bytes.length],
      ["data", bins],
    ]),
  );
}

/** How a server gives a file. */
export interface FileManner {
  readonly etag?: string | undefined;
  readonly modified?: string | undefined;
  /** Whether it gives parts. */
  readonly ranges?: boolean | undefined;
}

/** The answer to a download, in parts where the server gives them. */
export function fileReply(
  seen: Seen,
  bytes: Uint8Array,
  { etag, modified, ranges = true }: FileManner = {},
  more: Reply = {},
): Reply {
  const headers = {
    ...(etag === undefined ? {} : { etag }),
    ...(modified === undefined ? {} : { "last-modified": modified }),
  };
  const type = "application/octet-stream";
  const range = ranges ? /^bytes=(\d+)-(\d*)$/.exec(seen.headers.range ?? "") : null;
  const condition = seen.headers["if-range"];
  if (range === null || (condition !== undefined && condition !== etag && condition !== modified)) {
    return { type, headers, body: bytes, ...more };
  }
  const start = Number(range[1]);
  const end = range[2] === "" ? bytes.length : Math.min(Number(range[2]) + 1, bytes.length);
  if (start >= bytes.length) return { ...page(416), headers: { "content-range": `bytes */${bytes.length}` } };
  const content = { "content-range": `bytes ${start}-${end - 1}/${bytes.length}` };
  return {
    status: 206,
    type,
    headers: { ...headers, ...content },
    body: bytes.subarray(start, end),
    ...more,
  };
}

import { once } from "node:events";
import { type ClientRequestArgs, type IncomingHttpHeaders, request } from "node:http";
import { connect, type Socket } from "node:net";
import { Packr, Unpackr } from "msgpackr";
import { afterAll } from "vitest";
import { type Roots, type ServeOptions, serve, type TableServer } from "../../../src/server/index.js";

/** A client's own MessagePack, which knows nothing of ours. */
const packer = new Packr({ useRecords: false, variableMapSize: true });
const unpacker = new Unpackr({ useRecords: false, mapsAsObjects: false });

export const MSGPACK = "application/x-msgpack";
export const NUMPY = "application/x-msgpack;profile=memmap-table";

export const pack = (value: unknown): Buffer => packer.pack(value);
export const unpack = (bytes: Uint8Array): unknown => unpacker.unpack(bytes);

/** Starts a server on a free port of loopback, closed at the end of the test file. */
export async function startServer(roots: Roots, options: ServeOptions = {}): Promise<TableServer> {
  const server = await serve(roots, { port: 0, ...options });
  afterAll(() => server.close());
  return server;
}

export interface Asked {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  /** Bytes as they are, anything else in MessagePack. */
  readonly body?: unknown;
  readonly agent?: ClientRequestArgs["agent"];
}

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/**
 * Asks as plainly as can be: the target goes out as it is, without a word of fetch's.
 *
 * @throws what broke the connection, also after the head
 */
export async function ask(
  { port }: Pick<TableServer, "port">,
  path: string,
  asked: Asked = {},
): Promise<Reply> {
  const { body, agent = false, method = body === undefined ? "GET" : "POST" } = asked;
  const bytes = body === undefined || body instanceof Uint8Array ? body : pack(body);
  const headers = {
    ...(bytes === undefined ? {} : { "content-type": MSGPACK, "content-length": String(bytes.length) }),
    ...asked.headers,
  };
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: "127.0.0.1", port, path, method, headers, agent }, (incoming) => {
      const parts: Buffer[] = [];
      incoming.on("data", (part: Buffer) => parts.push(part));
      incoming.on("error", reject);
      incoming.on("end", () => {
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          body: Buffer.concat(parts),
        });
      });
    });
    outgoing.on("error", reject);
    outgoing.end(bytes);
  });
}

/** What a reply's body is as MessagePack. */
export const valueOf = ({ body }: Reply): unknown => unpack(body);

export function mapOf(reply: Reply): Map<string, unknown> {
  const value = valueOf(reply);
  if (value instanceof Map) return value;
  throw new Error(`${reply.status}: no map`);
}

/** The message of an error in MessagePack, which has no other key. */
export function errorOf(reply: Reply): unknown {
  const map = mapOf(reply);
  return map.size === 1 ? map.get("error") : undefined;
}

/** What a map within maps has at the end of some keys. */
export function within(value: unknown, ...keys: readonly string[]): unknown {
  return keys.reduce<unknown>((at, key) => (at instanceof Map ? at.get(key) : undefined), value);
}

/** Bytes of an encoded array, whose keys stand in their order. */
export function dataOf(value: unknown): Buffer {
  if (!(value instanceof Map)) throw new Error("no encoded array");
  const data: unknown = value.get("data");
  const keys = [...value.keys()].join();
  if (keys !== "nd,type,kind,shape,nbytes,data" || !Array.isArray(data)) throw new Error(keys);
  return Buffer.concat(data.filter((part): part is Uint8Array => part instanceof Uint8Array));
}

/** A connection on which anything can be said. */
export async function opened({ port }: Pick<TableServer, "port">): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined);
  await once(socket, "connect");
  return socket;
}

/** Says something on a connection of its own. @returns all that comes until the server or a quiet time ends it */
export async function say(server: Pick<TableServer, "port">, text: string | Uint8Array): Promise<string> {
  const socket = await opened(server);
  let heard = "";
  socket.on("data", (part: Buffer) => {
    heard += part.toString("latin1");
  });
  const ended = new Promise((resolve) => socket.once("close", resolve));
  socket.write(text);
  // Whether all that was said was read before that, shows in an error at most.
  await ended;
  return heard;
}

/** The credentials of HTTP Basic. */
export const basic = (user: string, password: string): { authorization: string } => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`,
});

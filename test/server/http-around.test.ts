import { mkdirSync } from "node:fs";
import { request as requestTls } from "node:https";
import { Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import { hashToken, serve } from "../../src/server/index.js";
import { temporaryPaths } from "../support/temporary.js";
import { selfSigned } from "./support/certificate.js";
import { makeData } from "./support/data.js";
import { ask, basic, opened, say, startServer } from "./support/http.js";

const fresh = temporaryPaths();
const root = fresh("data");
mkdirSync(root);
await makeData(root);
const TOKEN = "a-token-that-nobody-guesses";

interface Described {
  readonly openapi: string;
  readonly info: Record<string, unknown>;
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly securitySchemes: Record<string, unknown> };
}

interface Operation {
  readonly parameters?: readonly { name: string; in: string; required?: boolean; schema: unknown }[];
  readonly requestBody?: { readonly content: Record<string, { schema: unknown }> };
  readonly responses: Record<string, { description?: string; content?: Record<string, unknown> }>;
  readonly security?: readonly Record<string, unknown>[];
}

describe("/openapi.json", () => {
  it("describes every route, as OpenAPI has it", async () => {
    const server = await startServer({ data: root }, { prefix: "/hdfstream" });
    const reply = await ask(server, "/hdfstream/openapi.json");
    const { openapi, info, paths, components } = JSON.parse(String(reply.body)) as Described;
    expect([openapi, info.title, typeof info.version]).toEqual(["3.1.0", "memmap-table", "string"]);
    const routes = Object.entries(paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method} ${path}`),
    );
    const both = ["get", "head"];
    const of = (path: string, methods: readonly string[]) => methods.map((method) => `${method} ${path}`);
    expect(new Set(routes)).toEqual(
      new Set([
        ...of("/hdfstream/msgpack", [...both, "post"]),
        ...of("/hdfstream/msgpack/{*}", [...both, "post"]),
        ...of("/hdfstream/download", both),
        ...of("/hdfstream/download/{*}", both),
        ...of("/hdfstream/health", both),
        ...of("/hdfstream/metrics", both),
        ...of("/hdfstream/openapi.json", both),
      ]),
    );
    const names = ["object", "slice", "max_depth", "data_size_limit", "columns", "where"];
    for (const [path, operations] of Object.entries(paths)) {
      const inPath = [...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name);
      for (const [method, operation] of Object.entries(operations)) {
        const { parameters = [], requestBody, responses, security = [] } = operation;
        // Each parameter of the path is there, once, and required; so says the specification.
        const said = parameters.filter((parameter) => parameter.in === "path");
        expect(said.map(({ name, required }) => [name, required])).toEqual(
          inPath.map((name) => [name, true]),
        );
        for (const { schema } of parameters) expect(schema).toEqual(expect.any(Object));
        expect(Object.keys(responses).length).toBeGreaterThan(0);
        for (const [status, response] of Object.entries(responses)) {
          expect(status).toMatch(/^([1-5]\d\d|default)$/);
          expect(response.description).toEqual(expect.any(String));
        }
        for (const name of security.flatMap(Object.keys))
          expect(components.securitySchemes).toHaveProperty(name);
        if (!path.includes("msgpack")) continue;
        const query = parameters.filter((parameter) => parameter.in === "query").map(({ name }) => name);
        expect(query).toEqual(method === "post" ? [] : names);
        if (method === "post")
          expect(Object.keys(requestBody?.content ?? {})).toEqual(["application/x-msgpack"]);
      }
    }
  });

  it("is not there when it is not wanted", async () => {
    const server = await startServer({ data: root }, { openapi: false, metrics: false });
    expect((await ask(server, "/openapi.json")).status).toBe(404);
    expect((await ask(server, "/metrics")).status).toBe(404);
  });
});

describe("/metrics and /health", () => {
  it("say how it goes", async () => {
    const server = await startServer({ data: root });
    const body = (await ask(server, "/msgpack/data/flights?object=/id&slice=0:1000")).body.length;
    expect((await ask(server, "/msgpack/none")).status).toBe(404);
    const reply = await ask(server, "/metrics");
    const text = String(reply.body);
    expect(reply.headers["content-type"]).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(text).toContain('memmap_http_requests_total{route="/msgpack",status="200"} 1');
    expect(text).toContain('memmap_http_requests_total{route="/msgpack",status="404"} 1');
    expect(text).toContain(`memmap_http_sent_bytes_total ${body}`);
    expect(text).toContain("memmap_open_files 1");
    expect(text).toContain("memmap_http_requests_running 0");
    const health = await ask(server, "/health");
    expect([health.status, String(health.body)]).toEqual([200, '{"status":"ok"}']);
    for (const header of ["x-forwarded-for", "forwarded", "via"]) {
      expect((await ask(server, "/metrics", { headers: { [header]: "for=10.0.0.1" } })).status).toBe(404);
    }
  });
});

describe("pages of other origins", () => {
  const origin = "https://viewer.example";
  const preflight = {
    method: "OPTIONS",
    headers: {
      origin,
      "access-control-request-method": "POST",
      "access-control-request-headers": "content-type,authorization",
    },
  };

  it("may read where they are named, also before they say who they are", async () => {
    const auth = { tokens: { robot: { token: hashToken(TOKEN) } }, anonymous: false };
    const server = await startServer({ data: root }, { cors: { origins: [origin] }, auth });
    const asked = await ask(server, "/msgpack/data/a.txt", preflight);
    expect([asked.status, asked.headers["access-control-allow-origin"]]).toEqual([204, origin]);
    expect(asked.headers["access-control-allow-headers"]).toMatch(/Authorization.*Content-Type/);
    expect(asked.headers["access-control-allow-methods"]).toContain("POST");
    const headers = { origin, authorization: `Bearer ${TOKEN}` };
    const read = await ask(server, "/msgpack/data/a.txt", { body: {}, headers });
    expect([read.status, read.headers["access-control-allow-origin"]]).toEqual([200, origin]);
    expect(read.headers["access-control-expose-headers"]).toContain("ETag");
    expect(String(read.headers.vary).split(", ")).toEqual(["Origin", "Accept", "Accept-Encoding"]);
    const wrong = await ask(server, "/msgpack/data/a.txt", { headers: { origin } });
    expect([wrong.status, wrong.headers["access-control-allow-origin"]]).toEqual([401, origin]);
    const other = { origin: "https://evil.example", authorization: `Bearer ${TOKEN}` };
    const evil = await ask(server, "/msgpack/data/a.txt", { headers: other });
    expect(evil.headers["access-control-allow-origin"]).toBeUndefined();
    const asking = await ask(server, "/msgpack/", {
      method: "OPTIONS",
      headers: { ...preflight.headers, ...other },
    });
    expect(asking.headers["access-control-allow-origin"]).toBeUndefined();
  });

  it("may not where nobody is named", async () => {
    const server = await startServer({ data: root });
    const asked = await ask(server, "/msgpack/data/a.txt", preflight);
    expect([asked.status, asked.headers["access-control-allow-origin"]]).toEqual([405, undefined]);
  });
});

describe("the log", () => {
  it("has a line for each answer, and neither credentials nor queries", async () => {
    const lines: string[] = [];
    const stream = new Writable({
      write(line, _encoding, done) {
        lines.push(String(line));
        done();
      },
    });
    const auth = { tokens: { robot: { token: hashToken(TOKEN) } } };
    const logger = { level: "trace", stream, redact: ["address"] };
    const server = await serve({ data: root }, { port: 0, auth, logger });
    const hasty = await serve({ data: root }, { port: 0, auth, logger, limits: { headerTimeout: 0.1 } });
    const bearer = { authorization: `Bearer ${TOKEN}` };
    const query = "object=/id&slice=0:1&where=hidden-condition";
    expect((await ask(server, `/msgpack/data/flights?${query}`, { headers: bearer })).status).toBe(404);
    await ask(server, "/msgpack/data/a.txt", { body: { object: "/hidden-object" }, headers: bearer });
    await ask(server, "/msgpack/", { headers: basic("ada", "hidden-password") });
    await ask(server, `/msgpack/%ff?${query}`, { headers: bearer });
    const head = `GET /msgpack/?${query} HTTP/1.1\r\nAuthorization: Bearer ${TOKEN}\r\n`;
    await say(server, `${head}Bad header\r\n\r\n`);
    await say(hasty, head);
    const socket = await opened(server);
    socket.end();
    await Promise.all([server.close(), hasty.close()]);
    const text = lines.join("");
    const encoded = [...Buffer.from(TOKEN)].join();
    for (const hidden of [
      TOKEN,
      encoded,
      hashToken(TOKEN),
      "hidden",
      basic("ada", "hidden-password").authorization,
    ]) {
      expect(text).not.toContain(hidden);
    }
    const answered = lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === "answered");
    expect(answered.map(({ method, path, status, user }) => [method, path, status, user])).toEqual([
      ["GET", "/msgpack/data/flights", 404, "token:robot"],
      ["POST", "/msgpack/data/a.txt", 404, "token:robot"],
      ["GET", "/msgpack/", 401, undefined],
    ]);
    for (const line of answered) expect(line).toMatchObject({ isWhole: true, address: "[Redacted]" });
  });
});

describe("HTTPS", () => {
  it("is spoken with key and certificate", async () => {
    const { key, cert } = selfSigned();
    const server = await startServer({ data: root }, { tls: { key, cert } });
    expect(server.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    const text = await new Promise((resolve, reject) => {
      const outgoing = requestTls(
        `${server.url}/download/data/a.txt`,
        { ca: cert, agent: false },
        (incoming) => {
          incoming.setEncoding("utf8").on("data", resolve);
        },
      );
      outgoing.on("error", reject).end();
    });
    expect(text).toBe("A text.\n");
    expect(await say(server, "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")).not.toContain("200");
  });
});

describe("serve", () => {
  it.each([
    [{ host: "0.0.0.0" }, "UNSUPPORTED"],
    [{ host: "::" }, "UNSUPPORTED"],
    [{ prot: 1 }, "UNSUPPORTED"],
    [{ port: 65_536 }, "UNSUPPORTED"],
    [{ prefix: "x" }, "UNSUPPORTED"],
    [{ prefix: "/a/../b?" }, "UNSUPPORTED"],
    [{ limits: { slice: 1 } }, "UNSUPPORTED"],
    [{ limits: { sliceBytes: -1 } }, "UNSUPPORTED"],
    [{ limits: { requests: 1.5 } }, "UNSUPPORTED"],
    [{ auth: { users: { ada: { password: "secret" } } } }, "FORMAT"],
  ])("refuses %j", async (options, code) => {
    await expect(serve({ data: root }, { port: 0, ...options } as never)).rejects.toMatchObject({ code });
  });

  it("refuses roots that are not there", async () => {
    await expect(serve({ data: `${root}/none` }, { port: 0 })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("listens for others when it was told who they are", async () => {
    const auth = { tokens: { robot: { token: hashToken(TOKEN) } } };
    const server = await startServer({ data: root }, { host: "0.0.0.0", auth });
    const headers = { authorization: `Bearer ${TOKEN}` };
    expect((await ask(server, "/msgpack/")).status).toBe(401);
    expect((await ask(server, "/msgpack/", { headers })).status).toBe(200);
    expect((await ask(server, "/health")).status).toBe(200);
  });
});

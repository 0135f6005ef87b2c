import { once } from "node:events";
import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryPaths } from "../support/temporary.js";
import { makeData } from "./support/data.js";
import {
  ask,
  errorOf,
  MSGPACK,
  mapOf,
  opened,
  pack,
  type Reply,
  say,
  startServer,
  within,
} from "./support/http.js";

const fresh = temporaryPaths();
const root = fresh("data");
mkdirSync(root);
await makeData(root);
const labels = { "a.txt": "a text" };
const server = await startServer(
  { data: { path: root, description: "# All", labels }, "more/flights": join(root, "flights") },
  { prefix: "/hdfstream" },
);
const at = (path: string) => `/hdfstream${path}`;

describe("maps of directories and files", () => {
  it("are the protocol's, byte for byte", async () => {
    const reply = await ask(server, at("/msgpack/more"), { body: {} });
    expect(reply).toMatchObject({ status: 200, headers: { "content-type": MSGPACK } });
    const { mtimeMs } = statSync(join(root, "flights", ".memmap", "last"));
    const size = within(mapOf(reply), "size");
    const file = new Map<string, unknown>([
      ["type", "application/x-hdf5"],
      ["size", size],
      ["last_modified", BigInt(Math.floor(mtimeMs))],
    ]);
    const directory = new Map<string, unknown>([
      ["type", "directory"],
      ["size", size],
      ["description", null],
      ["labels", null],
      ["files", new Map([["flights", file]])],
      ["directories", new Map()],
    ]);
    expect(reply.body.equals(pack(directory))).toBe(true);
    expect(reply.headers["content-length"]).toBe(String(reply.body.length));
    expect((await ask(server, at("/msgpack/more/flights"), { body: {} })).body.equals(pack(file))).toBe(true);
  });

  it("list what is there, directories as deep as is asked for", async () => {
    const names = ["a.txt", "b #?%41.yml", "big.bin", "flights", "snap.hdf5", "tree"];
    const map = mapOf(await ask(server, at("/msgpack/data"), { body: {} }));
    expect([...map.keys()]).toEqual(["type", "size", "description", "labels", "files", "directories"]);
    expect(within(map, "files")).toEqual(new Map(names.map((name) => [name, expect.any(Map)])));
    expect(within(map, "directories")).toEqual(new Map([["sub", null]]));
    expect([within(map, "description"), within(map, "labels", "a.txt")]).toEqual(["# All", "a text"]);
    const types = names.map((name) => within(map, "files", name, "type"));
    expect(types.map(String)).toEqual([
      "text/plain;charset=UTF-8",
      "application/yaml",
      "application/octet-stream",
      ...["application/x-hdf5", "application/x-hdf5", "application/x-hdf5"],
    ]);
    const deep = mapOf(await ask(server, at("/msgpack/?max_depth=2")));
    const sub = within(deep, "directories", "data", "directories", "sub");
    expect(within(sub, "files", "c.json", "size")).toBe(2);
    expect(within(sub, "directories")).toEqual(new Map([["deep", null]]));
  });

  it("do not mind an object or a slice", async () => {
    const plain = await ask(server, at("/msgpack/data/sub"), { body: {} });
    const more = await ask(server, at("/msgpack/data/sub"), { body: { object: "/x", slice: [[0, 1]] } });
    expect([more.status, more.body.equals(plain.body)]).toEqual([200, true]);
    expect((await ask(server, at("/msgpack/data/sub?object=x&slice=0:1"))).body.equals(plain.body)).toBe(
      true,
    );
  });
});

describe("paths", () => {
  it.each([
    ["/msgpack", 200],
    ["/msgpack/", 200],
    ["/msgpack/data", 200],
    ["/msgpack/data/", 200],
    ["/msgpack/data//", 404],
    ["/msgpack//data", 404],
    ["/msgpack/data/a.txt", 200],
    ["/msgpack/data/a.txt/", 200],
    ["/msgpack/data/a.txt/x", 404],
    ["/msgpack/data/flights/.memmap", 404],
    ["/msgpack/data/flights/delay.npy", 404],
    ["/msgpack/data/sub/../a.txt", 200],
    ["/msgpack/data/b%20%23%3F%2541.yml", 200],
    ["/msgpack/data/b%20%23%3F%41.yml", 404],
    ["/msgpack/data%2Fa.txt", 404],
    ["/msgpack/nothing", 404],
    ["/msgpack/../download/data", 404],
    ["/msgpack/%", 400],
    ["/msgpack/%ff", 400],
    ["/msgpack/data?%zz=%", 200],
    ["/%6dsgpack/data", 404],
    ["/msgpackdata", 404],
    ["/viewer/data", 404],
    ["", 404],
  ])("%s: %i", async (path, status) => {
    const reply = await ask(server, at(path));
    expect(reply.status).toBe(status);
    expect(reply.headers["content-type"]).toBe(MSGPACK);
    if (status >= 400) expect(errorOf(reply)).toEqual(expect.any(String));
  });

  it("may come with scheme and host, as proxies have them", async () => {
    const target = `http://localhost:1${at("/msgpack/data/sub")}`;
    const head = "Host: localhost\r\nConnection: close\r\n\r\n";
    expect(await say(server, `GET ${target} HTTP/1.1\r\n${head}`)).toMatch(/^HTTP\/1.1 200 [^]*c\.json/);
  });

  it("are not asked for by other methods, which is said before a body is taken", async () => {
    for (const [path, allow] of [
      ["/msgpack", "GET, HEAD, POST"],
      ["/msgpack/data", "GET, HEAD, POST"],
      ["/download/data/a.txt", "GET, HEAD"],
      ["/health", "GET, HEAD"],
      ["/metrics", "GET, HEAD"],
      ["/openapi.json", "GET, HEAD"],
    ] as const) {
      for (const method of ["PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"]) {
        const reply = await ask(server, at(path), { method });
        expect([method, reply.status, reply.headers.allow]).toEqual([method, 405, allow]);
      }
    }
    const posted = await ask(server, at("/download/data/a.txt"), {
      body: {},
      headers: { accept: "text/html" },
    });
    expect([posted.status, posted.headers["content-type"]]).toEqual([405, "text/html; charset=utf-8"]);
    for (const path of ["/none", "/health/x", "/msgpackx", "/*", "/:x", "/(x"]) {
      expect((await ask(server, at(path), { method: "PUT" })).status).toBe(404);
    }
    const head = `PUT ${at("/none")} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999\r\n\r\n`;
    const socket = await opened(server);
    socket.write(head);
    const [said] = (await once(socket, "data")) as [Buffer];
    expect(String(said)).toMatch(/^HTTP\/1.1 404 /);
    socket.destroy();
  });
});

describe("the head of an answer", () => {
  it.each([
    "/msgpack/",
    "/msgpack/data/a.txt",
    "/msgpack/data/flights?object=/delay&slice=0:1000",
    "/msgpack/data/flights?object=/&where=late&columns=id",
    "/msgpack/data/snap.hdf5?object=/points&slice=0:1000,0:3",
    "/msgpack/nothing",
    "/msgpack/data/flights?object=nothing",
    "/msgpack/data/flights?object=/delay&slice=0:1001",
    "/msgpack/data/flights?object=/&slice=0:1001",
    "/msgpack/data?max_depth=x",
    "/download/data/a.txt",
    "/download/data/sub",
    "/download/",
    "/download/nothing",
  ])("of %s is that of HEAD, which has no body", async (path) => {
    const got = await ask(server, at(path));
    const head = await ask(server, at(path), { method: "HEAD" });
    expect(head.body).toHaveLength(0);
    expect([head.status, { ...head.headers, date: 0 }]).toEqual([got.status, { ...got.headers, date: 0 }]);
  });

  it.each([
    "/msgpack/data/snap.hdf5?object=/",
    "/msgpack/data/snap.hdf5?object=/points&data_size_limit=0",
    "/msgpack/data/snap.hdf5?object=/texts&slice=0:3",
    "/msgpack/data/flights?object=/id&slice=0:1000",
    "/health",
    "/openapi.json",
  ])("of %s is that of HEAD in any encoding", async (path) => {
    for (const encoding of ["gzip", "identity"]) {
      const headers = { "accept-encoding": encoding };
      const got = await ask(server, at(path), { headers });
      const head = await ask(server, at(path), { method: "HEAD", headers });
      // How the body comes is not a matter of what it is.
      const plain = ({ "transfer-encoding": _way, ...rest }: Reply["headers"]) => ({ ...rest, date: 0 });
      expect([head.status, plain(head.headers)]).toEqual([got.status, plain(got.headers)]);
      expect(head.body).toHaveLength(0);
    }
  });

  it("of an object has its status, too", async () => {
    const statusOf = async (object: string) =>
      (await ask(server, at(`/msgpack/data/snap.hdf5?object=${object}`), { method: "HEAD" })).status;
    expect([await statusOf("/"), await statusOf("/points"), await statusOf("/none")]).toEqual([
      200, 200, 404,
    ]);
  });
});

describe("requests that are refused", () => {
  const status = async (body: unknown, headers = {}) =>
    (await ask(server, at("/msgpack/data/flights"), { body, headers })).status;

  it("as 415 where their type is another", async () => {
    for (const type of [`${MSGPACK}; charset=utf-8`, "application/json", "Application/x-msgpack", ""]) {
      const reply = await ask(server, at("/msgpack/"), { body: {}, headers: { "content-type": type } });
      expect([reply.status, reply.headers["content-type"]]).toEqual([415, MSGPACK]);
    }
  });

  it("as 400 where their body is not a map of known keys", async () => {
    const bodies: unknown[] = [
      Buffer.alloc(0),
      Buffer.of(0xc1),
      Buffer.of(0x81, 0xa1),
      Buffer.concat([pack({}), pack({})]),
      Buffer.concat([Buffer.of(0x82), pack("object"), pack("/"), pack("object"), pack("/")]),
      ...[[], 1, null, "x", { objekt: "/" }, { object: 1 }, { object: "a\0" }, { object: "x".repeat(4097) }],
      ...[-1, 1.5, "1", null, true].flatMap((max_depth) => [
        { max_depth },
        { object: "/", data_size_limit: max_depth },
      ]),
      ...[{ slice: [[0, 1]] }, { object: "/delay", slice: 1 }, { columns: ["id"] }, { where: "late" }],
      new Map([[1, "object"]]),
    ];
    const all = await Promise.all(bodies.map((body) => status(body)));
    expect(all).toEqual(bodies.map(() => 400));
  });

  it.each(["max_depth", "data_size_limit"])("as 400 where %s is no plain number", async (key) => {
    const odd = [
      "",
      "%20",
      "%201",
      "1%20",
      "1.0",
      "1e1",
      "-1",
      "0x1",
      "+1",
      "2147483648",
      "99999999999",
      "x",
    ];
    for (const value of odd) {
      const reply = await ask(server, at(`/msgpack/data/flights?object=/&${key}=${value}`));
      expect([value, reply.status, errorOf(reply)]).toEqual([value, 400, expect.any(String)]);
    }
    for (const value of ["0", "007", "2147483647"]) {
      expect((await ask(server, at(`/msgpack/data/flights?object=/&${key}=${value}`))).status).toBe(200);
    }
  });

  it("as 404 where the file is no file of objects", async () => {
    for (const path of [
      "/msgpack/data/a.txt?object=/",
      "/msgpack/data/b%20%23%3F%2541.yml?object=/&slice=",
    ]) {
      expect(await ask(server, at(path)).then(errorOf)).toBe("Not an HDF5 file");
    }
    expect(errorOf(await ask(server, at("/msgpack/does-not-exist")))).toBe(
      "Invalid path specified: does-not-exist",
    );
  });

  it("but not where the query has what nobody knows", async () => {
    expect((await ask(server, at("/msgpack/data/flights?object=/&page=2&max_data_size=x"))).status).toBe(200);
    expect((await ask(server, at("/msgpack/data/flights?object=/&object=/"))).status).toBe(400);
  });
});

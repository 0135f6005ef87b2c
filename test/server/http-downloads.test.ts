import { mkdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { extract } from "tar-stream";
import { describe, expect, it } from "vitest";
import { temporaryPaths } from "../support/temporary.js";
import { makeData } from "./support/data.js";
import { ask, errorOf, type Reply, startServer } from "./support/http.js";

const fresh = temporaryPaths();
const root = fresh("data");
mkdirSync(root);
await makeData(root);
utimesSync(join(root, "big.bin"), 1e9, 1e9);
const server = await startServer({ data: root });
const big = readFileSync(join(root, "big.bin"));
const download = (path: string, headers = {}): Promise<Reply> =>
  ask(server, `/download/data${path}`, { headers });

async function filesIn(tar: Buffer): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  const reading = extract();
  reading.end(tar);
  for await (const entry of reading) {
    expect(entry.header.type).toBe("file");
    const parts: Buffer[] = [];
    for await (const part of entry) parts.push(part as Buffer);
    files.set(entry.header.name, Buffer.concat(parts));
  }
  return files;
}

describe("a file", () => {
  it("comes as it is, under its name and type", async () => {
    const reply = await download("/b%20%23%3F%2541.yml");
    expect([reply.status, String(reply.body)]).toEqual([200, "a: 1\n"]);
    expect(reply.headers).toMatchObject({
      "content-type": "application/yaml",
      "content-length": "5",
      "accept-ranges": "bytes",
      "content-disposition": `attachment; filename="b #?_41.yml"; filename*=UTF-8''b%20%23%3F%2541.yml`,
    });
    const snap = await download("/snap.hdf5");
    expect(snap.headers["content-type"]).toBe("application/x-hdf5");
    expect(snap.body.equals(readFileSync(join(root, "snap.hdf5")))).toBe(true);
    expect((await download("/big.bin")).body.equals(big)).toBe(true);
  });

  it.each([
    ["bytes=0-9", 206, 0, 10],
    ["bytes=299990-", 206, 299_990, 300_000],
    ["bytes=299990-999999", 206, 299_990, 300_000],
    ["bytes=-10", 206, 299_990, 300_000],
    ["bytes=-999999", 206, 0, 300_000],
    ["bytes=5-299000", 206, 5, 299_001],
    ["bytes=300000-", 416, 0, 0],
    ["bytes=-0", 416, 0, 0],
    ["bytes=9-5", 200, 0, 300_000],
    ["bytes=0-1,5-6", 200, 0, 300_000],
    ["lines=0-1", 200, 0, 300_000],
    ["bytes=a-b", 200, 0, 300_000],
  ])("of which %s is asked for: %i", async (range, status, start, end) => {
    const reply = await download("/big.bin", { range });
    const head = await ask(server, "/download/data/big.bin", { method: "HEAD", headers: { range } });
    expect([reply.status, head.status]).toEqual([status, 200]);
    if (status === 416) expect(reply.headers["content-range"]).toBe("bytes */300000");
    else expect(reply.body.equals(big.subarray(start, end))).toBe(true);
    if (status === 206) expect(reply.headers["content-range"]).toBe(`bytes ${start}-${end - 1}/300000`);
    // A part is only asked for by GET.
    expect([head.headers["content-length"], head.headers["content-range"]]).toEqual(["300000", undefined]);
  });

  it("is sent from a place on only where it is still the same", async () => {
    const { etag = "", "last-modified": date = "" } = (await download("/big.bin")).headers;
    const statusOf = async (ifRange: string) =>
      (await download("/big.bin", { range: "bytes=1-2", "if-range": ifRange })).status;
    expect(date).toBe(new Date(1e12).toUTCString());
    expect(await statusOf(etag)).toBe(206);
    expect(await statusOf(date)).toBe(206);
    expect(await statusOf('"other"')).toBe(200);
    expect(await statusOf(`W/${etag}`)).toBe(200);
    expect(await statusOf(new Date(0).toUTCString())).toBe(200);
    expect(await statusOf("yesterday")).toBe(200);
    writeFileSync(join(root, "changing.txt"), "one");
    const before = (await download("/changing.txt")).headers.etag ?? "";
    writeFileSync(join(root, "changing.txt"), "other");
    const after = await download("/changing.txt", { range: "bytes=0-0", "if-range": before });
    expect([after.status, String(after.body)]).toEqual([200, "other"]);
    expect((await download("/changing.txt", { "if-match": before })).status).toBe(412);
  });
});

describe("conditions by dates", () => {
  const [before, then, later] = [999_999, 1_000_000, 1_000_001].map((time) =>
    new Date(1e6 * time).toUTCString(),
  );

  it.each([
    [{ "if-modified-since": then }, 304],
    [{ "if-modified-since": later }, 304],
    [{ "if-modified-since": before }, 200],
    [{ "if-modified-since": "yesterday" }, 200],
    [{ "if-modified-since": "2030" }, 200],
    [{ "if-modified-since": then, "if-none-match": '"x"' }, 200],
    [{ "if-modified-since": then, range: "bytes=0-9" }, 304],
    [{ "if-modified-since": then, range: "bytes=300000-" }, 304],
    [{ "if-match": '"x"', range: "bytes=300000-" }, 412],
    [{ "if-unmodified-since": then }, 200],
    [{ "if-unmodified-since": later }, 200],
    [{ "if-unmodified-since": before }, 412],
    [{ "if-unmodified-since": before, "if-match": "*" }, 200],
  ])("%j", async (headers, status) => {
    const reply = await download("/big.bin", headers);
    const head = await ask(server, "/download/data/big.bin", { method: "HEAD", headers });
    expect([reply.status, head.status]).toEqual([status, status]);
    if (status === 304) expect(reply.headers["content-range"]).toBeUndefined();
    if (status === 304) expect(reply.headers.etag).toBe((await download("/big.bin")).headers.etag);
  });
});

describe("a directory", () => {
  it("comes as a tar of all that is in it", async () => {
    const reply = await download("/sub");
    expect(reply.headers).toMatchObject({
      "content-type": "application/x-tar",
      "content-length": String(reply.body.length),
      "content-disposition": 'attachment; filename="data_sub.tar"',
    });
    expect(reply.body.length % 10_240).toBe(0);
    const files = await filesIn(reply.body);
    expect([...files].map(([name, bytes]) => [name, String(bytes)])).toEqual([
      ["data/sub/c.json", "{}"],
      ["data/sub/deep/d.csv", "x\n1\n"],
    ]);
    const part = await download("/sub", { range: "bytes=512-513", "if-range": reply.headers.etag ?? "" });
    expect([part.status, String(part.body)]).toEqual([206, "{}"]);
  });

  it("and a table too", async () => {
    const files = await filesIn((await download("/flights")).body);
    for (const [name, bytes] of files) {
      expect(bytes.equals(readFileSync(join(root, name.slice("data/".length))))).toBe(true);
    }
    expect([...files.keys()]).toContain("data/flights/.memmap/last");
    expect([...files.keys()]).toContain("data/flights/airport/origin.npy");
  });

  it("but not the one of the roots", async () => {
    for (const path of ["/download", "/download/", "/download/data/.."]) {
      const reply = await ask(server, path);
      expect([reply.status, reply.headers["content-type"]]).toEqual([400, "text/html; charset=utf-8"]);
      expect(String(reply.body)).toContain("No file path was specified");
    }
  });
});

describe("what is not there", () => {
  it.each(["/none", "/a.txt/x", "/flights/delay.npy", "/<b>&\"'", "/%3Cscript%3E"])(
    "%s is 404 in HTML",
    async (path) => {
      const reply = await download(encodeURI(decodeURIComponent(path)));
      expect([reply.status, reply.headers["content-type"]]).toEqual([404, "text/html; charset=utf-8"]);
      expect(String(reply.body)).not.toMatch(/<b>|<script>|["']&/);
    },
  );

  it("is no encoding in HTML, too", async () => {
    const reply = await download("/%ff");
    expect([reply.status, reply.headers["content-type"]]).toEqual([400, "text/html; charset=utf-8"]);
  });
});

describe("ETags", () => {
  it("name what was sent, and the version that it is of", async () => {
    const path = "/msgpack/data/flights?object=/delay&slice=0:1000";
    const { etag = "" } = (await ask(server, path)).headers;
    const conditional = async (headers: Record<string, string>, at = path) =>
      (await ask(server, at, { headers })).status;
    expect(await conditional({ "if-none-match": etag })).toBe(304);
    expect(await conditional({ "if-none-match": `"x", W/${etag}` })).toBe(304);
    expect(await conditional({ "if-none-match": "*" })).toBe(304);
    expect(await conditional({ "if-none-match": '"x"' })).toBe(200);
    expect(await conditional({ "if-none-match": etag, accept: "application/json" })).toBe(200);
    expect(await conditional({ "if-match": etag, accept: "application/json" })).toBe(200);
    expect(await conditional({ "if-match": etag }, "/msgpack/data/flights?object=/late&slice=0:1")).toBe(200);
    expect(await conditional({ "if-match": "*" })).toBe(200);
    expect(await conditional({ "if-match": '"x"' })).toBe(412);
    const none = await ask(server, path, { headers: { "if-none-match": etag } });
    expect([none.body.length, none.headers.etag, none.headers["content-type"]]).toEqual([0, etag, undefined]);
    const zipped = await ask(server, path, { headers: { "accept-encoding": "gzip" } });
    expect(zipped.headers.etag).not.toBe(etag);
    expect(await conditional({ "if-none-match": zipped.headers.etag ?? "", "accept-encoding": "gzip" })).toBe(
      304,
    );
  });

  it("are others when a table is another", async () => {
    const { MemmapTable } = await import("../../src/index.js");
    const path = join(root, "changed");
    using table = MemmapTable.create(path, { rows: 3, columns: { x: "i4" } });
    const body = { object: "/x", slice: [[0, 1]] };
    const before = await ask(server, "/msgpack/data/changed", { body });
    const ifMatch = { "if-match": before.headers.etag ?? "" };
    expect((await ask(server, "/msgpack/data/changed", { body, headers: ifMatch })).status).toBe(200);
    table.resize(5);
    const after = await ask(server, "/msgpack/data/changed", { body, headers: ifMatch });
    expect([after.status, errorOf(after)]).toEqual([412, expect.any(String)]);
    expect((await ask(server, "/msgpack/data/changed", { body })).headers.etag).not.toBe(before.headers.etag);
  });
});

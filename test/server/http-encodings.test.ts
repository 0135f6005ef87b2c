import { mkdirSync } from "node:fs";
import * as zlib from "node:zlib";
import { describe, expect, it } from "vitest";
import { MemmapTable } from "../../src/index.js";
import { temporaryPaths } from "../support/temporary.js";
import { ask, startServer } from "./support/http.js";

const fresh = temporaryPaths();
const root = fresh("data");
mkdirSync(root);
const ROWS = 400_000;
{
  using table = MemmapTable.create(`${root}/t`, { rows: ROWS, columns: { x: "f8" } });
  table.column("x").values.fill(1.5);
}
const server = await startServer({ data: root });
const plain = await startServer({ data: root }, { compression: false });
const slice = (count: number) => `/msgpack/data/t?object=/x&slice=0:${count}`;

async function unzstd(bytes: Buffer): Promise<Buffer> {
  const { zstdDecompressSync } = zlib as { zstdDecompressSync?: (bytes: Buffer) => Buffer };
  if (zstdDecompressSync !== undefined) return zstdDecompressSync(bytes);
  const { Zstd } = await import("@hpcc-js/wasm-zstd");
  const zstd = await Zstd.load();
  const parts: Uint8Array[] = [];
  // Frames may follow each other; the library reads one at a time.
  const magic = Buffer.of(0x28, 0xb5, 0x2f, 0xfd);
  for (let at = 0; at < bytes.length; ) {
    const next = bytes.indexOf(magic, at + 4);
    const end = next === -1 ? bytes.length : next;
    parts.push(zstd.decompress(bytes.subarray(at, end)));
    at = end;
  }
  return Buffer.concat(parts);
}

describe("compression", () => {
  it.each([
    ["small", 1000],
    ["long", ROWS],
  ])("of a %s answer is what is asked for", async (_, count) => {
    const whole = await ask(server, slice(count));
    expect(whole.headers["content-encoding"]).toBeUndefined();
    const gzip = await ask(server, slice(count), { headers: { "accept-encoding": "gzip, deflate" } });
    expect([gzip.headers["content-encoding"], gzip.headers["content-length"]]).toEqual(["gzip", undefined]);
    expect(gzip.headers.vary).toContain("Accept-Encoding");
    expect(gzip.body.length).toBeLessThan(whole.body.length / 10);
    expect(zlib.gunzipSync(gzip.body).equals(whole.body)).toBe(true);
    const zstd = await ask(server, slice(count), { headers: { "accept-encoding": "zstd, gzip;q=0.5" } });
    expect(zstd.headers["content-encoding"]).toBe("zstd");
    expect((await unzstd(zstd.body)).equals(whole.body)).toBe(true);
  });

  it("is for those alone who name one of ours", async () => {
    for (const header of [
      "",
      "*",
      "identity",
      "br",
      "gzip;q=0",
      "deflate, br",
      "x".repeat(9000),
      "gzip;q=x",
    ]) {
      const reply = await ask(server, slice(1000), { headers: { "accept-encoding": header } });
      expect([reply.status, reply.headers["content-encoding"]]).toEqual([200, undefined]);
    }
    const off = await ask(plain, slice(1000), { headers: { "accept-encoding": "gzip" } });
    expect(off.headers["content-encoding"]).toBeUndefined();
  });

  it("is not for what is short, for files, and for errors", async () => {
    const headers = { "accept-encoding": "gzip" };
    for (const path of [slice(10), "/download/data/t", "/msgpack/none", "/msgpack/data/t"]) {
      expect((await ask(server, path, { headers })).headers["content-encoding"]).toBeUndefined();
    }
  });
});

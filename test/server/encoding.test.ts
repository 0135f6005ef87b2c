import * as zlib from "node:zlib";
import { describe, expect, it } from "vitest";
import { compress } from "../../src/server/http/encoding.js";

/** One buffer, filled again and again, as pieces of answers are. */
async function* pieces(count: number, length: number) {
  const buffer = new Uint8Array(length);
  for (let i = 0; i < count; i++) yield buffer.fill(i % 251);
}

async function all(from: AsyncIterable<Uint8Array>) {
  const chunks: Uint8Array[] = [];
  for await (const piece of from) chunks.push(piece.slice());
  return Buffer.concat(chunks);
}

describe("compress", () => {
  it.each([
    [0, 0],
    [1, 1],
    [3, 0],
    [100, 70_000],
  ])("%i pieces of %i bytes by gzip", async (count, length) => {
    const plain = await all(pieces(count, length));
    expect(zlib.gunzipSync(await all(compress(pieces(count, length), "gzip"))).equals(plain)).toBe(true);
  });

  it("pieces by zstd, one stream to whoever reads it", async () => {
    const plain = await all(pieces(50, 70_000));
    const packed = await all(compress(pieces(50, 70_000), "zstd"));
    expect(packed.length).toBeLessThan(plain.length / 10);
    const { zstdDecompressSync } = zlib as { zstdDecompressSync?: (bytes: Buffer) => Buffer };
    if (zstdDecompressSync !== undefined) {
      expect(zstdDecompressSync(packed).equals(plain)).toBe(true);
      return;
    }
    const { Zstd } = await import("@hpcc-js/wasm-zstd");
    const zstd = await Zstd.load();
    // Frame by frame, each of which begins with the magic number.
    const starts = [...packed.keys()].filter(
      (at) => packed.readUInt32LE(Math.min(at, packed.length - 4)) === 0xfd2fb528,
    );
    const frames = starts.map((at, i) => zstd.decompress(packed.subarray(at, starts[i + 1])));
    expect(Buffer.concat(frames).equals(plain)).toBe(true);
  });

  it("stops when nobody wants the rest, and says what failed", async () => {
    let isOver = false;
    async function* endless() {
      try {
        for (;;) yield new Uint8Array(100_000);
      } finally {
        isOver = true;
      }
    }
    for await (const _ of compress(endless(), "gzip")) break;
    expect(isOver).toBe(true);
    async function* failing() {
      yield new Uint8Array(10);
      throw new Error("no more");
    }
    await expect(all(compress(failing(), "gzip"))).rejects.toThrow("no more");
  });
});

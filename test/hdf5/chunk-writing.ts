import { deflateSync } from "node:zlib";
import type { ChunkFilter } from "../../src/hdf5/format/index.js";

/** Bytes that look random, the same each time. @param values how many of them there are */
export function bytesFrom(length: number, seed: number, values = 256): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 24) % values;
  });
}

/** HDF5's shuffle, as its page says it. */
export function shuffled(bytes: Uint8Array, size: number): Uint8Array {
  const count = Math.floor(bytes.length / size);
  return bytes.map((byte, at) => {
    if (at >= count * size) return byte;
    return bytes[(at % count) * size + Math.floor(at / count)] ?? 0;
  });
}

/** Fletcher's sums modulo 65535, as HDF5 writes them; no sum of anything but zeros is zero. */
export function fletcher(bytes: Uint8Array): number {
  let one = 0;
  let two = 0;
  for (let at = 0; at < bytes.length; at += 2) {
    one = sum(one, (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0));
    two = sum(two, one);
  }
  return two * 65536 + one;
}

function sum(one: number, other: number): number {
  const all = one + other;
  return all > 0xffff ? all - 0xffff : all;
}

export function withChecksum(bytes: Uint8Array): Uint8Array {
  const summed = new Uint8Array(bytes.length + 4);
  summed.set(bytes);
  new DataView(summed.buffer).setUint32(bytes.length, fletcher(bytes), true);
  return summed;
}

/** What filters make of a chunk. */
export function filtered(bytes: Uint8Array, filters: readonly ChunkFilter[]): Uint8Array {
  return filters.reduce((raw, filter) => {
    switch (filter.kind) {
      case "deflate":
        return deflateSync(raw, { level: 1 });
      case "shuffle":
        return shuffled(raw, filter.size);
      case "fletcher32":
        return withChecksum(raw);
      case "lzf":
        throw new Error("nobody here writes LZF");
    }
  }, bytes);
}

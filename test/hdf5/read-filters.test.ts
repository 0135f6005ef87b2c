import { deflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { ChunkFilter } from "../../src/hdf5/format/index.js";
import { filtersOf, undoFilters } from "../../src/hdf5/read/filters.js";
import { fletcher32 } from "../../src/hdf5/read/fletcher32.js";
import { decompressLzf } from "../../src/hdf5/read/lzf.js";
import { unshuffle } from "../../src/hdf5/read/unshuffle.js";
import { bytesFrom, fletcher, shuffled, withChecksum } from "./chunk-writing.js";

const fail = (problem: string, cause?: unknown) => new Error(problem, { cause });
const undo = (raw: Uint8Array, filters: readonly ChunkFilter[], length: number, room?: Uint8Array) =>
  undoFilters(raw, filters, length, room, fail);

describe("shuffled bytes", () => {
  const sizes = [1, 2, 3, 4, 5, 7, 8, 10, 12, 16, 20, 24];

  it.each(sizes)("of elements of %i bytes are put together, wherever they are", (size) => {
    for (const count of [0, 1, 2, 3, 4, 5, 7, 8, 31, 64, 65]) {
      for (const [fromAt, intoAt, rest] of [
        [0, 0, 0],
        [4, 2, 0],
        [1, 3, 0],
        [0, 4, 1],
      ] as const) {
        const plain = bytesFrom(count * size + (size > 1 ? rest : 0), size + count);
        const from = new Uint8Array(fromAt + plain.length);
        from.set(shuffled(plain, size), fromAt);
        const into = new Uint8Array(intoAt + plain.length + 3).fill(0xee);
        unshuffle(from.subarray(fromAt), into.subarray(intoAt, intoAt + plain.length), size);
        expect([...into.subarray(intoAt, -3)]).toEqual([...plain]);
        // Nothing beside.
        expect([...into.subarray(0, intoAt), ...into.subarray(-3)]).toEqual(Array(intoAt + 3).fill(0xee));
      }
    }
  });
});

describe("HDF5's checksum", () => {
  it("is that of its library", () => {
    expect(fletcher32(new Uint8Array(0))).toBe(0);
    expect(fletcher32(Uint8Array.of(1))).toBe(0x01000100);
    expect(fletcher32(Uint8Array.of(1, 2))).toBe(0x01020102);
    expect(fletcher32(Uint8Array.of(0xff, 0xff, 0xff, 0xff))).toBe(0xffffffff);
  });

  it.each([1, 2, 3, 719, 720, 721, 5000, 100_001])("of %i bytes is their sums, word by word", (length) => {
    for (const bytes of [bytesFrom(length, 3), new Uint8Array(length).fill(0xff), new Uint8Array(length)]) {
      expect(fletcher32(bytes)).toBe(fletcher(bytes));
    }
  });
});

describe("LZF", () => {
  it("is literal bytes and matches, near and far, which may go on into themselves", () => {
    expect(decompressLzf(Uint8Array.of(2, 65, 66, 67), 3)?.toString()).toBe("ABC");
    expect(decompressLzf(Uint8Array.of(0, 65, 0x20, 0), 4)?.toString()).toBe("AAAA");
    expect(decompressLzf(Uint8Array.of(1, 65, 66, 0xe0, 2, 1), 13)?.toString()).toBe("ABABABABABABA");
  });

  it("that is damaged is none", () => {
    const cases: [number[], number][] = [
      [[2, 65], 3],
      [[0, 65], 2],
      [[2, 65, 66, 67], 2],
      [[0x20, 0], 3],
      [[0, 65, 0x20, 1], 4],
      [[0, 65, 0xe0], 10],
      [[0, 65, 0x20, 0], 3],
    ];
    for (const [bytes, length] of cases)
      expect(decompressLzf(Uint8Array.from(bytes), length)).toBeUndefined();
  });
});

describe("the filters of a chunk", () => {
  const plain = bytesFrom(1000, 1, 4);
  const shuffle: ChunkFilter = { kind: "shuffle", size: 4 };
  const deflate: ChunkFilter = { kind: "deflate" };
  const sum: ChunkFilter = { kind: "fletcher32" };

  it("are undone, the last one first, in any order", () => {
    const deflated = deflateSync(shuffled(plain, 4));
    expect([...undo(deflated, [shuffle, deflate], 1000)]).toEqual([...plain]);
    expect([...undo(withChecksum(deflated), [shuffle, deflate, sum], 1000)]).toEqual([...plain]);
    const inner = deflateSync(withChecksum(plain));
    expect([...undo(inner, [sum, deflate], 1000)]).toEqual([...plain]);
    expect([...undo(withChecksum(plain), [sum], 1000)]).toEqual([...plain]);
    const odd = deflateSync(shuffled(withChecksum(plain), 4));
    expect([...undo(odd, [sum, shuffle, deflate], 1000)]).toEqual([...plain]);
  });

  it("are put where they belong without a copy, where the last step can", () => {
    const room = new Uint8Array(1000);
    expect(undo(deflateSync(shuffled(plain, 4)), [shuffle, deflate], 1000, room)).toBe(room);
    expect([...room]).toEqual([...plain]);
  });

  it("are left out where the mask of the chunk says so", () => {
    const filters = [shuffle, deflate, sum];
    expect(filtersOf(filters, 0)).toBe(filters);
    expect(filtersOf(filters, 0b010)).toEqual([shuffle, sum]);
    expect(filtersOf(filters, 0b111)).toEqual([]);
  });

  it("say what is damaged", () => {
    const deflated = deflateSync(plain);
    expect(() => undo(deflated.subarray(0, 50), [deflate], 1000)).toThrow("could not be inflated");
    expect(() => undo(plain, [deflate], 1000)).toThrow("could not be inflated");
    expect(() => undo(deflated, [deflate], 999)).toThrow("1000 bytes, not 999");
    expect(() => undo(deflated, [deflate], 900)).toThrow("could not be inflated");
    expect(() => undo(deflated, [deflate], 1001)).toThrow("1000 bytes, not 1001");
    const summed = withChecksum(deflated);
    summed[20] = (summed[20] ?? 0) ^ 1;
    expect(() => undo(summed, [deflate, sum], 1000)).toThrow("does not match its checksum");
    expect(() => undo(Uint8Array.of(1, 2), [sum], 2)).toThrow("shorter than its checksum");
    expect(() => undo(Uint8Array.of(9, 9), [{ kind: "lzf" }], 20)).toThrow("LZF");
    expect(() => undo(plain, [shuffle], 999)).toThrow("1000 bytes, not 999");
  });

  it("of a chunk that cannot be as long as it says cost no memory", () => {
    expect(() => undo(deflateSync(plain), [deflate], 2 ** 40)).toThrow("cannot be");
  });

  it("take checksums that an old library wrote, the bytes of their halves in turn", () => {
    const summed = withChecksum(plain);
    const at = plain.length;
    const turned = [1, 0, 3, 2].map((index) => summed[at + index] ?? 0);
    summed.set(turned, at);
    expect([...undo(summed, [sum], 1000)]).toEqual([...plain]);
  });
});

import { describe, expect, it } from "vitest";
import { parseDType } from "../../src/dtype/index.js";
import { lookup3 } from "../../src/hdf5/format/checksum.js";
import { ByteWriter } from "../../src/hdf5/format/encode-bytes.js";
import { chunkOffset, writeChunkIndex } from "../../src/hdf5/format/encode-chunk-index.js";
import { encodeDatatype, isNameable } from "../../src/hdf5/format/encode-datatype.js";
import { GlobalHeap } from "../../src/hdf5/format/encode-global-heap.js";
import { encodeObjectHeader } from "../../src/hdf5/format/encode-object-header.js";
import { encodeSuperblock, SUPERBLOCK_BYTES } from "../../src/hdf5/format/encode-superblock.js";
import { planStorage } from "../../src/hdf5/write/chunk-shape.js";
import { FileTarget, fileEnd } from "../../src/hdf5/write/file-target.js";
import { shuffle } from "../../src/hdf5/write/shuffle.js";
import { encodeText, hasText } from "../../src/hdf5/write/utf8-text.js";
import { nodeFiles, overFiles } from "../../src/platform/files.js";

/** A file in memory. */
class Memory {
  readonly blocks = new Map<number, Uint8Array>();
  end = 0;

  allocate(length: number): number {
    this.end += length;
    return this.end - length;
  }

  write(bytes: Uint8Array, address: number): void {
    this.blocks.set(address, bytes.slice());
  }
}

const hex = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString("hex");

describe("ByteWriter", () => {
  it("grows, and writes little-endian numbers, text and padding", () => {
    const writer = new ByteWriter(1).u8(1, 2).u16(0x0304).u32(5).u64(6).text("é").align(8).unsigned(7, 2);
    expect(hex(writer.done())).toBe("01020403050000000600000000000000c3a900000000000007".padEnd(52, "0"));
  });
});

describe("encodeSuperblock", () => {
  it("says where the root is and where the file ends, and closes with a checksum", () => {
    const bytes = encodeSuperblock(0x60, 0x1000);
    expect(bytes.length).toBe(SUPERBLOCK_BYTES);
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    expect([view.getBigUint64(28, true), view.getBigUint64(36, true)]).toEqual([0x1000n, 0x60n]);
    expect(view.getUint32(44, true)).toBe(lookup3(bytes.subarray(0, 44)));
  });
});

describe("encodeDatatype", () => {
  // As the library itself writes them.
  it.each([
    ["<f8", "31 203f00 08000000 0000 4000 340b0034 ff030000"],
    ["|u1", "30 000000 01000000 0000 0800"],
    [">i4", "30 090000 04000000 0000 2000"],
    ["<f2", "31 200f00 02000000 0000 1000 0a05000a 0f000000"],
    ["S3", "33 010000 03000000"],
    ["U2", "33 110000 08000000"],
    ["V5", "35 000000 05000000"],
    ["b1", "38 020000 01000000 3008000001000000 00000800 46414c534500 5452554500 0001"],
  ])("encodes %s", (dtype, bytes) => {
    expect(hex(encodeDatatype(parseDType(dtype)))).toBe(bytes.replaceAll(" ", ""));
  });

  it("tags dates with NumPy's type string", () => {
    expect(Buffer.from(encodeDatatype(parseDType("M8[25us]")) ?? []).toString("latin1")).toContain(
      "NUMPY:<M8[25us]\0",
    );
  });

  it("has none for fields without bytes, names that end early, and types of too many axes", () => {
    expect(
      encodeDatatype(
        parseDType([
          ["a", "i1"],
          ["b", "f8", [0]],
        ]),
      ),
    ).toBeUndefined();
    expect(encodeDatatype(parseDType([["a\0b", "i1"]]))).toBeUndefined();
    expect(encodeDatatype(parseDType([["\ud800", "i1"]]))).toBeUndefined();
    expect(isNameable("😀")).toBe(true);
  });
});

describe("encodeObjectHeader", () => {
  it("closes with a checksum of all before it", () => {
    const bytes = encodeObjectHeader([{ kind: 1, bytes: Uint8Array.of(2, 0, 0, 0), order: 3 }]);
    expect(hex(bytes.subarray(0, 20))).toBe(`${hex(Buffer.from("OHDR"))}020e0a00000001040000030002000000`);
    expect(new DataView(bytes.buffer, bytes.byteOffset).getUint32(20, true)).toBe(
      lookup3(bytes.subarray(0, 20)),
    );
  });
});

describe("writeChunkIndex", () => {
  const addresses = (count: number) => Float64Array.from({ length: count }, (_, i) => 1000 * i);
  const written = (count: number) => {
    const memory = new Memory();
    const grid = { grid: [count], chunk: [10], itemsize: 4 };
    const table = {
      addresses: addresses(count),
      lengths: new Uint32Array(count).fill(40),
    };
    const root = writeChunkIndex(table, grid, memory);
    return { memory, root: memory.blocks.get(root) ?? new Uint8Array(0) };
  };

  it.each([
    [1, 0, 1, 1],
    [64, 0, 64, 1],
    [65, 1, 2, 3],
    [4096, 1, 64, 65],
    [4097, 2, 2, 68],
  ])("%i chunks have a root of level %i with %i children among %i nodes", (count, level, children, nodes) => {
    const { memory, root } = written(count);
    expect(memory.blocks.size).toBe(nodes);
    expect([root[4], root[5], (root[6] ?? 0) + 256 * (root[7] ?? 0)]).toEqual([1, level, children]);
  });

  it("ends a level with a key beyond the last chunk", () => {
    const { root } = written(1);
    const view = new DataView(root.buffer, root.byteOffset);
    // The key behind the only child: no bytes, and the first element that no chunk has.
    expect([view.getUint32(56, true), view.getBigUint64(64, true), view.getBigUint64(72, true)]).toEqual([
      0,
      10n,
      4n,
    ]);
  });

  it("counts chunks in C order", () => {
    expect([0, 1, 3, 7].map((index) => chunkOffset({ grid: [3, 3], chunk: [2, 5] }, index))).toEqual([
      [0, 0],
      [0, 5],
      [2, 0],
      [4, 5],
    ]);
  });
});

describe("GlobalHeap", () => {
  it("keeps objects of any length in collections that are full to their ends", () => {
    const memory = new Memory();
    const heap = new GlobalHeap(memory);
    const lengths = [0, 1, 8, 16_000, 300, 70_000, 5];
    const references = lengths.map((length) => heap.add(new Uint8Array(length).fill(7)));
    heap.flush();
    heap.flush();
    for (const [i, reference] of references.entries()) {
      const view = new DataView(reference.buffer, reference.byteOffset);
      const collection = memory.blocks.get(Number(view.getBigUint64(4, true))) ?? new Uint8Array(0);
      const inner = new DataView(collection.buffer);
      expect(Buffer.from(collection.subarray(0, 4)).toString()).toBe("GCOL");
      expect(inner.getBigUint64(8, true)).toBe(BigInt(collection.length));
      const objects = new Map<number, bigint>();
      for (let at = 16; at + 16 <= collection.length; ) {
        const length = inner.getBigUint64(at + 8, true);
        const index = inner.getUint16(at, true);
        objects.set(index, length);
        at += index === 0 ? Number(length) : 16 + 8 * Math.ceil(Number(length) / 8);
        expect(at).toBeLessThanOrEqual(collection.length);
      }
      expect(objects.get(view.getUint32(12, true))).toBe(BigInt(lengths[i] ?? -1));
      expect(view.getUint32(0, true)).toBe(lengths[i]);
    }
  });
});

describe("FileTarget", () => {
  it("takes room behind all others, and writes nothing once it is stopped", () => {
    const written: number[] = [];
    const files = overFiles(nodeFiles, { write: (_fd, _bytes, at) => void written.push(at) });
    const end = fileEnd(45);
    let isStopped = false;
    const target = new FileTarget(0, "file.h5", files, end, () => isStopped);
    const other = new FileTarget(0, "file.h5", files, end);
    expect([target.append(new Uint8Array(5)), other.allocate(16), target.allocate(0)]).toEqual([48, 56, 72]);
    isStopped = true;
    expect(() => target.write(new Uint8Array(1), 48)).toThrow(/file\.h5: writing it was ended/);
    expect(written).toEqual([48]);
  });
});

describe("shuffle", () => {
  it("gathers the bytes of equal significance", () => {
    const into = new Uint8Array(6);
    shuffle(Uint8Array.of(1, 2, 3, 4, 5, 6), 2, into);
    expect([...into]).toEqual([1, 3, 5, 2, 4, 6]);
  });

  it("does so for any number of elements of any size, wherever they lie", () => {
    for (const size of [1, 2, 3, 8, 13]) {
      for (const count of [0, 1, 4, 7, 64]) {
        const bytes = Uint8Array.from({ length: size * count }, (_, i) => (i * 31) % 251);
        const expected = bytes.map((_, to) => bytes[(to % count) * size + Math.floor(to / count)] ?? 0);
        for (const offset of [0, 1, 4]) {
          const into = new Uint8Array(offset + bytes.length).subarray(offset);
          shuffle(bytes, size, into);
          expect(into).toEqual(expected);
        }
      }
    }
  });
});

describe("encodeText", () => {
  const encoded = (text: string, dtype: string, isBig = false) => {
    const { itemsize } = parseDType(dtype);
    const bytes = new Uint8Array(itemsize);
    const view = new DataView(bytes.buffer);
    for (const [i, character] of [...text].entries())
      view.setUint32(4 * i, character.codePointAt(0) ?? 0, !isBig);
    return { wrong: encodeText(parseDType(dtype), bytes), text: Buffer.from(bytes).toString() };
  };

  it.each(["", "a", "aé", "ß€😀x", "\u{10ffff}\u0800\u07ff\u{10000}", "a\0b"])(
    "makes UTF-8 of %j",
    (text) => {
      for (const order of ["<", ">"] as const) {
        const { wrong, text: got } = encoded(text, `${order}U6`, order === ">");
        expect(wrong).toBeUndefined();
        expect(got).toBe(text + "\0".repeat(24 - Buffer.byteLength(text)));
      }
    },
  );

  it("finds the element that is no Unicode", () => {
    const points = Uint32Array.of(97, 0, 0xd800, 0);
    expect(encodeText(parseDType("U2"), new Uint8Array(points.buffer))).toBe(1);
    expect(encodeText(parseDType("U1"), new Uint8Array(Uint32Array.of(1, 2, 0x110000).buffer))).toBe(2);
  });

  it("goes into fields and their cells, and leaves all else alone", () => {
    const dtype = parseDType([
      ["n", "<i4"],
      [
        "t",
        [
          ["u", "<U1", [2]],
          ["m", "<u4"],
        ],
        [2],
      ],
    ]);
    expect(hasText(dtype)).toBe(true);
    expect(hasText(parseDType([["n", "S4"]]))).toBe(false);
    const bytes = new Uint8Array(Uint32Array.of(0xe9, 0xe9, 0x20ac, 0xe9, 65, 66, 0xe9).buffer);
    expect(encodeText(dtype, bytes)).toBeUndefined();
    expect(hex(bytes)).toBe("e9000000c3a90000e282ac00e90000004100000042000000e9000000");
  });
});

describe("planStorage", () => {
  const f8 = parseDType("f8");
  const chunkOf = (options: Parameters<typeof planStorage>[0], shape: readonly number[], dtype = f8) =>
    planStorage(options).chunkOf(dtype, shape, "dataset /x");

  it("stores without chunks unless something asks for them", () => {
    expect(chunkOf({}, [1000])).toBeUndefined();
    expect(chunkOf({ chunks: false, gzip: false, shuffle: false }, [1000])).toBeUndefined();
    expect(chunkOf({ gzip: true }, [1000])).toEqual([1000]);
    expect(chunkOf({ shuffle: true }, [1000])).toEqual([1000]);
  });

  it("makes chunks of whole rows of half a MiB, or of parts of rows that are larger", () => {
    expect(chunkOf({ chunks: true }, [1_000_000])).toEqual([65_536]);
    expect(chunkOf({ chunks: true }, [1_000_000, 3])).toEqual([21_845, 3]);
    expect(chunkOf({ chunks: true }, [10, 1000, 1000])).toEqual([1, 65, 1000]);
    expect(chunkOf({ chunks: true }, [10, 1_000_000])).toEqual([1, 65_536]);
  });

  it("takes numbers of rows and shapes, no larger than the dataset", () => {
    expect(chunkOf({ chunks: 10 }, [1000, 5])).toEqual([10, 5]);
    expect(chunkOf({ chunks: 10 }, [7, 5])).toEqual([7, 5]);
    expect(chunkOf({ chunks: [2, 100] }, [1000, 5])).toEqual([2, 5]);
    expect(chunkOf({ chunks: [2, 100] }, [1000])).toEqual([1000]);
  });

  it("cuts nothing where there is nothing", () => {
    expect(chunkOf({ gzip: 9 }, [])).toBeUndefined();
    expect(chunkOf({ gzip: 9 }, [0, 5])).toBeUndefined();
  });

  it("refuses what is none of these", () => {
    for (const chunks of [0, -1, 1.5, [], [0], ["a"], 2 ** 32] as never[]) {
      expect(() => planStorage({ chunks })).toThrow(/chunks is true, a number of rows or a shape/);
    }
    for (const gzip of [10, -1, 1.5, "9"] as never[]) expect(() => planStorage({ gzip })).toThrow(/gzip is/);
    expect(() => planStorage({ shuffle: 1 as never })).toThrow(/shuffle is/);
    expect(() => planStorage({ chunks: false, gzip: true })).toThrow(/only chunks can be compressed/);
    expect(() => chunkOf({ chunks: 2 ** 30 }, [2 ** 30])).toThrow(/dataset \/x: a chunk of shape/);
  });
});

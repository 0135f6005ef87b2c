import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { CorruptError } from "../../src/errors.js";
import { ByteReader } from "../../src/hdf5/format/byte-reader.js";
import { lookup3 } from "../../src/hdf5/format/checksum.js";
import { ChunkGrid, type StorageInfo, storageOf, typeFactsOf } from "../../src/hdf5/format/index.js";
import { loadH5wasm } from "../../src/hdf5/h5wasm.js";
import { temporaryPaths } from "../support/temporary.js";
import { addressesOf, openedFile } from "./read-support.js";

const path = temporaryPaths();
const { File } = await loadH5wasm();

const data = Int32Array.from({ length: 24 }, (_, index) => index * index);

/** Datasets of one file: contiguous, scalar, chunked in some ways. */
const DATASETS = {
  flat: { data },
  scalar: { data: 5, shape: [] },
  deflated: { data, shape: [6, 4], chunks: [2, 3], compression: 9 },
  growing: { data, shape: [6, 4], maxshape: [null, 4], chunks: [4, 3] },
  bounded: { data, shape: [6, 4], maxshape: [9, 9], chunks: [2, 3] },
  free: { data, shape: [6, 4], maxshape: [null, null], chunks: [2, 3] },
  single: { data, shape: [6, 4], chunks: [6, 4], compression: 9 },
};
type Name = keyof typeof DATASETS;
const NAMES = Object.keys(DATASETS) as Name[];

async function storages(libver: "v108" | "v110" | "latest" | undefined) {
  const file = path("formats");
  const h5 = new File(file, "w", libver === undefined ? {} : { libver });
  for (const [name, how] of Object.entries(DATASETS)) h5.create_dataset({ name, ...how });
  // So many that the header goes on elsewhere.
  const many = h5.create_dataset({ name: "many", data });
  for (let index = 0; index < 12; index++) many.create_attribute(`attribute ${index}`, "x".repeat(99));
  h5.close();
  const [address = 0] = await addressesOf(file, ["many"]);
  expect(storageOf(openedFile(file), file, address)?.shape).toEqual([24]);
  return storagesIn(file, await addressesOf(file, NAMES));
}

function storagesIn(file: string, addresses: readonly number[]): Map<Name, StorageInfo | undefined> {
  const fd = openedFile(file);
  return new Map(NAMES.map((name, index) => [name, storageOf(fd, file, addresses[index] ?? 0)]));
}

/** The numbers of the chunks that are there, and whether the file holds them. */
function chunksOf(storage: StorageInfo | undefined): number[] {
  if (storage?.layout.kind !== "chunked") throw new Error("no chunks");
  const { grid, index } = storage.layout;
  const found: number[] = [];
  index.visit(0, grid.count, (number, offset, size) => {
    expect(offset + size).toBeLessThanOrEqual(storage.fileSize);
    found.push(number);
  });
  return found;
}

describe("the storage of a dataset", () => {
  it.each([undefined, "v108", "v110", "latest"] as const)(
    "is read from files of version %s",
    async (libver) => {
      const found = await storages(libver);
      const { flat, scalar, deflated } = Object.fromEntries(found);
      expect([flat?.shape, flat?.itemsize, flat?.layout.kind, flat?.filters]).toEqual([
        [24],
        4,
        "contiguous",
        [],
      ]);
      expect([scalar?.shape, scalar?.layout.kind]).toEqual([[], "contiguous"]);
      expect([deflated?.shape, deflated?.filters]).toEqual([[6, 4], [{ kind: "deflate" }]]);
      expect(chunksOf(deflated)).toEqual([0, 1, 2, 3, 4, 5]);
      expect(chunksOf(found.get("growing"))).toEqual([0, 1, 2, 3]);
      expect(chunksOf(found.get("bounded"))).toEqual([0, 1, 2, 3, 4, 5]);
      expect(chunksOf(found.get("single"))).toEqual([0]);
      expect(chunksOf(found.get("free"))).toEqual([0, 1, 2, 3, 4, 5]);
    },
  );

  it("is that of some chunks only, where some are asked for", async () => {
    for (const libver of [undefined, "latest"] as const) {
      const storage = (await storages(libver)).get("bounded");
      if (storage?.layout.kind !== "chunked") throw new Error("no chunks");
      const found: number[] = [];
      storage.layout.index.visit(2, 5, (number) => found.push(number));
      expect(found).toEqual([2, 3, 4]);
    }
  });

  it("is found behind what a user put before the file", async () => {
    const file = path("file");
    const h5 = new File(file, "w", {});
    h5.create_dataset({ name: "x", data });
    h5.close();
    const [address = 0] = await addressesOf(file, ["x"]);
    const plain = storageOf(openedFile(file), file, address);
    const behind = path("behind");
    writeFileSync(behind, Buffer.concat([Buffer.alloc(2048, "user"), readFileSync(file)]));
    const found = storageOf(openedFile(behind), behind, address);
    if (plain?.layout.kind !== "contiguous" || found?.layout.kind !== "contiguous") throw new Error("none");
    expect(found.layout.offset).toBe((plain.layout.offset ?? 0) + 2048);
  });

  it("of no such file is not known", () => {
    for (const bytes of ["", "no HDF5", "x".repeat(5000), "\x89HDF\r\n\x1a\n\x09".padEnd(600, "\0")]) {
      const file = path("other");
      writeFileSync(file, bytes, "latin1");
      const fd = openedFile(file);
      expect(storageOf(fd, file, 96)).toBeUndefined();
      expect(typeFactsOf(fd, file, 96)).toBeUndefined();
    }
  });

  it("at no header is not known", async () => {
    const file = path("file");
    const h5 = new File(file, "w", {});
    h5.create_dataset({ name: "x", data });
    h5.close();
    const fd = openedFile(file);
    for (const address of [0, 7, 1e6, 2 ** 53, -8]) expect(storageOf(fd, file, address)).toBeUndefined();
  });
});

describe("the header of an object", () => {
  it("that goes on in itself ends", () => {
    const bytes = Buffer.alloc(200);
    bytes.write("\x89HDF\r\n\x1a\n", "latin1");
    bytes.set([8, 8], 13);
    // A header of version 1 at byte 96, whose one message is that it goes on there.
    bytes.writeUInt8(1, 96);
    bytes.writeUInt32LE(24, 96 + 8);
    bytes.writeUInt16LE(0x10, 112);
    bytes.writeUInt16LE(16, 114);
    bytes.writeBigUInt64LE(112n, 120);
    bytes.writeBigUInt64LE(24n, 128);
    const file = path("endless");
    writeFileSync(file, bytes);
    expect(storageOf(openedFile(file), file, 96)).toBeUndefined();
  });
});

describe("numbers of metadata", () => {
  const reader = (...bytes: number[]) =>
    new ByteReader(Uint8Array.from(bytes), "the block at byte 7", "f.h5");

  it("are little-endian, and none where all bits are set", () => {
    expect(reader(1, 2, 0, 0).uint(3)).toBe(0x201);
    expect(reader(0xff, 0xff, 0xff).optional(3)).toBeUndefined();
    expect(reader(...Array(8).fill(0xff)).optional(8)).toBeUndefined();
    expect(reader(0, 0, 0, 0, 1, 0, 0, 0).optional(8)).toBe(2 ** 32);
  });

  it("that are none of JavaScript's, or beyond the end, are errors that say where", () => {
    expect(() => reader(0, 0, 0, 0, 0, 0, 0, 1).uint(8)).toThrow(CorruptError);
    expect(() => reader(1, 2, 3).u32()).toThrow("f.h5: the block at byte 7 is cut short");
    expect(() => reader(65, 66).text()).toThrow("a text without an end");
    expect(() => reader(65, 66).signature("AC")).toThrow("does not begin with AC");
  });
});

describe("the checksum of metadata", () => {
  it("is that of its author's examples", () => {
    expect(lookup3(new Uint8Array(0))).toBe(0xdeadbeef);
    expect(lookup3(Buffer.from("Four score and seven years ago"))).toBe(0x17770551);
  });
});

describe("the grid of chunks", () => {
  it("numbers them in C order", () => {
    const grid = new ChunkGrid([5, 7], [2, 3]);
    expect([grid.counts, grid.count, grid.perBand]).toEqual([[3, 3], 9, 3]);
    expect(grid.positionOf(5)).toEqual([1, 2]);
    expect(grid.numberOf([1, 2])).toBe(5);
    expect(grid.numberOf([1, 3])).toBeUndefined();
    expect(new ChunkGrid([0, 7], [2, 3]).count).toBe(0);
  });
});

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseDType } from "../../src/dtype/index.js";
import { type ChunkedArray, readChunkBox } from "../../src/hdf5/read/chunk-box.js";
import { type ByteSource, readFlatBox } from "../../src/hdf5/read/flat-box.js";
import { temporaryPaths } from "../support/temporary.js";
import { makeHdf5 } from "./import-support.js";
import { addressesOf, sourceOf } from "./read-support.js";

const fresh = temporaryPaths();
const F8 = parseDType("f8");

interface Counted extends ByteSource {
  /** Where and how much was read. */
  readonly reads: [at: number, length: number][];
}

/** The bytes of a file, read at once or later. */
function counted(bytes: Uint8Array, key: string, isLater = false): Counted {
  const reads: [number, number][] = [];
  return {
    path: "x.h5",
    key,
    reads,
    read(into, at) {
      reads.push([at, into.length]);
      const copy = () => into.set(bytes.subarray(at, at + into.length));
      if (isLater) return Promise.resolve().then(copy);
      copy();
      return undefined;
    },
  };
}

describe("boxes of a flat array", () => {
  const shape = [4, 1000, 8];
  const data = Float64Array.from({ length: 32_000 }, (_, i) => i);
  const array = { dtype: F8, shape, offset: 0 };
  const take = async (start: number[], count: number[], isLater: boolean) => {
    const source = counted(new Uint8Array(data.buffer), "flat", isLater);
    const target = new Float64Array(count.reduce((size, axis) => size * axis, 1));
    const waiting = readFlatBox(source, array, { start, count }, new Uint8Array(target.buffer));
    expect(waiting instanceof Promise).toBe(isLater && target.length > 0);
    await waiting;
    return { values: [...target], reads: source.reads };
  };

  it.each([false, true])(
    "are read along what lies between, where that is little: later %s",
    async (isLater) => {
      const rows = await take([1, 0, 0], [2, 1000, 8], isLater);
      expect(rows.reads).toEqual([[64_000, 128_000]]);
      expect(rows.values).toEqual([...data.subarray(8000, 24_000)]);
      const column = await take([1, 10, 3], [1, 5, 2], isLater);
      expect(column.reads).toEqual([[8 * (8000 + 83), 8 * 34]]);
      expect(column.values).toEqual([0, 1, 2, 3, 4].flatMap((row) => [8083 + 8 * row, 8084 + 8 * row]));
      const far = await take([0, 999, 7], [4, 1, 1], isLater);
      expect(far.reads).toEqual([7999, 15_999, 23_999, 31_999].map((at) => [8 * at, 8]));
      expect(far.values).toEqual([7999, 15_999, 23_999, 31_999]);
      expect((await take([0, 0, 0], [4, 0, 8], isLater)).reads).toEqual([]);
    },
  );
});

describe("boxes of chunks", () => {
  async function chunked(name: string): Promise<{ array: ChunkedArray; bytes: Buffer }> {
    const path = await makeHdf5(fresh(name), (h5) => {
      const data = Float64Array.from({ length: 10_000 }, (_, i) => i);
      h5.create_dataset({ name: "x", data, shape: [100, 100], chunks: [10, 20], compression: 1 });
    });
    const [address = 0] = await addressesOf(path, ["x"]);
    const { storage } = sourceOf(path, "/x", address);
    if (storage?.layout.kind !== "chunked") throw new Error("there are no chunks");
    const { grid, index } = storage.layout;
    const { filters, fill, fileSize } = storage;
    return {
      array: { dataset: "/x", dtype: F8, grid, index, filters, fill, fileSize },
      bytes: readFileSync(path),
    };
  }

  it("are of those chunks alone that they touch, each of which is decoded once for one after another", async () => {
    const { array, bytes } = await chunked("boxes.h5");
    const source = counted(bytes, "boxes");
    const target = new Float64Array(4);
    const box = (start: number[]) =>
      readChunkBox(source, array, { start, count: [2, 2] }, new Uint8Array(target.buffer));
    await box([13, 25]);
    expect([...target]).toEqual([1325, 1326, 1425, 1426]);
    expect(source.reads).toHaveLength(1);
    await box([15, 30]);
    expect([...target]).toEqual([1530, 1531, 1630, 1631]);
    expect(source.reads).toHaveLength(1);
    await box([19, 39]);
    expect([...target]).toEqual([1939, 1940, 2039, 2040]);
    expect(source.reads).toHaveLength(4);
    const other = counted(bytes, "another state of it");
    await readChunkBox(other, array, { start: [13, 25], count: [1, 1] }, new Uint8Array(8));
    expect(other.reads).toHaveLength(1);
  });

  it("say which chunk is damaged", async () => {
    const { array, bytes } = await chunked("damaged.h5");
    array.index.visit(6, 7, (_, offset, size) => bytes.fill(0xff, offset, offset + size));
    const source = counted(bytes, "damaged");
    const box = { start: [0, 0], count: [100, 100] };
    const reading = readChunkBox(source, array, box, new Uint8Array(80_000));
    await expect(reading).rejects.toThrow(
      /the chunk of \/x at \[10, 20\], byte \d+ of the file, could not be/,
    );
    const beyond = readChunkBox(source, { ...array, fileSize: 100 }, box, new Uint8Array(80_000));
    await expect(beyond).rejects.toThrow(/is beyond the end of the file/);
  });
});

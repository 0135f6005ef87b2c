import { copyFileSync, readFileSync, renameSync, truncateSync, writeFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { serialize } from "node:v8";
import { describe, expect, it, vi } from "vitest";
import {
  ClosedError,
  CorruptError,
  IndexError,
  LimitError,
  NotFoundError,
  StaleError,
} from "../../src/errors.js";
import { loadH5wasm } from "../../src/hdf5/h5wasm.js";
import { openDescriptors } from "../../src/hdf5/read/file-source.js";
import { IdleCache } from "../../src/hdf5/read/idle-cache.js";
import {
  type DatasetSource,
  locateRows,
  planRows,
  type RowSet,
  readRows,
} from "../../src/hdf5/read/index.js";
import { slabsOf } from "../../src/hdf5/read/read-slabs.js";
import { nodeFiles } from "../../src/platform/files.js";
import { temporaryPaths } from "../support/temporary.js";
import { addressesOf, rowsIn, rowsOf, sourceOf } from "./read-support.js";

const path = temporaryPaths();
const { File } = await loadH5wasm();

const ROWS = 40;
const data = Float64Array.from({ length: ROWS * 5 }, (_, index) => Math.sin(index));
const bytes = new Uint8Array(data.buffer);
const ROW_BYTES = 40;

const WAYS = {
  contiguous: {},
  "chunks of whole rows": { chunks: [8, 5] },
  "deflated chunks": { chunks: [7, 2], compression: 4 },
  "deflated chunks of whole rows": { chunks: [7, 5], compression: 4 },
} as const;

async function made(how: object): Promise<DatasetSource> {
  const file = path("rows");
  const h5 = new File(file, "w", {});
  h5.create_dataset({ name: "x", data, shape: [ROWS, 5], ...how });
  h5.close();
  const [address = 0] = await addressesOf(file, ["x"]);
  return sourceOf(file, "x", address);
}

const SETS: readonly RowSet[] = [
  [[0, ROWS]],
  [],
  [[3, 3]],
  [[5, 30]],
  [
    [30, 40],
    [2, 9],
    [4, 6],
  ],
  Float64Array.of(39, 0, 7, 7, 8, 9, 38),
  Float64Array.of(),
];

describe.each(Object.entries(WAYS))("rows of a dataset that is %s", (_, how) => {
  it.each([false, true])("are read in any order, repeated or not; by the library: %s", async (byLibrary) => {
    const known = await made(how);
    const source = byLibrary ? { ...known, storage: undefined, chunkRows: 7 } : known;
    for (const rows of SETS) {
      expect(planRows(source, rows).kind === "slab").toBe(
        byLibrary && rowsIn(bytes, ROW_BYTES, rows).length > 0,
      );
      expect(await rowsOf(source, rows)).toEqual(Uint8Array.from(rowsIn(bytes, ROW_BYTES, rows)));
    }
  });

  it("that are not there are no rows", async () => {
    const source = await made(how);
    const wrong: RowSet[] = [
      [[0, 41]],
      [[-1, 3]],
      [[3, 2]],
      [[0.5, 3]],
      Float64Array.of(40),
      Float64Array.of(-1),
      Float64Array.of(Number.NaN),
    ];
    for (const rows of wrong) expect(() => planRows(source, rows)).toThrow(IndexError);
    expect(() => locateRows(source, 0, 41)).toThrow(IndexError);
  });
});

describe("a plan", () => {
  it("is small, however large what it was made from", async () => {
    const numbers = new Float64Array(100_000).subarray(7, 9);
    for (const how of Object.values(WAYS)) {
      const plan = planRows(await made(how), numbers);
      expect(serialize(plan).length).toBeLessThan(1500);
      expect(await rowsOf(await made(how), numbers)).toEqual(
        Uint8Array.from(rowsIn(bytes, ROW_BYTES, numbers)),
      );
    }
  });

  it("is the library's, where elements are of another size in the file", async () => {
    const source = { ...(await made(WAYS.contiguous)), itemsize: 4 };
    expect(planRows(source, [[0, 1]]).kind).toBe("slab");
    expect(locateRows(source, 0, 1)).toBeUndefined();
  });
});

describe("where rows lie", () => {
  const there = (source: DatasetSource, start: number, stop: number) => {
    const at = locateRows(source, start, stop);
    return at === undefined
      ? undefined
      : readFileSync(source.file.path).subarray(at, at + (stop - start) * ROW_BYTES);
  };
  const rows = (start: number, stop: number) =>
    Buffer.from(bytes.subarray(start * ROW_BYTES, stop * ROW_BYTES));

  it("is a byte of the file, where they lie there as they are", async () => {
    expect(there(await made(WAYS.contiguous), 3, 40)).toEqual(rows(3, 40));
    const chunked = await made(WAYS["chunks of whole rows"]);
    expect(there(chunked, 8, 16)).toEqual(rows(8, 16));
    expect(there(chunked, 9, 11)).toEqual(rows(9, 11));
  });

  it("is nowhere, where they do not", async () => {
    expect(there(await made(WAYS["deflated chunks"]), 0, 1)).toBeUndefined();
    expect(there(await made(WAYS["deflated chunks of whole rows"]), 0, 1)).toBeUndefined();
    expect(there(await made({ chunks: [8, 4] }), 0, 1)).toBeUndefined();
    const contiguous = await made(WAYS.contiguous);
    expect(there({ ...contiguous, storage: undefined }, 0, 1)).toBeUndefined();
    expect(there(contiguous, 1, 1)).toBeUndefined();
  });
});

describe("reading", () => {
  const read = (source: DatasetSource, rows: RowSet = [[0, ROWS]]) => rowsOf(source, rows);

  it("wants memory enough, and leaves what is beyond alone", async () => {
    const plan = planRows(await made(WAYS["deflated chunks"]), [[0, 3]]);
    await expect(readRows(plan, new Uint8Array(119))).rejects.toThrow(LimitError);
    const memory = new Uint8Array(123).fill(7);
    await readRows(plan, memory);
    expect([...memory]).toEqual([...bytes.subarray(0, 120), 7, 7, 7]);
  });

  it.each(Object.entries(WAYS))("of %s stops when it is told to", async (_, how) => {
    const plan = planRows(await made(how), [[0, ROWS]]);
    await expect(readRows(plan, new Uint8Array(1600), () => true)).rejects.toThrow(ClosedError);
  });

  it("decodes a chunk once for many requests in it, until it is long ago", async () => {
    const reads = vi.spyOn(nodeFiles, "read");
    try {
      let source: DatasetSource;
      let begun: number;
      do {
        source = await made(WAYS["deflated chunks of whole rows"]);
        reads.mockClear();
        begun = performance.now();
        for (let row = 0; row < 7; row++) await read(source, Float64Array.of(row));
        // Where this takes longer, it may be long ago for the last of them.
      } while (performance.now() - begun > 200);
      const once = reads.mock.calls.length;
      expect(once).toBeLessThanOrEqual(2);
      await setTimeout(400);
      await read(source, Float64Array.of(1));
      expect(reads.mock.calls.length).toBeGreaterThan(once);
    } finally {
      reads.mockRestore();
    }
  });

  it("does not keep the chunks of a file that was written since", async () => {
    const file = path("changing");
    for (const add of [0, 1]) {
      const h5 = new File(file, "w", {});
      h5.create_dataset({
        name: "x",
        data: data.map((each) => Math.round(each) + add),
        chunks: [100],
        compression: 1,
      });
      h5.close();
      const [address = 0] = await addressesOf(file, ["x"]);
      const found = await read(sourceOf(file, "x", address), Float64Array.of(0));
      expect(new Float64Array(found.buffer)).toEqual(Float64Array.of(add));
    }
  });

  it("closes its files when nobody has read for a while", async () => {
    await read(await made(WAYS.contiguous));
    expect(openDescriptors()).toBeGreaterThan(0);
    await vi.waitFor(() => expect(openDescriptors()).toBe(0), { timeout: 60_000 });
  });

  it.each([false, true])("another file under the name is an error; by the library: %s", async (byLibrary) => {
    const known = await made(WAYS.contiguous);
    const source = byLibrary ? { ...known, storage: undefined } : known;
    const file = source.file.path;
    const other = path("other");
    copyFileSync(file, other);
    renameSync(other, file);
    await expect(read(source)).rejects.toThrow(StaleError);
    renameSync(file, other);
    await expect(read(source)).rejects.toThrow(NotFoundError);
  });

  it("a file that was cut short is an error that says so", async () => {
    const source = await made(WAYS.contiguous);
    truncateSync(source.file.path, 2000);
    await expect(read(source)).rejects.toThrow(CorruptError);
    await expect(read({ ...source, storage: undefined })).rejects.toThrow(CorruptError);
  });

  it("a damaged chunk is an error that names it, and of its rows alone", async () => {
    const source = await made(WAYS["deflated chunks of whole rows"]);
    const plan = planRows(source, [[14, 15]]);
    if (plan.kind !== "chunks") throw new Error(plan.kind);
    const file = readFileSync(source.file.path);
    const [, offset = 0, size = 0] = plan.chunks;
    file.fill(0, offset + 10, offset + size);
    writeFileSync(source.file.path, file);
    const failed = read(source, [[10, 20]]);
    await expect(failed).rejects.toThrow(CorruptError);
    await expect(failed).rejects.toThrow(
      `${source.file.path}: the chunk of x at [14, 0], byte ${offset} of the file,`,
    );
    for (const rows of [[[0, 14]], [[21, 40]]] satisfies RowSet[]) {
      expect(await read(source, rows)).toEqual(Uint8Array.from(rowsIn(bytes, ROW_BYTES, rows)));
    }
  });

  it("what the library cannot read is an error in its words", async () => {
    const source = { ...(await made(WAYS.contiguous)), dataset: "/none", storage: undefined };
    await expect(read(source)).rejects.toThrow(/\/none cannot be read: .*none/);
  });

  it.each([false, true])(
    "of a dataset without axes gives its element; by the library: %s",
    async (byLibrary) => {
      const file = path("scalar");
      const h5 = new File(file, "w", {});
      h5.create_dataset({ name: "x", data: 2.5, shape: [] });
      h5.close();
      const [address = 0] = await addressesOf(file, ["x"]);
      const source = sourceOf(file, "x", address);
      const found = await read(byLibrary ? { ...source, storage: undefined } : source, [[0, 1]]);
      expect(new Float64Array(found.buffer)).toEqual(Float64Array.of(2.5));
    },
  );
});

describe("the boxes that the library is asked for", () => {
  it.each([
    [[1000], 8, 3, 700],
    [[10, 3_000_000, 4], 8, 2, 9],
    [[2, 3, 40_000_000], 2, 0, 2],
    [[1, 1, 200_000_000], 1, 0, 1],
    [[5, 90_000_000, 3, 2], 4, 4, 5],
  ])(
    "of %j by %i bytes are all rows from %i to %i, in their order, and small",
    (shape, itemsize, start, stop) => {
      let at = 0;
      const steps = shape.map((_, axis) =>
        shape.slice(axis + 1).reduce((all, extent) => all * extent, itemsize),
      );
      for (const { offset, count, at: there } of slabsOf(shape, itemsize, start, stop)) {
        const size = count.reduce((all, extent) => all * extent, itemsize);
        expect(size).toBeLessThanOrEqual(2 ** 26);
        const first = offset.reduce((sum, each, axis) => sum + each * (steps[axis] ?? 0), 0);
        expect([there, first]).toEqual([at, at + start * (steps[0] ?? 0)]);
        at += size;
      }
      expect(at).toBe((stop - start) * (steps[0] ?? 0));
    },
  );
});

describe("what is kept for a while", () => {
  it("is as much as may be, the last used, one at least", () => {
    const closed: string[] = [];
    const cache = new IdleCache<string>(10, (value) => closed.push(value));
    cache.put("a", "A", 4);
    cache.put("b", "B", 4);
    expect(cache.get("a")).toBe("A");
    cache.put("c", "C", 4);
    expect([closed, cache.get("b"), cache.size]).toEqual([["B"], undefined, 2]);
    cache.put("large", "L", 99);
    expect([closed, cache.get("large")]).toEqual([["B", "A", "C"], "L"]);
    cache.clear();
    expect(closed.at(-1)).toBe("L");
  });
});

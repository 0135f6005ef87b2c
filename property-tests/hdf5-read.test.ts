import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MemmapError } from "../src/errors.js";
import { type ChunkFilter, ChunkGrid, storageOf } from "../src/hdf5/format/index.js";
import { loadH5wasm } from "../src/hdf5/h5wasm.js";
import { type DatasetSource, fileSourceOf, locateRows, type RowSet } from "../src/hdf5/read/index.js";
import { bytesFrom, filtered } from "../test/hdf5/chunk-writing.js";
import { addressesOf, fileSource, openedFile, rowsIn, rowsOf } from "../test/hdf5/read-support.js";
import { temporaryPaths } from "../test/support/temporary.js";

const path = temporaryPaths();

const axes = fc.array(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 12 })), {
  minLength: 1,
  maxLength: 4,
});

/** Rows by where they are between the first and the last: any number of them may be. */
const picks = fc.oneof(
  fc.array(fc.tuple(fc.nat(1000), fc.nat(1000)), { maxLength: 3 }).map((ranges) => ({ ranges })),
  fc.array(fc.nat(1000), { maxLength: 12 }).map((numbers) => ({ numbers })),
);

function rowSet(pick: typeof picks extends fc.Arbitrary<infer T> ? T : never, length: number): RowSet {
  if ("numbers" in pick) {
    return Float64Array.from(length === 0 ? [] : pick.numbers, (each) => each % length);
  }
  return pick.ranges.map(([one, other]) => {
    const [start, stop] = [one % (length + 1), other % (length + 1)];
    return [Math.min(start, stop), Math.max(start, stop)];
  });
}

const shuffle = fc.integer({ min: 1, max: 9 }).map((size): ChunkFilter => ({ kind: "shuffle", size }));
const filters = fc
  .tuple(
    fc.subarray<ChunkFilter>([{ kind: "deflate" }, { kind: "fletcher32" }]),
    fc.option(shuffle),
    fc.boolean(),
  )
  .map(([some, shuffled, isLast]) => {
    if (shuffled === null) return some;
    return isLast ? [...some, shuffled] : [shuffled, ...some];
  });

/** A chunk of an array in C order, as wide as all others; zeros beyond the array. */
function chunkOf(bytes: Uint8Array, grid: ChunkGrid, number: number, itemsize: number): Uint8Array {
  const corner = grid.positionOf(number).map((at, axis) => at * (grid.chunkShape[axis] ?? 1));
  const inner = new ChunkGrid(
    grid.chunkShape,
    grid.chunkShape.map(() => 1),
  );
  const whole = new ChunkGrid(
    grid.shape,
    grid.shape.map(() => 1),
  );
  const chunk = new Uint8Array(inner.count * itemsize);
  for (let element = 0; element < inner.count; element++) {
    const position = inner.positionOf(element).map((at, axis) => at + (corner[axis] ?? 0));
    const from = whole.numberOf(position);
    if (from === undefined) continue;
    chunk.set(bytes.subarray(from * itemsize, (from + 1) * itemsize), element * itemsize);
  }
  return chunk;
}

interface Dataset {
  readonly source: DatasetSource;
  readonly bytes: Uint8Array;
}

/** A file of chunks, and an index that finds those that are written. */
function written(
  shape: readonly number[],
  chunkShape: readonly number[],
  itemsize: number,
  applied: readonly ChunkFilter[],
  seed: number,
  fill: Uint8Array | undefined,
): Dataset {
  const grid = new ChunkGrid(shape, chunkShape);
  const size = shape.reduce((all, axis) => all * axis, itemsize);
  const bytes = bytesFrom(size, seed, 5);
  const file = path("chunks");
  const places = new Map<number, { offset: number; size: number; mask: number }>();
  const parts: Uint8Array[] = [Uint8Array.of(1, 2, 3)];
  let offset = 3;
  const order = Array.from({ length: grid.count }, (_, at) => at).sort(
    (a, b) => ((a * 7) % 5) - ((b * 7) % 5),
  );
  const holes = seed % 3 === 0 ? bytesFrom(grid.count, seed, 2) : new Uint8Array(grid.count);
  for (const number of order) {
    if (holes[number] === 1) continue;
    const mask = seed % 4 === 0 ? number % 2 ** applied.length : 0;
    const left = applied.filter((_, index) => ((mask >> index) & 1) === 0);
    const raw = filtered(chunkOf(bytes, grid, number, itemsize), left);
    places.set(number, { offset, size: raw.length, mask });
    parts.push(raw);
    offset += raw.length;
  }
  writeFileSync(file, Buffer.concat(parts));
  const whole = new ChunkGrid(
    shape,
    shape.map(() => 1),
  );
  for (let element = 0; element < whole.count; element++) {
    const position = whole.positionOf(element).map((at, axis) => Math.floor(at / (chunkShape[axis] ?? 1)));
    if (holes[grid.numberOf(position) ?? 0] !== 1) continue;
    bytes.set(fill ?? new Uint8Array(itemsize), element * itemsize);
  }
  const index = {
    visit(
      from: number,
      to: number,
      visitor: (n: number, offset: number, size: number, mask: number) => void,
    ) {
      for (let number = from; number < to; number++) {
        const place = places.get(number);
        if (place !== undefined) visitor(number, place.offset, place.size, place.mask);
      }
    },
  };
  const layout = { kind: "chunked", grid, index } as const;
  const storage = { shape, itemsize, fileSize: offset, layout, filters: applied, fill };
  return {
    source: { file: fileSource(file), dataset: "/x", shape, itemsize, storage },
    bytes,
  };
}

describe("rows of chunks", () => {
  it("are those of the array, whatever its chunks, its filters and the rows", async () => {
    const fill = fc.boolean();
    const dataset = fc.tuple(axes, fc.constantFrom(1, 2, 3, 4, 8, 12), filters, fc.nat(1000), fill);
    await fc.assert(
      fc.asyncProperty(dataset, fc.array(picks, { minLength: 1, maxLength: 4 }), async (made, wanted) => {
        const [pairs, itemsize, applied, seed, isFilled] = made;
        const shape = pairs.map(([axis]) => axis);
        const chunkShape = pairs.map(([, edge]) => edge);
        const element = isFilled ? bytesFrom(itemsize, seed) : undefined;
        const { source, bytes } = written(shape, chunkShape, itemsize, applied, seed, element);
        const rowBytes = bytes.length / (shape[0] ?? 1);
        for (const pick of [...wanted, { ranges: [[0, shape[0] ?? 0] as [number, number]] }]) {
          const rows = rowSet(pick, shape[0] ?? 0);
          expect(Buffer.from(await rowsOf(source, rows))).toEqual(Buffer.from(rowsIn(bytes, rowBytes, rows)));
          if (rows instanceof Float64Array) continue;
          const file = readFileSync(source.file.path);
          for (const [start, stop] of rows) {
            const at = locateRows(source, start, stop);
            if (at === undefined) continue;
            const there = file.subarray(at, at + (stop - start) * rowBytes);
            expect(there).toEqual(Buffer.from(bytes.subarray(start * rowBytes, stop * rowBytes)));
          }
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe("damaged files", () => {
  const libvers = ["earliest", "v108", "latest"] as const;

  it.each(libvers)("of version %s end in an error of ours, or in data, and always end", async (libver) => {
    const { File } = await loadH5wasm();
    const file = path("whole");
    const h5 = new File(file, "w", libver === "earliest" ? {} : { libver });
    const data = Float64Array.from({ length: 300 }, (_, index) => index % 17);
    const chunked = { data, shape: [30, 10], chunks: [4, 3] };
    h5.create_dataset({ name: "tree", ...chunked, maxshape: [null, 20], compression: 4 });
    h5.create_dataset({ name: "fixed", ...chunked, maxshape: [40, 10] });
    h5.create_dataset({ name: "growing", ...chunked, maxshape: [null, 10] });
    h5.create_dataset({ name: "free", ...chunked, maxshape: [null, null] });
    h5.create_dataset({ name: "flat", data, shape: [300] });
    h5.close();
    const names = ["tree", "fixed", "growing", "free", "flat"];
    const addresses = await addressesOf(file, names);
    const whole = readFileSync(file);
    // Half of the changes are where the structure is: before the data, for the most part.
    const at = fc.oneof(fc.nat(whole.length - 1), fc.nat(Math.min(whole.length, 1500) - 1));
    const change = fc.tuple(at, fc.constantFrom(0, 1, 2, 8, 127, 128, 255), fc.constantFrom(1, 1, 2, 8));
    const cut = fc.option(fc.nat(whole.length), { freq: 8 });
    const copy = path("damaged");
    const outcomes = new Set<string>();
    copyFileSync(file, copy);
    const fd = openedFile(copy);
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), cut, async (changes, length) => {
        const bytes = Buffer.from(whole);
        for (const [start, value, count] of changes)
          bytes.fill(value, start, Math.min(start + count, bytes.length));
        writeFileSync(copy, bytes.subarray(0, length ?? bytes.length));
        for (const [index, address] of addresses.entries()) {
          const storage = storageOf(fd, copy, address);
          if (storage === undefined) {
            outcomes.add("unknown");
            continue;
          }
          const { shape, itemsize } = storage;
          if (shape.reduce((size, axis) => size * axis, itemsize) > 1e6) continue;
          const source = {
            file: fileSourceOf(fd, copy),
            dataset: names[index] ?? "",
            shape,
            itemsize,
            storage,
          };
          try {
            await rowsOf(source, [[0, shape[0] ?? 1]]);
            outcomes.add("data");
          } catch (error) {
            expect(error).toBeInstanceOf(MemmapError);
            outcomes.add("error");
          }
        }
      }),
      { numRuns: 80 },
    );
    expect([...outcomes].sort()).toEqual(["data", "error", "unknown"]);
  });
});

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { UnsupportedError } from "../../src/errors.js";
import { storageOf, typeFactsOf } from "../../src/hdf5/format/index.js";
import { type DatasetSource, fileSourceOf, locateRows, type RowSet } from "../../src/hdf5/read/index.js";
import { addressesOf, openedFile, rowsIn, rowsOf } from "../hdf5/read-support.js";
import { Random } from "./random.js";
import { askScript, scratchDirectory, seed } from "./support.js";

interface Layout {
  readonly path: string;
  readonly datasets: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly itemsize: number;
    readonly expected: "known" | "foreign";
    readonly address: number;
    readonly isBig: boolean;
  }[];
}

const directory = scratchDirectory();
const random = new Random("hdf5-layout");

function rowSets(length: number): RowSet[] {
  const row = () => random.below(length);
  const range = (): [number, number] => {
    const [one, other] = [random.below(length + 1), random.below(length + 1)];
    return [Math.min(one, other), Math.max(one, other)];
  };
  if (length === 0) return [[[0, 0]], new Float64Array(0)];
  const sets: RowSet[] = [[[0, length]], [range(), range()], Float64Array.from({ length: 7 }, row)];
  return [...sets, Float64Array.from({ length: 5 }, (_, index) => (row() + index) % length).sort()];
}

/** Reads the datasets of a file in both ways. @returns how many were read without the library */
async function compare({ path, datasets }: Layout): Promise<number> {
  const fd = openedFile(path);
  const names = datasets.map(({ name }) => name);
  expect(await addressesOf(path, names)).toEqual(datasets.map(({ address }) => address));
  let known = 0;
  for (const { name, shape, itemsize, expected, address, isBig } of datasets) {
    const storage = storageOf(fd, path, address);
    expect([name, storage !== undefined]).toEqual([name, expected === "known"]);
    const bytes = readFileSync(join(directory, `${name}.bin`));
    const ways: DatasetSource[] = [];
    const source = { file: fileSourceOf(fd, path), dataset: `/${name}`, shape, itemsize, storage };
    if (storage !== undefined) {
      known += 1;
      expect([storage.shape, storage.itemsize]).toEqual([shape, itemsize]);
      ways.push(source);
    }
    // The library gives other bytes of what is big-endian, and h5wasm has not all filters.
    else if (!isBig && (await isReadable(source))) ways.push({ ...source, chunkRows: 3 });
    const rowBytes = shape.slice(1).reduce((size, axis) => size * axis, itemsize);
    for (const way of ways) {
      for (const rows of rowSets(shape[0] ?? 1)) {
        const found = Buffer.from(await rowsOf(way, rows));
        expect([name, rows, found.equals(rowsIn(bytes, rowBytes, rows))]).toEqual([name, rows, true]);
      }
    }
    if (storage !== undefined) checkPlaces(source, bytes, rowBytes);
  }
  return known;
}

/** Whether h5wasm has the filters of a dataset. */
async function isReadable(source: DatasetSource): Promise<boolean> {
  try {
    await rowsOf(source, [[0, source.shape[0] ?? 1]]);
    return true;
  } catch (error) {
    expect(error).toBeInstanceOf(UnsupportedError);
    return false;
  }
}

/** Rows that are said to be in one place are there. */
function checkPlaces(source: DatasetSource, bytes: Uint8Array, rowBytes: number): void {
  const file = readFileSync(source.file.path);
  for (const rows of rowSets(source.shape[0] ?? 1)) {
    if (rows instanceof Float64Array) continue;
    for (const [start, stop] of rows) {
      const at = locateRows(source, start, stop);
      if (at === undefined) continue;
      const there = file.subarray(at, at + (stop - start) * rowBytes);
      expect(there.equals(bytes.subarray(start * rowBytes, stop * rowBytes))).toBe(true);
    }
  }
}

describe("datasets by h5py", () => {
  it("stored in any way, are read bit for bit", async () => {
    let known = 0;
    for (const layout of askScript("hdf5_layouts.py", "layouts", {
      directory,
      seed,
      count: 60,
    }) as Layout[]) {
      known += await compare(layout);
    }
    expect(known).toBeGreaterThan(150);
  });

  it("of very many chunks, are found by their indexes", async () => {
    for (const layout of askScript("hdf5_layouts.py", "large_indexes", { directory, seed }) as Layout[]) {
      await compare(layout);
    }
  });

  it("stored in ways that few files have", async () => {
    const odd = askScript("hdf5_layouts.py", "odd_files", { directory }) as Layout & {
      readonly named: number;
    };
    await compare(odd);
    const fd = openedFile(odd.path);
    const tags = (name: string) => {
      const dataset = odd.datasets.find((each) => each.name === name);
      return typeFactsOf(fd, odd.path, dataset?.address ?? 0)?.tags;
    };
    expect(tags("dates")).toEqual(["NUMPY:<M8[ms]"]);
    expect(tags("records")).toEqual(["NUMPY:<M8[ms]", "NUMPY:<m8[s]"]);
    expect(tags("masked")).toEqual([]);
    expect(typeFactsOf(fd, odd.path, odd.named)?.tags).toEqual(["NUMPY:<M8[ms]"]);
  });
});

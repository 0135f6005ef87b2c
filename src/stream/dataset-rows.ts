import { ArrayView, denseLayout, FileStorage, MemoryStorage, type Storage } from "../array/index.js";
import { type DType, sizeOf } from "../dtype/index.js";
import type { Hdf5Dataset, RowPlan, RowSet } from "../hdf5/index.js";
import { nodeFiles } from "../platform/files.js";
import { platform } from "../platform/index.js";
import { type RowsView, rowsView } from "./source.js";

/** The rows of a dataset of an HDF5 file: where they lie as they are, the file is mapped. */
export class DatasetRows {
  readonly #dataset: Hdf5Dataset;
  #fileSize: number | undefined;
  /** Parts of the file by where they begin, those that were used last at the end. */
  readonly #mapped = new Map<number, FileStorage>();

  constructor(dataset: Hdf5Dataset) {
    this.#dataset = dataset;
  }

  get dtype(): DType {
    return this.#dataset.dtype;
  }

  get shape(): readonly number[] {
    return this.#dataset.shape;
  }

  get fields(): readonly string[] | undefined {
    return this.dtype.fields?.map(({ name }) => name);
  }

  /** Rows of one chunk; undefined where there are none. */
  get chunkRows(): number | undefined {
    return this.#dataset.chunkShape?.[0];
  }

  /** Chunks that have the same rows. */
  get chunksAbreast(): number {
    const { chunkShape = [] } = this.#dataset;
    return chunkShape
      .slice(1)
      .reduce((n, edge, axis) => n * Math.ceil((this.shape[axis + 1] ?? 1) / edge), 1);
  }

  get rowBytes(): number {
    return sizeOf(this.shape.slice(1)) * this.dtype.itemsize;
  }

  /** What any thread needs to read rows. */
  plan(rows: RowSet): RowPlan {
    return this.#dataset.plan(rows);
  }

  /** Rows as they lie in the file, without a copy; undefined where they have to be read. */
  inPlace(start: number, stop: number): RowsView | undefined {
    const at = this.#dataset.locate(start, stop);
    if (at === undefined) return undefined;
    this.#fileSize ??= fileSize(this.#dataset);
    const part = partOf(this.#fileSize, at, (stop - start) * this.rowBytes);
    return part === undefined ? undefined : this.view(this.#map(part), stop - start, at - part.from);
  }

  /** Rows in memory, one after another. */
  view(storage: Storage, rows: number, offset = 0): RowsView {
    return rowsOver(storage, this.dtype, [rows, ...this.shape.slice(1)], offset);
  }

  /** No rows, of this shape and dtype. */
  emptyRows(): RowsView {
    return this.view(new MemoryStorage(new Uint8Array(0)), 0);
  }

  #map({ from, to }: Part): FileStorage {
    const known = this.#mapped.get(from);
    const { path, identity } = this.#dataset.file.handle;
    const storage =
      known ??
      new FileStorage({
        path,
        identity,
        mapOffset: from,
        dataOffset: 0,
        byteLength: to - from,
        writable: false,
      });
    this.#mapped.delete(from);
    this.#mapped.set(from, storage);
    const [oldest] = this.#mapped.keys();
    // Blocks over it may be held: it is unmapped when there are none.
    if (this.#mapped.size > MOST_PARTS && oldest !== undefined) this.#mapped.delete(oldest);
    return storage;
  }

  close(): void {
    for (const storage of this.#mapped.values()) storage.close();
    this.#mapped.clear();
  }
}

function fileSize({ file }: Hdf5Dataset): number {
  const { fd, path } = file.handle;
  return nodeFiles.stat(fd, path).size;
}

/** A part of a file that is mapped. */
export interface Part {
  readonly from: number;
  readonly to: number;
}

/** Parts of a file that is too large for one map begin at multiples of it, and overlap. */
const PART_BYTES = 2 ** 29;
const MOST_PARTS = 4;

/**
 * Which part of a file to map for some bytes: all of it where one map can be so long.
 *
 * @returns undefined where no part has them
 */
export function partOf(
  size: number,
  at: number,
  length: number,
  most = platform().maxMapLength,
): Part | undefined {
  if (size <= most) return { from: 0, to: size };
  const from = Math.floor(at / PART_BYTES) * PART_BYTES;
  const to = Math.min(from + 2 * PART_BYTES, size);
  return at + length <= to && 2 * PART_BYTES <= most ? { from, to } : undefined;
}

/** Rows that lie one after another. */
export function rowsOver(storage: Storage, dtype: DType, shape: readonly number[], offset = 0): RowsView {
  const layout = { ...denseLayout(shape, dtype.itemsize), offset };
  return rowsView(new ArrayView(storage, dtype, layout));
}

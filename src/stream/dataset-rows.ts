import { ArrayView, denseLayout, FileStorage, MemoryStorage, type Storage } from "../array/index.js";
import { type DType, sizeOf } from "../dtype/index.js";
import type { Hdf5Dataset, RowPlan, RowSet } from "../hdf5/index.js";
import { nodeFiles } from "../platform/files.js";
import { type RowsView, rowsView } from "./source.js";

/** The rows of a dataset of an HDF5 file: where they lie as they are, the file is mapped. */
export class DatasetRows {
  readonly #dataset: Hdf5Dataset;
  #storage: FileStorage | undefined;

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
    return at === undefined ? undefined : this.view(this.#mapped(), stop - start, at);
  }

  /** Rows in memory, one after another. */
  view(storage: Storage, rows: number, offset = 0): RowsView {
    return rowsOver(storage, this.dtype, [rows, ...this.shape.slice(1)], offset);
  }

  /** No rows, of this shape and dtype. */
  emptyRows(): RowsView {
    return this.view(new MemoryStorage(new Uint8Array(0)), 0);
  }

  #mapped(): FileStorage {
    const { handle } = this.#dataset.file;
    const { fd, path, identity } = handle;
    this.#storage ??= new FileStorage({
      path,
      identity,
      dataOffset: 0,
      byteLength: nodeFiles.stat(fd, path).size,
      writable: false,
    });
    return this.#storage;
  }

  close(): void {
    this.#storage?.close();
    this.#storage = undefined;
  }
}

/** Rows that lie one after another. */
export function rowsOver(storage: Storage, dtype: DType, shape: readonly number[], offset = 0): RowsView {
  const layout = { ...denseLayout(shape, dtype.itemsize), offset };
  return rowsView(new ArrayView(storage, dtype, layout));
}

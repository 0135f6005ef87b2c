import { type DType, sizeOf } from "../dtype/index.js";
import { DTypeError, ShapeError } from "../errors.js";
import { excerpt } from "../npy/excerpt.js";
import type { AttrInput } from "../store/index.js";
import { type DatasetInfo, sourceOf } from "./describe.js";
import type { Hdf5File } from "./hdf5-file.js";
import { type DatasetSource, locateRows, planRows, type RowPlan, type RowSet } from "./read/index.js";

/** A filter that chunks went through. */
export interface Hdf5Filter {
  /** HDF5's number: 1 deflate (gzip), 2 shuffle, 3 fletcher32, … */
  readonly id: number;
  readonly name: string;
}

/**
 * A dataset of an HDF5 file whose elements have a dtype: what it is, and what a thread needs to read its rows.
 *
 * ```ts
 * using file = await openHdf5("flights.h5");
 * const { dtype, shape } = file.dataset("/flights/delay");
 * ```
 */
export class Hdf5Dataset {
  readonly file: Hdf5File;
  /** Its path in the file, without soft links. */
  readonly path: string;
  /**
   * Of one element as {@link readRows} gives its bytes: a compound is a structured dtype with the file's offsets; an enumeration
   * of `FALSE` and `TRUE` is `b1`, any other its integers; strings of a fixed length are `S<n>`.
   */
  readonly dtype: DType;
  /** The axes of its dataspace, and those of an array type behind them. */
  readonly shape: readonly number[];
  /** Of one chunk, with as many axes; undefined where there are no chunks. */
  readonly chunkShape: readonly number[] | undefined;
  readonly #info: DatasetInfo;
  readonly #source: DatasetSource;

  /**
   * @internal Made by {@link Hdf5File.dataset}.
   * @throws DTypeError, ShapeError
   */
  constructor(file: Hdf5File, info: DatasetInfo) {
    const { path, dtype, space, chunks, innerShape, problem } = info;
    const where = { path: file.path };
    const what = `${file.path}: the dataset "${excerpt(path)}"`;
    if (dtype === undefined) {
      throw new DTypeError(`${what} holds ${problem}, which no dtype has; importHdf5() may`, where);
    }
    if (space === null)
      throw new ShapeError(`${what} holds nothing, not even an array without elements`, where);
    this.file = file;
    this.path = path;
    this.dtype = dtype;
    this.shape = Object.freeze([...space, ...innerShape]);
    this.chunkShape = chunks === undefined ? undefined : Object.freeze([...chunks, ...innerShape]);
    this.#info = info;
    this.#source = sourceOf(file.handle, info);
  }

  /** The filters that chunks went through, in the order of writing. @throws ClosedError */
  get filters(): readonly Hdf5Filter[] {
    const { path } = this;
    const filters = this.file.handle.ask(path, (module, id) => module.get_dataset_filters(id, path));
    return filters.map(({ id, name }) => ({ id, name }));
  }

  /** The attributes by their names, see {@link Hdf5File.attrs}. */
  get attrs(): ReadonlyMap<string, AttrInput> {
    return this.file.attrs(this.path);
  }

  /** Rows along the first axis; 1 for a dataset without axes. */
  get length(): number {
    return this.#info.space?.[0] ?? 1;
  }

  /** Bytes of one row. */
  get rowBytes(): number {
    return sizeOf(this.shape.slice(1)) * this.dtype.itemsize;
  }

  /**
   * Where rows lie in the file one after another, as they are: a byte offset; undefined where they have to be read.
   *
   * @throws IndexError, ClosedError
   */
  locate(start: number, stop: number): number | undefined {
    this.file.handle.requireOpen();
    return locateRows(this.#source, start, stop);
  }

  /**
   * What any thread needs to read these rows, as a structured clone.
   *
   * @throws IndexError for rows that are not there; ClosedError, CorruptError
   */
  plan(rows: RowSet): RowPlan {
    this.file.handle.requireOpen();
    return planRows(this.#source, rows);
  }

  toString(): string {
    const closed = this.file.closed ? "closed " : "";
    return `<${closed}Hdf5Dataset ${this.path}: ${this.dtype} [${this.shape.join(", ")}]>`;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

import { ArrayView } from "../array/index.js";
import { type DType, showValue, sizeOf } from "../dtype/index.js";
import { DTypeError, NotFoundError, ShapeError, UnsupportedError } from "../errors.js";
import { didYouMean } from "../store/index.js";
import { copied, type Schema, TableView } from "../table/index.js";
import type { DatasetRows } from "./dataset-rows.js";

/** What rows come as: of a table a view of its columns, of an array a view of the array. */
export type RowsView = ArrayView | TableView;

/** Where a source's rows are. */
export type SourceRows =
  /** In memory, or mapped: to be looked at as they are. */
  | { readonly kind: "view"; readonly view: RowsView }
  /** In a dataset of an HDF5 file that has to be read. */
  | { readonly kind: "dataset"; readonly dataset: DatasetRows };

/**
 * Something with rows, to be read in blocks by a {@link Streamer}; made by {@link openSource}.
 *
 * A source is a table where its elements have fields, as those of a table, of a structured array, and of a compound dataset
 * have: rows come as a `TableView` then, and as an `ArrayView` otherwise.
 */
export class Source<V extends RowsView = RowsView> {
  /** What messages call it. */
  readonly label: string;
  /** @internal What its rows come as, for the compiler. */
  declare protected readonly view?: V;
  readonly #rows: SourceRows;
  readonly #close: () => void;

  /** @internal Use {@link openSource}. */
  constructor(rows: SourceRows, label: string, close: () => void = () => undefined) {
    this.label = label;
    this.#rows = rows;
    this.#close = close;
    if (this.shape.length === 0) throw new ShapeError(`${label} is one element, which has no rows`);
  }

  /** @internal */
  get rows(): SourceRows {
    return this.#rows;
  }

  /** What one element is; of a table, a row. */
  get dtype(): DType {
    return this.#rows.kind === "view" ? this.#rows.view.dtype : this.#rows.dataset.dtype;
  }

  /** The lengths of the axes, the number of rows first; of a table that alone. */
  get shape(): readonly number[] {
    if (this.#rows.kind === "dataset") return this.#rows.dataset.shape;
    const { view } = this.#rows;
    return view instanceof TableView ? [view.length] : view.shape;
  }

  /** Number of rows. */
  get length(): number {
    return this.shape[0] ?? 0;
  }

  /** The names of a table's columns; undefined for an array. */
  get fields(): readonly string[] | undefined {
    if (this.#rows.kind === "dataset") return this.#rows.dataset.fields;
    const { view } = this.#rows;
    return view instanceof TableView ? view.columnNames : undefined;
  }

  /** Bytes of one row. */
  get rowBytes(): number {
    const { rows } = this;
    if (rows.kind === "view" && rows.view instanceof TableView) return rows.view.itemsize;
    return sizeOf(this.shape.slice(1)) * this.dtype.itemsize;
  }

  /** The same source, where it is a table. @throws DTypeError where it is an array */
  asTable(): Source<TableView> {
    if (this.fields !== undefined) return this as unknown as Source<TableView>;
    throw new DTypeError(`${this.label} holds ${this.dtype}, which has no fields: it is no table`);
  }

  /** The same source, where it is an array. @throws DTypeError where it is a table */
  asArray(): Source<ArrayView> {
    if (this.fields === undefined) return this as unknown as Source<ArrayView>;
    throw new DTypeError(`${this.label} is a table with the columns ${this.fields.join(", ")}: name one`);
  }

  /** Closes what {@link openSource} opened for it: a file that was given by its path. */
  close(): void {
    this.#close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  toString(): string {
    const what = this.fields?.length === 0 ? "no columns" : this.dtype;
    return `<Source ${this.label}: ${what}, shape [${this.shape.join(", ")}]>`;
  }
}

/** Arrays whose elements have fields are tables. */
export function rowsView(array: ArrayView): RowsView {
  const { fields } = array.dtype;
  if (fields === undefined || array.ndim === 0) return array;
  const columns = new Map(fields.map(({ name }): [string, ArrayView] => [name, array.field(name)]));
  return new TableView(copied(columns, array.length));
}

/** Some columns of a view. @throws NotFoundError, with a guess at what was meant; DTypeError where it has no columns */
export function chosenFields(view: RowsView, fields: readonly string[], label: string): TableView {
  if (view instanceof TableView) return view.select(fields) as unknown as TableView<Schema>;
  throw new DTypeError(`${label} holds ${view.dtype}, which has no fields to choose`);
}

/** @throws NotFoundError, with a guess at what was meant; DTypeError where there are no fields */
export function checkFields(source: Source, fields: readonly string[]): void {
  if (!Array.isArray(fields) || fields.length === 0) {
    throw new UnsupportedError(`fields is a list of names of columns, not ${showValue(fields)}`);
  }
  const known = source.fields;
  if (known === undefined) {
    throw new DTypeError(`${source.label} holds ${source.dtype}, which has no fields to choose`);
  }
  for (const name of fields) {
    if (known.includes(name)) continue;
    throw new NotFoundError(`${source.label} has no field ${JSON.stringify(name)}${didYouMean(name, known)}`);
  }
}

/** Arrays and tables show their rows alike. */
export function isTable(view: RowsView): view is TableView {
  return view instanceof TableView;
}

/** The rows from `start` to before `stop` of either. */
export function rowsBetween<V extends RowsView>(view: V, start: number, stop: number): V {
  return (view instanceof ArrayView ? view.slice(start, stop) : view.slice(start, stop)) as V;
}

import {
  type AccessMode,
  type ArrayView,
  type AssignmentOptions,
  type Bound,
  MemoryStorage,
  maskedRows,
  type RecordArray,
  type RowSelection,
  type Rows,
  resolveIndex,
  resolveSlice,
  rowsOf,
  selectedRows,
  slice,
} from "../array/index.js";
import { type AnyInput, type DType, ownEntry } from "../dtype/index.js";
import { NotFoundError, ReadOnlyError, ShapeError } from "../errors.js";
import { didYouMean } from "../store/index.js";
import { type NamedColumn, planPutRows, planRows } from "./assign-rows.js";
import { formatView } from "./format.js";
import { packRecords, recordDType } from "./records.js";
import type { ColumnSet } from "./row-source.js";
import type { Row, Schema } from "./schema.js";

/** What rows can be given as: a view, records, row objects, or columns by name. */
export type RowsSource =
  | ColumnSet
  | ArrayView
  | readonly { readonly [name: string]: unknown }[]
  | ReadonlyMap<string, unknown>
  | { readonly [name: string]: unknown };

/** Where a view's columns come from. */
export interface Columns {
  /** The number of rows. */
  readonly rows: number;
  names(): readonly string[];
  /** The column of that name, the same object each time; undefined where there is none. */
  get(name: string): ArrayView | undefined;
}

/**
 * Rows and columns of a table: a slice, a selection, or the whole. Views share the table's bytes; `take` and `filter`
 * copy into read-only ones.
 *
 * ```ts
 * const late = table.filter(table.column("delay").gt(60));
 * for (const row of late.slice(0, 3)) console.log(row);
 * ```
 */
export class TableView<S extends Schema = Schema, M extends AccessMode = AccessMode> implements ColumnSet {
  /** The view that this is a slice or selection of; undefined for a table and for copies. */
  readonly parent: TableView | undefined;
  readonly #columns: Columns;

  /** @internal Views are made by tables and other views. */
  constructor(columns: Columns, parent?: TableView) {
    this.#columns = columns;
    this.parent = parent;
  }

  /** @internal */
  get source(): Columns {
    return this.#columns;
  }

  /** Number of rows. */
  get length(): number {
    return this.#columns.rows;
  }

  /** Rows and columns. */
  get shape(): readonly [rows: number, columns: number] {
    return [this.length, this.columnNames.length];
  }

  /** Always 2: rows and columns. */
  get ndim(): number {
    return 2;
  }

  /** Cells: rows times columns. */
  get size(): number {
    return this.length * this.columnNames.length;
  }

  /** The names, in order. */
  get columnNames(): readonly (keyof S & string)[] {
    return this.#columns.names() as readonly (keyof S & string)[];
  }

  /** The structured dtype of a row, packed as NumPy's `align=False`. */
  get dtype(): DType {
    if (this.columnNames.length === 0) throw new ShapeError("a table without columns has no dtype");
    return recordDType(this.named());
  }

  /** Bytes of one row. */
  get itemsize(): number {
    return this.named().reduce(
      (sum, [, { shape, itemsize }]) => sum + shape.slice(1).reduce((a, b) => a * b, itemsize),
      0,
    );
  }

  /** Bytes of all rows. */
  get nbytes(): number {
    return this.itemsize * this.length;
  }

  /** @internal All columns with their names. */
  named(): NamedColumn[] {
    return this.columnNames.map((name): NamedColumn => [name, this.lookup(name)]);
  }

  /** @internal @throws NotFoundError, with a guess at what was meant */
  protected lookup(name: string): ArrayView {
    const column = this.#columns.get(name);
    if (column !== undefined) return column;
    throw new NotFoundError(
      `there is no column ${JSON.stringify(name)}${didYouMean(name, this.columnNames)}`,
    );
  }

  /** The column of that name, over these rows. @throws NotFoundError, with a guess at what was meant */
  column<K extends keyof S & string>(name: K): ArrayView<S[K], M> {
    return this.lookup(name) as unknown as ArrayView<S[K], M>;
  }

  /** Whether there is a column of that name. */
  has(name: string): boolean {
    return this.#columns.get(name) !== undefined;
  }

  /** Names and columns, in order. */
  *columns(): IterableIterator<[name: keyof S & string, column: ArrayView<S[keyof S & string], M>]> {
    for (const name of this.columnNames) yield [name, this.column(name)];
  }

  /** A view with these columns only, in this order. @throws NotFoundError */
  select<K extends keyof S & string>(names: Iterable<K>): TableView<Pick<S, K>, M> {
    const chosen = new Set<string>(names);
    for (const name of chosen) this.lookup(name);
    const { source } = this;
    const columns: Columns = {
      get rows() {
        return source.rows;
      },
      names: () => [...chosen],
      get: (name) => (chosen.has(name) ? source.get(name) : undefined),
    };
    return new TableView<Pick<S, K>, M>(columns, this as unknown as TableView);
  }

  /**
   * The rows from `start` to before `stop`, every `step`-th, by Python's rules: a view, without copying. One argument
   * is the start; negative bounds count from the end; `null` is open. Its bounds are fixed when it is made.
   */
  slice(start?: Bound, stop?: Bound, step?: Bound): TableView<S, M> {
    const range = resolveSlice(slice(start, stop, step), this.length);
    return new TableView<S, M>(
      derived(this.source, range.length, (column) => column.rows(range)),
      this as unknown as TableView,
    );
  }

  /** Views of successive rows. @param rows the most rows of each */
  *chunks(rows = 65536): IterableIterator<TableView<S, M>> {
    if (!Number.isSafeInteger(rows) || rows < 1)
      throw new ShapeError(`a chunk has a whole number of rows, at least 1, not ${rows}`);
    for (let start = 0; start < this.length; start += rows) yield this.slice(start, start + rows);
  }

  /**
   * One row as an object; negative positions count from the end. Cells with an item shape are copies.
   *
   * @throws IndexError outside the rows
   */
  at(row: number): Row<S> {
    const position = resolveIndex(row, this.length, "the table");
    return rowAt(this.named(), position) as Row<S>;
  }

  /** The rows in order, as objects. */
  *[Symbol.iterator](): IterableIterator<Row<S>> {
    const columns = this.named();
    for (let row = 0; row < this.length; row++) yield rowAt(columns, row) as Row<S>;
  }

  /** A copy of the rows at these positions, in their order, in memory and read-only. @throws IndexError */
  take(indices: RowSelection): TableView<S, M> {
    return this.#copy(rowsOf(indices, this.length, "the table"));
  }

  /**
   * A copy of the rows where the mask is true, in memory and read-only: to store into chosen rows, use `put`.
   *
   * @throws ShapeError where the mask has another length than the table
   */
  filter(mask: RowSelection): TableView<S, M> {
    return this.#copy(maskedRows(mask, this.length, "the table"));
  }

  #copy(rows: Rows): TableView<S, M> {
    const copies = new Map(this.named().map(([name, column]) => [name, column.takeRows(rows)]));
    return new TableView<S, M>({
      rows: rows.length,
      names: () => [...copies.keys()],
      get: (name) => copies.get(name),
    });
  }

  #requireWritable(): void {
    const [first] = this.named();
    if (first?.[1].readonly !== true) return;
    throw new ReadOnlyError(
      first[1].storage instanceof MemoryStorage
        ? "this view is a copy and read-only; put() stores into chosen rows of a table"
        : 'the table is open for reading; open it with mode "r+" to assign to it',
    );
  }

  /**
   * Stores rows into all rows of this view. Everything is judged first: an error leaves all columns as they were.
   *
   * @param source a view or table, records, row objects, or columns by name (a value stands for all rows)
   * @throws CastError naming column, row and value; NotFoundError naming missing and unknown columns; ShapeError;
   * ReadOnlyError
   */
  assign(source: RowsSource, options: AssignmentOptions = {}): this {
    this.#requireWritable();
    planRows(this.named(), this.length, source, options)();
    return this;
  }

  /**
   * Stores rows into chosen rows: NumPy's `a[indices] = rows` and `a[mask] = rows`.
   *
   * @throws as `assign`, and IndexError
   */
  put(selection: RowSelection, source: RowsSource, options: AssignmentOptions = {}): this {
    this.#requireWritable();
    const rows = selectedRows(selection, this.length, "the table");
    planPutRows(this.named(), rows, source, options)();
    return this;
  }

  /** Stores one row. @throws as `assign`, and IndexError */
  set(
    row: number,
    record: { readonly [K in keyof S]: unknown } | { readonly [name: string]: AnyInput },
    options: AssignmentOptions = {},
  ): this {
    this.#requireWritable();
    const position = resolveIndex(row, this.length, "the table");
    const one = this.slice(position, position + 1);
    one.assign([record], options);
    return this;
  }

  /** The rows as records in NumPy's packed layout: a copy. */
  toRecords(): RecordArray {
    if (this.columnNames.length === 0) throw new ShapeError("a table without columns has no records");
    return packRecords(this.named(), this.length);
  }

  /** Copies of the columns by name; see `toArray` of arrays. */
  toColumns(): Map<keyof S & string, unknown> {
    return new Map(this.columnNames.map((name) => [name, this.lookup(name).toArray()]));
  }

  /** Header, dtypes, the first and last rows, and the size. */
  toString(): string {
    return formatView(this as unknown as TableView, "TableView", []);
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

function rowAt(columns: readonly NamedColumn[], row: number): { [name: string]: unknown } {
  const record: { [name: string]: unknown } = {};
  for (const [name, column] of columns) ownEntry(record, name, column.at(row));
  return record;
}

/** Columns made from another's at their first use; of a column that took another's name, anew. */
function derived(source: Columns, rows: number, derive: (column: ArrayView) => ArrayView): Columns {
  const made = new Map<string, { readonly from: ArrayView; readonly own: ArrayView }>();
  return {
    rows,
    names: () => source.names(),
    get: (name) => {
      const from = source.get(name);
      const known = made.get(name);
      if (known !== undefined && known.from === from) return known.own;
      made.delete(name);
      if (from === undefined) return undefined;
      const own = derive(from);
      made.set(name, { from, own });
      return own;
    },
  };
}

import {
  type AccessMode,
  type ArrayView,
  type AssignmentOptions,
  type AsyncOptions,
  type Bound,
  filterAsync,
  MemoryStorage,
  maskOf,
  type PickedRows,
  type PrefetchOptions,
  prefetchArrays,
  type RecordArray,
  type RowSelection,
  requireSlice,
  resolveIndex,
  resolveSlice,
  rowsNow,
  type Slice,
  type Source,
  STRIDED,
  selectedBy,
  selectedRows,
  slice,
  takeAsync,
  type Viewable,
  wrap,
} from "../array/index.js";
import { type AnyInput, type DType, ownEntry } from "../dtype/index.js";
import { isMemmapError, NotFoundError, ReadOnlyError, ShapeError } from "../errors.js";
import { didYouMean } from "../store/index.js";
import { shareAssignment, storeByWorkers } from "./assign-async.js";
import { type NamedColumn, planPutRows, planRows } from "./assign-rows.js";
import { type Columns, copied, selected, sliced } from "./columns.js";
import { formatView } from "./format.js";
import { packRecords, packRecordsAsync, recordDType } from "./records.js";
import type { ColumnSet } from "./row-source.js";
import type { DTypeIn, Row, Schema } from "./schema.js";
import { StoringRun } from "./storing-run.js";

/** What rows can be given as: a view, records, row objects, or columns by name. */
export type RowsSource =
  | ColumnSet
  | Viewable
  | readonly { readonly [name: string]: unknown }[]
  | ReadonlyMap<string, unknown>
  | { readonly [name: string]: unknown };

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
  column<K extends keyof S & string>(name: K): ArrayView<DTypeIn<S[K]>, M> {
    return this.lookup(name) as unknown as ArrayView<DTypeIn<S[K]>, M>;
  }

  /** Whether there is a column of that name. */
  has(name: string): boolean {
    return this.#columns.get(name) !== undefined;
  }

  /** Names and columns, in order. */
  *columns(): IterableIterator<[name: keyof S & string, column: ArrayView<DTypeIn<S[keyof S & string]>, M>]> {
    for (const name of this.columnNames) yield [name, this.column(name)];
  }

  /** A view with these columns only, in this order. @throws NotFoundError */
  select<K extends keyof S & string>(names: Iterable<K>): TableView<Pick<S, K>, M> {
    const chosen = new Map<string, ArrayView>();
    for (const name of names) chosen.set(name, this.lookup(name));
    return new TableView<Pick<S, K>, M>(selected(this.source, chosen), this as unknown as TableView);
  }

  /**
   * The rows from `start` to before `stop`, every `step`-th, by Python's rules: a view, without copying. One argument
   * is the start; negative bounds count from the end; `null` is open. Its bounds are fixed when it is made.
   */
  slice(start?: Bound, stop?: Bound, step?: Bound): TableView<S, M> {
    const range = resolveSlice(slice(start, stop, step), this.length);
    return new TableView<S, M>(sliced(this.source, range), this as unknown as TableView);
  }

  /** Views of successive rows. @param rows the most rows of each */
  *chunks(rows = 65536): IterableIterator<TableView<S, M>> {
    if (!Number.isSafeInteger(rows) || rows < 1)
      throw new ShapeError(`a chunk has a whole number of rows, at least 1, not ${rows}`);
    for (let start = 0; start < this.length; start += rows) yield this.slice(start, start + rows);
  }

  /**
   * Reads columns into memory ahead of their use, off this thread, so that whoever looks at them next waits for no disk.
   *
   * ```ts
   * await table.prefetch(["delay"], slice(0, 1_000_000));
   * ```
   *
   * @param columns one name, or several in the order in which they are read; all when left out
   * @param rows all when left out; of a step, what lies between its rows is read as well
   * @returns fulfilled when they are there, or when the table is closed meanwhile. What the disk refuses shows when it is looked at
   * @throws NotFoundError, IndexError, ClosedError, always by rejection
   */
  async prefetch(
    columns: (keyof S & string) | Iterable<keyof S & string> = this.columnNames,
    rows: Slice = slice(),
    options: PrefetchOptions = {},
  ): Promise<void> {
    requireSlice(rows);
    const range = resolveSlice(rows, this.length);
    const names: Iterable<string> = typeof columns === "string" ? [columns] : columns;
    const arrays = Array.from(names, (name) => this.lookup(name).rows(range)[STRIDED]());
    await prefetchArrays(arrays, options);
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
    const rows = rowsNow(indices, this.length, "the table");
    return this.#copy((column) => column.takeRows(rows), rows.length);
  }

  /**
   * A copy of the rows where the mask is true, in memory and read-only: to store into chosen rows, use `put`.
   *
   * @throws ShapeError where the mask has another length than the table
   */
  filter(mask: RowSelection): TableView<S, M> {
    const chosen = selectedBy(mask, this.length, "the table");
    return this.#copy((column) => column.filterRows(chosen), chosen.count);
  }

  /**
   * {@link TableView.take} by worker threads, which all columns are shared among. They map the files themselves, so they do not see
   * what was stored into columns that are open for reading; columns in ordinary memory are left to this thread. The copies lie in
   * memory that threads share.
   *
   * @throws as `take`, LimitError for a bad number of workers, IndexError where rows were discarded meanwhile, NotFoundError,
   * StaleError and CorruptError where a column was deleted or renamed, or a file replaced or cut short, before a worker opened it,
   * WorkerError where a worker died, the reason of a signal; always by rejection
   */
  async takeAsync(indices: RowSelection, options: AsyncOptions = {}): Promise<TableView<S, M>> {
    const rows = rowsNow(indices, this.length, "the table");
    return this.#copyAsync((sources) => takeAsync(sources, rows, options));
  }

  /** {@link TableView.filter} as {@link TableView.takeAsync}. A mask is to be left alone until the rows are there. */
  async filterAsync(mask: RowSelection, options: AsyncOptions = {}): Promise<TableView<S, M>> {
    const bytes = maskOf(mask, this.length, "the table");
    return this.#copyAsync((sources) => filterAsync(sources, bytes, options));
  }

  async #copyAsync(pick: (sources: readonly Source[]) => Promise<PickedRows>): Promise<TableView<S, M>> {
    const columns = this.named();
    const { arrays, rows } = await pick(columns.map(([, column]) => column.parallelSource));
    const copies = new Map(columns.map(([name], i) => [name, wrap(arrays[i], false)]));
    return new TableView<S, M>(copied(copies, rows));
  }

  #copy(copyOf: (column: ArrayView) => ArrayView, rows: number): TableView<S, M> {
    const copies = new Map(this.named().map(([name, column]) => [name, copyOf(column)]));
    return new TableView<S, M>(copied(copies, rows));
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
   * {@link TableView.assign} by worker threads, where the source lies in files or in memory that threads share: the records of
   * `toRecordsAsync`, typed arrays over a SharedArrayBuffer, columns of another table. All else is stored on this thread, and so
   * is what comes from the files that are stored into. The source is to be left alone until the rows are there. Until then the
   * table takes no structural change; closing it ends the assignment.
   *
   * @param options.signal ends it until the first byte is stored, and is not heard from then on
   * @throws as `assign`, and nothing was stored; UnsupportedError within a transaction; ClosedError where the table was closed
   * meanwhile, IndexError where rows of the source were discarded, StaleError where a file was replaced, DiskError, WorkerError where
   * a worker died: a part of the rows may be stored then. Always by rejection
   */
  async assignAsync(source: RowsSource, options: AssignmentOptions & AsyncOptions = {}): Promise<this> {
    this.#requireWritable();
    const shared = shareAssignment(this.named(), this.length, source, options);
    const { storingAsync } = this.#columns;
    if (shared === undefined || storingAsync === undefined) return this.assign(source, options);
    const run = new StoringRun(options);
    const work = async () => {
      const isStored = await storeByWorkers(shared, run, options);
      await run.finish();
      // This thread finds what does not fit.
      if (!isStored) this.assign(source, options);
    };
    await storingAsync(work, (why) => run.stop(why));
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
    planRows(one.named(), 1, [record], { ...options, firstRow: position })();
    return this;
  }

  /** The rows as records in NumPy's packed layout: a copy. */
  toRecords(): RecordArray {
    if (this.columnNames.length === 0) throw new ShapeError("a table without columns has no records");
    return packRecords(this.named(), this.length);
  }

  /**
   * {@link TableView.toRecords} by worker threads. They map the files themselves, so they do not see what was stored into columns
   * that are open for reading; where a column is in ordinary memory, this thread does it. The records lie in memory that threads
   * share.
   *
   * @throws as `toRecords`, LimitError for a bad number of workers, StaleError, NotFoundError, IndexError and ClosedError where
   * files, columns or rows went meanwhile, WorkerError where a worker died, the reason of a signal; always by rejection
   */
  async toRecordsAsync(options: AsyncOptions = {}): Promise<RecordArray> {
    if (this.columnNames.length === 0) throw new ShapeError("a table without columns has no records");
    return packRecordsAsync(this.named(), this.length, options);
  }

  /** Copies of the columns by name; see `toArray` of arrays. */
  toColumns(): Map<keyof S & string, unknown> {
    return new Map(this.columnNames.map((name) => [name, this.lookup(name).toArray()]));
  }

  /** Header, dtypes, the first and last rows, and the size; of a closed table, that it is. */
  toString(): string {
    try {
      return formatView(this as unknown as TableView, "TableView", []);
    } catch (error) {
      if (isMemmapError(error, "CLOSED")) return "<closed TableView>";
      throw error;
    }
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

import type { AccessMode, ArraySource, AsyncOptions } from "../array/index.js";
import { type DTypeLike, parseDType } from "../dtype/index.js";
import { isMemmapError, NotFoundError, ShapeError } from "../errors.js";
import {
  type AttrInput,
  type AttrValue,
  checkName,
  decodeAttr,
  encodeAttr,
  type FileLayout,
  type JsonValue,
  type Store,
} from "../store/index.js";
import { Appender, type AppenderOptions } from "./appender.js";
import { copyColumnAsync } from "./copy-column.js";
import { formatView } from "./format.js";
import type { MemmapColumn } from "./memmap-column.js";
import { makeStore, type OpenedStore, openStore } from "./open-store.js";
import { OpenTable } from "./open-table.js";
import {
  type AddOptions,
  type CreateOptions,
  checkItemShape,
  checkLayout,
  checkOptions,
  checkRowCount,
  type Mode,
  type OpenOptions,
  requireRows,
} from "./options.js";
import {
  type AccessOf,
  type ColumnsOption,
  type DTypeIn,
  type ParsedColumn,
  parseColumns,
  requireColumns,
  type Schema,
  type SchemaOf,
} from "./schema.js";
import { Session } from "./session.js";
import { type RowsSource, TableView } from "./table-view.js";

/**
 * A table whose columns are files: a directory of NumPy arrays of equal length, mapped into memory.
 *
 * ```ts
 * using table = MemmapTable.create("mytable", { rows: 100 });
 * const ints = table.addColumn("int_col", "i4", { attr: "my first column" });
 * ints.values.set(Int32Array.from({ length: 100 }, (_, i) => i));
 * table.slice(5, 10).toRecords();
 * ```
 *
 * Structural changes (columns, rows, attributes) are transactions; assignments go straight to the files.
 */
export class MemmapTable<S extends Schema = Schema, M extends AccessMode = AccessMode> extends TableView<
  S,
  M
> {
  readonly #open: OpenTable;
  readonly #mode: Mode;
  readonly #layout: FileLayout;

  private constructor(open: OpenTable, mode: Mode, layout: FileLayout) {
    super({
      get rows() {
        return open.catalog.rows;
      },
      names: () => [...open.catalog.columns.keys()],
      get: (name) => {
        const state = open.catalog.columns.get(name);
        return state === undefined ? undefined : open.columnFor(name, state);
      },
      nameOf: (column) => open.nameOf(column),
      storingAsync: (work, stop) => open.storingAsync(work, stop),
    });
    this.#open = open;
    this.#mode = mode;
    this.#layout = layout;
  }

  /**
   * Opens a table.
   *
   * @param path a directory: a table of this package, of Python's mmaptable, or equally long arrays that NumPy saved
   * @param options.mode `"r"` reads; `"r+"` writes; `"w+"` replaces the table that is there, or creates one; `"a"` opens
   * or creates
   * @throws NotFoundError, FormatError, ShapeError (rows or cells that differ), DTypeError (columns that differ),
   * LockedError, ExistsError (`"w+"` on a directory that is neither empty nor a table)
   */
  static open<const C extends ColumnsOption = Schema, const M extends Mode = "r">(
    path: string,
    options: OpenOptions<C, M> = {},
  ): MemmapTable<SchemaOf<C>, AccessOf<M>> {
    checkOptions(options);
    const { mode = "r" } = options;
    const columns = parseColumns(options.columns);
    return MemmapTable.#start(openStore(path, mode, options), mode, options, columns, undefined);
  }

  /**
   * Makes a table, and the directory for it.
   *
   * @throws ExistsError where something has that name, unless `overwrite` is said and it is a table or an empty directory
   */
  static create<const C extends ColumnsOption = Schema>(
    path: string,
    options: CreateOptions<C> = {},
  ): MemmapTable<SchemaOf<C>, "r+"> {
    checkOptions(options);
    const columns = parseColumns(options.columns);
    const attr = options.attr === undefined ? undefined : encodeAttr(options.attr);
    const opened = makeStore(path, options.overwrite === true ? "replace" : "refuse", options);
    return MemmapTable.#start(opened, "r+", options, columns, attr);
  }

  /** Makes the table that was asked for, or checks that it is the one. */
  static #start<S extends Schema, M extends AccessMode>(
    { store, isToBeMade }: OpenedStore,
    mode: Mode,
    options: { readonly rows?: number | undefined; readonly layout?: FileLayout | undefined },
    columns: readonly ParsedColumn[],
    attr: JsonValue | undefined,
  ): MemmapTable<S, M> {
    const { rows, layout = "npy" } = options;
    try {
      const table = MemmapTable.over<S, M>(store, mode, layout);
      if (isToBeMade) table.#replaceWith(rows ?? 0, columns, attr);
      else {
        if (rows !== undefined) requireRows(rows, table.length, table.root);
        requireColumns(columns, store.catalog.columns, table.root);
      }
      return table;
    } catch (error) {
      store.abandon();
      throw error;
    }
  }

  /** @internal A table over a store that was opened otherwise. */
  static over<S extends Schema, M extends AccessMode>(
    store: Store,
    mode: Mode,
    layout: FileLayout,
  ): MemmapTable<S, M> {
    return MemmapTable.of<S, M>(new OpenTable(new Session(store)), mode, layout);
  }

  /** @internal The table of a group of a store. */
  static of<S extends Schema, M extends AccessMode>(
    open: OpenTable,
    mode: Mode,
    layout: FileLayout,
  ): MemmapTable<S, M> {
    return new MemmapTable<S, M>(open, mode, layout);
  }

  /** Makes this table one of these columns alone. */
  #replaceWith(rows: number, columns: readonly ParsedColumn[], attr: JsonValue | undefined): void {
    const { session } = this.#open;
    session.store.kind = "table";
    session.change((draft) => {
      draft.clear(rows);
      for (const { name, dtype, itemShape } of columns) {
        draft.add(name, { dtype, itemShape, layout: this.#layout, attr: null, overwrite: false });
      }
      if (attr !== undefined) draft.setGroupAttr("", attr);
    });
  }

  /** @throws NotFoundError, with a guess at what was meant */
  override column<K extends keyof S & string>(name: K): MemmapColumn<DTypeIn<S[K]>, M> {
    return this.lookup(name) as unknown as MemmapColumn<DTypeIn<S[K]>, M>;
  }

  override *columns(): IterableIterator<
    [name: keyof S & string, column: MemmapColumn<DTypeIn<S[keyof S & string]>, M>]
  > {
    for (const name of this.columnNames) yield [name, this.column(name)];
  }

  /** The mode that the table was opened with; one that was made has `"r+"`. */
  get mode(): Mode {
    return this.#mode;
  }

  /** The absolute path of the table's directory, without links. */
  get root(): string {
    return this.#open.path;
  }

  /** Whether `close()` was called. */
  get closed(): boolean {
    return this.#open.closed;
  }

  /** The number of committed structural changes. */
  get generation(): number {
    this.#open.requireOpen();
    return this.#open.store.generation;
  }

  /** How new columns are written. */
  get layout(): FileLayout {
    return this.#layout;
  }

  /** The table's own attribute; see {@link MemmapColumn.attr}. */
  get attr(): AttrValue {
    return this.groupAttr("");
  }

  set attr(attr: AttrInput) {
    this.setGroupAttr("", attr);
  }

  /** The attribute of a group of columns; `null` where there is none. @param group its name; `""` is the table */
  groupAttr(group: string): AttrValue {
    const attr = this.#open.catalog.groups.get(group);
    if (attr === undefined) this.#requireGroup(group);
    return decodeAttr(attr ?? null);
  }

  /** Sets the attribute of a group that has columns. @throws NotFoundError, CastError, ReadOnlyError */
  setGroupAttr(group: string, attr: AttrInput): void {
    this.#requireGroup(group);
    this.#open.setAttr(attr, (draft, json) => draft.setGroupAttr(group, json));
  }

  #requireGroup(group: string): void {
    const { columns, groups } = this.#open.catalog;
    if (group === "") return;
    checkName(group, "group");
    if (groups.has(group)) return;
    // A group below it, which has an attribute, keeps it when its columns are gone.
    for (const names of [columns.keys(), groups.keys()]) {
      for (const name of names) if (name.startsWith(`${group}/`)) return;
    }
    throw new NotFoundError(
      `there is no group ${JSON.stringify(group)}: groups come to be with their columns`,
      {
        path: this.root,
      },
    );
  }

  /**
   * Adds a column of zeros, of one value, or of data.
   *
   * @param name parts separated by `/`: those before the last are groups
   * @throws ExistsError, NameError, DTypeError, CastError, ShapeError, DiskError, ReadOnlyError; nothing has changed then
   */
  addColumn<const D extends DTypeLike>(
    name: string,
    dtype: D,
    options: AddOptions<D> = {},
  ): MemmapColumn<D, "r+"> {
    const { itemShape = [], attr = null, data, fill, overwrite = false, layout = this.#layout } = options;
    this.#open.requireWritable();
    checkName(name, "column");
    const parsed = parseDType(dtype);
    checkItemShape(itemShape);
    checkLayout(layout);
    if (data !== undefined && fill !== undefined)
      throw new ShapeError("a column is filled by data or by fill, not by both");
    const json = encodeAttr(attr);
    return this.#open.change((draft) => {
      const before = draft.find(name);
      const added = draft.add(name, {
        dtype: parsed,
        itemShape: [...itemShape],
        layout,
        attr: json,
        overwrite,
      });
      const column = this.#open.columnFor(name, added);
      try {
        if (data !== undefined) column.assign(data as ArraySource);
        if (fill !== undefined) column.fill(fill as ArraySource);
      } catch (error) {
        draft.withdraw(name, before);
        throw error;
      }
      return column as unknown as MemmapColumn<D, "r+">;
    });
  }

  /** Copies a column with its attribute. @throws NotFoundError, ExistsError, NameError, DiskError, ReadOnlyError */
  copyColumn<K extends keyof S & string>(
    from: K,
    to: string,
    { overwrite = false } = {},
  ): MemmapColumn<DTypeIn<S[K]>, M> {
    const copy = this.#open.change((draft) => this.#open.columnFor(to, draft.copy(from, to, overwrite)));
    return copy as unknown as MemmapColumn<DTypeIn<S[K]>, M>;
  }

  /**
   * {@link MemmapTable.copyColumn}, with worker threads that write the copy; it is there when all of it is. What is stored into the
   * column meanwhile may be in the copy or not. Until then the table takes no other change; closing it ends the copy.
   *
   * @throws as `copyColumn`, UnsupportedError within a transaction, ClosedError where the table was closed meanwhile, LimitError
   * for a bad number of workers, WorkerError where a worker died, the reason of a signal; always by rejection, and nothing has
   * changed then
   */
  async copyColumnAsync<K extends keyof S & string>(
    from: K,
    to: string,
    options: { readonly overwrite?: boolean } & AsyncOptions = {},
  ): Promise<MemmapColumn<DTypeIn<S[K]>, M>> {
    await copyColumnAsync(this.#open, from, to, options);
    return this.lookup(to) as unknown as MemmapColumn<DTypeIn<S[K]>, M>;
  }

  /** Renames a column: its file gets another name, whatever its size. @throws as `copyColumn` */
  renameColumn<K extends keyof S & string>(from: K, to: string): MemmapColumn<DTypeIn<S[K]>, M> {
    this.#open.change((draft) => draft.rename(from, to));
    return this.lookup(to) as unknown as MemmapColumn<DTypeIn<S[K]>, M>;
  }

  /** Deletes a column; groups that are left without columns, groups and attributes go with it. @throws NotFoundError */
  deleteColumn(name: string): void {
    this.#open.change((draft) => draft.remove(name));
  }

  /**
   * Changes the number of rows of all columns. Rows that are cut off are gone, and read as zeros through typed arrays that
   * still have them; new rows are zero.
   *
   * @throws ShapeError, LimitError, DiskError, UnsupportedError (columns in Fortran order), ReadOnlyError
   */
  resize(rows: number): void {
    this.#open.requireWritable();
    checkRowCount(rows);
    this.#open.change((draft) => draft.resize(rows));
  }

  /**
   * Adds rows at the end.
   *
   * @param rows a view, records, row objects, columns by name, or an iterable of row objects
   * @returns how many were added
   * @throws CastError naming column, row and value, NotFoundError naming missing and unknown columns, DiskError,
   * ReadOnlyError; no row is added then
   */
  append(rows: RowsSource | Iterable<{ readonly [name: string]: unknown }>): number {
    return this.#open.append(rows);
  }

  /**
   * Gathers rows that come one by one and commits them in batches; see {@link Appender}.
   *
   * @throws ReadOnlyError, ShapeError or IndexError for options that are no such numbers
   */
  appender(options: AppenderOptions = {}): Appender {
    return new Appender(this.#open, options);
  }

  /**
   * Makes several structural changes as one: all of them, or none where `work` throws. Inside it the table shows its
   * own pending changes; assignments to columns that existed before are not undone.
   *
   * @param work synchronous
   * @throws UnsupportedError for a promise and for a transaction within a transaction
   */
  transaction<T>(work: (table: this) => T): T {
    return this.#open.transaction(() => work(this));
  }

  /**
   * Waits until all assignments are on the disk, and at durability `"process"` the structural changes, too.
   *
   * @throws DiskError: what was to be written may be lost, and the table must be opened again
   */
  flush(): void {
    this.#open.flush();
  }

  /** As `flush`, the assignments off the main thread. */
  async flushAsync(): Promise<void> {
    await this.#open.flushAsync();
  }

  /** Takes up what other software changed on disk. @throws FormatError, ShapeError */
  refresh(): void {
    this.#open.refresh();
  }

  /**
   * Closes the table: typed arrays over its columns become empty, every further use throws ClosedError. Assignments
   * are flushed to the disk first, at durability `"full"`. A second call does nothing.
   *
   * @throws DiskError where flushing failed; the table is closed all the same
   */
  close(): void {
    this.#open.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  override toString(): string {
    if (this.closed) return `<closed MemmapTable ${this.root}>`;
    try {
      void this.length;
    } catch (error) {
      // A group's arrays may have become unequal, or be gone: nobody wants an error of what is printed.
      if (isMemmapError(error)) return `<no MemmapTable: ${error.message}>`;
      throw error;
    }
    return formatView(this as unknown as TableView, "MemmapTable", [`mode ${this.#mode} · ${this.root}`]);
  }
}

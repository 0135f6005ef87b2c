import type { AccessMode, ArraySource } from "../array/index.js";
import { type DTypeLike, parseDType } from "../dtype/index.js";
import { NotFoundError, ShapeError, UnsupportedError } from "../errors.js";
import {
  type AttrInput,
  type AttrValue,
  type Catalog,
  checkName,
  type Draft,
  decodeAttr,
  encodeAttr,
  type FileLayout,
  type JsonValue,
  type Store,
} from "../store/index.js";
import { rowBlocks } from "./append.js";
import { formatView } from "./format.js";
import { inTurn } from "./in-turn.js";
import { LiveColumns } from "./live-columns.js";
import type { MemmapColumn } from "./memmap-column.js";
import { makeStore, type OpenedStore, openStore } from "./open-store.js";
import {
  type CreateOptions,
  checkItemShape,
  checkLayout,
  checkOptions,
  checkRowCount,
  type Mode,
  type OpenOptions,
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
import { type RowsSource, TableView } from "./table-view.js";

/** Options of {@link MemmapTable.addColumn}. */
export interface AddOptions<D extends DTypeLike = DTypeLike> {
  /** The shape of each row's cell; `[]`, one element, when left out. */
  readonly itemShape?: readonly number[];
  /** The column's attribute. */
  readonly attr?: AttrInput;
  /** What to store in it; judged like an assignment. */
  readonly data?: ArraySource<D>;
  /** One value for all rows; zero when left out. */
  readonly fill?: ArraySource<D>;
  /** Whether a column of that name is replaced. */
  readonly overwrite?: boolean;
  /** With NumPy's header or headerless; as the table was opened, when left out. */
  readonly layout?: FileLayout;
}

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
  readonly #store: Store;
  readonly #mode: Mode;
  readonly #layout: FileLayout;
  readonly #live: LiveColumns;
  #draft: Draft | undefined;
  /** Whether rows are being appended that the caller makes one by one. */
  #isAppending = false;

  private constructor(store: Store, mode: Mode, layout: FileLayout) {
    super({
      get rows() {
        return self().#catalog.rows;
      },
      names: () => [...self().#catalog.columns.keys()],
      get: (name) => {
        const state = self().#catalog.columns.get(name);
        return state === undefined ? undefined : self().#live.columnFor(name, state);
      },
      nameOf: (column) => {
        self().#store.requireOpen();
        return self().#live.nameOf(column);
      },
    });
    // `this` exists only after `super`, which is before anybody asks.
    const self = (): MemmapTable<S, M> => this;
    this.#store = store;
    this.#mode = mode;
    this.#layout = layout;
    this.#live = new LiveColumns(store.writable, {
      setAttr: (name, attr) => this.#setAttr(attr, (draft, json) => draft.setColumnAttr(name, json)),
    });
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
      const table = new MemmapTable<S, M>(store, mode, layout);
      if (isToBeMade) table.#replaceWith(rows ?? 0, columns, attr);
      else {
        if (rows !== undefined && rows !== table.length) {
          throw new ShapeError(`${table.root}: the table has ${table.length} rows, not ${rows}`, {
            path: table.root,
          });
        }
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
    return new MemmapTable<S, M>(store, mode, layout);
  }

  /** Makes this table one of these columns alone. */
  #replaceWith(rows: number, columns: readonly ParsedColumn[], attr: JsonValue | undefined): void {
    this.#commit((draft) => {
      draft.clear(rows);
      for (const { name, dtype, itemShape } of columns) {
        draft.add(name, { dtype, itemShape, layout: this.#layout, attr: null, overwrite: false });
      }
      if (attr !== undefined) draft.setGroupAttr("", attr);
    });
  }

  get #catalog(): Catalog {
    this.#store.requireOpen();
    return this.#draft ?? this.#store.catalog;
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

  /** The absolute path of the table's directory. */
  get root(): string {
    return this.#store.paths.root;
  }

  /** Whether `close()` was called. */
  get closed(): boolean {
    return this.#store.closed;
  }

  /** The number of committed structural changes. */
  get generation(): number {
    this.#store.requireOpen();
    return this.#store.generation;
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
    const attr = this.#catalog.groups.get(group);
    if (attr === undefined) this.#requireGroup(group);
    return decodeAttr(attr ?? null);
  }

  /** Sets the attribute of a group that has columns. @throws NotFoundError, CastError, ReadOnlyError */
  setGroupAttr(group: string, attr: AttrInput): void {
    this.#requireGroup(group);
    this.#setAttr(attr, (draft, json) => draft.setGroupAttr(group, json));
  }

  #requireGroup(group: string): void {
    const { columns, groups } = this.#catalog;
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

  #setAttr(attr: AttrInput, set: (draft: Draft, json: ReturnType<typeof encodeAttr>) => void): void {
    this.#store.requireWritable();
    const json = encodeAttr(attr);
    this.#change((draft) => set(draft, json));
  }

  /**
   * Makes one change: a part of the transaction under way, or a transaction of its own.
   *
   * @param moves whether columns that are in use may be elsewhere, or nowhere, afterwards: looking costs a step for each
   */
  #change<T>(work: (draft: Draft) => T, moves = true): T {
    this.#store.requireWritable();
    if (this.#isAppending) {
      throw new UnsupportedError(
        "rows are being appended; a source of rows cannot change the table they go to",
      );
    }
    if (this.#draft === undefined) return this.#commit(work);
    const result = work(this.#draft);
    if (moves) this.#live.follow(this.#draft);
    return result;
  }

  #commit<T>(work: (draft: Draft) => T): T {
    const draft = this.#store.begin();
    this.#draft = draft;
    try {
      const result = work(draft);
      // A closed table has nothing to commit to.
      this.#store.requireOpen();
      // Either way, this ends the draft.
      this.#draft = undefined;
      this.#store.commit(draft);
      return result;
    } catch (error) {
      if (this.#draft !== undefined) this.#store.rollback(draft);
      throw error;
    } finally {
      this.#draft = undefined;
      if (!this.#store.closed) this.#live.settle(this.#store.catalog);
    }
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
    this.#store.requireWritable();
    checkName(name, "column");
    const parsed = parseDType(dtype);
    checkItemShape(itemShape);
    checkLayout(layout);
    if (data !== undefined && fill !== undefined)
      throw new ShapeError("a column is filled by data or by fill, not by both");
    const json = encodeAttr(attr);
    const replaces = this.#catalog.columns.has(name);
    return this.#change((draft) => {
      const before = draft.columns.get(name);
      const added = draft.add(name, {
        dtype: parsed,
        itemShape: [...itemShape],
        layout,
        attr: json,
        overwrite,
      });
      const column = this.#live.columnFor(name, added);
      try {
        if (data !== undefined) column.assign(data as ArraySource);
        if (fill !== undefined) column.fill(fill as ArraySource);
      } catch (error) {
        draft.withdraw(name, before);
        throw error;
      }
      return column as unknown as MemmapColumn<D, "r+">;
    }, replaces);
  }

  /** Copies a column with its attribute. @throws NotFoundError, ExistsError, NameError, DiskError, ReadOnlyError */
  copyColumn<K extends keyof S & string>(
    from: K,
    to: string,
    { overwrite = false } = {},
  ): MemmapColumn<DTypeIn<S[K]>, M> {
    const replaces = this.#catalog.columns.has(to);
    const copy = this.#change((draft) => this.#live.columnFor(to, draft.copy(from, to, overwrite)), replaces);
    return copy as unknown as MemmapColumn<DTypeIn<S[K]>, M>;
  }

  /** Renames a column: its file gets another name, whatever its size. @throws as `copyColumn` */
  renameColumn<K extends keyof S & string>(from: K, to: string): MemmapColumn<DTypeIn<S[K]>, M> {
    this.#change((draft) => draft.rename(from, to));
    return this.lookup(to) as unknown as MemmapColumn<DTypeIn<S[K]>, M>;
  }

  /** Deletes a column; groups that are left without columns, groups and attributes go with it. @throws NotFoundError */
  deleteColumn(name: string): void {
    this.#change((draft) => draft.remove(name));
  }

  /**
   * Changes the number of rows of all columns. Rows that are cut off are gone, and read as zeros through typed arrays that
   * still have them; new rows are zero.
   *
   * @throws ShapeError, LimitError, DiskError, UnsupportedError (columns in Fortran order), ReadOnlyError
   */
  resize(rows: number): void {
    this.#store.requireWritable();
    checkRowCount(rows);
    this.#change((draft) => draft.resize(rows));
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
    return this.#change((draft) => {
      this.#isAppending = true;
      try {
        return draft.append(this.#whileOpen(rowBlocks(draft.columns, rows)));
      } finally {
        this.#isAppending = false;
      }
    });
  }

  /** The source of rows is the caller's, and can close the table: nothing may be written from then on. */
  *#whileOpen<T>(blocks: Iterable<T>): Generator<T> {
    for (const block of blocks) {
      this.#store.requireOpen();
      yield block;
    }
  }

  /**
   * Makes several structural changes as one: all of them, or none where `work` throws. Inside it the table shows its
   * own pending changes; assignments to columns that existed before are not undone.
   *
   * @param work synchronous
   * @throws UnsupportedError for a promise and for a transaction within a transaction
   */
  transaction<T>(work: (table: this) => T): T {
    this.#store.requireWritable();
    if (this.#draft !== undefined) {
      throw new UnsupportedError("a transaction is under way already; make the changes in that one");
    }
    return this.#commit(() => {
      const result = work(this);
      if (typeof result === "object" && result !== null && "then" in result) {
        throw new UnsupportedError("a transaction's function is synchronous; it returned a promise");
      }
      return result;
    });
  }

  /** Waits until all assignments are on the disk. @throws DiskError */
  flush(): void {
    this.#store.requireOpen();
    this.#live.flush();
  }

  /** As `flush`, off the main thread. */
  async flushAsync(): Promise<void> {
    this.#store.requireOpen();
    await this.#live.flushAsync();
  }

  /** Takes up what other software changed on disk. @throws FormatError, ShapeError */
  refresh(): void {
    this.#store.requireOpen();
    if (this.#draft !== undefined)
      throw new UnsupportedError("a table cannot be refreshed within a transaction");
    this.#store.refresh();
    this.#live.settle(this.#store.catalog);
  }

  /**
   * Closes the table: typed arrays over its columns become empty, every further use throws ClosedError. Assignments
   * are flushed to the disk first, at durability `"full"`. A second call does nothing.
   *
   * @throws DiskError where flushing failed; the table is closed all the same
   */
  close(): void {
    if (this.#store.closed) return;
    const draft = this.#draft;
    this.#draft = undefined;
    const { writable, durability } = this.#store;
    const steps = [
      () => {
        if (writable && durability === "full") this.#live.flush();
      },
      () => this.#live.close(),
      () => {
        if (draft !== undefined) this.#store.rollback(draft);
      },
      () => this.#store.close(),
    ];
    inTurn(steps, (step) => step());
  }

  [Symbol.dispose](): void {
    this.close();
  }

  override toString(): string {
    if (this.closed) return `<closed MemmapTable ${this.root}>`;
    return formatView(this as unknown as TableView, "MemmapTable", [`mode ${this.#mode} · ${this.root}`]);
  }
}

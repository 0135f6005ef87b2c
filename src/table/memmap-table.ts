import { lstatSync } from "node:fs";
import { resolve } from "node:path";
import type { AccessMode, ArraySource } from "../array/index.js";
import { type DTypeLike, parseDType } from "../dtype/index.js";
import { ExistsError, NotFoundError, ShapeError, UnsupportedError } from "../errors.js";
import {
  type AttrInput,
  type AttrValue,
  type Catalog,
  type ColumnState,
  checkName,
  type Draft,
  decodeAttr,
  encodeAttr,
  type FileLayout,
  isStore,
  type JsonValue,
  Store,
} from "../store/index.js";
import { appendRows } from "./append.js";
import { ColumnStorage } from "./column-storage.js";
import { formatView } from "./format.js";
import { inTurn } from "./in-turn.js";
import { MemmapColumn } from "./memmap-column.js";
import {
  type CreateOptions,
  checkItemShape,
  checkOptions,
  checkRowCount,
  type Mode,
  type OpenOptions,
} from "./options.js";
import {
  type AccessOf,
  type ColumnsOption,
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
  /** Columns that somebody has asked for, by the identity that renaming keeps. */
  readonly #live: Map<number, { readonly storage: ColumnStorage; readonly column: MemmapColumn }>;
  #draft: Draft | undefined;

  private constructor(store: Store, mode: Mode, layout: FileLayout) {
    super({
      get rows() {
        return self().#catalog.rows;
      },
      names: () => [...self().#catalog.columns.keys()],
      get: (name) => self().#columnOf(name),
    });
    // `this` exists only after `super`, which is before anybody asks.
    const self = (): MemmapTable<S, M> => this;
    this.#store = store;
    this.#mode = mode;
    this.#layout = layout;
    this.#live = new Map();
  }

  /**
   * Opens a table.
   *
   * @param path a directory: a table of this package, of Python's mmaptable, or equally long arrays that NumPy saved
   * @param options.mode `"r"` reads; `"r+"` writes; `"w+"` replaces the table that is there, or creates one; `"a"` opens
   * or creates
   * @throws NotFoundError, FormatError, ShapeError (rows that differ), DTypeError (columns that differ), LockedError,
   * ExistsError (`"w+"` on a directory that is neither empty nor a table)
   */
  static open<const C extends ColumnsOption = Schema, const M extends Mode = "r">(
    path: string,
    options: OpenOptions<C, M> = {},
  ): MemmapTable<SchemaOf<C>, AccessOf<M>> {
    checkOptions(options);
    const { mode = "r" } = options;
    if (mode === "w+" || (mode === "a" && isAbsent(path)))
      return makeTable(path, { ...options, overwrite: mode === "w+" }, mode);
    const store = Store.open(path, { ...options, writable: mode !== "r" });
    const table = new MemmapTable<SchemaOf<C>, AccessOf<M>>(store, mode, options.layout ?? "npy");
    try {
      const { rows } = options;
      if (rows !== undefined && rows !== table.length) {
        throw new ShapeError(`${table.root}: the table has ${table.length} rows, not ${rows}`, {
          path: table.root,
        });
      }
      requireColumns(parseColumns(options.columns), store.catalog.columns, table.root);
      return table;
    } catch (error) {
      store.close();
      throw error;
    }
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
    return makeTable(path, options, "r+");
  }

  /** @internal */
  static over<S extends Schema, M extends AccessMode>(
    store: Store,
    mode: Mode,
    layout: FileLayout,
  ): MemmapTable<S, M> {
    return new MemmapTable<S, M>(store, mode, layout);
  }

  /** @internal Makes this table one of these columns alone. */
  replaceWith(rows: number, columns: readonly ParsedColumn[], attr: JsonValue | undefined): void {
    this.#commit((draft) => {
      draft.clear(rows);
      for (const { name, dtype, itemShape } of columns) {
        draft.add(name, { dtype, itemShape, layout: this.#layout, attr: null, overwrite: false });
      }
      if (attr !== undefined) draft.setGroupAttr("", attr);
    });
  }

  /** @internal Closes a table that never came to be, and takes back what was made for it. */
  discard(): void {
    this.#store.abandon();
  }

  get #catalog(): Catalog {
    this.#store.requireOpen();
    return this.#draft ?? this.#store.catalog;
  }

  #columnOf(name: string): MemmapColumn | undefined {
    const state = this.#catalog.columns.get(name);
    return state === undefined ? undefined : this.#columnFor(name, state);
  }

  #columnFor(name: string, state: ColumnState): MemmapColumn {
    const known = this.#live.get(state.id);
    if (known !== undefined) return known.column;
    const storage = new ColumnStorage(name, state, this.#store.writable);
    const column = new MemmapColumn(storage, {
      attrOf: (of) => decodeAttr(this.#catalog.columns.get(of.name)?.attr ?? of.state.attr),
      setAttrOf: (of, attr) => this.#setAttr(attr, (draft, json) => draft.setColumnAttr(of.name, json)),
    });
    this.#live.set(state.id, { storage, column });
    return column;
  }

  /** @throws NotFoundError, with a guess at what was meant */
  override column<K extends keyof S & string>(name: K): MemmapColumn<S[K], M> {
    return this.lookup(name) as unknown as MemmapColumn<S[K], M>;
  }

  override *columns(): IterableIterator<
    [name: keyof S & string, column: MemmapColumn<S[keyof S & string], M>]
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
    for (const name of columns.keys()) if (name.startsWith(`${group}/`)) return;
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
    this.#change((draft) => set(draft, json), false);
  }

  /**
   * Makes one change: a part of the transaction under way, or a transaction of its own.
   *
   * @param moves whether columns that are in use may be elsewhere afterwards
   */
  #change<T>(work: (draft: Draft) => T, moves: boolean): T {
    this.#store.requireWritable();
    if (this.#draft === undefined) return this.#commit(work);
    const result = work(this.#draft);
    if (moves) this.#follow();
    return result;
  }

  #commit<T>(work: (draft: Draft) => T): T {
    const draft = this.#store.begin();
    this.#draft = draft;
    let result: T;
    try {
      result = work(draft);
    } catch (error) {
      this.#store.rollback(draft);
      this.#settle();
      throw error;
    }
    try {
      this.#store.commit(draft);
    } finally {
      this.#settle();
    }
    return result;
  }

  /** The columns that are in use take up what the draft or the store says now. */
  #follow(catalog: Catalog = this.#draft ?? this.#store.catalog): void {
    const names = new Map<number, string>();
    for (const [name, { id }] of catalog.columns) names.set(id, name);
    for (const [id, { storage }] of this.#live) {
      const name = names.get(id);
      const state = name === undefined ? undefined : catalog.columns.get(name);
      if (name !== undefined && state !== undefined) storage.update(name, state);
      else storage.drop();
    }
  }

  #settle(): void {
    this.#draft = undefined;
    const { catalog } = this.#store;
    this.#follow(catalog);
    const kept = new Set([...catalog.columns.values()].map(({ id }) => id));
    const live = [...this.#live];
    for (const [id] of live) if (!kept.has(id)) this.#live.delete(id);
    inTurn(
      live.map(
        ([, { storage }]) =>
          () =>
            storage.settle(),
      ),
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
    this.#store.requireWritable();
    checkName(name, "column");
    const parsed = parseDType(dtype);
    checkItemShape(itemShape);
    if (data !== undefined && fill !== undefined)
      throw new ShapeError("a column is filled by data or by fill, not by both");
    const json = encodeAttr(attr);
    return this.#change((draft) => {
      const before = draft.columns.get(name);
      const added = draft.add(name, {
        dtype: parsed,
        itemShape: [...itemShape],
        layout,
        attr: json,
        overwrite,
      });
      const column = this.#columnFor(name, added);
      try {
        const source = data ?? fill;
        if (source !== undefined) column.assign(source as ArraySource);
      } catch (error) {
        draft.withdraw(name, before);
        throw error;
      }
      return column as unknown as MemmapColumn<D, "r+">;
    }, overwrite);
  }

  /** Copies a column with its attribute. @throws NotFoundError, ExistsError, NameError, DiskError, ReadOnlyError */
  copyColumn<K extends keyof S & string>(
    from: K,
    to: string,
    { overwrite = false } = {},
  ): MemmapColumn<S[K], M> {
    const copy = this.#change((draft) => this.#columnFor(to, draft.copy(from, to, overwrite)), overwrite);
    return copy as unknown as MemmapColumn<S[K], M>;
  }

  /** Renames a column: its file gets another name, whatever its size. @throws as `copyColumn` */
  renameColumn<K extends keyof S & string>(from: K, to: string): MemmapColumn<S[K], M> {
    this.#change((draft) => draft.rename(from, to), true);
    return this.lookup(to) as unknown as MemmapColumn<S[K], M>;
  }

  /** Deletes a column; groups that are left without columns, groups and attributes go with it. @throws NotFoundError */
  deleteColumn(name: string): void {
    this.#change((draft) => draft.remove(name), true);
  }

  /**
   * Changes the number of rows of all columns. Rows that are cut off are gone, and read as zeros through typed arrays that
   * still have them; new rows are zero.
   *
   * @throws ShapeError, LimitError, DiskError, UnsupportedError (columns in Fortran order), ReadOnlyError
   */
  resize(rows: number): void {
    checkRowCount(rows);
    this.#change((draft) => draft.resize(rows), true);
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
    return this.#change((draft) => appendRows(draft, rows), true);
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
      // A closed table has nothing to commit to.
      this.#store.requireOpen();
      return result;
    });
  }

  /** Waits until all assignments are on the disk. @throws DiskError */
  flush(): void {
    this.#store.requireOpen();
    for (const { storage } of this.#live.values()) storage.flush();
  }

  /** As `flush`, off the main thread. */
  async flushAsync(): Promise<void> {
    this.#store.requireOpen();
    await Promise.all([...this.#live.values()].map(({ storage }) => storage.flushAsync()));
  }

  /** Takes up what other software changed on disk. @throws FormatError, ShapeError */
  refresh(): void {
    this.#store.requireOpen();
    if (this.#draft !== undefined)
      throw new UnsupportedError("a table cannot be refreshed within a transaction");
    this.#store.refresh();
    this.#settle();
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
    const storages = [...this.#live.values()].map(({ storage }) => storage);
    const flushes = this.#store.writable && this.#store.durability === "full";
    this.#draft = undefined;
    this.#live.clear();
    inTurn([
      ...(flushes ? storages.map((storage) => () => storage.flush()) : []),
      ...storages.map((storage) => () => storage.close()),
      () => draft !== undefined && this.#store.rollback(draft),
      () => this.#store.close(),
    ]);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  override toString(): string {
    if (this.closed) return `<closed MemmapTable ${this.root}>`;
    return formatView(this as unknown as TableView, "MemmapTable", [`mode ${this.#mode} · ${this.root}`]);
  }
}

function isAbsent(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) === undefined;
}

/** Makes or replaces a table. Everything that can be checked beforehand is. */
function makeTable<C extends ColumnsOption, M extends AccessMode>(
  path: string,
  options: CreateOptions<C>,
  mode: Mode,
): MemmapTable<SchemaOf<C>, M> {
  const { rows = 0, attr, overwrite = false, layout = "npy" } = options;
  const columns = parseColumns(options.columns);
  for (const { name, itemShape } of columns) {
    checkName(name, "column");
    checkItemShape(itemShape);
  }
  const json = attr === undefined ? undefined : encodeAttr(attr);
  const root = resolve(path);
  const stat = lstatSync(root, { throwIfNoEntry: false });
  if (stat !== undefined && !overwrite) {
    throw new ExistsError(
      `${root}: there is something of this name already; say overwrite: true to replace a table`,
      { path: root },
    );
  }
  const store =
    stat === undefined || !isStore(root)
      ? Store.create(root, options)
      : Store.open(root, { ...options, writable: true });
  const table = MemmapTable.over<SchemaOf<C>, M>(store, mode, layout);
  try {
    table.replaceWith(rows, columns, json);
    return table;
  } catch (error) {
    table.discard();
    throw error;
  }
}

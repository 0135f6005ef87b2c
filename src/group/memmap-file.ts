import type { AccessMode } from "../array/index.js";
import type { FileLayout } from "../store/index.js";
import {
  type AccessOf,
  checkOptions,
  inTurn,
  type Mode,
  openStore,
  type Schema,
  Session,
  type StoreSettings,
  type TableView,
} from "../table/index.js";
import type { FrameSource } from "./column-source.js";
import type { FrameInfo, GroupItem, GroupName } from "./frames/frame-info.js";
import { type CommitOptions, FrameSet } from "./frames/frame-set.js";
import type { FrameOptions, RegisterOptions } from "./frames/pending-frame.js";
import { Hierarchy } from "./hierarchy.js";
import { MemmapGroup } from "./memmap-group.js";

/** Options of {@link MemmapFile.open}. */
export interface FileOptions<M extends Mode = Mode> extends StoreSettings {
  /** `"r"` when left out. */
  readonly mode?: M;
}

/**
 * A hierarchy of groups and arrays: one root directory, whose directories are groups and whose `.npy` files are arrays of any
 * shape, which NumPy reads as they are.
 *
 * ```ts
 * using file = MemmapFile.open("experiment", { mode: "a" });
 * file.setArray("/run1/voltage", Float64Array.of(1, 2, 3), { attrs: { unit: "V" } });
 * file.getArray("/run1/voltage").mean();
 * console.log(file);
 * ```
 *
 * It is a store as a table is: one writer at a time, any number of readers, every change a transaction.
 */
export class MemmapFile<M extends AccessMode = AccessMode> extends MemmapGroup<M> {
  readonly #frames: FrameSet;

  /**
   * Opens a hierarchy.
   *
   * @param root a directory: a hierarchy or table of this package, or of arrays that NumPy saved
   * @param options.mode `"r"` reads; `"r+"` writes; `"w+"` empties the hierarchy that is there, or creates one; `"a"` opens or
   * creates
   * @throws NotFoundError, FormatError, LockedError, ExistsError (`"w+"` and `"a"` on a directory that is neither empty nor
   * a store)
   */
  static open<const M extends Mode = "r">(
    root: string,
    options: FileOptions<M> = {},
  ): MemmapFile<AccessOf<M>> {
    checkOptions(options);
    const { mode = "r", layout = "npy" } = options;
    const { store, isToBeMade } = openStore(root, mode, options, "tree");
    try {
      const session = new Session(store);
      if (isToBeMade) session.change((draft) => draft.clear(null));
      return new MemmapFile<AccessOf<M>>(new Hierarchy(session, mode, layout));
    } catch (error) {
      store.abandon();
      throw error;
    }
  }

  private constructor(hierarchy: Hierarchy) {
    super(hierarchy, "");
    this.#frames = new FrameSet(hierarchy);
  }

  /**
   * Takes a data frame, of which {@link registerArray} and {@link registerDataFrame} say what is to be written. Nothing of
   * it is written before {@link commit} or {@link close}: the columns of `groupBy` and `orderBy` are read now, all others then,
   * and must stay as they are.
   *
   * The rows are sorted by `groupBy` (ascending), then `orderBy`; rows that are equal keep their order; null, NaN and NaT
   * come last. Each group of rows is a directory, whose name is made of the keys: {@link groupItems} says where it is. Read
   * paths are `/[name/][group/]array`; the name is there for frames that were given one, and where there are several.
   *
   * ```ts
   * file.fromDataFrame(flights, { groupBy: "origin", orderBy: "date" }).registerDataFrame("flights", ["date", "delay"]);
   * await file.commit();
   * file.getDataFrame("/JFK/flights");
   * ```
   *
   * @param source a table or view, an object or `Map` of columns, records, or what `columnSource` of `memmap-table/danfo` and
   * `memmap-table/arrow` makes of a frame
   * @throws NotFoundError for columns that are not there, ExistsError for a name that a frame has, DTypeError for columns
   * that make no keys, CastError and ShapeError for what is no frame, NameError, ReadOnlyError
   */
  fromDataFrame(source: FrameSource, options: FrameOptions = {}): this {
    this.#frames.begin(source, options);
    return this;
  }

  /**
   * An array to be written of each group of the frame that was taken last: of one column, as it is; of a list of columns,
   * these beside each other, rows × columns.
   *
   * @param options.dtype what they become; what NumPy makes of their dtypes together when left out. Values that do not fit
   * fail the commit
   * @param options.encoder makes the array of the columns, with as many rows; where a column without NaN or NaT has nulls, it
   * is given `<column>.null` as well, which says where
   * @throws NotFoundError for columns that are not there, and where there is no frame; ExistsError for a second of that name;
   * NameError, DTypeError
   */
  registerArray(name: string, columns: string | readonly string[], options: RegisterOptions = {}): this {
    this.#frames.current.registerArray(name, columns, options);
    return this;
  }

  /**
   * A data frame to be written of each group of the frame that was taken last: a group of its columns, each of its own dtype,
   * and where a column without NaN or NaT has nulls, `<column>.null` says where. {@link getDataFrame} reads it.
   *
   * @throws as `registerArray`
   */
  registerDataFrame(name: string, columns: string | readonly string[]): this {
    this.#frames.current.registerDataFrame(name, columns);
    return this;
  }

  /**
   * Writes the frames that were taken, in one transaction: all of them, or nothing. Meanwhile the file can be read as it
   * was, and refuses other changes. What fails is not tried again.
   *
   * @throws what kept it from being written: CastError, DiskError, WorkerError, what an encoder threw, the signal's reason;
   * ExistsError where an array is in the way; ClosedError where the file was closed meanwhile
   */
  async commit(options: CommitOptions = {}): Promise<void> {
    await this.#frames.commit(options);
  }

  /** A data frame that was registered, as a view; or the arrays of any group that has equally long ones. @throws NotFoundError, ShapeError */
  getDataFrame(path: string): TableView<Schema, M> {
    const table = this.getGroup(path).table() as unknown as TableView<Schema, M>;
    return table.select(table.columnNames);
  }

  /** The frames of this file by their names, those that wait for a commit included. */
  get frames(): ReadonlyMap<string, FrameInfo> {
    return this.#frames.all;
  }

  /** Whether a frame is written group by group. @param frame its name; the only frame when left out */
  hasGroups(frame?: string): boolean {
    return this.#frames.info(frame).hasGroups;
  }

  /** The keys of the groups in their order: one value for each group, or of several columns a list. */
  groupNames(frame?: string): GroupName[] {
    return this.groupItems(frame).map(({ name }) => name);
  }

  /** The rows of each group. */
  groupSizes(frame?: string): number[] {
    return this.groupItems(frame).map(({ size }) => size);
  }

  /** Keys, rows and path of each group. */
  groupItems(frame?: string): readonly GroupItem[] {
    return this.#frames.info(frame).items;
  }

  /** As `groupNames`, the largest groups first. */
  sortedGroupNames(frame?: string): GroupName[] {
    return this.sortedGroupItems(frame).map(({ name }) => name);
  }

  /** As `groupSizes`, the largest groups first. */
  sortedGroupSizes(frame?: string): number[] {
    return this.sortedGroupItems(frame).map(({ size }) => size);
  }

  /** As `groupItems`, the largest groups first; equal ones in the order of their keys. */
  sortedGroupItems(frame?: string): readonly GroupItem[] {
    return this.#frames.info(frame).sortedItems;
  }

  /** The absolute path of the root directory, without links. */
  get root(): string {
    return this.hierarchy.root;
  }

  /** The mode that it was opened with. */
  get mode(): Mode {
    return this.hierarchy.mode;
  }

  /** How new arrays are written. */
  get layout(): FileLayout {
    return this.hierarchy.layout;
  }

  /** Whether `close()` was called. */
  get closed(): boolean {
    return this.hierarchy.session.store.closed;
  }

  /** The number of committed changes. */
  get generation(): number {
    const { store } = this.hierarchy.session;
    store.requireOpen();
    return store.generation;
  }

  /**
   * Makes several changes as one: all of them, or none where `work` throws. Inside it the file shows its own pending changes.
   *
   * @param work synchronous
   * @throws UnsupportedError for a promise and for a transaction within a transaction
   */
  transaction<T>(work: (file: this) => T): T {
    return this.hierarchy.session.transaction(() => work(this));
  }

  /** Waits until all assignments are on the disk. @throws DiskError */
  flush(): void {
    this.hierarchy.session.flush();
  }

  /** Takes up what other software changed on disk. @throws FormatError */
  refresh(): void {
    this.hierarchy.session.refresh();
  }

  /**
   * Writes the frames that wait for a commit, in this thread, and closes the file: typed arrays over its arrays become empty.
   * A second call does nothing.
   *
   * @throws what `commit` and flushing throw; the file is closed all the same
   */
  close(): void {
    if (this.closed) return;
    inTurn([() => this.#frames.commitHere(), () => this.hierarchy.session.close()], (step) => step());
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** As `close`, after a commit that is under way, and frames written by workers. */
  async closeAsync(options: CommitOptions = {}): Promise<void> {
    await this.#frames.settled();
    if (this.closed) return;
    try {
      await this.commit(options);
    } finally {
      this.close();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.closeAsync();
  }
}

import { randomBytes } from "node:crypto";
import { dirname } from "node:path";
import {
  ClosedError,
  ExistsError,
  FormatError,
  LockedError,
  NotFoundError,
  ReadOnlyError,
  StaleError,
} from "../errors.js";
import { currentFiles, type Files } from "../platform/files.js";
import type { Catalog, ColumnState } from "./catalog.js";
import { type CommitContext, commitDraft, type Progress } from "./commit.js";
import { Draft } from "./draft.js";
import { Health } from "./health.js";
import { Hold } from "./hold.js";
import type { LastRecord } from "./last.js";
import { locate } from "./links.js";
import { latest, readLast } from "./look.js";
import { refuseNesting } from "./nesting.js";
import { StorePaths } from "./paths.js";
import { authorityOf, readStore } from "./read-store.js";
import { recover } from "./recover.js";
import { nounOf, type Scan, type StoreKind, scan } from "./scan.js";
import { type Durability, Stage } from "./stage.js";
import { sweepIndexes } from "./statistics/index-files.js";
import { syncStore } from "./sync-store.js";
import { isStore, isVacant } from "./vacancy.js";
import type { Locking } from "./writer-lock.js";

export interface StoreOptions {
  readonly writable: boolean;
  readonly locking?: Locking | undefined;
  readonly durability?: Durability | undefined;
  readonly timeout?: number | undefined;
  /** What the directory is read as; a table when left out. */
  readonly kind?: StoreKind | undefined;
  /** The calls that reach the disk; those of {@link currentFiles} when left out. */
  readonly files?: Files | undefined;
}

const EMPTY: Catalog = { rows: 0, columns: new Map(), groups: new Map() };

/**
 * A directory of columns that changes as a whole: a {@link Draft} is prepared aside, then committed. Readers hold no
 * lock; the one writer does.
 */
export class Store {
  readonly paths: StorePaths;
  readonly writable: boolean;
  readonly durability: Durability;
  readonly files: Files;
  /** What the directory is read as. */
  kind: StoreKind;
  #catalog: Catalog = EMPTY;
  #last: LastRecord | undefined;
  #hold: Hold | undefined;
  /** Whether there is no table yet: the first commit makes one, whatever is in it. */
  #isNew = false;
  /** Whether this handle made the root, so that it may take it back. */
  #madeRoot = false;
  #closed = false;
  /** The transaction up to which everything was flushed. */
  #flushed: string | undefined;
  readonly health: Health;

  private constructor(root: string, options: StoreOptions) {
    const files = options.files ?? currentFiles();
    this.paths = new StorePaths(locate(root, files));
    this.health = new Health(this.paths.root);
    this.files = this.health.watch(files);
    this.writable = options.writable;
    this.durability = options.durability ?? "full";
    this.kind = options.kind ?? "table";
  }

  /**
   * Opens the store of a directory that holds one, or that holds arrays.
   *
   * @throws NotFoundError, FormatError (a file, not a table, malformed), ShapeError, LockedError
   */
  static open(root: string, options: StoreOptions): Store {
    const store = new Store(root, options);
    const { paths, files } = store;
    const stat = files.look(paths.root);
    // A link that is left after all links were followed leads nowhere.
    if (stat === undefined || stat.isSymbolicLink()) {
      throw new NotFoundError(`${paths.root}: there is no such ${nounOf(store.kind)}`, { path: paths.root });
    }
    if (!stat.isDirectory()) {
      throw new FormatError(`${paths.root}: a ${nounOf(store.kind)} is a directory, and this is a file`, {
        path: paths.root,
      });
    }
    return store.#begin(() => {
      if (!options.writable) {
        store.#take(readStore(paths, files, store.kind));
        return;
      }
      refuseNesting(paths, files);
      // Where nothing says that this is a table, it must be found to be one before anything is written into it.
      if (!isStore(paths.root, files)) writableScan(paths, files, store.kind);
      store.#holdOn(options);
      store.#recover();
      store.#takeForWriting(writableScan(paths, files, store.kind));
    });
  }

  /**
   * Makes a directory into a store without columns, the directory itself where it is missing. Where another writer makes
   * one at the same time, the store is that.
   *
   * @throws ExistsError where the directory is neither empty nor a store
   */
  static create(root: string, options: Omit<StoreOptions, "writable">): Store {
    const store = new Store(root, { ...options, writable: true });
    const { paths, files } = store;
    return store.#begin(() => {
      refuseNesting(paths, files);
      const isMissing = files.look(paths.root) === undefined;
      if (isMissing && files.look(dirname(paths.root))?.isDirectory() !== true) {
        throw new NotFoundError(
          `${paths.root}: the directory ${dirname(paths.root)} is missing; make it first`,
          { path: paths.root },
        );
      }
      if (isMissing) store.#madeRoot = madeDirectory(paths.root, files);
      // In this order: a directory that another writer makes a store of meanwhile was vacant, or is a store.
      if (!isVacant(paths.root, files) && !isStore(paths.root, files)) {
        throw new ExistsError(`${paths.root}: this is neither an empty directory nor a table or hierarchy`, {
          path: paths.root,
        });
      }
      store.#holdOn(options);
      store.#recover();
      store.#isNew = !isStore(paths.root, files);
      if (!store.#isNew) store.#takeForWriting(writableScan(paths, files, store.kind));
    });
  }

  /** Closes the handle again where opening it fails. */
  #begin(work: () => void): this {
    try {
      work();
      return this;
    } catch (error) {
      this.abandon();
      throw error;
    }
  }

  #take(found: Scan): void {
    this.#catalog = found.catalog;
    this.#last = found.last;
  }

  #takeForWriting(found: Scan): void {
    this.#take(found);
    // Where writers may not know of one another, it may be another's that is being built.
    if (this.#hold?.isSure === true) sweepIndexes(this.paths, this.files, this.#catalog);
  }

  #holdOn({ locking, timeout }: Pick<StoreOptions, "locking" | "timeout">): void {
    this.#hold = new Hold(this.paths, this.files, { locking, timeout, durability: this.durability });
  }

  /** Finishes what a writer before left, or undoes it. */
  #recover(): void {
    this.#last = recover(this.paths, this.files, this.durability);
  }

  /** What is stored now. */
  get catalog(): Catalog {
    return this.#catalog;
  }

  /** The number of the last committed change; 0 where there was none. */
  get generation(): number {
    return this.#last?.generation ?? 0;
  }

  /** Whether nothing has been committed to a store that this handle makes. */
  get isNew(): boolean {
    return this.#isNew;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** @throws ClosedError, or the error that made this handle unusable */
  requireOpen(): void {
    if (this.#closed) {
      throw new ClosedError(`${this.paths.root}: the ${nounOf(this.kind)} is closed`, {
        path: this.paths.root,
      });
    }
    this.health.require();
  }

  /** @throws ReadOnlyError as well */
  requireWritable(): void {
    this.requireOpen();
    if (!this.writable) {
      throw new ReadOnlyError(
        `${this.paths.root}: the ${nounOf(this.kind)} is open for reading; open it with mode "r+" to change it`,
        { path: this.paths.root },
      );
    }
  }

  /** A draft of the next generation. Exactly one of `commit` and `rollback` ends it. */
  begin(): Draft {
    this.requireWritable();
    this.#requireSole();
    if (this.durability === "full") this.flush();
    const isSole = this.#hold?.isSure !== false;
    // Where writers may not know of one another, neither shall find its files in the other's stage.
    const suffix = isSole ? "" : `-${randomBytes(8).toString("hex")}`;
    const stage = new Stage(this.paths.stage(this.generation + 1, suffix), this.files, this.durability);
    return new Draft(this.#catalog, stage, this.files, this.paths, isSole);
  }

  /** @throws LockedError where the lock may be another writer's, StaleError where another one has committed */
  #requireSole(): void {
    if (this.#hold === undefined || this.#hold.isSure) return;
    const { root } = this.paths;
    try {
      this.#hold.check();
    } catch (cause) {
      throw cause instanceof LockedError ? this.health.fail(cause) : cause;
    }
    if (readLast(this.paths, this.files)?.txid === this.#last?.txid) return;
    throw this.health.fail(
      new StaleError(
        `${root}: another writer has changed the ${nounOf(this.kind)} meanwhile; close it and open it again`,
        {
          path: root,
        },
      ),
    );
  }

  /** Undoes a draft. Files in place may stay longer than they were: what is behind their data means nothing. */
  rollback(draft: Draft): void {
    draft.undo();
  }

  /**
   * Makes a draft the table.
   *
   * @returns whether there was anything to do
   * @throws DiskError: before the first name changed, the draft is undone; after it, this handle is of no more use
   */
  commit(draft: Draft): boolean {
    const progress: Progress = { state: "before" };
    try {
      const committed = commitDraft(draft, this.#context, progress);
      if (committed === undefined) return false;
      this.#catalog = committed.catalog;
      this.#last = committed.last;
      this.#isNew = false;
      return true;
    } catch (cause) {
      if (progress.state === "before") throw cause;
      throw this.health.unfinished(progress.state, cause);
    }
  }

  get #context(): CommitContext {
    return {
      paths: this.paths,
      files: this.files,
      durability: this.durability,
      last: this.#last,
      isNew: this.#isNew,
      requireSole: () => this.#requireSole(),
    };
  }

  /** Makes changes that did not wait for the disk as safe as those that did. @throws DiskError */
  flush(): void {
    this.requireOpen();
    if (!this.writable || this.#last?.durability !== "process" || this.#flushed === this.#last.txid) return;
    syncStore(this.paths, this.files);
    this.#flushed = this.#last.txid;
  }

  /** Whether a writer has committed since what this reader shows was read. */
  hasMovedOn(): boolean {
    if (this.writable) return false;
    const { look } = authorityOf(this.paths, this.files);
    return latest(look)?.txid !== this.#last?.txid;
  }

  /**
   * Takes up what other software changed.
   *
   * @throws FormatError, ShapeError, and for a writer UnsupportedError and NameError; nothing has changed then
   */
  refresh(): void {
    this.requireOpen();
    const { paths, files } = this;
    const found = this.writable ? writableScan(paths, files, this.kind) : readStore(paths, files, this.kind);
    const columns = new Map<string, ColumnState>();
    for (const [name, column] of found.catalog.columns) {
      const before = this.#catalog.columns.get(name);
      columns.set(
        name,
        before !== undefined && isSameKind(before, column) ? { ...column, id: before.id } : column,
      );
    }
    this.#take({ ...found, catalog: { ...found.catalog, columns } });
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#hold?.release();
    this.#hold = undefined;
  }

  /** Closes a store that never came to be, and takes back the directories that it made. */
  abandon(): void {
    if (this.#last === undefined && !this.health.mayBeCommitted) {
      this.#hold?.abandon();
      this.#hold = undefined;
      try {
        if (this.#madeRoot) this.files.rmdir(this.paths.root);
      } catch {
        // Somebody has put something into it.
      }
    }
    this.close();
  }
}

/** @returns whether it was this call that made it, and not another writer meanwhile */
function madeDirectory(path: string, files: Files): boolean {
  try {
    files.mkdir(path);
    return true;
  } catch (error) {
    if (error instanceof ExistsError) return false;
    throw error;
  }
}

/** What a writer finds. @throws what keeps it from writing */
function writableScan(paths: StorePaths, files: Files, kind: StoreKind): Scan {
  const found = scan(paths, files, undefined, kind);
  if (found.readOnlyBecause !== undefined) throw found.readOnlyBecause;
  return found;
}

/** Whether objects that stand for the one column can go on with the other. */
function isSameKind(before: ColumnState, after: ColumnState): boolean {
  return before.dtype.equals(after.dtype) && before.itemShape.join() === after.itemShape.join();
}

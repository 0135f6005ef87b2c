import { randomBytes } from "node:crypto";
import { dirname, join, resolve } from "node:path";
import { isNativeError } from "node:util/types";
import {
  ClosedError,
  CorruptError,
  ExistsError,
  FormatError,
  NotFoundError,
  ReadOnlyError,
  UnsupportedError,
} from "../errors.js";
import { type Files, nodeFiles } from "../platform/files.js";
import { applyOperations } from "./apply.js";
import type { Catalog, ColumnState } from "./catalog.js";
import { Draft } from "./draft.js";
import { formatLast, type LastRecord } from "./last.js";
import { acquireLock, type Locking } from "./lock.js";
import { StorePaths } from "./paths.js";
import { planChanges } from "./plan.js";
import { scan } from "./scan.js";
import { type Durability, removeStage, Stage } from "./stage.js";

export interface StoreOptions {
  readonly writable: boolean;
  readonly locking?: Locking | undefined;
  readonly durability?: Durability | undefined;
  readonly timeout?: number | undefined;
  /** The calls that reach the disk; the real ones when left out. */
  readonly files?: Files | undefined;
}

const EMPTY: Catalog = { rows: 0, columns: new Map(), groups: new Map() };

/** Gives back the lock of a writer that was dropped unclosed. */
const abandoned = new FinalizationRegistry<{ fd: number; files: Files }>(({ fd, files }) => {
  try {
    files.close(fd);
  } catch {
    // An error here would end the process; a descriptor that cannot be closed is closed.
  }
});

/**
 * A directory of columns that changes as a whole: a {@link Draft} is prepared aside, then committed. Readers hold no
 * lock; the one writer does.
 */
export class Store {
  readonly paths: StorePaths;
  readonly writable: boolean;
  readonly durability: Durability;
  readonly files: Files;
  #catalog: Catalog = EMPTY;
  #last: LastRecord | undefined;
  #lock: number | undefined;
  #closed = false;
  #poison: Error | undefined;
  /** Directories that this handle made, for taking them back if the table never comes to be. */
  readonly #made: string[] = [];

  private constructor(root: string, options: StoreOptions) {
    this.paths = new StorePaths(resolve(root));
    this.writable = options.writable;
    this.durability = options.durability ?? "full";
    this.files = options.files ?? nodeFiles;
  }

  /**
   * Opens the store of a directory that holds one, or that holds arrays.
   *
   * @throws NotFoundError, FormatError (a file, not a table, malformed), ShapeError, LockedError
   */
  static open(root: string, options: StoreOptions): Store {
    const store = new Store(root, options);
    const stat = store.files.look(store.paths.root);
    const { root: path } = store.paths;
    if (stat === undefined) throw new NotFoundError(`${path}: there is no such table`, { path });
    if (!stat.isDirectory() && !stat.isSymbolicLink()) {
      throw new FormatError(`${path}: a table is a directory, and this is a file`, { path });
    }
    return store.#begin(() => {
      if (!options.writable) return store.#take(scan(store.paths, store.files));
      // Where nothing says that this is a table, it must be found to be one before anything is written into it.
      if (store.files.look(store.paths.last) === undefined) scan(store.paths, store.files);
      store.#refuseNesting();
      store.#hold(options);
      store.#clean();
      const found = scan(store.paths, store.files);
      if (found.readOnlyBecause !== undefined) throw found.readOnlyBecause;
      store.#take(found);
    });
  }

  /**
   * Makes a directory into a store without columns, the directory itself where it is missing.
   *
   * @throws ExistsError where the directory is neither empty nor a store
   */
  static create(root: string, options: Omit<StoreOptions, "writable">): Store {
    const store = new Store(root, { ...options, writable: true });
    const { paths, files } = store;
    return store.#begin(() => {
      store.#refuseNesting();
      const stat = files.look(paths.root);
      if (stat === undefined) {
        files.mkdir(paths.root);
        store.#made.push(paths.root);
      } else if (!stat.isDirectory() || files.list(paths.root).length > 0) {
        throw new ExistsError(`${paths.root}: this is neither an empty directory nor a table`, {
          path: paths.root,
        });
      }
      store.#hold(options);
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

  #take(found: ReturnType<typeof scan>): void {
    this.#catalog = found.catalog;
    this.#last = found.last;
  }

  #hold({ locking = "kernel", timeout = 0 }: Pick<StoreOptions, "locking" | "timeout">): void {
    const { paths, files } = this;
    if (files.look(paths.control) === undefined) {
      files.mkdir(paths.control);
      this.#made.push(paths.control);
      if (this.durability === "full") {
        files.syncDirectory(paths.root);
        files.syncDirectory(dirname(paths.root));
      }
    }
    if (locking === "none") return;
    if (locking !== "kernel") {
      throw new UnsupportedError(`locking is "kernel" or "none", not ${JSON.stringify(locking)}`);
    }
    this.#lock = acquireLock(paths.lock, files, timeout);
    abandoned.register(this, { fd: this.#lock, files }, this);
  }

  /** A writer must not change what another store's writer changes. */
  #refuseNesting(): void {
    const { root } = this.paths;
    for (let parent = dirname(root); ; parent = dirname(parent)) {
      if (this.files.look(new StorePaths(parent).last) !== undefined) {
        throw new UnsupportedError(
          `${root}: this directory is a part of the table ${parent}; open that for writing`,
          { path: root },
        );
      }
      if (parent === dirname(parent)) break;
    }
  }

  /** Removes what an interrupted change left behind before anything had its name. */
  #clean(): void {
    for (const { name, kind } of this.files.list(this.paths.control)) {
      if (kind === "directory" && name.startsWith("stage-"))
        removeStage(join(this.paths.control, name), this.files);
    }
  }

  /** What is stored now. */
  get catalog(): Catalog {
    return this.#catalog;
  }

  /** The number of the last committed change; 0 where there was none. */
  get generation(): number {
    return this.#last?.generation ?? 0;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** @throws ClosedError, or the error that made this handle unusable */
  requireOpen(): void {
    if (this.#closed) {
      throw new ClosedError(`${this.paths.root}: the table is closed`, { path: this.paths.root });
    }
    if (this.#poison !== undefined) throw this.#poison;
  }

  /** @throws ReadOnlyError as well */
  requireWritable(): void {
    this.requireOpen();
    if (!this.writable) {
      throw new ReadOnlyError(
        `${this.paths.root}: the table is open for reading; open it with mode "r+" to change it`,
        {
          path: this.paths.root,
        },
      );
    }
  }

  /** A draft of the next generation. Exactly one of `commit` and `rollback` ends it. */
  begin(): Draft {
    this.requireWritable();
    const stage = new Stage(this.paths.stage(this.generation + 1), this.files, this.durability);
    return new Draft(this.#catalog, stage, this.files, this.paths);
  }

  /** Undoes a draft. Bytes that it wrote behind the data of files in place stay there and mean nothing. */
  rollback(draft: Draft): void {
    draft.stage.remove();
  }

  /**
   * Makes a draft the table.
   *
   * @returns whether there was anything to do
   * @throws DiskError: before the first name changed, the draft is undone; after it, this handle is of no more use
   */
  commit(draft: Draft): boolean {
    const { paths, files, durability } = this;
    const full = durability === "full";
    const plan = planChanges(draft.base, draft, paths);
    const settled = this.#last !== undefined && draft.rows === draft.base.rows;
    if (plan.operations.length === 0 && plan.stage.length === 0 && settled) {
      draft.stage.remove();
      return false;
    }
    try {
      draft.stage.prepare(plan.stage);
      if (full && draft.stage.used) files.syncDirectory(paths.control);
    } catch (error) {
      this.rollback(draft);
      throw error;
    }
    try {
      applyOperations(plan.operations, draft.stage, files, durability);
      this.#record(draft);
      draft.stage.remove();
      this.#catalog = this.#settle(draft);
    } catch (cause) {
      this.#poison = new CorruptError(
        `${paths.root}: a change failed half-way (${isNativeError(cause) ? cause.message : String(cause)}); close the table and open it again`,
        { path: paths.root, cause },
      );
      throw this.#poison;
    }
    return true;
  }

  /** The draft's catalog, every file at its own path. */
  #settle(draft: Draft): Catalog {
    const columns = new Map<string, ColumnState>();
    for (const [name, column] of draft.columns) {
      const raw = column.layout === "raw" || column.attr !== null || column.sidecar !== undefined;
      columns.set(name, {
        ...column,
        path: this.paths.column(name),
        staged: false,
        sidecar: raw ? this.paths.sidecar(name) : undefined,
      });
    }
    return { rows: draft.rows, columns, groups: draft.groups };
  }

  #record(draft: Draft): void {
    const { paths, files, durability } = this;
    const record: Omit<LastRecord, "sha256"> = {
      version: 1,
      generation: this.generation + 1,
      txid: randomBytes(16).toString("hex"),
      order: [...draft.columns.keys()],
      rows: draft.rows,
      durability,
    };
    const next = `${paths.last}-${record.generation}`;
    if (files.look(next) !== undefined) files.unlink(next);
    const fd = files.create(next);
    try {
      files.write(fd, formatLast(record), 0, next);
      if (durability === "full") files.sync(fd, next);
    } finally {
      files.close(fd);
    }
    files.rename(next, paths.last);
    if (durability === "full") files.syncDirectory(paths.control);
    this.#last = { ...record, sha256: "" };
  }

  /** Takes up what other software changed. */
  refresh(): void {
    this.requireOpen();
    const found = scan(this.paths, this.files);
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
    if (this.#lock === undefined) return;
    abandoned.unregister(this);
    this.files.close(this.#lock);
    this.#lock = undefined;
  }

  /** Closes a store that never came to be, and takes back the directories that it made. */
  abandon(): void {
    const { paths, files } = this;
    if (this.#made.includes(paths.control) && this.#last === undefined) {
      for (const { name, kind } of files.list(paths.control)) {
        if (kind === "directory") removeStage(join(paths.control, name), files);
        else files.unlink(join(paths.control, name));
      }
      files.rmdir(paths.control);
      if (this.#made.includes(paths.root)) files.rmdir(paths.root);
    }
    this.close();
  }
}

/** Whether objects that stand for the one column can go on with the other. */
function isSameKind(before: ColumnState, after: ColumnState): boolean {
  return before.dtype.equals(after.dtype) && before.itemShape.join() === after.itemShape.join();
}

/** Whether a directory holds a store. */
export function isStore(root: string, files: Files = nodeFiles): boolean {
  return files.look(new StorePaths(root).last) !== undefined;
}

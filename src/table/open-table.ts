import { UnsupportedError } from "../errors.js";
import {
  type AttrInput,
  type Catalog,
  type Draft,
  encodeAttr,
  type JsonValue,
  type Store,
} from "../store/index.js";
import { rowBlocks } from "./append.js";
import { inTurn } from "./in-turn.js";
import { LiveColumns } from "./live-columns.js";

/** An open table: its store, the transaction under way, and the columns that somebody uses, kept in step. */
export class OpenTable {
  readonly store: Store;
  readonly live: LiveColumns;
  #draft: Draft | undefined;
  /** Whether rows are being appended that the caller makes one by one. */
  #isAppending = false;

  constructor(store: Store) {
    this.store = store;
    this.live = new LiveColumns(store, {
      setAttr: (name, attr) => this.setAttr(attr, (draft, json) => draft.setColumnAttr(name, json)),
    });
  }

  /** What the table shows: of a transaction under way, its own pending changes. @throws ClosedError */
  get catalog(): Catalog {
    this.store.requireOpen();
    return this.#draft ?? this.store.catalog;
  }

  /**
   * Makes one change: a part of the transaction under way, or a transaction of its own.
   *
   * @param moves whether columns that are in use may be elsewhere, or nowhere, afterwards: looking costs a step for each
   */
  change<T>(work: (draft: Draft) => T, moves = true): T {
    this.store.requireWritable();
    if (this.#isAppending) {
      throw new UnsupportedError(
        "rows are being appended; a source of rows cannot change the table they go to",
      );
    }
    if (this.#draft === undefined) return this.#commit(work);
    const result = work(this.#draft);
    if (moves) this.live.follow(this.#draft);
    return result;
  }

  /** Makes the changes of `work` as one. @throws UnsupportedError for a promise and within a transaction */
  transaction<T>(work: () => T): T {
    this.store.requireWritable();
    if (this.#draft !== undefined) {
      throw new UnsupportedError("a transaction is under way already; make the changes in that one");
    }
    return this.#commit(() => {
      const result = work();
      if (typeof result === "object" && result !== null && "then" in result) {
        throw new UnsupportedError("a transaction's function is synchronous; it returned a promise");
      }
      return result;
    });
  }

  #commit<T>(work: (draft: Draft) => T): T {
    const draft = this.store.begin();
    this.#draft = draft;
    try {
      const result = work(draft);
      // A closed table has nothing to commit to.
      this.store.requireOpen();
      // Either way, this ends the draft.
      this.#draft = undefined;
      this.store.commit(draft);
      return result;
    } catch (error) {
      if (this.#draft !== undefined) this.store.rollback(draft);
      throw error;
    } finally {
      this.#draft = undefined;
      if (!this.store.closed) this.live.settle(this.store.catalog);
    }
  }

  /** Sets an attribute, which is judged before anything else. */
  setAttr(attr: AttrInput, set: (draft: Draft, json: JsonValue) => void): void {
    this.store.requireWritable();
    const json = encodeAttr(attr);
    this.change((draft) => set(draft, json));
  }

  /** Adds rows at the end; see `MemmapTable.append`. */
  append(rows: unknown): number {
    return this.change((draft) => {
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
      this.store.requireOpen();
      yield block;
    }
  }

  /** Waits until everything is on the disk: assignments, and changes that did not wait themselves. */
  flush(): void {
    this.store.requireOpen();
    try {
      this.live.flush();
    } catch (error) {
      this.store.poisonBySync(error);
      throw error;
    }
    this.store.flush();
  }

  /** As `flush`, the assignments off the main thread. */
  async flushAsync(): Promise<void> {
    this.store.requireOpen();
    try {
      await this.live.flushAsync();
    } catch (error) {
      this.store.poisonBySync(error);
      throw error;
    }
    if (!this.store.closed) this.store.flush();
  }

  /** Takes up what other software changed on disk. */
  refresh(): void {
    this.store.requireOpen();
    if (this.#draft !== undefined) {
      throw new UnsupportedError("a table cannot be refreshed within a transaction");
    }
    this.store.refresh();
    this.live.settle(this.store.catalog);
  }

  /** Closes everything, whatever becomes of its parts; a transaction under way comes to nothing. */
  close(): void {
    if (this.store.closed) return;
    const draft = this.#draft;
    this.#draft = undefined;
    const { writable, durability } = this.store;
    const steps = [
      () => {
        if (writable && durability === "full") this.live.flush();
      },
      () => this.live.close(),
      () => {
        if (draft !== undefined) this.store.rollback(draft);
      },
      () => this.store.close(),
    ];
    inTurn(steps, (step) => step());
  }
}

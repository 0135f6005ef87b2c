import { ClosedError, UnsupportedError } from "../errors.js";
import {
  type AttrInput,
  type Catalog,
  type Draft,
  encodeAttr,
  type JsonValue,
  type Store,
} from "../store/index.js";
import { inTurn } from "./in-turn.js";
import { LiveColumns } from "./live-columns.js";

/** Rows that wait to be committed: before anything else is, so that they keep their place. */
export interface Pending {
  /** @throws what the commit throws */
  commit(): void;
}

/** A change that waits for others between its beginning and its end. */
interface Lasting {
  /** Undefined where nothing is changed but what is in the columns. */
  readonly draft: Draft | undefined;
  /** Why others have to wait. */
  readonly why: string;
  /** Ends the work of others at once: nothing of it touches a file afterwards. */
  readonly stop: () => void;
}

const WRITING_FRAMES = "frames are being written; wait for commit() before the next change";
const ASSIGNING = "rows are being assigned; wait for assignAsync() before the next change";

/** An open store: the transaction under way, and the columns that somebody uses, kept in step. */
export class Session {
  readonly store: Store;
  readonly live: LiveColumns;
  /** In the order of their first rows. */
  readonly pending = new Set<Pending>();
  #draft: Draft | undefined;
  #lasting: Lasting | undefined;
  /** Whether rows are being appended that the caller makes one by one. */
  #isAppending = false;

  constructor(store: Store) {
    this.store = store;
    this.live = new LiveColumns(store, {
      setAttr: (name, attr) => this.setAttr(attr, (draft, json) => draft.setColumnAttr(name, json)),
    });
  }

  /** Another one whenever the catalog is another. */
  get revision(): unknown {
    return this.#draft?.version ?? this.store.catalog;
  }

  /** The transaction under way. */
  get draft(): Draft | undefined {
    return this.#draft;
  }

  /** What the store shows: of a transaction under way, its own pending changes. @throws ClosedError */
  get catalog(): Catalog {
    this.store.requireOpen();
    return this.#draft ?? this.store.catalog;
  }

  /** Whether a change is under way. */
  get isChanging(): boolean {
    return this.#draft !== undefined;
  }

  /** What ends work that goes on when the store is closed. */
  closedError(): ClosedError {
    const { root } = this.store.paths;
    return new ClosedError(`${root}: it was closed before the change was committed`, { path: root });
  }

  /** Whether a change is under way that waits for others. */
  get isLasting(): boolean {
    return this.#lasting !== undefined;
  }

  /** Within a change nothing is pending. */
  #commitPending(): void {
    if (this.pending.size > 0) inTurn([...this.pending], (each) => each.commit());
  }

  /** Commits pending rows alone. */
  commitRows(work: (draft: Draft) => void): void {
    this.store.requireWritable();
    this.#requireIdle();
    this.#commit(work);
  }

  /** @throws UnsupportedError while a change goes on that others have to end */
  #requireIdle(): void {
    if (this.#lasting === undefined) return;
    throw new UnsupportedError(this.#lasting.why);
  }

  /** Makes one change: a part of the transaction under way, or a transaction of its own. */
  change<T>(work: (draft: Draft) => T): T {
    this.store.requireWritable();
    if (this.#isAppending) {
      throw new UnsupportedError(
        "rows are being appended; a source of rows cannot change the table they go to",
      );
    }
    this.#requireIdle();
    if (this.#draft === undefined) {
      this.#commitPending();
      return this.#commit(work);
    }
    const draft = this.#draft;
    try {
      return work(draft);
    } finally {
      this.live.follow(draft.takeTouched(), draft);
    }
  }

  /** Makes the changes of `work` as one. @throws UnsupportedError for a promise and within a transaction */
  transaction<T>(work: () => T): T {
    this.store.requireWritable();
    if (this.#draft !== undefined) {
      throw new UnsupportedError("a transaction is under way already; make the changes in that one");
    }
    this.#requireIdle();
    this.#commitPending();
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
      this.#settle();
    }
  }

  #settle(): void {
    if (!this.store.closed) this.live.settle(this.store.catalog);
  }

  /**
   * Makes one change that waits for others, such as workers. The store shows what it was until it is committed, and
   * refuses other changes; closing it ends the work, which comes to nothing then.
   *
   * @param stop ends the work of others at once, see {@link Lasting}
   * @param why others have to wait, in words
   */
  async changeAsync<T>(
    work: (draft: Draft) => Promise<T>,
    stop: () => void,
    why = WRITING_FRAMES,
  ): Promise<T> {
    this.store.requireWritable();
    if (this.#draft !== undefined) {
      throw new UnsupportedError("a transaction is under way, which waits for nothing; do it outside of it");
    }
    this.#requireIdle();
    this.#commitPending();
    const draft = this.store.begin();
    this.#lasting = { draft, stop, why };
    try {
      const result = await work(draft);
      this.store.requireOpen();
      // Either way, this ends the draft.
      this.#lasting = undefined;
      this.store.commit(draft);
      return result;
    } catch (error) {
      this.#giveUp();
      throw error;
    } finally {
      this.#settle();
    }
  }

  #giveUp(): void {
    const lasting = this.#lasting;
    if (lasting === undefined) return;
    this.#lasting = undefined;
    lasting.stop();
    if (lasting.draft !== undefined) this.store.rollback(lasting.draft);
  }

  /**
   * Lets others store into the columns as they are: what is where stays so until they are done. Closing the store ends it.
   *
   * @param stop ends the work of others at once, which fails with that error then, see {@link Lasting}
   * @throws UnsupportedError within a transaction, and while another such work goes on; by rejection
   */
  async storingAsync<T>(work: () => Promise<T>, stop: (why: ClosedError) => void): Promise<T> {
    this.store.requireWritable();
    if (this.#draft !== undefined) {
      throw new UnsupportedError("a transaction is under way, which waits for nothing; assign by assign()");
    }
    this.#requireIdle();
    const lasting: Lasting = {
      draft: undefined,
      stop: () => stop(this.closedError()),
      why: ASSIGNING,
    };
    this.#lasting = lasting;
    try {
      return await work();
    } finally {
      if (this.#lasting === lasting) this.#lasting = undefined;
    }
  }

  /** Sets an attribute, which is judged before anything else. */
  setAttr(attr: AttrInput, set: (draft: Draft, json: JsonValue) => void): void {
    this.store.requireWritable();
    const json = encodeAttr(attr);
    this.change((draft) => set(draft, json));
  }

  /** Guards work whose source of rows is the caller's, and could change the store. */
  appending<T>(work: () => T): T {
    this.#isAppending = true;
    try {
      return work();
    } finally {
      this.#isAppending = false;
    }
  }

  /** Waits until everything is on the disk: pending rows, assignments, and changes that did not wait themselves. */
  flush(): void {
    this.store.requireOpen();
    this.#commitPending();
    try {
      this.live.flush();
    } catch (error) {
      this.store.health.syncFailed(error);
      throw error;
    }
    this.store.flush();
  }

  /** As `flush`, the assignments off the main thread. */
  async flushAsync(): Promise<void> {
    this.store.requireOpen();
    this.#commitPending();
    try {
      await this.live.flushAsync();
    } catch (error) {
      this.store.health.syncFailed(error);
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
    this.#requireIdle();
    let isCommitted = true;
    try {
      this.#commitPending();
    } catch {
      // It may take what is on disk now to commit them.
      isCommitted = false;
    }
    this.store.refresh();
    this.#settle();
    if (!isCommitted) this.#commitPending();
  }

  /** Closes everything, whatever becomes of its parts; a transaction under way comes to nothing. */
  close(): void {
    if (this.store.closed) return;
    const draft = this.#draft;
    this.#draft = undefined;
    const { writable, durability } = this.store;
    const steps = [
      () => this.#giveUp(),
      () => this.#commitPending(),
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

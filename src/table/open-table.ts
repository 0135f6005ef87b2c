import type { ArrayView } from "../array/index.js";
import { ClosedError } from "../errors.js";
import {
  type AttrInput,
  type Catalog,
  type ColumnState,
  type Draft,
  type JsonValue,
  prefixOf,
  type RowBlock,
  ScopedDraft,
  type Store,
  scopedCatalog,
  type TableCatalog,
  type TableDraft,
} from "../store/index.js";
import { rowBlocks } from "./append.js";
import type { MemmapColumn } from "./memmap-column.js";
import type { Pending, Session } from "./session.js";

/** A group of a store, as a table. */
export interface TablePart {
  /** Its name; `""` is the root. */
  readonly group: string;
  /** Its rows as long as it has no columns. */
  readonly emptyRows: number;
}

/** An open table: all columns of an open store, or those below a group of it. */
export class OpenTable {
  readonly session: Session;
  /** The group's name; `""` is the root. */
  readonly group: string;
  readonly #prefix: string;
  readonly #emptyRows: number;
  readonly #ownsStore: boolean;
  /** Rows that wait for this table's commits. */
  readonly #pending = new Set<Pending>();
  #known: { readonly revision: unknown; readonly catalog: TableCatalog } | undefined;
  #closed = false;

  /** @param part the group of a store that has others; of a store that is the table, undefined */
  constructor(session: Session, part?: TablePart) {
    this.session = session;
    this.group = part?.group ?? "";
    this.#prefix = prefixOf(this.group);
    this.#emptyRows = part?.emptyRows ?? 0;
    this.#ownsStore = part === undefined;
  }

  get store(): Store {
    return this.session.store;
  }

  /** The directory. */
  get path(): string {
    const { paths } = this.store;
    return this.group === "" ? paths.root : paths.file(this.group);
  }

  get #scope() {
    return { group: this.group, emptyRows: this.#emptyRows, path: this.path };
  }

  /** Whether the table, or its store, was closed. */
  get closed(): boolean {
    return this.#closed || this.store.closed;
  }

  /** @throws ClosedError */
  requireOpen(): void {
    this.store.requireOpen();
    if (this.#closed) throw new ClosedError(`${this.path}: the table is closed`, { path: this.path });
  }

  /** @throws ClosedError, ReadOnlyError */
  requireWritable(): void {
    this.requireOpen();
    this.store.requireWritable();
  }

  /** What the table shows: of a transaction under way, its own pending changes. @throws ClosedError, ShapeError */
  get catalog(): TableCatalog {
    this.requireOpen();
    const { revision } = this.session;
    if (this.#known !== undefined && this.#known.revision === revision) return this.#known.catalog;
    const whole = this.session.catalog;
    const catalog = this.group === "" && isTable(whole) ? whole : scopedCatalog(whole, this.#scope);
    this.#known = { revision, catalog };
    return catalog;
  }

  /** The one object that stands for a column of this table. */
  columnFor(name: string, state: ColumnState): MemmapColumn {
    return this.session.live.columnFor(this.#prefix + name, state, this.#prefix);
  }

  /** The name that a column has now, in this table; undefined when it is gone from it. */
  nameOf(column: ArrayView): string | undefined {
    this.requireOpen();
    const name = this.session.live.nameOf(column);
    return name?.startsWith(this.#prefix) === true ? name.slice(this.#prefix.length) : undefined;
  }

  /** The part of a draft that is this table's. */
  #own(draft: Draft): TableDraft {
    return this.group === "" && isTable(draft) ? draft : new ScopedDraft(draft, this.#scope);
  }

  /** Makes one change; see {@link Session.change}. */
  change<T>(work: (draft: TableDraft) => T): T {
    this.requireWritable();
    return this.session.change((draft) => work(this.#own(draft)));
  }

  /** Makes one change that waits for workers; see {@link Session.changeAsync}. */
  async changeAsync<T>(work: (draft: TableDraft) => Promise<T>, stop: () => void, why: string): Promise<T> {
    this.requireWritable();
    return this.session.changeAsync((draft) => work(this.#own(draft)), stop, why);
  }

  /** Lets workers store into the columns; see {@link Session.storingAsync}. */
  async storingAsync<T>(work: () => Promise<T>, stop: (why: ClosedError) => void): Promise<T> {
    this.requireWritable();
    return this.session.storingAsync(work, stop);
  }

  /** Makes the changes of `work` as one. */
  transaction<T>(work: () => T): T {
    this.requireWritable();
    return this.session.transaction(work);
  }

  /** Sets an attribute, which is judged before anything else. */
  setAttr(attr: AttrInput, set: (draft: TableDraft, json: JsonValue) => void): void {
    this.requireWritable();
    this.session.setAttr(attr, (draft, json) => set(this.#own(draft), json));
  }

  /** Adds rows at the end; see `MemmapTable.append`. */
  append(rows: unknown): number {
    return this.change((draft) =>
      this.session.appending(() => draft.append(this.#whileOpen(rowBlocks(draft.columns, rows)))),
    );
  }

  /** The source of rows is the caller's, and can close the table: nothing may be written from then on. */
  *#whileOpen<T>(blocks: Iterable<T>): Generator<T> {
    for (const block of blocks) {
      this.requireOpen();
      yield block;
    }
  }

  /** Rows are pending from now on: they are committed before anything else is. */
  hold(pending: Pending): void {
    this.#pending.add(pending);
    this.session.pending.add(pending);
  }

  /** Rows are no longer pending. */
  letGo(pending: Pending): void {
    this.#pending.delete(pending);
    this.session.pending.delete(pending);
  }

  /** Commits pending rows alone. */
  appendPending(rows: RowBlock): void {
    this.session.commitRows((draft) => this.#own(draft).append([rows]));
  }

  flush(): void {
    this.requireOpen();
    this.session.flush();
  }

  async flushAsync(): Promise<void> {
    this.requireOpen();
    await this.session.flushAsync();
  }

  refresh(): void {
    this.requireOpen();
    this.session.refresh();
  }

  /** Closes the table: a store's own with the store, a group's by itself, which commits the rows that wait for it. */
  close(): void {
    if (this.closed) return;
    if (this.#ownsStore) {
      this.session.close();
      return;
    }
    for (const pending of [...this.#pending]) pending.commit();
    this.#closed = true;
  }
}

/** Whether the whole is a table. */
function isTable<C extends Catalog>(catalog: C): catalog is C & { readonly rows: number } {
  return catalog.rows !== null;
}

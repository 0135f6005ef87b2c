import { showValue } from "../dtype/index.js";
import { ClosedError, IndexError, ShapeError, StaleError, UnsupportedError } from "../errors.js";
import { GatheredRows } from "./gathered-rows.js";
import type { OpenTable } from "./open-table.js";

/** Options of {@link MemmapTable.appender}. */
export interface AppenderOptions {
  /** How many rows are committed together; 1024 when left out. */
  readonly rows?: number;
  /**
   * How long a row waits for others, in milliseconds; 1000 when left out. `0` commits as soon as the work under way lets
   * timers have a turn; `Infinity` commits by the number of rows alone.
   */
  readonly ms?: number;
}

/** A row on its way into a table: a cell for each column. */
export type AppendedRow = { readonly [name: string]: unknown };

const ROWS = 1024;
const MS = 1000;

/** What timers take. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * Gathers rows and commits them together, for logs and other rows that come one by one: a commit costs milliseconds,
 * a row in its batch about a microsecond.
 *
 * ```ts
 * using log = table.appender({ rows: 1024, ms: 1000 });
 * log.append({ time: new Date(), level: 3, text: "started" });
 * log.pending; // 1: nobody sees this row yet
 * log.flush();
 * ```
 *
 * * A row is judged and copied when it is given. `append` takes all rows of a call, or throws and takes none of them.
 * * Rows are committed when there are `rows` of them, when the first of them has waited for `ms`, by `flush()` and
 *   `close()`, and before anything else that changes, refreshes, flushes or closes the table, so that they come before
 *   what comes later. Until then they are in memory alone, and lost if the process ends: the timer does not keep it
 *   alive.
 * * Where a commit fails, the call that led to it throws, and the rows given before that call stay pending as long as
 *   the table is as it was. What fails in the timer is thrown by the next `append`, `flush` or `close`, and the timer
 *   is not set again before that.
 * * A transaction begins with a commit of what is pending; within it nothing can be appended here.
 * * Of an appender that is dropped without `close()`, the rows are committed by its timer or when the table is closed.
 *   Where the table is dropped as well, they are lost.
 */
export class Appender {
  readonly #open: OpenTable;
  readonly #rows: number;
  readonly #ms: number;
  #gathered: GatheredRows | undefined;
  #pending = 0;
  #timer: NodeJS.Timeout | undefined;
  /** What failed in the timer. */
  #failure: { readonly error: unknown } | undefined;
  #isTaking = false;
  #closed = false;

  /** @internal Made by tables. */
  constructor(open: OpenTable, { rows = ROWS, ms = MS }: AppenderOptions = {}) {
    open.requireWritable();
    if (!(Number.isSafeInteger(rows) && rows >= 1)) {
      throw new ShapeError(`an appender gathers a whole number of rows, at least 1, not ${showValue(rows)}`);
    }
    if (!(typeof ms === "number" && ms >= 0)) {
      throw new IndexError(`ms is a number of milliseconds, at least 0, not ${showValue(ms)}`);
    }
    this.#open = open;
    this.#rows = rows;
    this.#ms = ms;
  }

  /** How many rows are not yet committed. */
  get pending(): number {
    return this.#pending;
  }

  /** Whether `close()` was called, or the table was closed. */
  get closed(): boolean {
    return this.#closed || this.#open.closed;
  }

  /**
   * Takes a row, or several. Those that fill a batch are committed at once, all of one call together.
   *
   * @throws CastError, ShapeError, NotFoundError naming column, row (of this call) and value; ClosedError;
   * UnsupportedError within a transaction; what a commit throws. No row of this call is taken then
   */
  append(rows: AppendedRow | readonly AppendedRow[]): void {
    this.#requireOpen();
    this.#throwFailure();
    if (this.#open.session.isChanging) {
      throw new UnsupportedError(
        "rows are gathered outside transactions; within one, append them to the table itself",
      );
    }
    this.#refuseWhileTaking();
    const list: readonly unknown[] = Array.isArray(rows) ? Array.from(rows) : [rows];
    if (list.length === 0) return;
    const gathered = this.#gatheredRows();
    const count = this.#pending + list.length;
    this.#open.hold(this);
    try {
      this.#take(gathered, list);
      if (count >= this.#rows) this.#commit(gathered, count);
    } catch (error) {
      if (this.#pending === 0) this.#open.letGo(this);
      throw error;
    }
    if (count >= this.#rows) return;
    this.#pending = count;
    this.#setTimer();
  }

  #take(gathered: GatheredRows, rows: readonly unknown[]): void {
    // A row may have getters, and these may do anything; they must not change where the row goes.
    this.#isTaking = true;
    try {
      gathered.put(rows, this.#pending);
    } finally {
      this.#isTaking = false;
    }
    this.#open.requireOpen();
  }

  /** Commits what is pending. @throws what the commit throws, or what failed in the timer; the rows stay pending then */
  flush(): void {
    this.#requireOpen();
    this.#throwFailure();
    this.commit();
  }

  /**
   * Commits what is pending and takes no more rows. A second call does nothing but to try that commit again, where it
   * has failed. After the table was closed, which commits too, it does nothing.
   *
   * @throws what the commit throws, or what failed in the timer, in which case the rows may be committed now: see
   * {@link Appender.pending}
   */
  close(): void {
    this.#closed = true;
    if (this.#open.closed) return;
    this.commit();
    if (this.#pending === 0) this.#gathered = undefined;
    this.#throwFailure();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** @internal Commits what is pending, whoever asks for it. */
  commit(): void {
    this.#refuseWhileTaking();
    if (this.#pending > 0) this.#commit(this.#gatheredRows(), this.#pending);
  }

  #commit(gathered: GatheredRows, count: number): void {
    try {
      this.#open.appendPending(gathered.block(count));
    } catch (error) {
      // A table that is of no more use may have the rows by now: they can be committed nowhere else.
      if (!isUsable(this.#open)) this.#settle();
      throw error;
    }
    this.#settle();
    // One call may have given more rows than a batch has.
    if (gathered.capacity > 2 * this.#rows) this.#gathered = undefined;
  }

  #settle(): void {
    this.#pending = 0;
    this.#open.letGo(this);
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Buffers for the columns that there are now. */
  #gatheredRows(): GatheredRows {
    const { catalog } = this.#open;
    if (this.#gathered?.fits(catalog) === true) return this.#gathered;
    if (this.#pending > 0) {
      throw new StaleError(
        `the table's columns were changed by other software while ${this.#pending} rows of others were pending`,
        { path: this.#open.store.paths.root },
      );
    }
    this.#gathered = new GatheredRows(catalog);
    return this.#gathered;
  }

  #setTimer(): void {
    if (this.#timer !== undefined || this.#ms === Infinity) return;
    this.#timer = setTimeout(() => this.#onTimer(), Math.min(this.#ms, LONGEST_MS));
    this.#timer.unref();
  }

  #onTimer(): void {
    this.#timer = undefined;
    if (this.#open.closed) return;
    // What is being written has its turn first.
    if (this.#open.session.isLasting) {
      this.#setTimer();
      return;
    }
    try {
      this.commit();
    } catch (error) {
      // An error here would end the process.
      this.#failure = { error };
    }
  }

  #requireOpen(): void {
    this.#open.requireOpen();
    if (!this.#closed) return;
    throw new ClosedError("the appender is closed", { path: this.#open.store.paths.root });
  }

  #throwFailure(): void {
    const failure = this.#failure;
    if (failure === undefined) return;
    this.#failure = undefined;
    if (this.#pending > 0) this.#setTimer();
    throw failure.error;
  }

  #refuseWhileTaking(): void {
    if (!this.#isTaking) return;
    throw new UnsupportedError("a row is being taken; what it holds cannot change the table that it goes to");
  }
}

function isUsable({ store }: OpenTable): boolean {
  try {
    store.requireOpen();
    return true;
  } catch {
    return false;
  }
}

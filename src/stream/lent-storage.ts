import { type AccessMode, ArrayView, type Storage } from "../array/index.js";
import type { DTypeLike } from "../dtype/index.js";
import { ClosedError } from "../errors.js";
import { copied, TableView } from "../table/index.js";

/** So long, in milliseconds, what was found right is taken to be. */
const LOOK_MS = 1;

/** When what lies below was looked at last. */
const looked = new WeakMap<Storage, number>();

/**
 * Bytes that are lent: after {@link release} they are another's, and arrays over them say so instead of showing that
 * other's rows. Typed arrays that were taken of them know nothing of it.
 */
export class LentStorage implements Storage {
  readonly #inner: Storage;
  readonly #what: string;
  /** Lives as long as any array over what was lent. */
  protected readonly life: object;
  #releases = 0;

  /** @param what what was lent, for messages: `this block` */
  constructor(inner: Storage, what: string, life: object) {
    this.#inner = inner;
    this.#what = what;
    this.life = life;
  }

  get writable(): boolean {
    return this.#inner.writable;
  }

  get version(): number {
    return this.#inner.version + this.#releases;
  }

  get byteLength(): number {
    this.#requireLent();
    return this.#inner.byteLength;
  }

  get label(): string {
    return this.#inner.label;
  }

  get path(): string | undefined {
    return this.#inner.path;
  }

  get released(): boolean {
    return this.#releases > 0;
  }

  bytes(): Uint8Array {
    this.#requireLent();
    return this.#inner.bytes();
  }

  /** Blocks come by the thousands a second: one look at their file is good for all of the next moment. */
  verify(): void {
    this.#requireLent();
    const now = performance.now();
    if (now - (looked.get(this.#inner) ?? Number.NEGATIVE_INFINITY) < LOOK_MS) return;
    this.#inner.verify?.();
    looked.set(this.#inner, now);
  }

  /** Ends the loan. A second call does nothing. */
  release(): void {
    this.#releases = 1;
  }

  #requireLent(): void {
    if (this.#releases === 0) return;
    throw new ClosedError(
      `${this.label}: ${this.#what} was released, and its memory may hold other rows by now; copy what is to be kept (take, toArray, toRecords)`,
    );
  }
}

/** What a loan is of. */
export interface Loan<V> {
  readonly data: V;
  /** Is collected when there is no array over it any more. */
  readonly life: object;
  release(): void;
}

/** The same array, lent. */
export function lendArray<D extends DTypeLike, M extends AccessMode>(
  array: ArrayView<D, M>,
  what: string,
  life: object = {},
): Loan<ArrayView<D, M>> {
  const storage = new LentStorage(array.storage, what, life);
  return {
    data: new ArrayView<D, M>(storage, array.dtype, array.layout),
    life,
    release: () => storage.release(),
  };
}

/** The same rows of the same columns, lent. */
export function lendTable(table: TableView, what: string): Loan<TableView> {
  const life = {};
  const loans = table.named().map(([name, column]) => [name, lendArray(column, what, life)] as const);
  const columns = new Map(loans.map(([name, { data }]) => [name, data]));
  return {
    data: new TableView(copied(columns, table.length)),
    life,
    release: () => {
      for (const [, loan] of loans) loan.release();
    },
  };
}

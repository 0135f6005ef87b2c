import { ClosedError } from "../errors.js";
import type { BlockSpan } from "./block-plan.js";
import type { Loan } from "./lent-storage.js";
import type { Place } from "./place.js";
import type { RowsView } from "./source.js";

/** Blocks that were dropped without being released give their places back. */
const dropped = new FinalizationRegistry<Place>((place) => place.leave());

/**
 * Successive rows, lent: until {@link release}, which also makes room for another one. Arrays over a released block throw a
 * ClosedError; typed arrays (`values`) cannot know of it, so copy what is to be kept.
 */
export class Block<V extends RowsView = RowsView> {
  /** Blocks before it in its stream. */
  readonly index: number;
  /** The number of its first row. */
  readonly start: number;
  /** Number of rows. */
  readonly length: number;
  /** The numbers of its rows, where they are mixed; undefined where they follow one another. */
  readonly indices: Float64Array | undefined;
  #loan: Loan<V> | undefined;
  readonly #place: Place;
  readonly #isWatched: boolean;

  /**
   * @internal
   * @param isWatched whether nobody but its taker holds it, so that its place is to be given back when it is dropped
   */
  constructor(loan: Loan<V>, { index, start, length, rows }: BlockSpan, place: Place, isWatched: boolean) {
    this.index = index;
    this.start = start;
    this.length = length;
    this.indices = rows instanceof Float64Array ? rows : undefined;
    this.#loan = loan;
    this.#place = place;
    if (isWatched) dropped.register(loan.life, place, this);
    this.#isWatched = isWatched;
  }

  /** The rows: a view. @throws ClosedError after {@link release} */
  get data(): V {
    if (this.#loan !== undefined) return this.#loan.data;
    throw new ClosedError(`the block of rows from ${this.start} was released`);
  }

  /** Gives the block back. A second call does nothing. */
  release(): void {
    const loan = this.#loan;
    if (loan === undefined) return;
    this.#loan = undefined;
    if (this.#isWatched) dropped.unregister(this);
    loan.release();
    this.#place.leave();
  }

  [Symbol.dispose](): void {
    this.release();
  }
}

import { ArrayView, prefetch, STRIDED } from "../array/index.js";
import type { RowSet } from "../hdf5/index.js";
import type { BlockSpan } from "./block-plan.js";
import { type Loan, lendArray, lendTable } from "./lent-storage.js";
import type { Loader } from "./loader.js";
import { type RowsView, rowsBetween } from "./source.js";

/** Bytes that are read ahead together: fewer cost more calls than they save. */
const AHEAD_BYTES = 4 << 20;

/** Blocks of a view are views: of rows in their order without a copy. What is mapped is read ahead off this thread. */
export class ViewLoader<V extends RowsView> implements Loader<V, Loan<V>> {
  readonly #view: V;
  /** Rows that are read ahead together. */
  readonly #step: number;
  /** Where reading ahead has come to, and when it will have come there. */
  #ahead: { start: number; stop: number; done: Promise<void> | undefined } = {
    start: 0,
    stop: 0,
    done: undefined,
  };

  constructor(view: V, blockSize: number) {
    this.#view = view;
    this.#step = Math.max(blockSize, Math.ceil(AHEAD_BYTES / Math.max(1, rowBytesOf(view))));
  }

  load({ start, length, rows }: BlockSpan): Loan<V> | Promise<Loan<V>> {
    const isAsItIs = !(rows instanceof Float64Array) && rows.length === 1;
    if (!isAsItIs) return lend(takeRowSet(this.#view, rows, length));
    const loaded = () => lend(rowsBetween(this.#view, start, start + length));
    const waits = this.#readAhead(start, start + length);
    return waits === undefined ? loaded() : waits.then(loaded);
  }

  /** Sees to it that rows are read ahead. @returns when these are there; undefined where they are */
  #readAhead(start: number, stop: number): Promise<void> | undefined {
    if (start < this.#ahead.start || stop > this.#ahead.stop) {
      const from = start >= this.#ahead.start && start <= this.#ahead.stop ? this.#ahead.stop : start;
      const to = Math.min(Math.max(stop, from + this.#step), this.#view.length);
      const ahead = { start: from, stop: to, done: undefined as Promise<void> | undefined };
      const earlier = start < from ? this.#ahead.done : undefined;
      const reads = [earlier, ...prefetchRows(rowsBetween(this.#view, from, to))];
      if (reads.some((read) => read !== undefined)) {
        ahead.done = Promise.all(reads).then(() => {
          ahead.done = undefined;
        });
      }
      this.#ahead = ahead;
    }
    return this.#ahead.done;
  }

  stop(): void {}
}

/** Lends either kind of view. */
export function lend<V extends RowsView>(view: V): Loan<V> {
  const either: RowsView = view;
  const loan =
    either instanceof ArrayView ? lendArray(either, "this block") : lendTable(either, "this block");
  return loan as unknown as Loan<V>;
}

/** A copy of rows. */
export function takeRowSet<V extends RowsView>(view: V, rows: RowSet, length: number): V {
  const numbers = rows instanceof Float64Array ? rows : numbersOf(rows, length);
  return (view instanceof ArrayView ? view.take(numbers) : view.take(numbers)) as V;
}

/** The numbers of rows that are given as ranges. */
export function numbersOf(
  ranges: readonly (readonly [start: number, stop: number])[],
  length: number,
): Float64Array {
  const numbers = new Float64Array(length);
  let at = 0;
  for (const [start, stop] of ranges) for (let row = start; row < stop; row++) numbers[at++] = row;
  return numbers;
}

function rowBytesOf(view: RowsView): number {
  if (!(view instanceof ArrayView)) return view.itemsize;
  return view.length === 0 ? view.itemsize : view.nbytes / view.length;
}

function prefetchRows(view: RowsView): (Promise<void> | undefined)[] {
  const arrays = view instanceof ArrayView ? [view] : view.named().map(([, column]) => column);
  return arrays.map((array) => {
    const { bytes, layout } = array[STRIDED]();
    const [row = 0] = layout.strides;
    const [rows = 0] = layout.shape;
    return row > 0 ? prefetch(bytes.subarray(layout.offset, layout.offset + rows * row)) : undefined;
  });
}

import { sizeOf } from "../../dtype/index.js";
import type { Strided } from "../strided.js";
import { type AsyncOptions, PARALLEL_BYTES, workersOf } from "./run.js";
import { type SharedArray, shareArray } from "./share.js";

/** An array as its asynchronous methods hand it on. */
export interface Source {
  readonly array: Strided;
  /** What messages call it. */
  readonly label: string;
  /** The name that its file has now. */
  readonly path: string | undefined;
}

/** Tasks for each worker: one that is held up leaves its share to others. */
const TASKS = 4;

/**
 * The array for workers; undefined where the work is done at once, on this thread, since it is small or no other thread sees the
 * array.
 *
 * @throws LimitError for a bad number of workers, the signal's reason
 */
export function forWorkers(
  { array, path }: Source,
  options: AsyncOptions,
  least = PARALLEL_BYTES,
): SharedArray | undefined {
  workersOf(options);
  options.signal?.throwIfAborted();
  const isShort = sizeOf(array.layout.shape) * array.dtype.itemsize < least;
  return isShort ? undefined : shareArray(array, path);
}

/** One part of some things in a row: from one to before another. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** So many things cut into parts for the workers, of at least so many, and of a multiple of that but for the last. */
export function spansOf(count: number, options: AsyncOptions, least = 1): Span[] {
  const step = Math.ceil(count / (TASKS * workersOf(options)) / least) * least;
  return Array.from({ length: Math.ceil(count / Math.max(1, step)) }, (_, i) => ({
    from: i * step,
    to: Math.min(count, (i + 1) * step),
  }));
}

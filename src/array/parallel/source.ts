import { sizeOf } from "../../dtype/index.js";
import { broadcast, unstretched } from "../layout.js";
import type { Strided } from "../strided.js";
import { type AsyncOptions, PARALLEL_BYTES, workersOf } from "./run.js";
import { copyLent, type SharedArray, shareForTasks } from "./share.js";

/** An array as its asynchronous methods hand it on. */
export interface Source {
  readonly array: Strided;
  /** What messages call it. */
  readonly label: string;
  /** The name that its file has now. */
  readonly path: string | undefined;
}

/**
 * Whether so many bytes are worth the workers' while.
 *
 * @throws LimitError for a bad number of workers, the signal's reason
 */
export function isMuch(bytes: number, options: AsyncOptions, least = PARALLEL_BYTES): boolean {
  workersOf(options);
  options.signal?.throwIfAborted();
  return bytes >= least || evenLittle;
}

/**
 * How many workers so many bytes are enough for.
 *
 * @param share bytes that are worth a worker's while
 * @throws as {@link workersOf}
 */
export function workersFor(bytes: number, options: AsyncOptions, share: number): number {
  const workers = workersOf(options);
  return evenLittle ? workers : Math.max(1, Math.min(workers, Math.floor(bytes / share)));
}

let evenLittle = false;

/** Has workers do what is begun meanwhile however little it is. @internal for tests */
export async function parallelAlways<T>(work: () => Promise<T>): Promise<T> {
  evenLittle = true;
  try {
    return await work();
  } finally {
    evenLittle = false;
  }
}

/**
 * The array for workers; undefined where the work is done at once, on this thread, since it is small or no other thread sees the
 * array.
 *
 * @param least bytes that are not small
 * @throws as {@link isMuch}
 */
export function forWorkers(
  { array, path }: Source,
  options: AsyncOptions,
  least?: number,
): SharedArray | undefined {
  return isMuch(byteLength(array), options, least) ? shareForTasks(array, path) : undefined;
}

/** Bytes that all elements of an array take without gaps. */
export function byteLength({ dtype, layout }: Strided): number {
  return sizeOf(layout.shape) * dtype.itemsize;
}

/** An operand in ordinary memory is copied where it is of no more than this part of the array's bytes. */
const COPIED_PART = 1 / 4;

/**
 * An operand in the shape of an array that workers see; undefined where they cannot see the operand, and a copy would cost more
 * than it gains.
 */
export function shareOperand(side: Strided, array: Strided): SharedArray | undefined {
  const shared = shareForTasks(side);
  if (shared !== undefined) return shared;
  const once = { ...side, layout: unstretched(side.layout) };
  if (byteLength(once) > COPIED_PART * byteLength(array)) return undefined;
  const copy = copyLent(once);
  const layout = broadcast(copy.layout, side.layout.shape);
  return layout && { ...copy, layout };
}

/** One part of some things in a row: from one to before another. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Tasks for each worker: one that is held up leaves its share to others. */
export const TASKS = 4;

/**
 * So many things cut into parts for the workers.
 *
 * @param cut at multiples of `least`, into so many tasks for each worker
 */
export function spansOf(count: number, options: AsyncOptions, { least = 1, tasks = TASKS } = {}): Span[] {
  const step = Math.max(1, Math.ceil(count / (tasks * workersOf(options)) / least)) * least;
  return Array.from({ length: Math.ceil(count / step) }, (_, i) => ({
    from: i * step,
    to: Math.min(count, (i + 1) * step),
  }));
}

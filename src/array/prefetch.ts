import { showValue } from "../dtype/index.js";
import { IndexError } from "../errors.js";
import { prefetch } from "./file-storage.js";
import { extent } from "./layout.js";
import { requireAsyncOptions } from "./parallel/run.js";
import { Slice } from "./slice.js";
import type { Strided } from "./strided.js";

/** What ends reading ahead. */
export interface PrefetchOptions {
  /** Ends it early: it is rejected with the signal's reason, before the next 32 MiB are read. */
  readonly signal?: AbortSignal | undefined;
}

/** Bytes that are read by one call, which no signal ends. */
const PIECE = 1 << 25;

/**
 * Reads arrays into memory, one after the other, off this thread: of each the bytes from its first element to its last.
 * Those in memory anyway, and those of a table that is closed meanwhile, are none.
 */
export async function prefetchArrays(arrays: readonly Strided[], options: PrefetchOptions): Promise<void> {
  requireAsyncOptions(options);
  const { signal } = options;
  signal?.throwIfAborted();
  for (const { dtype, layout, bytes } of arrays) {
    const [from, to] = extent(layout, dtype.itemsize);
    for (let at = from; at < to; at += PIECE) {
      signal?.throwIfAborted();
      if (bytes.length === 0) break;
      await prefetch(bytes.subarray(at, Math.min(at + PIECE, to)));
    }
  }
}

/** @throws IndexError for what is no slice */
export function requireSlice(rows: unknown): asserts rows is Slice {
  if (rows instanceof Slice) return;
  throw new IndexError(`rows are a slice, such as slice(0, 1000), not ${showValue(rows)}`);
}

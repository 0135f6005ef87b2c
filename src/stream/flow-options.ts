import { showValue } from "../dtype/index.js";
import { LimitError, UnsupportedError } from "../errors.js";
import { requireFlag } from "./checks.js";

/** Rows that could not be read, and were left out. */
export interface SkippedBlock {
  /** The number of its first row. */
  readonly start: number;
  readonly length: number;
  readonly error: unknown;
}

/** How far a stream has come. */
export interface StreamProgress {
  /** Blocks that were given out, and those that were skipped. */
  readonly blocks: number;
  /** Rows in them. */
  readonly rows: number;
  /** Rows in all; undefined where they have no end. */
  readonly total: number | undefined;
}

/** How blocks are given out. */
export interface FlowOptions {
  /** The most blocks that there are at a time: read ahead, under way, and given out without having come back. */
  readonly readAhead?: number | undefined;
  /** Whether blocks come in their order (the default), or as soon as they are read. */
  readonly ordered?: boolean | undefined;
  /** The most milliseconds to wait for one block. */
  readonly timeout?: number | undefined;
  /** Ends the stream, with its reason. */
  readonly signal?: AbortSignal | undefined;
  /**
   * What becomes of a block that cannot be read: `"throw"` (the default) throws where it would have come, once; `"skip"` goes
   * on with the next, and notes it in `skipped` (of a cyclic stream, the last 1,000). Where all blocks of a cycle fail, and where
   * the source was closed or its file replaced, the stream ends with that error.
   */
  readonly onError?: "throw" | "skip" | undefined;
  /** Told after each block. What it throws ends the stream. */
  readonly onProgress?: ((progress: StreamProgress) => void) | undefined;
}

/** @throws LimitError for a time that is none, UnsupportedError for values that an option has not */
export function checkFlow({ timeout, onError, ordered, signal, onProgress }: FlowOptions): void {
  if (timeout !== undefined && !(typeof timeout === "number" && timeout > 0)) {
    throw new LimitError(`timeout is a number of milliseconds above 0, not ${showValue(timeout)}`);
  }
  if (onError !== undefined && onError !== "throw" && onError !== "skip") {
    throw new UnsupportedError(`onError is "throw" or "skip", not ${showValue(onError)}`);
  }
  requireFlag(ordered, "ordered");
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new UnsupportedError(`signal is an AbortSignal, not ${showValue(signal)}`);
  }
  if (onProgress !== undefined && typeof onProgress !== "function") {
    throw new UnsupportedError(`onProgress is a function, not ${showValue(onProgress)}`);
  }
}

import type { ArrayView } from "../../array/index.js";
import type { DType } from "../../dtype/index.js";

/** An array as it came: with memory of its own. */
export interface WireArray {
  /** The keys as they came. */
  readonly type: unknown;
  readonly kind: unknown;
  /** What one element is; undefined where this package has no word for it. */
  readonly dtype: DType | undefined;
  /** With the axes of elements that are arrays themselves behind it. */
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** Texts, or lists of any length, flat in the order of C. */
export interface WireTexts {
  readonly shape: readonly number[];
  readonly items: readonly (string | WireArray)[];
}

/** What is read of a remote array: itself, read-only in memory, or texts and lists. */
export type RemoteValue =
  | ArrayView
  | { readonly shape: readonly number[]; readonly items: readonly (string | ArrayView)[] };

export interface MessageOptions {
  readonly maxDepth?: number | undefined;
}

export function isWireArray(value: unknown): value is WireArray {
  throw new Error(String(value));
}

export function isWireTexts(value: unknown): value is WireTexts {
  throw new Error(String(value));
}

/** A whole answer: maps are `Map`s, encoded arrays in it `WireArray`s and `WireTexts`. @throws CorruptError */
export function decodeMessage(bytes: Uint8Array, options: MessageOptions = {}): unknown {
  throw new Error(String([bytes, options]));
}

/** The array over the bytes that came, read-only. @throws UnsupportedError where the dtype has no name here */
export function viewOf(array: WireArray): ArrayView {
  throw new Error(String(array));
}

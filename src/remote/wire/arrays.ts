import type { ArrayView } from "../../array/index.js";
import type { DType } from "../../dtype/index.js";
import type { Dialect } from "./media.js";

/** Texts or lists of any length, flat in the order of C. */
export interface Items {
  readonly shape: readonly number[];
  readonly items: readonly (string | ArrayView)[];
}

/**
 * The bytes of an encoded array up to its elements; a number says how many bytes of elements come at its place.
 * Of 24,000 bytes it is `[head, 24000]`, of none `[whole]`, of 5 GiB `[head, 4294967295, head, 1073741825]`.
 *
 * @param dtype as sent
 */
export function encodedParts(dtype: DType, shape: readonly number[]): (Uint8Array | number)[] {
  throw new Error(String([dtype, shape]));
}

/** A whole array: for attributes and small datasets. */
export function encodeArray(view: ArrayView, dialect: Dialect): Uint8Array {
  throw new Error(String([view, dialect]));
}

/** Whole texts or lists. */
export function encodeTexts(texts: Items, dialect: Dialect): Uint8Array {
  throw new Error(String([texts, dialect]));
}

/** The bytes before the first of as many items as the shape has; each follows by {@link encodeItem}. */
export function textsHead(shape: readonly number[]): Uint8Array {
  throw new Error(String(shape));
}

export function encodeItem(item: string | ArrayView, dialect: Dialect): Uint8Array {
  throw new Error(String([item, dialect]));
}

import { type ArrayView, denseLayout, wrap } from "../../array/index.js";
import { type DType, sizeOf } from "../../dtype/index.js";
import { CorruptError, isMemmapError, UnsupportedError } from "../../errors.js";
import { arrayHeader, shapeIn } from "./header.js";
import { decodeValue } from "./msgpack.js";

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
  /** Arrays and maps within each other. */
  readonly maxDepth?: number | undefined;
  /** Bytes of memory that it may take; 1 GiB when left out. */
  readonly maxMemory?: number | undefined;
}

/** Whether a part of a message is an array of elements of one size. */
export function isWireArray(value: unknown): value is WireArray {
  return typeof value === "object" && value !== null && "bytes" in value;
}

/** Whether a part of a message is an array of texts or lists. */
export function isWireTexts(value: unknown): value is WireTexts {
  return typeof value === "object" && value !== null && "items" in value;
}

/**
 * A whole answer: maps are `Map`s, and encoded arrays in it, which are checked against what they say of themselves,
 * `WireArray`s and `WireTexts`. One that is broken within something else is undefined: the rest is as good as it was.
 *
 * @throws CorruptError where the bytes are no such answer, LimitError where it takes too much memory
 */
export function decodeMessage(
  bytes: Uint8Array,
  { maxDepth = 64, maxMemory = 2 ** 30 }: MessageOptions = {},
): unknown {
  const value = answered(() => decodeValue(bytes, { maxDepth, maxMemory }));
  return encodedIn(value) ?? withoutArrays(value);
}

/** What another side should not have sent is an answer that is broken, not a file of ours. */
export function answered<T>(decode: () => T): T {
  try {
    return decode();
  } catch (cause) {
    if (!isMemmapError(cause, "FORMAT")) throw cause;
    throw new CorruptError(`the answer is broken: ${cause.message}`, { cause });
  }
}

/** @throws CorruptError */
function encodedIn(value: unknown): WireArray | WireTexts | undefined {
  if (!(value instanceof Map)) return undefined;
  if (value.get("nd") === true) return wireArray(value);
  return value.get("vlen") === true ? wireTexts(value) : undefined;
}

function withoutArrays(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutArrays);
  if (!(value instanceof Map)) return value;
  try {
    const encoded = encodedIn(value);
    if (encoded !== undefined) return encoded;
  } catch (error) {
    if (isMemmapError(error, "CORRUPT")) return undefined;
    throw error;
  }
  for (const [key, part] of value) value.set(key, withoutArrays(part));
  return value;
}

function listIn(keys: ReadonlyMap<unknown, unknown>): readonly unknown[] {
  const data = keys.get("data");
  if (Array.isArray(data)) return data;
  throw new CorruptError("an encoded array without its data");
}

function wireArray(keys: ReadonlyMap<unknown, unknown>): WireArray {
  const { nbytes, ...array } = arrayHeader(keys);
  const bins = listIn(keys).map((bin) => {
    if (bin instanceof Uint8Array) return bin;
    throw new CorruptError("an encoded array whose elements are no bytes");
  });
  const length = bins.reduce((sum, bin) => sum + bin.length, 0);
  if (length !== nbytes)
    throw new CorruptError(`an encoded array has ${length} bytes of the ${nbytes} that it says`);
  // Memory of its own: the message can be given back, and elements are aligned.
  const bytes = new Uint8Array(nbytes);
  let end = 0;
  for (const bin of bins) {
    bytes.set(bin, end);
    end += bin.length;
  }
  return { ...array, bytes };
}

function wireTexts(keys: ReadonlyMap<unknown, unknown>): WireTexts {
  const shape = shapeIn(keys);
  const items = listIn(keys).map((item) => {
    if (typeof item === "string") return item;
    if (item instanceof Map && item.get("nd") === true) return wireArray(item);
    throw new CorruptError("an array of texts or lists with something else in it");
  });
  if (items.length !== sizeOf(shape)) {
    throw new CorruptError(`an array of shape (${shape.join(", ")}) with ${items.length} texts`);
  }
  return { shape, items };
}

/** The array over the bytes that came, read-only. @throws UnsupportedError where this package has no dtype for them */
export function viewOf({ dtype, type, shape, bytes }: WireArray): ArrayView {
  if (dtype === undefined) {
    throw new UnsupportedError(`elements of the type ${JSON.stringify(type)} have no dtype`);
  }
  return wrap({ dtype, layout: denseLayout(shape, dtype.itemsize), bytes }, false);
}

import type { ArrayView } from "../../array/index.js";
import { type DType, sizeOf } from "../../dtype/index.js";
import { CorruptError } from "../../errors.js";

/** What a slice of a dataset, or rows of a table, will be: shown in whatever way is asked for. */
export type Result =
  | {
      readonly kind: "fixed";
      /** Of the bytes that come. */
      readonly dtype: DType;
      readonly shape: readonly number[];
      /** The elements in C order, divided anywhere. A piece need only last until the next is asked for. */
      readonly pieces: AsyncIterable<Uint8Array>;
    }
  | {
      readonly kind: "text";
      readonly shape: readonly number[];
      /** The texts in C order, some at a time. */
      readonly items: AsyncIterable<readonly (string | ArrayView)[]>;
    }
  | {
      readonly kind: "list";
      /** Of the lists' elements. */
      readonly dtype: DType;
      readonly shape: readonly number[];
      readonly items: AsyncIterable<readonly (string | ArrayView)[]>;
    };

/** Results of elements of a fixed size. */
export type FixedResult = Extract<Result, { readonly kind: "fixed" }>;
/** Results of texts or lists of any length. */
export type ItemsResult = Exclude<Result, FixedResult>;

/**
 * Bytes as whole units, many at a time: about `most` bytes, one unit at least. What is given is the same memory each time.
 *
 * @throws CorruptError where they are not as many as `length`
 */
export async function* inUnits(
  pieces: AsyncIterable<Uint8Array>,
  unit: number,
  most: number,
  length: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (length === 0) return;
  const room = Math.min(length, unit * Math.max(1, Math.floor(most / unit)));
  const bytes = new Uint8Array(room);
  let [filled, seen] = [0, 0];
  for await (const piece of pieces) {
    seen += piece.length;
    if (seen > length) break;
    for (let at = 0; at < piece.length; ) {
      const part = piece.subarray(at, at + room - filled);
      bytes.set(part, filled);
      at += part.length;
      filled += part.length;
      if (filled < room) continue;
      yield bytes;
      filled = 0;
    }
  }
  if (seen !== length) throw new CorruptError(`${length} bytes were to be read, but not so many came`);
  if (filled > 0) yield bytes.subarray(0, filled);
}

/** Items as whole rows of `perRow` items each. @throws CorruptError where they are not as many as the shape says */
export async function* inRows(
  { items, shape }: ItemsResult,
  perRow: number,
): AsyncGenerator<readonly (string | ArrayView)[], void, undefined> {
  let waiting: readonly (string | ArrayView)[] = [];
  let left = sizeOf(shape);
  for await (const some of items) {
    left -= some.length;
    const all = waiting.length === 0 ? some : [...waiting, ...some];
    const whole = all.length - (all.length % perRow);
    if (whole > 0) yield all.slice(0, whole);
    waiting = all.slice(whole);
  }
  if (left !== 0) throw new CorruptError(`${sizeOf(shape)} elements were to be read, but not so many came`);
}

import { type ArrayView, byteBlocks, STRIDED } from "../../array/index.js";
import { type DType, sizeOf } from "../../dtype/index.js";
import type { Dialect } from "./media.js";
import { encodeValue } from "./msgpack.js";
import { textsOf, transcode } from "./transcode.js";
import { wireElement, wireType } from "./types.js";

/** Texts or lists of any length, flat in the order of C. */
export interface Items {
  readonly shape: readonly number[];
  readonly items: readonly (string | ArrayView)[];
}

/** Bytes of one bin at most: its length is a 32-bit number. */
const MAX_BIN = 2 ** 32 - 1;

/**
 * The bytes of an encoded array up to its elements; a number says how many bytes of elements come at its place.
 * Of 24,000 bytes it is `[head, 24000]`, of none `[whole]`, of 5 GiB `[head, 4294967295, head, 1073741825]`.
 *
 * @param dtype as sent: what `wireElement` gave
 */
export function encodedParts(dtype: DType, shape: readonly number[]): (Uint8Array | number)[] {
  const nbytes = sizeOf(shape) * dtype.itemsize;
  const { type, kind } = wireType(dtype);
  const head = encodeValue({ nd: true, type, kind, shape, nbytes, data: [] }).slice(0, -1);
  const bins = Math.ceil(nbytes / MAX_BIN);
  const parts: (Uint8Array | number)[] = [];
  let before = joined(head, arrayHead(bins));
  for (let done = 0; done < nbytes; done += MAX_BIN) {
    const length = Math.min(MAX_BIN, nbytes - done);
    parts.push(joined(before, binHead(length)), length);
    before = new Uint8Array(0);
  }
  return parts.length === 0 ? [before] : parts;
}

/** The first bytes of an array of so many values. */
export function arrayHead(length: number): Uint8Array {
  if (length < 16) return Uint8Array.of(0x90 + length);
  return length < 2 ** 16 ? sizedHead(0xdc, length, 2) : sizedHead(0xdd, length, 4);
}

function binHead(length: number): Uint8Array {
  if (length < 2 ** 8) return sizedHead(0xc4, length, 1);
  return length < 2 ** 16 ? sizedHead(0xc5, length, 2) : sizedHead(0xc6, length, 4);
}

/** A first byte, and a length in so many bytes. */
function sizedHead(first: number, length: number, width: number): Uint8Array {
  const bytes = Buffer.alloc(1 + width, first);
  bytes.writeUIntBE(length, 1, width);
  return bytes;
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(parts);
}

/**
 * A whole array, for attributes and small datasets. It takes memory for a copy of the elements, and for what is sent.
 *
 * @throws CastError for `U` in the classic dialect whose code points are no characters
 */
export function encodeArray(view: ArrayView, dialect: Dialect): Uint8Array {
  const { shape, dtype } = view;
  // A copy: it is swapped and packed in place.
  const bytes = joined(...byteBlocks(view[STRIDED](), Number.POSITIVE_INFINITY));
  const element = wireElement(dtype, dialect);
  if (element.kind === "text") return encodeTexts({ shape, items: textsOf(bytes, dtype) }, dialect);
  const sent = transcode(bytes, dtype, element.dtype);
  let done = 0;
  const parts = encodedParts(element.dtype, shape).map((part) =>
    typeof part === "number" ? sent.subarray(done, (done += part)) : part,
  );
  return joined(...parts);
}

/** Whole texts or lists. @throws CastError for unpaired surrogates */
export function encodeTexts({ shape, items }: Items, dialect: Dialect): Uint8Array {
  return joined(textsHead(shape), ...items.map((item) => encodeItem(item, dialect)));
}

/** The bytes before the first of as many items as the shape has; each follows by {@link encodeItem}. */
export function textsHead(shape: readonly number[]): Uint8Array {
  return joined(encodeValue({ vlen: true, shape, data: [] }).slice(0, -1), arrayHead(sizeOf(shape)));
}

/** One text, or one list as an array of its own. @throws CastError for unpaired surrogates */
export function encodeItem(item: string | ArrayView, dialect: Dialect): Uint8Array {
  return typeof item === "string" ? encodeValue(item) : encodeArray(item, dialect);
}

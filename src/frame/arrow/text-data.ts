import { isUtf8 } from "node:buffer";
import { type DType, showValue } from "../../dtype/index.js";
import { CastError, LimitError } from "../../errors.js";
import { isCharacter, writePoint } from "../code-points.js";

/** Text as Arrow's Utf8 has it: the strings' bytes one behind the other, and where each begins and the last one ends. */
export interface TextBytes {
  readonly offsets: Int32Array;
  readonly bytes: Uint8Array;
}

/** How errors call an element, by its place in C order. */
export type Namer = (position: number) => string;

/** The most bytes that 32-bit offsets reach. */
export const MAX_TEXT = 2 ** 31 - 1;

/**
 * The strings of `S` or `U` elements, without the NULs behind them.
 *
 * @param native the elements' bytes in this machine's byte order
 * @throws CastError for bytes that are no UTF-8 and code points that are no characters
 */
export function textBytes(dtype: DType, native: Uint8Array, nameOf: Namer): TextBytes {
  return dtype.kind === "S" ? fromBytes(native, dtype.itemsize, nameOf) : fromPoints(native, dtype, nameOf);
}

function fromBytes(native: Uint8Array, width: number, nameOf: Namer): TextBytes {
  const count = native.length / width;
  const ends = new Int32Array(count + 1);
  let total = 0;
  for (let row = 0; row < count; row++) {
    let length = width;
    while (length > 0 && native[row * width + length - 1] === 0) length--;
    total += length;
    ends[row + 1] = checkTotal(total);
  }
  const bytes = new Uint8Array(total);
  for (let row = 0, at = 0; row < count; row++) {
    const end = ends[row + 1] ?? 0;
    for (let from = row * width; at < end; ) bytes[at++] = native[from++] ?? 0;
  }
  const bad = findNoText(bytes, ends);
  if (bad >= 0) {
    throw new CastError(`${nameOf(bad)}: its bytes are no UTF-8, which Arrow's text is`);
  }
  return { offsets: ends, bytes };
}

/**
 * The first string that is no UTF-8 by itself, or -1.
 *
 * @param skip 1 for strings that do not matter
 */
export function findNoText(
  bytes: Uint8Array,
  offsets: Int32Array | Float64Array,
  skip?: Uint8Array | undefined,
): number {
  const last = offsets[offsets.length - 1] ?? 0;
  // What is text as a whole is text in parts that begin where characters do.
  let good = isUtf8(bytes.subarray(offsets[0], last));
  for (let i = 0; good && i < offsets.length; i++) {
    const at = offsets[i] ?? last;
    good = at >= last || !isInside(bytes[at]);
  }
  for (let i = 0; !good && i + 1 < offsets.length; i++) {
    if (skip?.[i] !== 1 && !isUtf8(bytes.subarray(offsets[i], offsets[i + 1]))) return i;
  }
  return -1;
}

/** Whether a byte stands within a character, not at its beginning. */
function isInside(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}

function fromPoints(native: Uint8Array, { width }: DType, nameOf: Namer): TextBytes {
  const points = new Uint32Array(native.buffer, native.byteOffset, native.length / 4);
  const count = points.length / width;
  const offsets = new Int32Array(count + 1);
  let total = 0;
  for (let row = 0; row < count; row++) {
    const end = endOf(points, row * width, width);
    for (let i = row * width; i < end; i++) {
      const point = points[i] ?? 0;
      if (!isCharacter(point)) {
        throw new CastError(`${nameOf(row)}: ${showValue(point)} is the code point of no character`);
      }
      total += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    }
    offsets[row + 1] = checkTotal(total);
  }
  const bytes = new Uint8Array(total);
  let at = 0;
  for (let row = 0; row < count; row++) {
    const end = endOf(points, row * width, width);
    for (let i = row * width; i < end; i++) at = writePoint(bytes, at, points[i] ?? 0);
  }
  return { offsets, bytes };
}

/** Where a string of code points ends: before the NULs that fill it up. */
function endOf(points: Uint32Array, start: number, width: number): number {
  let end = start + width;
  while (end > start && points[end - 1] === 0) end--;
  return end;
}

function checkTotal(total: number): number {
  if (total <= MAX_TEXT) return total;
  throw new LimitError(
    `the text of one batch takes more than ${MAX_TEXT} bytes, which Arrow's offsets cannot reach`,
  );
}

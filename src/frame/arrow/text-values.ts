import { isAscii } from "node:buffer";
import type { Data } from "apache-arrow";
import { CastError, FormatError } from "../../errors.js";
import { arrow } from "./library.js";
import { findNoText } from "./text-data.js";
import { rowName, type Where } from "./where.js";

const VIEW_BYTES = 16;
/** Text of at most so many bytes stands in the view itself. */
const INLINE = 12;

/**
 * The strings of text data, `""` for null.
 *
 * @throws FormatError where offsets lead outside the bytes, CastError naming the row of bytes that are no UTF-8
 */
export function readText(data: Data, nulls: Uint8Array | undefined, where: Where): string[] {
  if (data.length === 0) return [];
  return arrow.DataType.isUtf8View(data.type)
    ? readViews(data, nulls, where)
    : readOffsets(data, nulls, where);
}

function readOffsets(data: Data, nulls: Uint8Array | undefined, where: Where): string[] {
  const bytes: Uint8Array = data.values ?? new Uint8Array(0);
  const offsets = offsetsOf(data, bytes.length, where);
  const first = offsets[0] ?? 0;
  const used = bytes.subarray(first, offsets[data.length]);
  if (isAscii(used)) {
    const text = Buffer.from(used.buffer, used.byteOffset, used.length).toString("latin1");
    return slices(offsets, nulls, (from, to) => text.slice(from - first, to - first));
  }
  const bad = findNoText(bytes, offsets, nulls);
  if (bad >= 0) throw noText(where, bad);
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return slices(offsets, nulls, (from, to) => buffer.toString("utf8", from, to));
}

function noText(where: Where, position: number): CastError {
  return new CastError(`${rowName(where, position)}: its bytes are no UTF-8, which Arrow's text is`);
}

function slices(
  offsets: Float64Array,
  nulls: Uint8Array | undefined,
  slice: (from: number, to: number) => string,
): string[] {
  const strings = new Array<string>(offsets.length - 1);
  for (let i = 0; i < strings.length; i++) {
    strings[i] = nulls?.[i] === 1 ? "" : slice(offsets[i] ?? 0, offsets[i + 1] ?? 0);
  }
  return strings;
}

/** Offsets that have been found to rise and to lie within the bytes. */
function offsetsOf(data: Data, end: number, where: Where): Float64Array {
  const given: Int32Array | BigInt64Array | undefined = data.valueOffsets;
  if (given === undefined || given.length < data.length + 1) {
    throw new FormatError(`${where.label} has ${given?.length ?? 0} offsets for ${data.length} strings`);
  }
  const offsets = new Float64Array(data.length + 1);
  let before = 0;
  for (let i = 0; i <= data.length; i++) {
    const at = Number(given[i]);
    if (!(at >= before && at <= end)) {
      throw new FormatError(
        `${where.label} has the offset ${at} after ${before}, within ${end} bytes of text`,
      );
    }
    offsets[i] = at;
    before = at;
  }
  return offsets;
}

function readViews(data: Data, nulls: Uint8Array | undefined, where: Where): string[] {
  const views: Uint8Array = data.values ?? new Uint8Array(0);
  if (views.length < data.length * VIEW_BYTES) {
    throw new FormatError(`${where.label} has ${views.length} bytes of views for ${data.length} strings`);
  }
  const view = new DataView(views.buffer, views.byteOffset, views.byteLength);
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  return Array.from({ length: data.length }, (_, row) => {
    if (nulls?.[row] === 1) return "";
    const at = row * VIEW_BYTES;
    const size = view.getInt32(at, true);
    const buffer = size <= INLINE ? views : data.variadicBuffers[view.getInt32(at + 8, true)];
    const from = size <= INLINE ? at + 4 : view.getInt32(at + 12, true);
    if (buffer === undefined || size < 0 || from < 0 || from + size > buffer.length) {
      throw new FormatError(`${where.label} has a view of ${size} bytes that are not there`);
    }
    try {
      return decoder.decode(buffer.subarray(from, from + size));
    } catch {
      throw noText(where, row);
    }
  });
}

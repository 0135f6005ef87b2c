import { type DType, sizeOf } from "../../dtype/index.js";

/** Whether elements are text of code points, or have such text in them. */
export function hasText({ kind, fields }: DType): boolean {
  return fields?.some((field) => hasText(field.dtype)) ?? kind === "U";
}

/**
 * Makes UTF-8 of the code points in dense elements, where they lie: no character takes more bytes than its code point did, and
 * what is left is zeros.
 *
 * @returns the first element with a code point that UTF-8 does not have; undefined where all have become UTF-8
 */
export function encodeText(dtype: DType, bytes: Uint8Array): number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = bytes.length / dtype.itemsize;
  for (let element = 0; element < count; element++) {
    if (!encodeElement(dtype, bytes, view, element * dtype.itemsize)) return element;
  }
  return undefined;
}

function encodeElement(dtype: DType, bytes: Uint8Array, view: DataView, at: number): boolean {
  if (dtype.fields === undefined) return encodeCell(bytes, view, at, dtype.width, dtype.byteorder !== ">");
  for (const field of dtype.fields) {
    if (!hasText(field.dtype)) continue;
    const count = sizeOf(field.shape);
    for (let k = 0; k < count; k++) {
      if (!encodeElement(field.dtype, bytes, view, at + field.offset + k * field.dtype.itemsize))
        return false;
    }
  }
  return true;
}

function encodeCell(
  bytes: Uint8Array,
  view: DataView,
  at: number,
  width: number,
  isLittle: boolean,
): boolean {
  let to = at;
  for (let k = 0; k < width; k++) {
    const point = view.getUint32(at + 4 * k, isLittle);
    if (point < 0x80) {
      bytes[to++] = point;
    } else if (point < 0x800) {
      bytes[to++] = 0xc0 | (point >> 6);
      bytes[to++] = 0x80 | (point & 0x3f);
    } else if (point < 0x10000) {
      if (point >= 0xd800 && point <= 0xdfff) return false;
      bytes[to++] = 0xe0 | (point >> 12);
      bytes[to++] = 0x80 | ((point >> 6) & 0x3f);
      bytes[to++] = 0x80 | (point & 0x3f);
    } else {
      if (point > 0x10ffff) return false;
      bytes[to++] = 0xf0 | (point >> 18);
      bytes[to++] = 0x80 | ((point >> 12) & 0x3f);
      bytes[to++] = 0x80 | ((point >> 6) & 0x3f);
      bytes[to++] = 0x80 | (point & 0x3f);
    }
  }
  bytes.fill(0, to, at + 4 * width);
  return true;
}

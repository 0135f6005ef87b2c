import type { Units } from "../../compute/index.js";

/** Writes one code point as UTF-8, surrogates too, so that the order of bytes is that of code points. */
function encodePoint(point: number, out: Uint8Array, at: number): number {
  if (point < 0x80) {
    out[at] = point;
    return at + 1;
  }
  const size = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  for (let k = size - 1, rest = point; k > 0; k--, rest = Math.floor(rest / 64))
    out[at + k] = 0x80 | (rest & 0x3f);
  out[at] = (0xf00 >> size) | (point >>> (6 * (size - 1)));
  return at + size;
}

/** A string as the raw units of `U` or of `S`. */
export function unitsOf(text: string, kind: string): Units {
  const points = Uint32Array.from(text, (character) => character.codePointAt(0) ?? 0);
  if (kind === "U") return points;
  const bytes = new Uint8Array(4 * points.length);
  let end = 0;
  for (const point of points) end = encodePoint(point, bytes, end);
  return bytes.subarray(0, end);
}

/** Bytes that a string of so many code points may take. */
export const UTF8_BYTES = 4;

/**
 * Strings of code points as strings of bytes, {@link UTF8_BYTES} for each code point.
 *
 * @param width code points of one string
 */
export function encodeUnits(points: Units, width: number, out: Uint8Array): void {
  out.fill(0);
  for (let at = 0, to = 0; at < points.length; at += width, to += UTF8_BYTES * width) {
    let length = width;
    while (length > 0 && points[at + length - 1] === 0) length--;
    for (let k = 0, end = to; k < length; k++) end = encodePoint(points[at + k], out, end);
  }
}

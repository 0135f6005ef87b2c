/**
 * Strings as NumPy keeps them: `S` as UTF-8 bytes, `U` as 32-bit code points, both padded with NULs, so that
 * trailing NULs cannot be told from padding.
 *
 * @module
 */

const encoder = new TextEncoder();
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Whether a UTF-16 string has a surrogate without its partner, which no code point stands for. */
export function hasLoneSurrogate(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0xd800 || unit > 0xdfff) continue;
    const next = text.charCodeAt(i + 1);
    if (unit > 0xdbff || !(next >= 0xdc00 && next <= 0xdfff)) return true;
    i++;
  }
  return false;
}

/** Code points of a string: what `U<n>` counts. */
export function codePointLength(text: string): number {
  let count = text.length;
  for (let i = 0; i < text.length - 1; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 0xd800 && unit <= 0xdbff) {
      count--;
      i++;
    }
  }
  return count;
}

/** Bytes of a string in UTF-8: what `S<n>` counts. */
export function utf8Length(text: string): number {
  let count = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    if (unit < 0x800) count += 1;
    else if (unit >= 0xd800 && unit <= 0xdbff) {
      count += 2;
      i++;
    } else count += 2;
  }
  return count;
}

/**
 * The string in `width` bytes of UTF-8, trailing NULs dropped.
 *
 * @returns undefined where the bytes are no UTF-8
 */
export function readUtf8(view: DataView, at: number, width: number): string | undefined {
  let end = width;
  while (end > 0 && view.getUint8(at + end - 1) === 0) end--;
  let text = "";
  for (let i = 0; i < end; i++) {
    const byte = view.getUint8(at + i);
    if (byte >= 0x80) {
      try {
        return strict.decode(new Uint8Array(view.buffer, view.byteOffset + at, end));
      } catch {
        return undefined;
      }
    }
    text += String.fromCharCode(byte);
  }
  return text;
}

/** Stores a string that fits, padded with NULs. */
export function writeUtf8(view: DataView, at: number, width: number, text: string): void {
  let i = 0;
  for (; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 0x80) {
      const target = new Uint8Array(view.buffer, view.byteOffset + at, width);
      target.fill(0);
      encoder.encodeInto(text, target);
      return;
    }
    view.setUint8(at + i, unit);
  }
  for (; i < width; i++) view.setUint8(at + i, 0);
}

/**
 * The string in `width` code points, trailing NULs dropped.
 *
 * @returns undefined where one is no character: above U+10FFFF, or a surrogate
 */
export function readCodePoints(
  view: DataView,
  at: number,
  width: number,
  little: boolean,
): string | undefined {
  let end = width;
  while (end > 0 && view.getUint32(at + end * 4 - 4, little) === 0) end--;
  let text = "";
  for (let i = 0; i < end; i++) {
    const point = view.getUint32(at + i * 4, little);
    if (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) return undefined;
    text += String.fromCodePoint(point);
  }
  return text;
}

/** Stores a string that fits, padded with NULs. */
export function writeCodePoints(
  view: DataView,
  at: number,
  width: number,
  text: string,
  little: boolean,
): void {
  let unit = 0;
  for (let i = 0; i < width; i++) {
    const point = unit < text.length ? (text.codePointAt(unit) ?? 0) : 0;
    unit += point > 0xffff ? 2 : 1;
    view.setUint32(at + i * 4, point, little);
  }
}

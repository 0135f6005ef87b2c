import { cut } from "./format-width.js";

/** What would move the cursor, colour the terminal, turn the direction of writing, or is half a character. */
const CONTROLS = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}\ufeff]/gu;

const SHORT: ReadonlyMap<number, string> = new Map([
  [9, "\\t"],
  [10, "\\n"],
  [13, "\\r"],
]);

/** A code point as Python escapes it: `\n`, `\x1b`, `\u202e`, `\U00110000`. */
export function escapePoint(point: number): string {
  const short = SHORT.get(point);
  if (short !== undefined) return short;
  const hex = point.toString(16);
  if (point < 0x100) return `\\x${hex.padStart(2, "0")}`;
  return point < 0x10000 ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
}

/** The text with its control characters escaped, so that it stays on its line and cannot command a terminal. */
export function escapeControls(text: string): string {
  return text.replace(CONTROLS, (character) => escapePoint(character.codePointAt(0) ?? 0));
}

/** The text as it is, control characters escaped, in at most `width` columns. */
export function bareText(text: string, width: number): string {
  return cut(escapeControls(text), width);
}

/** The text as Python writes a string, in at most `width` columns, quotes included. */
export function quoteText(text: string, width: number): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const inner = escapeControls(text.replaceAll("\\", "\\\\").replaceAll(quote, `\\${quote}`));
  return `${quote}${cut(inner, Math.max(1, width - 2))}${quote}`;
}

function quoteBytes(bytes: Uint8Array, width: number, show: (byte: number) => string): string {
  // A byte takes at least one column, so that no more of them are ever looked at.
  const inner = Array.from(bytes.subarray(0, Math.max(1, width)), show).join("");
  return `b'${cut(inner, Math.max(1, width - 3))}'`;
}

/** Bytes as NumPy prints void: all in hexadecimal. */
export function hexBytes(bytes: Uint8Array, width: number): string {
  return quoteBytes(bytes, width, (byte) => `\\x${byte.toString(16).padStart(2, "0")}`);
}

/** Bytes as Python writes them: what is no printable ASCII is escaped. NULs at the end are padding. */
export function quoteAscii(bytes: Uint8Array, width: number): string {
  const end = bytes.findLastIndex((byte) => byte !== 0) + 1;
  return quoteBytes(bytes.subarray(0, end), width, (byte) => {
    if (byte === 0x27 || byte === 0x5c) return `\\${String.fromCharCode(byte)}`;
    return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : escapePoint(byte);
  });
}

/** Code points that are not all characters, as Python writes a string. NULs at the end are padding. */
export function quotePoints(bytes: Uint8Array, little: boolean, width: number): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const points = Array.from({ length: Math.floor(bytes.length / 4) }, (_, i) =>
    view.getUint32(i * 4, little),
  );
  const end = points.findLastIndex((point) => point !== 0) + 1;
  const inner = points.slice(0, end).map((point) => {
    if (point === 0x27 || point === 0x5c) return `\\${String.fromCharCode(point)}`;
    return point > 0x10ffff ? escapePoint(point) : escapeControls(String.fromCodePoint(point));
  });
  return `'${cut(inner.join(""), Math.max(1, width - 2))}'`;
}

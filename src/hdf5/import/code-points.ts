/** Strict, and a byte order mark is a character. */
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Code points of UTF-8, however it is wrong: bytes that begin one. */
export function countPoints(text: Uint8Array): number {
  let count = 0;
  for (let i = 0; i < text.length; i++) if (((text[i] ?? 0) & 0xc0) !== 0x80) count += 1;
  return count;
}

/**
 * Stores the code points of UTF-8.
 *
 * @param store is given each of them, and its number
 * @returns how many there are; -1 for what is no UTF-8, of which some may be stored
 */
export function decodePoints(text: Uint8Array, store: (index: number, point: number) => void): number {
  for (let i = 0; i < text.length; i++) {
    const byte = text[i] ?? 0;
    if (byte >= 0x80) return decodeRest(text, i, store);
    store(i, byte);
  }
  return text.length;
}

function decodeRest(text: Uint8Array, ascii: number, store: (index: number, point: number) => void): number {
  let rest: string;
  try {
    rest = decoder.decode(text.subarray(ascii));
  } catch {
    return -1;
  }
  let count = ascii;
  for (const character of rest) {
    store(count, character.codePointAt(0) ?? 0);
    count += 1;
  }
  return count;
}

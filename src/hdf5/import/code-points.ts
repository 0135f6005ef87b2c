/** Strict, and a byte order mark is a character. */
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Code points of UTF-8, however it is wrong: bytes that begin one. */
export function countPoints(bytes: Uint8Array, start: number, end: number): number {
  let count = 0;
  for (let i = start; i < end; i++) if (((bytes[i] ?? 0) & 0xc0) !== 0x80) count += 1;
  return count;
}

/**
 * Stores the code points of a part of some bytes.
 *
 * @param at where the first one goes
 * @returns how many there are; -1 for what is no UTF-8, of which some may be stored
 */
export function decodePoints(
  bytes: Uint8Array,
  start: number,
  end: number,
  points: Uint32Array,
  at = 0,
): number {
  for (let i = start; i < end; i++) {
    const byte = bytes[i] ?? 0;
    if (byte >= 0x80) return decodeRest(bytes.subarray(i, end), i - start, points, at);
    points[at + i - start] = byte;
  }
  return end - start;
}

function decodeRest(rest: Uint8Array, ascii: number, points: Uint32Array, at: number): number {
  let text: string;
  try {
    text = decoder.decode(rest);
  } catch {
    return -1;
  }
  let count = ascii;
  for (const character of text) {
    points[at + count] = character.codePointAt(0) ?? 0;
    count += 1;
  }
  return count;
}

/**
 * Arrow's bitmaps: one bit for each element, the lowest of a byte first.
 *
 * @module
 */

/** Bytes of a bitmap; as Arrow's writers want it, a whole number of 64-bit words. */
function bitmapBytes(count: number): number {
  return Math.ceil(count / 64) * 8;
}

/** One bit for each byte: 1 where it is not 0, or the other way round. */
export function packBits(bytes: Uint8Array, inverted = false): Uint8Array {
  const bits = new Uint8Array(bitmapBytes(bytes.length));
  for (let start = 0; start < bytes.length; start += 8) {
    const count = Math.min(8, bytes.length - start);
    let packed = 0;
    for (let i = 0; i < count; i++) if ((bytes[start + i] !== 0) !== inverted) packed |= 1 << i;
    bits[start / 8] = packed;
  }
  return bits;
}

/** A byte of 0 or 1 for each bit; undefined where the bitmap ends before them. */
export function unpackBits(bits: Uint8Array, from: number, count: number): Uint8Array | undefined {
  if (bits.length * 8 < from + count) return undefined;
  const bytes = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const at = from + i;
    bytes[i] = ((bits[at >>> 3] ?? 0) >>> (at & 7)) & 1;
  }
  return bytes;
}

/** How many bytes are not 0. */
export function countSet(bytes: Uint8Array): number {
  let count = 0;
  for (let i = 0; i < bytes.length; i++) if (bytes[i] !== 0) count++;
  return count;
}

/**
 * Reverses the bytes of every `unit` within `bytes`, in place: big-endian elements become little-endian ones
 * and the other way round.
 *
 * @param itemsize bytes of one element; `bytes` holds whole elements
 * @param unit bytes of one swapped word, such as 4 for `U` and 8 for `c16`; it divides `itemsize`
 */
export function byteSwap(bytes: Uint8Array, itemsize: number, unit: number): void {
  if (unit <= 1 || itemsize === 0) return;
  const { buffer, byteOffset, byteLength } = bytes;
  const swapped = Buffer.from(buffer, byteOffset, byteLength);
  if (unit === 2) swapped.swap16();
  else if (unit === 4) swapped.swap32();
  else if (unit === 8) swapped.swap64();
  else for (let at = 0; at < byteLength; at += unit) bytes.subarray(at, at + unit).reverse();
}

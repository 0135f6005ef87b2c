/** Control bytes below this count literal bytes, those above are matches. */
const FIRST_MATCH = 32;
/** The length of a match in a control byte that says that it goes on. */
const LONG = 7;

/**
 * Decompresses LZF, which h5py has as its quick filter.
 *
 * @param length bytes that there should be
 * @returns undefined where the bytes are no such data
 */
export function decompressLzf(from: Uint8Array, length: number): Uint8Array | undefined {
  const into = Buffer.allocUnsafeSlow(length);
  let at = 0;
  let done = 0;
  while (at < from.length) {
    const control = from[at++] ?? 0;
    if (control < FIRST_MATCH) {
      const end = at + control + 1;
      if (end > from.length || done + control + 1 > length) return undefined;
      while (at < end) into[done++] = from[at++] as number;
      continue;
    }
    let count = control >> 5;
    if (count === LONG) count += from[at++] ?? 0;
    let source = done - ((control & 0x1f) << 8) - (from[at++] ?? 0) - 1;
    const end = done + count + 2;
    if (source < 0 || end > length || at > from.length) return undefined;
    // A match may go on into what it copies.
    while (done < end) into[done++] = into[source++] as number;
  }
  return done === length ? into : undefined;
}

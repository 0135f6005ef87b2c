/** Strict, and a byte order mark is a character. */
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** HDF5's number for UTF-8; strings that say so are, those that say ASCII may be anything. */
const UTF8 = 1;

/**
 * The text of a string of HDF5. What says that it is ASCII, and is not even UTF-8, is taken for Latin-1.
 *
 * @returns undefined for what says that it is UTF-8, and is not
 */
export function decodeText(bytes: Uint8Array, cset: number | undefined): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return cset === UTF8 ? undefined : Buffer.from(bytes).toString("latin1");
  }
}

/** Where a string that begins at an address in the memory of the library has its NUL; the address itself for none. */
export function stringEnd(heap: Uint8Array, address: number): number {
  if (address === 0) return 0;
  const end = heap.indexOf(0, address);
  return end === -1 ? heap.length : end;
}

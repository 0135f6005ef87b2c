/**
 * HDF5's shuffle: the first bytes of all elements, then the second bytes, and so on, so that equal ones are neighbours.
 *
 * @param bytes elements of `size` bytes each
 * @param into as long as `bytes`
 */
export function shuffle(bytes: Uint8Array, size: number, into: Uint8Array): void {
  const count = bytes.length / size;
  for (let byte = 0, to = 0; byte < size; byte++) {
    for (let element = 0, from = byte; element < count; element++, from += size, to++) {
      into[to] = bytes[from] ?? 0;
    }
  }
}

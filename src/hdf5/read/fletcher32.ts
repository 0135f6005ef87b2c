/** Words whose sums cannot overflow 32 bits. */
const BLOCK = 360;

/**
 * HDF5's checksum of the chunks that are written with it. It is over 16-bit words, the high byte first.
 *
 * @param bytes beginning at an even byte of its buffer
 */
export function fletcher32(bytes: Uint8Array): number {
  const words = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length >> 1);
  let one = 0;
  let two = 0;
  for (let at = 0; at < words.length; ) {
    const end = Math.min(at + BLOCK, words.length);
    for (; at < end; at++) {
      one += words[at] ?? 0;
      two += one;
    }
    one = folded(one);
    two = folded(two);
  }
  // Sums of words whose bytes are in turn are those of the words, bytes in turn.
  if (LITTLE) {
    one = swapped(folded(one));
    two = swapped(folded(two));
  }
  if ((bytes.length & 1) !== 0) {
    one = folded(one + ((bytes.at(-1) ?? 0) << 8));
    two = folded(two + one);
  }
  return ((folded(two) << 16) | folded(one)) >>> 0;
}

const LITTLE = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

function folded(sum: number): number {
  const once = (sum & 0xffff) + (sum >>> 16);
  return (once & 0xffff) + (once >>> 16);
}

function swapped(word: number): number {
  return ((word & 0xff) << 8) | (word >> 8);
}

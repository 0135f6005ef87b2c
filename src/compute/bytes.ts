/**
 * Truth of bytes, four at a time. Any byte but zero is true, as in NumPy; the results are bytes of 0 and 1.
 *
 * @module
 */

/** The bytes of a word as 0 and 1. */
export function truthsOf(word: number): number {
  // Adding 127 to the low seven bits of a byte sets its high bit unless they are all zero.
  return ((((word & 0x7f7f7f7f) + 0x7f7f7f7f) | word) >>> 7) & 0x01010101;
}

/** How many of the bytes `start` to `end - 1` are not zero. */
export function countNonzeroBytes(bytes: Uint8Array, start: number, end: number): number {
  const misaligned = (bytes.byteOffset + start) & 3;
  const head = Math.min(end, misaligned === 0 ? start : start + 4 - misaligned);
  const tail = head + Math.floor((end - head) / 4) * 4;
  let count = 0;
  for (let i = start; i < head; i++) count += (bytes[i] + 0xff) >>> 8;
  for (let i = tail; i < end; i++) count += (bytes[i] + 0xff) >>> 8;
  return tail > head
    ? count + countWords(new Int32Array(bytes.buffer, bytes.byteOffset + head, (tail - head) / 4))
    : count;
}

function countWords(words: Int32Array): number {
  let count = 0;
  for (let i = 0; i < words.length; i++) count += Math.imul(truthsOf(words[i]), 0x01010101) >>> 24;
  return count;
}

/**
 * The place of the first byte that is neither 0 nor 1 among bytes that are `stride` apart; -1 where there is none.
 *
 * @param stride in bytes; of any sign
 */
export function findStridedUntruth(bytes: Uint8Array, offset: number, stride: number, count: number): number {
  for (let done = 0; done < count; done += STRETCH) {
    const some = Math.min(STRETCH, count - done);
    const start = offset + done * stride;
    if (unionOf(bytes, start, stride, some) <= 1) continue;
    for (let i = 0; i < some; i++) if (bytes[start + i * stride] > 1) return done + i;
  }
  return -1;
}

/** Bytes that are looked at together. */
const STRETCH = 4096;

/** The bits that any of the bytes has. */
function unionOf(bytes: Uint8Array, start: number, stride: number, count: number): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  let at = start;
  let left = count;
  for (; left >= 4; left -= 4, at += 4 * stride) {
    a |= bytes[at];
    b |= bytes[at + stride];
    c |= bytes[at + 2 * stride];
    d |= bytes[at + 3 * stride];
  }
  for (; left > 0; left--, at += stride) a |= bytes[at];
  return a | b | c | d;
}

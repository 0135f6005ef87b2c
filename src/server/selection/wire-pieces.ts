import { CorruptError } from "../../errors.js";

/**
 * The bytes of an encoded array: its heads as they are, its elements where they belong.
 *
 * @param parts heads, and how many bytes of elements come between
 * @param elements pieces of all elements, which may lie across heads
 */
export async function* wirePieces(
  parts: readonly (Uint8Array | number)[],
  elements: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const iterator = elements[Symbol.asyncIterator]();
  let rest: Uint8Array = new Uint8Array(0);
  try {
    for (const part of parts) {
      if (typeof part !== "number") {
        yield part;
        continue;
      }
      for (let left = part; left > 0; ) {
        if (rest.length === 0) {
          const { done, value } = await iterator.next();
          if (done === true) throw new CorruptError("there are fewer elements than were announced");
          rest = value;
        }
        const piece = rest.subarray(0, left);
        rest = rest.subarray(piece.length);
        left -= piece.length;
        if (piece.length > 0) yield piece;
      }
    }
  } finally {
    await iterator.return?.();
  }
}

/** Bytes of all parts. */
export function lengthOf(parts: readonly (Uint8Array | number)[]): number {
  return parts.reduce<number>((sum, part) => sum + (typeof part === "number" ? part : part.length), 0);
}

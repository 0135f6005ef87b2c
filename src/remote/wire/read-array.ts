import type { DType } from "../../dtype/index.js";
import { ArrayReader } from "./array-reader.js";
import type { WireArray, WireTexts } from "./decode.js";

export interface ReadArrayOptions {
  /** What was asked for. An answer of another shape or dtype is a CorruptError. */
  readonly expected?:
    | { readonly shape?: readonly number[] | undefined; readonly dtype?: DType | undefined }
    | undefined;
  /** Bytes that the elements may take at most. */
  readonly limit: number;
  /** Where the elements go; of exactly their size. Else they get memory of their own. */
  readonly into?: Uint8Array | undefined;
  /** Called with the bytes of elements that have come, and with all where that is known. */
  readonly onBytes?: ((bytes: number, total: number | undefined) => void) | undefined;
}

/**
 * Reads one encoded array from the bytes of an answer as they come, into its place. What it says to be is judged before
 * memory is taken for it. A stream that is not read to its end is given back.
 *
 * @param stream the bytes, split in any way; a piece is not used once the next is asked for
 * @throws CorruptError where they are not one array, or not what was expected, LimitError where it is over the limit,
 * ShapeError where `into` has another size; what the stream throws
 */
export async function readArray(
  stream: AsyncIterable<Uint8Array>,
  options: ReadArrayOptions,
): Promise<WireArray | WireTexts> {
  const reader = new ArrayReader(options);
  for await (const piece of stream) reader.push(piece);
  return reader.end();
}

import type { DType } from "../../dtype/index.js";
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
 * Reads one encoded array from the bytes of an answer as they come.
 *
 * @throws CorruptError where they are not one, LimitError where it is over the limit, ShapeError where `into` has another size
 */
export async function readArray(
  stream: AsyncIterable<Uint8Array>,
  options: ReadArrayOptions,
): Promise<WireArray | WireTexts> {
  throw new Error(String([stream, options]));
}

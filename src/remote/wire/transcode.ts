import type { DType } from "../../dtype/index.js";

/**
 * Makes elements as they are in a file into those that are sent, in place: swapped, and records without their padding.
 *
 * @param from their dtype in the file
 * @param to the dtype that `wireElement` gave for it
 * @returns the bytes to send: the beginning of `bytes`
 */
export function transcode(bytes: Uint8Array, from: DType, to: DType): Uint8Array {
  throw new Error(String([bytes, from, to]));
}

/** The texts of `U` elements one after another: what is sent of them in the classic dialect. @throws CastError */
export function textsOf(bytes: Uint8Array, dtype: DType): string[] {
  throw new Error(String([bytes, dtype]));
}

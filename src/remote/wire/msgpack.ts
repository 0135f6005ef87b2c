export interface DecodeOptions {
  /** Arrays and maps within each other. */
  readonly maxDepth?: number | undefined;
}

/** A value in MessagePack. */
export function encodeValue(value: unknown): Uint8Array {
  throw new Error(String(value));
}

/** The value that the bytes are, maps as `Map`s. @throws FormatError */
export function decodeValue(bytes: Uint8Array, options: DecodeOptions = {}): unknown {
  throw new Error(String([bytes, options]));
}

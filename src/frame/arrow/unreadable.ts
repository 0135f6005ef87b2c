import { ClosedError, FormatError, isMemmapError, UnsupportedError } from "../../errors.js";

/** The error of this package for what Arrow's reader makes of bytes that are not as they should be. */
export function unreadable(error: unknown, what = "the Arrow data"): Error {
  if (isMemmapError(error)) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (message.includes("codec not found")) {
    return new UnsupportedError(
      `${what} is compressed, for which apache-arrow needs a codec: compressionRegistry.set(…); or write it without compression`,
      { cause: error },
    );
  }
  if (message.includes("detached ArrayBuffer")) {
    return new ClosedError(
      `${what} shares the bytes of a table that was closed, or of a column that was deleted; toArrow(view, { copy: true }) outlives them`,
      { cause: error },
    );
  }
  return new FormatError(`${what} cannot be read: ${message}`, { cause: error });
}

/** The same values, whose errors are this package's. */
export function* guarded<T>(values: Iterable<T>): Generator<T> {
  try {
    yield* values;
  } catch (error) {
    throw unreadable(error);
  }
}

import type { Result } from "./result.js";

/**
 * A result as an Arrow IPC stream; see `arrowStream`. Loads the package apache-arrow when it is first asked for.
 *
 * @param name what the one column of a result that is no records is called; `"value"` when left out
 * @throws UnsupportedError where that is not installed; DTypeError, LimitError
 */
export async function arrowOf(
  result: Result,
  name = "value",
): Promise<AsyncGenerator<Uint8Array, void, undefined>> {
  const { arrowStream } = await import("./arrow-stream.js");
  return arrowStream(result, name);
}

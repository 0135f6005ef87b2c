/** How bodies are written, as their headers say it. */
export const MEDIA_TYPE = "application/x-msgpack";
/** The profile that asks for NumPy's own types, and that answers of our servers carry. */
export const PROFILE = "memmap-table";

/**
 * The two ways to write arrays: `"classic"` is what the Python client of the protocol reads (numbers little-endian, texts
 * of any length, dates as integers), `"numpy"` has NumPy's own type strings and the bytes of the file.
 */
export type Dialect = "classic" | "numpy";

/** The `Content-Type` of an answer in a dialect, and the `Accept` that asks for it. */
export function mediaTypeOf(dialect: Dialect): string {
  return dialect === "numpy" ? `${MEDIA_TYPE};profile=${PROFILE}` : MEDIA_TYPE;
}

/** The dialect that an `Accept` asks for, or a `Content-Type` says. */
export function dialectOf(header: string | undefined): Dialect {
  throw new Error(header);
}

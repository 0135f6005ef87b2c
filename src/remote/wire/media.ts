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

/** The dialect that a `Content-Type` says, or that one of the types of an `Accept` asks for. */
export function dialectOf(header: string | undefined): Dialect {
  const types = (header ?? "").split(",").map((type) => type.split(";").map((part) => part.trim()));
  const isOurs = types.some(
    ([name = "", ...parameters]) =>
      name.toLowerCase() === MEDIA_TYPE &&
      parameters.some((parameter) => {
        const [key = "", value = ""] = parameter.split("=").map((part) => part.trim());
        return key.toLowerCase() === "profile" && value.replace(/^"(.*)"$/, "$1") === PROFILE;
      }),
  );
  return isOurs ? "numpy" : "classic";
}

/**
 * What the JSON of sidecars holds: JSON, and what Python's `json` writes beyond it, NaN, Infinity and integers of any
 * length. An integer is a bigint exactly where a number would lose digits. Keys are own properties, `__proto__` too.
 */
export type JsonValue = null | boolean | number | bigint | string | readonly JsonValue[] | JsonObject;

/** A JSON object. JavaScript puts keys that are whole numbers first; the others keep their order. */
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/** Array.isArray, which does not know readonly arrays. */
export function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

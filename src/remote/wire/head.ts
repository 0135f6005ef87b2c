import { CorruptError } from "../../errors.js";
import { decodeValue } from "./msgpack.js";
import { openedAt, scanValue } from "./scan.js";

/** The keys of an encoded array before its data, and the data's beginning. */
export interface Head {
  readonly keys: ReadonlyMap<unknown, unknown>;
  /** How many bins or texts there are, and where the first one begins. */
  readonly count: number;
  readonly at: number;
}

/** Records within records are arrays of arrays; this is deeper than any dtype. */
const LIMITS = { maxDepth: 128 };

/**
 * Looks for the head of an encoded array: keys in any order, `data` the last.
 *
 * @returns undefined where the bytes end within it
 * @throws FormatError where they are no map, CorruptError where it is no such map
 */
export function headIn(bytes: Uint8Array): Head | undefined {
  const map = openedAt(bytes, 0, "map");
  if (map === undefined) return undefined;
  const keys = new Map<unknown, unknown>();
  let { at } = map;
  const next = (): { readonly value: unknown } | undefined => {
    const end = scanValue(bytes, at, LIMITS);
    if (end < 0) return undefined;
    const value = decodeValue(bytes.subarray(at, end), LIMITS);
    at = end;
    return { value };
  };
  for (let left = map.length; left > 0; left--) {
    const key = next();
    if (key === undefined) return undefined;
    if (key.value === "data") {
      if (left > 1) throw new CorruptError("an encoded array whose data is not the last of its keys");
      const data = openedAt(bytes, at, "array");
      return data === undefined ? undefined : { keys, count: data.length, at: data.at };
    }
    const part = next();
    if (part === undefined) return undefined;
    keys.set(key.value, part.value);
  }
  const error = keys.get("error");
  throw new CorruptError(
    typeof error === "string"
      ? `the server broke off: ${error}`
      : "the answer is no encoded array: it has no data",
  );
}

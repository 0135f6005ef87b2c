import type { Descr } from "../dtype/index.js";
import { FormatError } from "../errors.js";
import { decodeJson, encodeJson, MAX_JSON_DEPTH, parseJson } from "./json.js";
import { JsonReader } from "./json-reader.js";
import type { JsonObject, JsonValue } from "./json-value.js";
import { schemaProblem } from "./schema-problem.js";
import { validateSidecar } from "./validators.js";

/** What a `.attr` file says. */
export interface Sidecar {
  /** The attribute as it stands in JSON; null where there is none. */
  readonly attr: JsonValue;
  /** What a file in the raw layout holds; undefined for one with NumPy's header, and for a group. */
  readonly raw?: RawDescription;
}

/** What is in a file that has no header. */
export interface RawDescription {
  /** A NumPy type string, or the fields of a structured dtype: in outline; which dtypes there are is not looked at. */
  readonly dtype: Descr;
  /** The lengths of its axes, rows first: whole numbers from 0. */
  readonly shape: readonly number[];
}

/** An attribute is as deep as JSON may be, in the sidecar's own object. */
const MAX_DEPTH = MAX_JSON_DEPTH + 1;

const RIGHT =
  'a sidecar is {"attr": …}, or in the raw layout {"dtype": "<f8", "shape": [100], "attr": …}, where attr is any JSON';

/**
 * Reads a sidecar. Members beside `attr`, `dtype` and `shape` are allowed, and ignored.
 *
 * @param bytes the whole file
 * @param path its path, for messages
 * @throws FormatError for over 16 MiB, an attribute more than 128 deep, what is no JSON, no object, or has one of dtype
 * and shape alone or of another type
 */
export function parseSidecar(bytes: Uint8Array, path: string): Sidecar {
  const json = parseJson(bytes, { path, maxDepth: MAX_DEPTH });
  if (!isSidecar(json)) throw refusal(json, path);
  const { attr = null, dtype, shape } = json;
  return dtype === undefined || shape === undefined ? { attr } : { attr, raw: { dtype, shape } };
}

/**
 * A sidecar's bytes, as Python's mmaptable writes it.
 *
 * @throws LimitError for over 16 MiB
 * @throws FormatError for a shape that is none
 */
export function formatSidecar({ attr, raw }: Sidecar, path?: string): Uint8Array {
  const json = raw === undefined ? { attr } : { dtype: toJson(raw.dtype), shape: raw.shape, attr };
  if (!isSidecar(json)) throw refusal(json, path);
  return encodeJson(json, { path });
}

/**
 * The sidecar of a raw file with another shape, every other byte as it was: what Python wrote is not written anew
 * because rows were added.
 *
 * @throws FormatError as {@link parseSidecar}, and where it is no sidecar of the raw layout
 */
export function reshapeSidecar(bytes: Uint8Array, shape: readonly number[], path: string): Uint8Array {
  const text = decodeJson(bytes, { path });
  const reader = new JsonReader(text, path, MAX_DEPTH);
  const json = reader.read();
  const span = reader.spans.get("shape");
  if (!isSidecar(json) || span === undefined) throw refusal(json, path);
  return new TextEncoder().encode(`${text.slice(0, span.start)}${stringifyJson(shape)}${text.slice(span.end)}`);
}

import type { Descr } from "../dtype/index.js";
import { FormatError } from "../errors.js";
import { decodeJson, MAX_JSON_DEPTH, parseJson, stringifyJson, toBytes } from "./json.js";
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
  const { attr = null, dtype, shape } = checked(parseJson(bytes, { path, maxDepth: MAX_DEPTH }), path);
  if (dtype === undefined || shape === undefined) return { attr };
  // JSON has a zero with a sign, which is a length of zero all the same.
  return { attr, raw: { dtype, shape: shape.map(Math.abs) } };
}

/**
 * A sidecar's bytes, as Python's mmaptable writes it.
 *
 * @param path its path, for messages
 * @throws LimitError for over 16 MiB
 * @throws FormatError for a dtype or shape that is none
 */
export function formatSidecar({ attr, raw }: Sidecar, path?: string): Uint8Array {
  const json = raw === undefined ? { attr } : { dtype: raw.dtype, shape: raw.shape, attr };
  return toBytes(stringifyJson(checked(json, path)), { path });
}

/**
 * The sidecar of a raw file with another shape, every other byte as it was: what another program wrote is not written
 * anew because rows were added.
 *
 * @throws FormatError as {@link parseSidecar}, and where it is no sidecar of the raw layout
 * @throws LimitError for over 16 MiB
 */
export function reshapeSidecar(bytes: Uint8Array, shape: readonly number[], path: string): Uint8Array {
  const text = decodeJson(bytes, { path });
  const reader = new JsonReader(text, path, MAX_DEPTH);
  checked({ ...checked(reader.read(), path), shape }, path);
  const span = reader.spans.get("shape");
  if (span === undefined) throw new FormatError(`${path}: there is no shape; ${RIGHT}`, { path });
  return toBytes(text.slice(0, span.start) + stringifyJson(shape) + text.slice(span.end), { path });
}

interface SidecarJson extends JsonObject {
  readonly attr?: JsonValue;
  readonly dtype?: Descr;
  readonly shape?: readonly number[];
}

function checked(json: JsonValue, path: string | undefined): SidecarJson {
  if (isSidecar(json)) return json;
  const problem = schemaProblem(validateSidecar, json, "the sidecar");
  throw new FormatError(`${path === undefined ? "" : `${path}: `}${problem}; ${RIGHT}`, { path });
}

function isSidecar(json: JsonValue): json is SidecarJson {
  return validateSidecar(json);
}

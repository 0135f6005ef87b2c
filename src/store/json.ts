import { FormatError, LimitError } from "../errors.js";
import { JsonReader } from "./json-reader.js";
import { isList, type JsonValue } from "./json-value.js";

export type { JsonObject, JsonValue } from "./json-value.js";

/** The longest sidecar, in bytes. */
export const MAX_JSON_BYTES = 16 * 2 ** 20;

/** The deepest nesting of arrays and objects: `[[1]]` is two deep. */
export const MAX_JSON_DEPTH = 128;

/** What {@link parseJson} is told. */
export interface JsonOptions {
  /** The file's path, for messages. */
  readonly path: string;
  /** The longest file; 16 MiB unless given. */
  readonly maxBytes?: number;
  /** The deepest nesting; 128 unless given. */
  readonly maxDepth?: number;
}

/**
 * Parses JSON in Python's dialect, in linear time. Of equal keys the last counts; a byte order mark is skipped.
 *
 * @throws FormatError with the line and column of what is no such JSON; for bytes that are no UTF-8, more bytes than
 * `maxBytes` and nesting beyond `maxDepth` as well
 */
export function parseJson(bytes: Uint8Array, options: JsonOptions): JsonValue {
  const { path, maxDepth = MAX_JSON_DEPTH } = options;
  const text = decodeJson(bytes, options);
  if (isOrdinary(bytes, maxDepth)) {
    try {
      const value: JsonValue = JSON.parse(text);
      return value;
    } catch {
      // Python's words, or no JSON at all: the reader below knows, and says where.
    }
  }
  return new JsonReader(text, path, maxDepth).read();
}

const strict = new TextDecoder("utf-8", { fatal: true });
const encoder = new TextEncoder();
const lossy = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * The text of a JSON file, without its byte order mark.
 *
 * @throws FormatError for too many bytes, and for bytes that are no UTF-8
 */
export function decodeJson(bytes: Uint8Array, { path, maxBytes = MAX_JSON_BYTES }: JsonOptions): string {
  if (bytes.length > maxBytes) {
    throw new FormatError(`${path}: ${bytes.length} bytes of JSON are too many; the most are ${maxBytes}`, {
      path,
    });
  }
  try {
    return strict.decode(bytes);
  } catch (cause) {
    const readable = Buffer.from(lossy.decode(bytes));
    const at = bytes.findIndex((byte, index) => byte !== readable[index]);
    throw new FormatError(`${path}: JSON is UTF-8, which the bytes from ${at} on are not`, { path, cause });
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const POINT = 0x2e;
/** 2⁵³ has 16 digits. */
const DIGITS = 16;

/**
 * Whether JSON.parse says of this text the same as the reader, if it says anything: nothing is nested too deep, and no
 * integer has digits to lose. Where brackets and quotes do not pair, JSON.parse stops before it matters.
 */
function isOrdinary(bytes: Uint8Array, maxDepth: number): boolean {
  let depth = 0;
  let digits = 0;
  let inString = false;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (inString) {
      if (byte === BACKSLASH) at += 1;
      else if (byte === QUOTE) inString = false;
      continue;
    }
    if (byte >= 0x30 && byte <= 0x39) {
      digits += 1;
      if (digits === DIGITS) return false;
      continue;
    }
    // Digits behind a point are a fraction's: they are read alike.
    digits = byte === POINT ? Number.NEGATIVE_INFINITY : 0;
    if (byte === QUOTE) inString = true;
    // [ and {, ] and } differ in one bit.
    else if ((byte | 0x20) === 0x7b) {
      depth += 1;
      if (depth > maxDepth) return false;
    } else if ((byte | 0x20) === 0x7d) depth -= 1;
  }
  return true;
}

/** What {@link stringifyJson} is told. */
export interface StringifyOptions {
  /** Whether keys are sorted, at every depth, by UTF-16 units. */
  readonly sortKeys?: boolean;
}

/**
 * JSON as Python's `json.dumps` prints it: `", "` and `": "`, everything beyond printable ASCII escaped. What
 * {@link parseJson} gave is printed in its dialect; other values are printed so that it reads back the same: a number
 * beyond ±2⁵³ with an exponent, so that it is no integer, and negative zero as `-0.0`.
 */
export function stringifyJson(value: JsonValue, { sortKeys = false }: StringifyOptions = {}): string {
  return print(value, sortKeys);
}

function print(value: JsonValue, sortKeys: boolean): string {
  if (typeof value === "string") return quote(value);
  if (typeof value === "number") return formatNumber(value);
  if (typeof value !== "object" || value === null) return String(value);
  if (isList(value)) return `[${value.map((item) => print(item, sortKeys)).join(", ")}]`;
  const keys = Object.keys(value);
  if (sortKeys) keys.sort();
  let members = "";
  for (const key of keys) {
    if (members !== "") members += ", ";
    members += `${quote(key)}: ${print(value[key] ?? null, sortKeys)}`;
  }
  return `{${members}}`;
}

/**
 * The bytes of a JSON text.
 *
 * @throws LimitError where they are more than {@link parseJson} would take
 */
export function toBytes(
  text: string,
  { path, maxBytes = MAX_JSON_BYTES }: { path?: string | undefined; maxBytes?: number } = {},
): Uint8Array {
  const bytes = encoder.encode(text);
  if (bytes.length <= maxBytes) return bytes;
  const where = path === undefined ? "" : `${path}: `;
  throw new LimitError(`${where}${bytes.length} bytes of JSON are too many; the most are ${maxBytes}`, {
    path,
  });
}

/** A string in ASCII, as Python escapes it. */
function quote(text: string): string {
  if (/^[ !#-[\]-~]*$/.test(text)) return `"${text}"`;
  return JSON.stringify(text).replace(
    /[\x7f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function formatNumber(value: number): string {
  if (Object.is(value, -0)) return "-0.0";
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? value.toExponential() : String(value);
}

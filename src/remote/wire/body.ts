import { showValue } from "../../dtype/index.js";
import { FormatError } from "../../errors.js";
import { decodeValue, encodeValue } from "./msgpack.js";
import { parseSlice } from "./parse-slice.js";
import { SliceReader } from "./read-slice.js";
import { headAt, openedAt, scanValue } from "./scan.js";
import type { AxisSelection } from "./selection.js";
import { SLICE_LIMITS, type SliceLimits } from "./slice-limits.js";
import { encodeSlice } from "./write-slice.js";

/** What a request asks for. */
export interface Query {
  readonly object?: string | undefined;
  /** Groups within groups, or directories within directories. */
  readonly maxDepth: number;
  /** Bytes of the datasets that come with the object that they are in. */
  readonly dataSizeLimit: number;
  /** `[]` is all of a scalar. */
  readonly slice?: readonly AxisSelection[] | undefined;
  /** Of a table. */
  readonly columns?: readonly string[] | undefined;
  /** Of a table: an expression that its rows make true. */
  readonly where?: string | undefined;
}

/** Bytes of an object's name. */
const MAX_NAME = 4096;
/** Bytes of an expression. */
const MAX_WHERE = 65536;
const MAX_INT32 = 2 ** 31 - 1;

/** The keys of requests, and how the value of each is judged. */
const KEYS = new Map<string, (value: unknown, limits: SliceLimits) => Partial<Query>>([
  ["object", (value) => ({ object: nameOf(value, "object") })],
  ["slice", (value, limits) => ({ slice: parseSlice(value, limits) })],
  ["max_depth", (value) => ({ maxDepth: countOf(value, "max_depth") })],
  ["data_size_limit", (value) => ({ dataSizeLimit: countOf(value, "data_size_limit") })],
  ["columns", (value) => ({ columns: namesOf(value) })],
  ["where", (value) => ({ where: textOf(value, "where", MAX_WHERE) })],
]);

/** More than so many keys are a mistake. */
const MAX_KEYS = 16;
/** Lists of names, the most that values other than slices are. */
const VALUE_LIMITS = { maxDepth: 1, maxMaps: 0, floats: false };
/** Bytes of such a value; texts of slices may be longer. */
const MAX_VALUE = 1 << 20;

/**
 * What the body of a POST asks for. Takes time and memory by its bytes: at most 8 bytes for each of them.
 *
 * @throws FormatError for what is no map of known keys with values as they should be, each once; IndexError for numbers
 * in a slice that no dataset has
 */
export function parseBody(bytes: Uint8Array, limits: Partial<SliceLimits> = {}): Query {
  const all = { ...SLICE_LIMITS, ...limits };
  const opened = openedAt(bytes, 0, "map");
  if (opened === undefined) throw new FormatError("the body of a request is a map");
  if (opened.length > MAX_KEYS) throw new FormatError(`a request has ${opened.length} keys`);
  const values = new Map<unknown, unknown>();
  let { at } = opened;
  for (let pair = 0; pair < opened.length; pair++) {
    const key = valueAt(bytes, at, MAX_VALUE);
    if (values.has(key.value)) throw new FormatError("a key of the request is there twice");
    const isSlice = key.value === "slice";
    const { value, end } = isSlice ? sliceAt(bytes, key.end, all) : valueAt(bytes, key.end, MAX_VALUE);
    values.set(key.value, value);
    at = end;
  }
  if (at < bytes.length) throw new FormatError(`MessagePack: ${bytes.length - at} bytes behind the value`);
  return queryOf(values, all);
}

interface Found {
  readonly value: unknown;
  readonly end: number;
}

/** A value that is no slice. */
function valueAt(bytes: Uint8Array, at: number, most: number): Found {
  const end = scanValue(bytes, at, VALUE_LIMITS);
  if (end < 0) throw new FormatError(`MessagePack: ${bytes.length} bytes are not the whole of the request`);
  if (end - at > most) throw new FormatError(`a value of the request has more than ${most} bytes`);
  return { value: decodeValue(bytes.subarray(at, end), VALUE_LIMITS), end };
}

function sliceAt(bytes: Uint8Array, at: number, limits: SliceLimits): Found {
  if (headAt(bytes, at, false)?.kind !== "array") return valueAt(bytes, at, 4 * limits.maxText);
  const reader = new SliceReader(bytes, at, limits);
  const value = reader.read();
  return { value, end: reader.end };
}

/**
 * What the parameters of a GET ask for; unknown ones do not matter.
 *
 * @throws FormatError for values that are not as they should be, and known parameters that are there twice; IndexError
 * for slices that differ behind their first axis
 */
export function parseQuery(parameters: URLSearchParams | string, limits: Partial<SliceLimits> = {}): Query {
  const values = new Map<string, unknown>();
  for (const [key, value] of new URLSearchParams(parameters)) {
    if (!KEYS.has(key)) continue;
    if (values.has(key)) throw new FormatError(`the parameter ${key} is there twice`);
    values.set(key, valueOf(key, value));
  }
  return queryOf(values, { ...SLICE_LIMITS, ...limits });
}

function valueOf(key: string, value: string): unknown {
  if (key === "columns") return value === "" ? [] : value.split(",");
  if (key !== "max_depth" && key !== "data_size_limit") return value;
  // What would not be plain decimal digits is left as the text that it is, and refused as such.
  return /^[0-9]{1,10}$/.test(value) && Number(value) <= MAX_INT32 ? Number(value) : value;
}

function queryOf(values: ReadonlyMap<unknown, unknown>, limits: SliceLimits): Query {
  let query: Query = { maxDepth: 0, dataSizeLimit: MAX_INT32 };
  for (const [key, value] of values) {
    const judge = typeof key === "string" ? KEYS.get(key) : undefined;
    if (judge === undefined) {
      throw new FormatError(
        `a request has no key ${showValue(key)}; there are ${[...KEYS.keys()].join(", ")}`,
      );
    }
    query = { ...query, ...judge(value, limits) };
  }
  if (query.object !== undefined) return query;
  for (const key of ["slice", "columns", "where"] as const) {
    if (query[key] !== undefined) throw new FormatError(`${key} needs an object`);
  }
  return query;
}

function textOf(value: unknown, key: string, most: number): string {
  if (typeof value !== "string") throw new FormatError(`${key} is ${showValue(value)}, not a text`);
  if (Buffer.byteLength(value) > most) throw new FormatError(`${key} is longer than ${most} bytes`);
  return value;
}

function nameOf(value: unknown, key: string): string {
  const name = textOf(value, key, MAX_NAME);
  if (/[\0-\x1f]/.test(name)) throw new FormatError(`${key} has control characters in it`);
  return name;
}

function namesOf(value: unknown): readonly string[] {
  if (!Array.isArray(value)) throw new FormatError(`columns is ${showValue(value)}, not a list of names`);
  return value.map((name: unknown) => nameOf(name, "columns"));
}

function countOf(value: unknown, key: string): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw new FormatError(`${key} is ${showValue(value)}, not a whole number from 0`);
}

/**
 * The body of a request, its keys in the order of the Python client's.
 *
 * @throws CastError for names with unpaired surrogates
 */
export function encodeBody({
  object,
  dataSizeLimit,
  maxDepth,
  slice,
  columns,
  where,
}: Partial<Query>): Uint8Array {
  const before = new Map<string, unknown>([
    ["object", object],
    ["data_size_limit", dataSizeLimit],
    ["max_depth", maxDepth],
  ]);
  const behind = new Map<string, unknown>([
    ["columns", columns],
    ["where", where],
  ]);
  const parts = [
    ...encodedEntries(before),
    ...(slice === undefined ? [] : [encodeValue("slice"), encodeSlice(slice)]),
    ...encodedEntries(behind),
  ];
  return Buffer.concat([Uint8Array.of(0x80 + parts.length / 2), ...parts]);
}

/** Keys and values of those that are there. */
function encodedEntries(entries: ReadonlyMap<string, unknown>): Uint8Array[] {
  return Array.from(entries)
    .filter(([, value]) => value !== undefined)
    .flatMap(([key, value]) => [encodeValue(key), encodeValue(value)]);
}

/** The body of an answer that is an error. */
export function errorBody(message: string): Uint8Array {
  return encodeValue({ error: message.replace(/\p{Surrogate}/gu, "\ufffd") });
}

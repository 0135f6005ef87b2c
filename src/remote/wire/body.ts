import { showValue } from "../../dtype/index.js";
import { FormatError } from "../../errors.js";
import { decodeValue, encodeValue } from "./msgpack.js";
import { parseSlice } from "./parse-slice.js";
import { openedAt } from "./scan.js";
import { type AxisSelection, formatSlice } from "./selection.js";

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
const KEYS = new Map<string, (value: unknown) => Partial<Query>>([
  ["object", (value) => ({ object: nameOf(value, "object") })],
  ["slice", (value) => ({ slice: parseSlice(value) })],
  ["max_depth", (value) => ({ maxDepth: countOf(value, "max_depth") })],
  ["data_size_limit", (value) => ({ dataSizeLimit: countOf(value, "data_size_limit") })],
  ["columns", (value) => ({ columns: namesOf(value) })],
  ["where", (value) => ({ where: textOf(value, "where", MAX_WHERE) })],
]);

/** A map of keys, an index in a slice. More maps than that are a mistake. */
const BODY_LIMITS = { maxDepth: 6, maxMaps: 16, floats: false };

/**
 * What the body of a POST asks for. Takes time and memory by its bytes.
 *
 * @throws FormatError for what is no map of known keys with values as they should be, each once; IndexError for numbers
 * in a slice that no dataset has
 */
export function parseBody(bytes: Uint8Array): Query {
  const body = decodeValue(bytes, BODY_LIMITS);
  if (!(body instanceof Map)) throw new FormatError("the body of a request is a map");
  if (openedAt(bytes, 0, "map")?.length !== body.size)
    throw new FormatError("a key of the request is there twice");
  return queryOf(body);
}

/**
 * What the parameters of a GET ask for; unknown ones do not matter.
 *
 * @throws FormatError for values that are not as they should be, and known parameters that are there twice; IndexError
 * for slices that differ behind their first axis
 */
export function parseQuery(parameters: URLSearchParams | string): Query {
  const values = new Map<string, unknown>();
  for (const [key, value] of new URLSearchParams(parameters)) {
    if (!KEYS.has(key)) continue;
    if (values.has(key)) throw new FormatError(`the parameter ${key} is there twice`);
    values.set(key, valueOf(key, value));
  }
  return queryOf(values);
}

function valueOf(key: string, value: string): unknown {
  if (key === "columns") return value === "" ? [] : value.split(",");
  if (key !== "max_depth" && key !== "data_size_limit") return value;
  // What would not be plain decimal digits is left as the text that it is, and refused as such.
  return /^[0-9]{1,10}$/.test(value) && Number(value) <= MAX_INT32 ? Number(value) : value;
}

function queryOf(values: ReadonlyMap<unknown, unknown>): Query {
  let query: Query = { maxDepth: 0, dataSizeLimit: MAX_INT32 };
  for (const [key, value] of values) {
    const judge = typeof key === "string" ? KEYS.get(key) : undefined;
    if (judge === undefined) {
      throw new FormatError(
        `a request has no key ${showValue(key)}; there are ${[...KEYS.keys()].join(", ")}`,
      );
    }
    query = { ...query, ...judge(value) };
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
  const entries: readonly (readonly [key: string, value: unknown])[] = [
    ["object", object],
    ["data_size_limit", dataSizeLimit],
    ["max_depth", maxDepth],
    ["slice", slice === undefined ? undefined : formatSlice(slice)],
    ["columns", columns],
    ["where", where],
  ];
  return encodeValue(new Map(entries.filter(([, value]) => value !== undefined)));
}

/** The body of an answer that is an error. */
export function errorBody(message: string): Uint8Array {
  return encodeValue({ error: message.replace(/\p{Surrogate}/gu, "\ufffd") });
}

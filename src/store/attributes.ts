import { ownEntry } from "../dtype/index.js";
import { type AttrValue, TAGS } from "./attribute-value.js";
import { isList, type JsonObject, type JsonValue } from "./json-value.js";
import { decodeArray } from "./typed-data.js";

export { encodeAttr } from "./attribute-encoder.js";
export type { AttrArray, AttrInput, AttrValue } from "./attribute-value.js";

const NUMBERS: ReadonlyMap<JsonValue, number> = new Map([
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
]);

/**
 * The attribute that a sidecar's JSON stands for; every JSON value is one. NaN, Infinity and long integers as Python
 * writes them are what they are. Makes a new, deeply frozen value at each call.
 */
export function decodeAttr(json: JsonValue): AttrValue {
  if (typeof json !== "object" || json === null) return json;
  if (isList(json)) return Object.freeze(json.map(decodeAttr));
  return decodeTag(json) ?? decodeObject(json);
}

function decodeObject(json: JsonObject): AttrValue {
  const object: { [key: string]: AttrValue } = {};
  for (const [key, value] of Object.entries(json)) ownEntry(object, key, decodeAttr(value));
  return Object.freeze(object);
}

/** What a tag stands for, or undefined for an ordinary object. */
function decodeTag(json: JsonObject): AttrValue | undefined {
  const tag = onlyEntry(json);
  if (tag === undefined) return undefined;
  const [key, value] = tag;
  switch (key) {
    case "$date":
      return decodeDate(value);
    case "$bigint":
      return typeof value === "string" && /^(0|-?[1-9][0-9]*)$/.test(value) ? BigInt(value) : undefined;
    case "$number":
      return NUMBERS.get(value);
    case "$array":
      return decodeArray(value);
    case "$object":
      return decodeEscaped(value);
    default:
      return undefined;
  }
}

function decodeDate(value: JsonValue): Date | undefined {
  if (typeof value !== "string") return undefined;
  const date = new Date(value);
  // Only what a Date writes: "2024" is a date to JavaScript, but may be anything to whoever wrote it.
  if (Number.isNaN(date.getTime()) || date.toISOString() !== value) return undefined;
  return Object.freeze(date);
}

function decodeEscaped(value: JsonValue): AttrValue | undefined {
  if (typeof value !== "object" || value === null || isList(value)) return undefined;
  const inner = onlyEntry(value);
  return inner !== undefined && TAGS.has(inner[0]) ? decodeObject(value) : undefined;
}

/** The entry of an object that has one. */
function onlyEntry(json: JsonObject): [string, JsonValue] | undefined {
  const [entry, ...more] = Object.entries(json);
  return more.length === 0 ? entry : undefined;
}

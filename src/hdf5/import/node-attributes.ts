import { ownEntry } from "../../dtype/index.js";
import { isMemmapError } from "../../errors.js";
import { type AttrInput, decodeAttr, encodeAttr } from "../../store/index.js";
import { parseJson } from "../../store/json.js";
import { isList, type JsonValue } from "../../store/json-value.js";
import { attributeNames } from "../attribute-memory.js";
import { type ReferenceReader, readAttribute } from "../attributes.js";
import type { Handle } from "../handle.js";
import type { Skips } from "./options.js";

/** What begins so is what an export adds to say what HDF5 has no words for. */
const MARKER = "memmap_table_";
const DTYPE = `${MARKER}dtype`;
const KINDS = `${MARKER}attrs`;

/** The attributes of a node of an HDF5 file. */
export interface NodeAttributes {
  /** As the attribute of a node here, null where there are none. */
  readonly attr: AttrInput;
  /** The dtype that an export says its dataset was of. */
  readonly dtype: string | undefined;
}

/** @throws CastError naming the attribute that has no place here, unless somebody is told of it; LimitError, CorruptError */
export function readNodeAttributes(
  handle: Handle,
  path: string,
  reference: ReferenceReader,
  skips: Skips,
): NodeAttributes {
  const values = new Map<string, AttrInput>();
  for (const name of attributeNames(handle, path)) {
    try {
      const value = readAttribute(handle, path, name, reference);
      // Where its JSON would be too large, its name is still known.
      encodeAttr(value, `${handle.path}: the attribute "${name}" of "${path}"`);
      values.set(name, value);
    } catch (error) {
      if (!isMemmapError(error, "CAST") && !isMemmapError(error, "LIMIT")) throw error;
      skips.orThrow(error, path, name);
    }
  }
  const dtype = values.get(DTYPE);
  return {
    attr: attrOf(values, handle.path),
    dtype: typeof dtype === "string" ? dtype : undefined,
  };
}

function attrOf(values: ReadonlyMap<string, AttrInput>, file: string): AttrInput {
  const marker = readMarker(values.get(KINDS), file);
  const attr: { [key: string]: AttrInput } = {};
  for (const [name, value] of values) {
    if (name.startsWith(MARKER)) continue;
    ownEntry(attr, name, ofKind(value, marker?.kinds.get(name), file));
  }
  if (marker?.isWhole === true && Object.hasOwn(attr, "attr")) return attr["attr"] ?? null;
  return marker === undefined && Object.keys(attr).length === 0 ? null : attr;
}

interface Marker {
  /** Whether the attribute was no object, and is the one called `attr`. */
  readonly isWhole: boolean;
  readonly kinds: ReadonlyMap<string, JsonValue>;
}

function readMarker(text: AttrInput | undefined, file: string): Marker | undefined {
  const json = typeof text === "string" ? parsed(text, file) : undefined;
  if (typeof json !== "object" || json === null || isList(json)) return undefined;
  const { kinds = {}, whole } = json;
  const entries = typeof kinds === "object" && kinds !== null ? Object.entries(kinds) : [];
  return { isWhole: whole === true, kinds: new Map(entries) };
}

function parsed(text: string, file: string): JsonValue | undefined {
  try {
    return parseJson(Buffer.from(text), { path: file });
  } catch (error) {
    if (isMemmapError(error)) return undefined;
    throw error;
  }
}

/** A value as what it was before it was exported; as it is, where it is no longer that. */
function ofKind(value: AttrInput, kind: JsonValue | undefined, file: string): AttrInput {
  switch (kind) {
    case "json": {
      const json = typeof value === "string" ? parsed(value, file) : undefined;
      return json === undefined ? value : decodeAttr(json);
    }
    case "date": {
      const date = new Date(typeof value === "string" ? value : Number.NaN);
      return !Number.isNaN(date.getTime()) && date.toISOString() === value ? date : value;
    }
    case "bigint":
      return Number.isSafeInteger(value) ? BigInt(value as number) : value;
    case "list":
      return plainList(value);
    case "clamped":
      return value instanceof Uint8Array ? Uint8ClampedArray.from(value) : value;
    default:
      return value;
  }
}

function plainList(value: AttrInput): AttrInput {
  if (ArrayBuffer.isView(value)) return Array.from(value as Iterable<number | bigint>, plainNumber);
  return Array.isArray(value) ? value.map(plainList) : value;
}

function plainNumber(value: number | bigint): number | bigint {
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

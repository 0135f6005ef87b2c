import type { ArrayView } from "../array/index.js";
import { nest, ownEntry } from "../dtype/index.js";
import { CorruptError, isMemmapError } from "../errors.js";
import { type AttrInput, type AttrValue, decodeAttr, encodeAttr } from "../store/index.js";
import { parseJson } from "../store/json.js";
import type { RawAttributes } from "./remote-facts.js";
import { isWireTexts, viewOf, type WireArray, type WireTexts } from "./wire/index.js";

/**
 * The attributes of a group or dataset by their names: numbers, bigints, strings, booleans, `{ re, im }`, objects for records;
 * typed arrays for one axis of numbers, lists of them for more, lists for everything else. Those that have no value here are
 * left out; text that is no UTF-8 is its bytes.
 */
export type RemoteAttributes = ReadonlyMap<string, AttrInput>;

export function attributesOf(raw: RawAttributes): RemoteAttributes {
  const values = new Map<string, AttrInput>();
  for (const [name, value] of raw) {
    const plain = isWireTexts(value) ? ofItems(value) : ofArray(value);
    if (plain !== undefined) values.set(name, plain as AttrInput);
  }
  return values;
}

function ofArray(array: WireArray): unknown {
  if (array.dtype === undefined) return undefined;
  try {
    return plain(viewOf(array));
  } catch (error) {
    if (isMemmapError(error, "CAST")) return array.bytes.slice();
    throw error;
  }
}

function plain(view: ArrayView): unknown {
  if (view.ndim === 0) return view.at();
  if (view.ndim === 1) return view.toArray();
  return Array.from({ length: view.length }, (_, row) => plain(view.view(row)));
}

function ofItems({ shape, items }: WireTexts): unknown {
  const values = items.map((item) => (typeof item === "string" ? item : ofArray(item)));
  return shape.length === 0 ? values[0] : nest(shape, (i) => values[i]);
}

/**
 * The attribute as a whole: what the store on the server has, where the server says it; else the attributes by their names.
 *
 * @param label the object, for messages
 * @throws CorruptError where it is no JSON
 */
export function attrOf(raw: RawAttributes, json: string | undefined, label: string): AttrValue {
  if (json === undefined) return raw.size === 0 ? null : objectOf(attributesOf(raw));
  try {
    return decodeAttr(parseJson(new TextEncoder().encode(json), { path: label }));
  } catch (cause) {
    throw new CorruptError(`${label}: its attribute is no JSON`, { cause });
  }
}

/** Frozen, as attributes are. */
function objectOf(values: RemoteAttributes): AttrValue {
  const object: { [key: string]: AttrInput } = {};
  for (const [name, value] of values) ownEntry(object, name, value);
  return decodeAttr(encodeAttr(object));
}

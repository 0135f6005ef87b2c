import { type ArrayView, dtypeOf, type TypedArray, viewTyped, wrap } from "../../array/index.js";
import { parseDType } from "../../dtype/index.js";
import { isAttrObject } from "../../group/node-attributes.js";
import { type AttrValue, decodeAttr, encodeAttr, type JsonValue } from "../../store/index.js";
import { stringifyJson } from "../../store/json.js";
import type { ServedAttribute, ServedItems } from "./served.js";

/** What an attribute that has no keys is called. */
const WHOLE = "attr";

/**
 * The attributes that the attribute of a group or array in a store is shown as: one for each key of an object; one named
 * `attr` for everything else, none for null.
 *
 * | value | shown as |
 * | --- | --- |
 * | whole numbers, and bigints of 64 bits | `<i8`, or `<u8` where they are too large for it |
 * | other numbers | `<f8` |
 * | booleans | `\|b1` |
 * | strings, and dates in ISO 8601 | text |
 * | typed arrays | arrays of their own type |
 * | lists of one kind of these, also regular ones of lists | arrays of that type |
 * | everything else | the text of its JSON |
 */
export function attributesOf(attr: JsonValue): readonly ServedAttribute[] {
  const value = decodeAttr(attr);
  if (value === null) return [];
  const entries: [string, AttrValue][] = isAttrObject(value) ? Object.entries(value) : [[WHOLE, value]];
  return entries.map(([name, item]) => ({ name, value: shown(item) }));
}

function shown(value: AttrValue): ArrayView | ServedItems {
  if (isTyped(value)) return typed(value);
  const shape = Array.isArray(value) ? regularShape(value) : [];
  const items = shape === undefined || !Array.isArray(value) ? [value] : value.flat(shape.length - 1);
  return (shape === undefined ? undefined : ofOneKind(items, shape)) ?? textOf(value);
}

function textOf(value: AttrValue): ServedItems {
  return { shape: [], items: [stringifyJson(encodeAttr(value))] };
}

function isTyped(value: AttrValue): value is Extract<AttrValue, ArrayBufferView> {
  return ArrayBuffer.isView(value);
}

function typed(array: TypedArray, shape: readonly number[] = [array.length]): ArrayView {
  return wrap(viewTyped(array, { dtype: dtypeOf(array), shape }), false);
}

/** The lengths of lists within lists; undefined where they differ, or nothing is in them. */
function regularShape(list: readonly AttrValue[]): readonly number[] | undefined {
  const [first] = list;
  if (list.length === 0) return undefined;
  if (!Array.isArray(first)) return list.some((item) => Array.isArray(item)) ? undefined : [list.length];
  const inner = regularShape(first);
  if (inner === undefined) return undefined;
  const isSame = (item: AttrValue) => Array.isArray(item) && String(regularShape(item)) === String(inner);
  return list.every(isSame) ? [list.length, ...inner] : undefined;
}

/** Values of one kind as an array; undefined where they are of several, or of none that arrays have. */
function ofOneKind(
  values: readonly AttrValue[],
  shape: readonly number[],
): ArrayView | ServedItems | undefined {
  const texts = values.map((value) => (value instanceof Date ? value.toISOString() : value));
  if (texts.every((text) => typeof text === "string")) return { shape, items: texts };
  if (values.every((value) => typeof value === "boolean")) {
    const strided = viewTyped(Uint8Array.from(values, Number), { dtype: parseDType("u1"), shape });
    return wrap({ ...strided, dtype: parseDType("b1") }, false);
  }
  if (values.every(isWhole)) return integers(values.map(BigInt), shape);
  if (values.every((value) => typeof value === "number")) return typed(Float64Array.from(values), shape);
  return undefined;
}

function isWhole(value: AttrValue): value is number | bigint {
  return typeof value === "bigint" || (Number.isSafeInteger(value) && !Object.is(value, -0));
}

function integers(values: readonly bigint[], shape: readonly number[]): ArrayView | undefined {
  if (values.every((value) => BigInt.asIntN(64, value) === value)) {
    return typed(BigInt64Array.from(values), shape);
  }
  return values.every((value) => BigInt.asUintN(64, value) === value)
    ? typed(BigUint64Array.from(values), shape)
    : undefined;
}

import { dtypeOf } from "../../array/index.js";
import { parseDType } from "../../dtype/index.js";
import type { AttrArray } from "../../store/attributes.js";
import { type AttrValue, encodeAttr } from "../../store/index.js";
import { stringifyJson } from "../../store/json.js";
import { encodeDatatype, isNameable, VARIABLE_BYTES, variableText } from "../format/encode-datatype.js";
import type { GlobalHeap } from "../format/encode-global-heap.js";
import { type EncodedAttribute, MAX_MESSAGE } from "../format/encode-messages.js";

/**
 * What the value of an attribute is here, where the attribute in HDF5 does not say it: JSON text; the text of a `Date`; a bigint;
 * a list, not a typed array; a `Uint8ClampedArray`.
 */
export type AttributeKind = "json" | "date" | "bigint" | "list" | "clamped";

/** A value as HDF5 has it. */
export interface EncodedValue extends Omit<EncodedAttribute, "name"> {
  readonly kind?: AttributeKind;
}

const TEXT = variableText();

const typeOf = (dtype: "b1" | "<i8" | "<u8" | "<f8") =>
  encodeDatatype(parseDType(dtype)) ?? new Uint8Array(0);
const BOOLEAN = typeOf("b1");
const SIGNED = typeOf("<i8");
const UNSIGNED = typeOf("<u8");
const FLOAT = typeOf("<f8");

/** A list of more does not fit into an object header. */
const MAX_TEXTS = MAX_MESSAGE / VARIABLE_BYTES;

/** Elements of one type, one after another. */
interface Elements {
  readonly datatype: Uint8Array;
  readonly data: Uint8Array;
}

/**
 * The value of an attribute in the nearest type of HDF5: numbers are 64-bit integers where they are whole, else doubles; text is of
 * any length, in UTF-8; booleans are enumerations; typed arrays, and lists of one kind of value, are arrays; null has no value.
 * Everything else is the text of its JSON.
 */
export function encodeValue(value: AttrValue, heap: GlobalHeap): EncodedValue {
  if (value === null) return { datatype: FLOAT, shape: null, data: new Uint8Array(0) };
  if (typeof value !== "object") {
    const elements = elementsOf([value], heap);
    if (elements === undefined) return encodeJson(value, heap);
    const kind = typeof value === "bigint" ? { kind: "bigint" as const } : {};
    return { ...elements, shape: [], ...kind };
  }
  if (value instanceof Date) {
    return { ...texts([value.toISOString()], heap), shape: [], kind: "date" };
  }
  if (ArrayBuffer.isView(value)) return encodeTyped(value as AttrArray);
  if (!Array.isArray(value)) return encodeJson(value, heap);
  const shape = regularShape(value);
  const items: readonly AttrValue[] = shape === undefined ? [] : value.flat(shape.length - 1);
  const elements = shape === undefined ? undefined : elementsOf(items, heap);
  if (shape === undefined || elements === undefined || typeof items[0] === "bigint")
    return encodeJson(value, heap);
  return { ...elements, shape, kind: "list" };
}

/** The text of a value's JSON, as sidecars have it. */
export function encodeJson(value: AttrValue, heap: GlobalHeap): EncodedValue {
  return { ...texts([stringifyJson(encodeAttr(value))], heap), shape: [], kind: "json" };
}

function encodeTyped(array: AttrArray): EncodedValue {
  const kind = array instanceof Uint8ClampedArray ? { kind: "clamped" as const } : {};
  return {
    datatype: encodeDatatype(dtypeOf(array)) ?? new Uint8Array(0),
    shape: [array.length],
    data: new Uint8Array(array.buffer, array.byteOffset, array.byteLength),
    ...kind,
  };
}

/** The lengths of lists within lists; undefined where they differ. */
function regularShape(list: readonly AttrValue[]): readonly number[] | undefined {
  const [first] = list;
  if (!Array.isArray(first)) return list.some(Array.isArray) ? undefined : [list.length];
  const inner = regularShape(first);
  if (inner === undefined || inner.includes(0)) return undefined;
  const isSame = (item: AttrValue) => Array.isArray(item) && String(regularShape(item)) === String(inner);
  return list.every(isSame) ? [list.length, ...inner] : undefined;
}

/** Values of one kind as elements of one type; undefined where there is none. */
function elementsOf(values: readonly AttrValue[], heap: GlobalHeap): Elements | undefined {
  const of = <T extends AttrValue>(is: (value: AttrValue) => value is T): readonly T[] | undefined =>
    values.every(is) ? (values as readonly T[]) : undefined;
  const numbers = of((value) => typeof value === "number");
  if (numbers !== undefined) return numeric(numbers);
  const booleans = of((value) => typeof value === "boolean");
  if (booleans !== undefined) return { datatype: BOOLEAN, data: Uint8Array.from(booleans, Number) };
  const strings = of((value): value is string => typeof value === "string" && isNameable(value));
  if (strings !== undefined) return strings.length > MAX_TEXTS ? undefined : texts(strings, heap);
  const bigints = of((value) => typeof value === "bigint");
  return bigints === undefined ? undefined : integers(bigints);
}

function numeric(values: readonly number[]): Elements {
  const areWhole =
    values.length > 0 && values.every((value) => Number.isSafeInteger(value) && !Object.is(value, -0));
  if (areWhole) return integers(values.map(BigInt)) ?? floats(values);
  return floats(values);
}

function floats(values: readonly number[]): Elements {
  const data = new DataView(new ArrayBuffer(8 * values.length));
  for (const [i, value] of values.entries()) data.setFloat64(8 * i, value, true);
  return { datatype: FLOAT, data: new Uint8Array(data.buffer) };
}

function integers(values: readonly bigint[]): Elements | undefined {
  const data = new DataView(new ArrayBuffer(8 * values.length));
  for (const [i, value] of values.entries()) data.setBigInt64(8 * i, value, true);
  const bytes = new Uint8Array(data.buffer);
  if (values.every((value) => BigInt.asIntN(64, value) === value)) return { datatype: SIGNED, data: bytes };
  return values.every((value) => BigInt.asUintN(64, value) === value)
    ? { datatype: UNSIGNED, data: bytes }
    : undefined;
}

function texts(values: readonly string[], heap: GlobalHeap): Elements {
  const references = values.map((value) => heap.add(Buffer.from(value)));
  return { datatype: TEXT, data: Buffer.concat(references) };
}

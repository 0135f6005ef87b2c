import type { AttrArray } from "./attribute-value.js";
import { isList, type JsonObject, type JsonValue } from "./json-value.js";

interface ArrayType {
  /** Its NumPy type string. */
  readonly dtype: string;
  readonly clamped?: true;
  readonly make: (length: number) => AttrArray;
}

/** By the name that every typed array says of itself, subclasses and those of other realms included. */
const TYPES: ReadonlyMap<string, ArrayType> = new Map<string, ArrayType>([
  ["Int8Array", { dtype: "|i1", make: (length) => new Int8Array(length) }],
  ["Uint8Array", { dtype: "|u1", make: (length) => new Uint8Array(length) }],
  ["Uint8ClampedArray", { dtype: "|u1", clamped: true, make: (length) => new Uint8ClampedArray(length) }],
  ["Int16Array", { dtype: "<i2", make: (length) => new Int16Array(length) }],
  ["Uint16Array", { dtype: "<u2", make: (length) => new Uint16Array(length) }],
  ["Int32Array", { dtype: "<i4", make: (length) => new Int32Array(length) }],
  ["Uint32Array", { dtype: "<u4", make: (length) => new Uint32Array(length) }],
  ["BigInt64Array", { dtype: "<i8", make: (length) => new BigInt64Array(length) }],
  ["BigUint64Array", { dtype: "<u8", make: (length) => new BigUint64Array(length) }],
  ["Float32Array", { dtype: "<f4", make: (length) => new Float32Array(length) }],
  ["Float64Array", { dtype: "<f8", make: (length) => new Float64Array(length) }],
]);

const NOT_FINITE: ReadonlyMap<JsonValue, number> = new Map([
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
]);

/** Whether it is a typed array that an attribute can hold: no DataView, no Float16Array, which not every Node has. */
export function isAttrArray(value: ArrayBufferView): value is AttrArray {
  return Symbol.toStringTag in value && TYPES.has(String(value[Symbol.toStringTag]));
}

/** What stands under `$array`. */
export function encodeArray(array: AttrArray): JsonObject {
  const type = TYPES.get(array[Symbol.toStringTag]);
  const data = Array.from<number | bigint, JsonValue>(array, (element) =>
    typeof element === "number" && Number.isFinite(element) ? element : String(element),
  );
  return { dtype: type?.dtype ?? null, ...(type?.clamped === true ? { clamped: true } : {}), data };
}

/** The typed array that stands under `$array`; undefined where something else does, or a value that it cannot hold. */
export function decodeArray(json: JsonValue): AttrArray | undefined {
  if (typeof json !== "object" || json === null || isList(json)) return undefined;
  const { dtype, clamped, data, ...more } = json;
  if (data === undefined || !isList(data) || Object.keys(more).length > 0) return undefined;
  for (const type of TYPES.values()) {
    if (type.dtype !== dtype || type.clamped !== clamped) continue;
    const array = type.make(data.length);
    return data.every((item, index) => store(array, index, item)) ? array : undefined;
  }
  return undefined;
}

/** Whether the element now is exactly what was written. */
function store(array: AttrArray, index: number, item: JsonValue): boolean {
  if (array instanceof BigInt64Array || array instanceof BigUint64Array) {
    if (typeof item !== "string" || !/^(0|-?[1-9][0-9]{0,19})$/.test(item)) return false;
    const value = BigInt(item);
    array[index] = value;
    return array[index] === value;
  }
  const value = typeof item === "number" ? item : NOT_FINITE.get(item);
  if (value === undefined) return false;
  array[index] = value;
  return array[index] === value || Object.is(array[index], value);
}

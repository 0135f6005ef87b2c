/** A typed array in an attribute: its elements are kept, not its class if that is a subclass, such as Buffer. */
export type AttrArray =
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array;

/**
 * An attribute as it comes back: what JSON has, and Date, bigint, NaN, ±Infinity and typed arrays. Arrays and plain
 * objects are frozen; a Date and a typed array, which cannot be, are copies of the reader's own.
 */
export type AttrValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Date
  | AttrArray
  | readonly AttrValue[]
  | { readonly [key: string]: AttrValue };

/** An attribute to be set. A property that is undefined is left out, as in JSON.stringify; an element may not be. */
export type AttrInput =
  | null
  | boolean
  | number
  | bigint
  | string
  | Date
  | AttrArray
  | readonly AttrInput[]
  | { readonly [key: string]: AttrInput | undefined };

/**
 * What JSON lacks is written as an object with one key, which every reader of JSON understands:
 *
 * | value | JSON |
 * | --- | --- |
 * | a Date | `{"$date": "2024-01-31T00:00:00.000Z"}` |
 * | a bigint | `{"$bigint": "9007199254740993"}` |
 * | NaN, Infinity, -Infinity | `{"$number": "NaN"}` |
 * | a typed array | `{"$array": {"dtype": "<f8", "data": [1.5, "NaN"]}}`; 64-bit integers as strings |
| a Uint8ClampedArray | the same, with `"dtype": "|u1", "clamped": true` |
 * | an object with one key of these five | `{"$object": {"$date": "as it is"}}` |
 *
 * Negative zero is JSON's own `-0.0`. An object with such a key that says none of the above, as other software may write
 * it, stays the object that it is.
 */
export const TAGS: ReadonlySet<string> = new Set(["$date", "$bigint", "$number", "$array", "$object"]);

import type { Units } from "./compare-units.js";
import { gather } from "./gather.js";
import type { Indices } from "./indices.js";
import { orderOf } from "./radix.js";
import { sortSmall } from "./small-words.js";
import { complexKeys, keysOf, unitKeys } from "./sort-keys.js";
import { sortWithKernels } from "./sort-values.js";
import type { FloatArray, NumericArray } from "./types.js";

/** What sorting needs to know of the elements beside their type. */
export interface SortOptions {
  /** The 64-bit integers are dates or durations: NaT (-2⁶³) comes last. */
  readonly nat?: boolean;
}

/**
 * The places of the elements in ascending order; equal ones keep their order. NaN comes last, and 0 and -0
 * are equal. An Int32Array below 2³¹ elements, else a Float64Array. Memory: 24 bytes for each element beside
 * the result.
 */
export function argsort(values: NumericArray, { nat = false }: SortOptions = {}): Indices {
  return orderOf(keysOf(values, nat));
}

/** As {@link argsort} for complex numbers, by real and then imaginary part; those with a NaN come last. */
export function argsortComplex(values: FloatArray): Indices {
  return orderOf(complexKeys(values));
}

/** As {@link argsort} for raw strings of `width` units, by code points or bytes. */
export function argsortUnits(values: Units, width: number): Indices {
  return orderOf(unitKeys(values, width));
}

/** The elements in the order of {@link argsort}, in a new array. Memory: the elements twice, beside the result. */
export function sort<Values extends NumericArray>(values: Values, options: SortOptions = {}): Values {
  const sorted = newLike(values, values.length);
  sortTo(values, options, sorted);
  return sorted;
}

/** As {@link sort}, to an array that is there, of the same type and length, and in other memory. */
export function sortTo<Values extends NumericArray>(
  values: Values,
  { nat = false }: SortOptions,
  out: Values,
): void {
  if (sortSmall(values, out) || sortWithKernels(values, nat, out)) return;
  const { BYTES_PER_ELEMENT: size } = values;
  gather(bytesOf(values), size, argsort(values, { nat }), size, 0, bytesOf(out));
}

/** The complex numbers in the order of {@link argsortComplex}, in a new array. */
export function sortComplex<Values extends FloatArray>(values: Values): Values {
  return takeElements(values, 2, argsortComplex(values));
}

/** The strings in the order of {@link argsortUnits}, in a new array. */
export function sortUnits<Values extends Units>(values: Values, width: number): Values {
  return takeElements(values, width, argsortUnits(values, width));
}

/** The elements of `width` units each at these places, in a new array. */
export function takeElements<Values extends NumericArray>(
  values: Values,
  width: number,
  indices: Indices,
): Values {
  const itemsize = width * values.BYTES_PER_ELEMENT;
  const taken = newLike(values, width * indices.length);
  gather(bytesOf(values), itemsize, indices, itemsize, 0, bytesOf(taken));
  return taken;
}

const TYPES = [
  Float64Array,
  Float32Array,
  Int32Array,
  Uint32Array,
  Int16Array,
  Uint16Array,
  Int8Array,
  BigInt64Array,
  BigUint64Array,
];

/** A new array of the same type. Not by its constructor, which may be a subclass such as Buffer. */
export function newLike<Values extends NumericArray>(values: Values, length: number): Values {
  const Type = TYPES.find((type) => values instanceof type) ?? Uint8Array;
  return new Type(length) as NumericArray as Values;
}

function bytesOf(values: NumericArray): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

import {
  byteSwap,
  type NumericArray,
  type Unique,
  unique,
  uniqueComplex,
  uniqueUnits,
} from "../../compute/index.js";
import { type AnyValues, type DType, parseDType, sizeOf } from "../../dtype/index.js";
import { denseLayout } from "../layout.js";
import { type Strided, zeros } from "../strided.js";
import { bytesOf, isPlain, type Positions, storePositions, takeBytes } from "./order.js";
import { isFloats, isUnits, Reader } from "./reader.js";
import { refusal } from "./refusal.js";

/** What `unique` gives beside the values. */
export interface UniqueOptions {
  /** Where each value occurs first, in C order: NumPy's `return_index`. */
  readonly index?: boolean | undefined;
  /** For each element, the place of its value, in the shape of the array: NumPy's `return_inverse`. */
  readonly inverse?: boolean | undefined;
  /** How often each value occurs: NumPy's `return_counts`. */
  readonly counts?: boolean | undefined;
}

/** The distinct elements, and what was asked for with them. */
export interface Distinct {
  readonly values: Strided;
  readonly index?: Strided;
  readonly inverse?: Strided;
  readonly counts?: Strided;
}

function uniqueOf(dtype: DType, values: NumericArray, asked: UniqueOptions): Unique<NumericArray> {
  const index = asked.index === true || !isPlain(dtype);
  const options = { index, inverse: asked.inverse === true, counts: asked.counts === true };
  if (dtype.kind === "c" && isFloats(values)) return uniqueComplex(values, options);
  if ("SU".includes(dtype.kind) && isUnits(values)) return uniqueUnits(values, dtype.width, options);
  return unique(values, { ...options, nat: dtype.step !== undefined });
}

/** The distinct elements, and places as the kernels give them. */
export interface Found {
  readonly values: Strided;
  readonly index: Positions | undefined;
  readonly inverse: Positions | undefined;
  readonly counts: Positions | undefined;
}

/** The distinct elements of an array, in memory of their own, and what is asked for with them. */
export function findDistinct(array: Strided, options: UniqueOptions): Found {
  const { dtype } = array;
  const reader = new Reader();
  const raw = reader.raw(array);
  const { values, index, inverse, counts } = uniqueOf(dtype, reader.convert(raw, dtype), options);
  const distinct = isPlain(dtype) ? asArray(dtype, bytesOf(values)) : picked(raw, dtype, index);
  if (!dtype.native) byteSwap(distinct.bytes, dtype.itemsize, dtype.alignment);
  return { values: distinct, index, inverse, counts };
}

function asArray(dtype: DType, bytes: Uint8Array): Strided {
  return { dtype, layout: denseLayout([bytes.length / dtype.itemsize], dtype.itemsize), bytes };
}

function picked(raw: AnyValues, dtype: DType, places: Positions = new Int32Array(0)): Strided {
  const taken = zeros(dtype, [places.length]);
  takeBytes(raw, dtype, places, taken.bytes);
  return taken;
}

/** @throws DTypeError for records, which have no order */
export function requireOrder(name: string, dtype: DType, label: string): void {
  if (dtype.kind === "V") throw refusal(name, dtype, label);
}

/** NumPy's `unique` of all elements. */
export function distinct(array: Strided, options: UniqueOptions, label: string): Distinct {
  requireOrder("unique", array.dtype, label);
  const { values, index, inverse, counts } = findDistinct(array, options);
  const { shape } = values.layout;
  return {
    values,
    ...(options.index === true && index !== undefined ? { index: positionsIn(index, shape) } : {}),
    ...(inverse === undefined ? {} : { inverse: positionsIn(inverse, array.layout.shape) }),
    ...(counts === undefined ? {} : { counts: positionsIn(counts, shape) }),
  };
}

/** Places or counts as an array of `i8`. */
export function positionsIn(positions: Int32Array | Float64Array, shape: readonly number[]): Strided {
  const stored = zeros(parseDType("i8"), shape);
  if (sizeOf(shape) > 0) storePositions(positions, stored.bytes);
  return stored;
}

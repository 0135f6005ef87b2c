import {
  byteSwap,
  type NumericArray,
  type Unique,
  unique,
  uniqueComplex,
  uniqueUnits,
} from "../../compute/index.js";
import { type DType, parseDType, sizeOf } from "../../dtype/index.js";
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

/** NumPy's `unique` of all elements. */
export function distinct(array: Strided, options: UniqueOptions, label: string): Distinct {
  const { dtype, layout } = array;
  if (dtype.kind === "V") throw refusal("unique", dtype, label);
  const reader = new Reader();
  const raw = reader.raw(array);
  const found = uniqueOf(dtype, reader.convert(raw, dtype), options);
  const first = found.index ?? new Int32Array(0);
  const count = isPlain(dtype) ? found.values.length : first.length;
  // Those that kernels give are new.
  const values = isPlain(dtype)
    ? { dtype, layout: denseLayout([count], dtype.itemsize), bytes: bytesOf(found.values) }
    : zeros(dtype, [count]);
  if (!isPlain(dtype)) takeBytes(raw, dtype, first, values.bytes);
  if (!dtype.native) byteSwap(values.bytes, dtype.itemsize, dtype.alignment);
  return {
    values,
    ...(options.index === true ? { index: positionsIn(first, [count]) } : {}),
    ...(found.inverse === undefined ? {} : { inverse: positionsIn(found.inverse, layout.shape) }),
    ...(found.counts === undefined ? {} : { counts: positionsIn(found.counts, [count]) }),
  };
}

function positionsIn(positions: Positions, shape: readonly number[]): Strided {
  const stored = zeros(parseDType("i8"), shape);
  if (sizeOf(shape) > 0) storePositions(positions, stored.bytes);
  return stored;
}

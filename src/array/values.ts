import { byteSwap, halfToFloat } from "../compute/index.js";
import { type AnyValues, sizeOf } from "../dtype/index.js";
import { DTypeError, ShapeError } from "../errors.js";
import { denseCopy } from "./copy.js";
import { contiguousBytes, isAligned, type Strided, typedArray } from "./strided.js";

/**
 * The typed array over the very bytes of an array.
 *
 * @throws DTypeError for structured and byte-swapped elements, ShapeError for strided or unaligned ones
 */
export function valuesOver(array: Strided, label: string): AnyValues {
  const { dtype, layout } = array;
  if (dtype.fields !== undefined) {
    throw new DTypeError("records have no typed array; use field(name) or toArray()");
  }
  if (!dtype.native) {
    throw new DTypeError(`${dtype} has the other byte order than this machine; toArray() converts a copy`);
  }
  const bytes = sizeOf(layout.shape) === 0 ? new Uint8Array(0) : contiguousBytes(array);
  if (bytes === undefined) {
    throw new ShapeError(`this view of ${label} is strided, not contiguous; toArray() makes a copy`);
  }
  if (!isAligned(bytes, dtype.alignment)) {
    throw new ShapeError(
      `${label} does not begin on a multiple of ${dtype.alignment} bytes; toArray() makes a copy`,
    );
  }
  return typedArray(dtype, bytes);
}

/** A copy of integers or floats in C order and this machine's byte order, `f2` in single precision. */
export function numbersOf(array: Strided): AnyValues {
  const { kind, itemsize, native, alignment } = array.dtype;
  const { bytes } = denseCopy(array);
  if (!native) byteSwap(bytes, itemsize, alignment);
  const copy = typedArray(array.dtype, bytes);
  if (kind !== "f" || !(copy instanceof Uint16Array)) return copy;
  const floats = new Float32Array(copy.length);
  halfToFloat(copy, floats);
  return floats;
}

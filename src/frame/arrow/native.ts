import { copyElements, isContiguous, type Strided, zeros } from "../../array/index.js";
import { byteSwap } from "../../compute/index.js";
import { sizeOf } from "../../dtype/index.js";

/**
 * All elements in C order and this machine's byte order: the array's own bytes where they lie so and where a typed array
 * may begin, else a copy.
 *
 * @param copy whether to copy in any case
 */
export function nativeBytes(array: Strided, copy: boolean): Uint8Array {
  const { dtype, layout, bytes } = array;
  if (dtype.native && isContiguous(layout, dtype.itemsize)) {
    const end = layout.offset + sizeOf(layout.shape) * dtype.itemsize;
    const own = bytes.subarray(layout.offset, end);
    if (own.byteOffset % dtype.alignment === 0) return copy ? new Uint8Array(own) : own;
  }
  const dense = zeros(dtype, layout.shape);
  copyElements(array, dense);
  if (!dtype.native) byteSwap(dense.bytes, dtype.itemsize, dtype.alignment);
  return dense.bytes;
}

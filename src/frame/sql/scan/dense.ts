import { copyElements, denseLayout, isContiguous, type Strided } from "../../../array/index.js";
import { byteSwap } from "../../../compute/index.js";
import { sizeOf } from "../../../dtype/index.js";

/** The bytes of arrays as DuckDB can copy them: in C order, in this machine's byte order, in memory of this thread's. */
export class Dense {
  #scratch = new Uint8Array(0);

  /** The array's own bytes where they lie so, else a copy that lasts until the next one. */
  bytes(array: Strided): Uint8Array<ArrayBuffer> {
    const { dtype, layout, bytes } = array;
    const length = sizeOf(layout.shape) * dtype.itemsize;
    const { buffer, byteOffset } = bytes;
    if (buffer instanceof ArrayBuffer && dtype.native && isContiguous(layout, dtype.itemsize)) {
      return new Uint8Array(buffer, byteOffset + layout.offset, length);
    }
    const copy = this.#take(length);
    copyElements(array, { dtype, layout: denseLayout(layout.shape, dtype.itemsize), bytes: copy });
    if (!dtype.native) byteSwap(copy, dtype.itemsize, dtype.alignment);
    return copy;
  }

  /** As {@link bytes}, where a typed array of `unit` bytes may begin. */
  aligned(array: Strided, unit: number): Uint8Array<ArrayBuffer> {
    const bytes = this.bytes(array);
    if (bytes.byteOffset % unit === 0) return bytes;
    const copy = this.#take(bytes.length);
    copy.set(bytes);
    return copy;
  }

  #take(length: number): Uint8Array<ArrayBuffer> {
    if (this.#scratch.length < length) this.#scratch = new Uint8Array(length);
    return this.#scratch.subarray(0, length);
  }
}

import { copyStrided } from "../compute/index.js";
import type { Layout } from "./layout.js";
import { forEachRun } from "./runs.js";
import { contiguousBytes, isAligned, room, type Strided } from "./strided.js";

type Bytes = Uint8Array;

/** Repeats one element over a dense range, by the widest typed array that its bytes allow. */
function fillDense(element: Bytes, target: Bytes): void {
  const size = element.length;
  const first = element[0] ?? 0;
  if (element.every((byte) => byte === first)) {
    target.fill(first);
    return;
  }
  const { buffer, byteOffset, length } = target;
  const copy = element.slice().buffer;
  if (size === 2 && isAligned(target, 2)) {
    new Uint16Array(buffer, byteOffset, length / 2).fill(new Uint16Array(copy)[0] ?? 0);
  } else if (size === 4 && isAligned(target, 4)) {
    new Uint32Array(buffer, byteOffset, length / 4).fill(new Uint32Array(copy)[0] ?? 0);
  } else if (size === 8 && isAligned(target, 8)) {
    new BigUint64Array(buffer, byteOffset, length / 8).fill(new BigUint64Array(copy)[0] ?? 0n);
  } else {
    // Double what is there until the range is full.
    target.set(element.subarray(0, Math.min(size, length)));
    for (let done = size; done < length; done *= 2) target.copyWithin(done, 0, Math.min(done, length - done));
  }
}

/**
 * Copies elements between two arrays of one dtype and one shape as bytes. Overlapping memory is right only where
 * both are contiguous; other overlaps are the caller's to undo first.
 */
export function copyElements(from: Strided, to: Strided): void {
  const { itemsize } = to.dtype;
  const source = contiguousBytes(from);
  const target = contiguousBytes(to);
  if (source !== undefined && target !== undefined) {
    target.set(source);
    return;
  }
  forEachRun(from.layout, to.layout, (fromOffset, fromStride, toOffset, toStride, count) => {
    if (fromStride === 0 && toStride === itemsize) {
      const element = from.bytes.subarray(fromOffset, fromOffset + itemsize);
      fillDense(element, to.bytes.subarray(toOffset, toOffset + count * itemsize));
    } else copyStrided(from.bytes, fromOffset, fromStride, to.bytes, toOffset, toStride, itemsize, count);
  });
}

/** A copy in C order with memory of its own. */
export function denseCopy(array: Strided, layout: Layout = array.layout): Strided {
  const copy = room(array.dtype, layout.shape);
  copyElements({ ...array, layout }, copy);
  return copy;
}

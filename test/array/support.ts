import { type ArrayView, type Slice, STRIDED, type Viewable, wrap, zeros } from "../../src/array/index.js";
import { codecOf, type DTypeLike, parseDType } from "../../src/dtype/index.js";

/** A class of errors that a call is to throw. */
export type ErrorClass = new (...args: never[]) => Error;

/** A writable array in memory, elements stored one by one in C order; zeros where there are none. */
export function arrayOf<const D extends DTypeLike>(
  type: D,
  shape: readonly number[],
  elements: Iterable<unknown> = [],
): ArrayView<D, "r+"> {
  const array = zeros(parseDType(type), shape);
  const codec = codecOf(array.dtype);
  const view = new DataView(array.bytes.buffer);
  let at = 0;
  for (const element of elements) {
    const problem = codec.problem(element);
    if (problem !== undefined) throw new Error(problem);
    codec.write(view, at, element);
    at += array.dtype.itemsize;
  }
  return wrap<D, "r+">(array, true);
}

/** 0, 1, 2, … in C order. */
export function counting<const D extends DTypeLike>(type: D, shape: readonly number[]): ArrayView<D, "r+"> {
  const big = "iu".includes(parseDType(type).kind) && parseDType(type).itemsize === 8;
  const size = shape.reduce((product, length) => product * length, 1);
  return arrayOf(
    type,
    shape,
    Array.from({ length: size }, (_, i) => (big ? BigInt(i) : i)),
  );
}

/** The elements in nested plain arrays, read one by one from where shape and strides say they are. */
export function nested(array: Viewable): unknown {
  const { dtype, layout, bytes } = array[STRIDED]();
  const codec = codecOf(dtype);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const read = (axis: number, at: number): unknown =>
    axis === layout.shape.length
      ? codec.read(view, at)
      : Array.from({ length: layout.shape[axis] ?? 0 }, (_, i) =>
          read(axis + 1, at + i * (layout.strides[axis] ?? 0)),
        );
  return read(0, layout.offset);
}

/** The positions that Python's `range(length)[start:stop:step]` holds, found one by one. */
export function pythonSlice({ start, stop, step }: Slice, length: number): number[] {
  const by = step ?? 1;
  const fromEnd = (bound: number) => (bound < 0 ? bound + length : bound);
  const first = start === null ? (by > 0 ? 0 : length - 1) : fromEnd(start);
  const positions: number[] = [];
  if (by > 0) {
    const end = stop === null ? length : fromEnd(stop);
    for (let i = Math.max(first, 0); i < Math.min(end, length); i += by) positions.push(i);
  } else {
    const end = stop === null ? -1 : Math.max(fromEnd(stop), -1);
    for (let i = Math.min(first, length - 1); i > end; i += by) positions.push(i);
  }
  return positions;
}

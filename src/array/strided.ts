import { type AnyValues, type DType, sizeOf } from "../dtype/index.js";
import { LimitError } from "../errors.js";
import { freshMemory } from "../platform/fresh.js";
import { denseLayout, extent, isContiguous, type Layout, showShape } from "./layout.js";

/**
 * An array at one moment: a dtype, a layout, and the bytes that it lies in. The algorithms of this folder work on
 * these; {@link ArrayView} makes them and stays in touch with the storage.
 */
export interface Strided {
  readonly dtype: DType;
  readonly layout: Layout;
  readonly bytes: Uint8Array;
}

/** How arrays tell what they are made of to the functions of this package. */
export const STRIDED = Symbol("memmap-table.strided");

/** Anything that is an array of this package. */
export interface Viewable {
  [STRIDED](): Strided;
}

export function isViewable(value: unknown): value is Viewable {
  return typeof value === "object" && value !== null && STRIDED in value;
}

/** An array as it is now: what is asked twice and made anew each time, as a condition's mask is, is made once. */
export function asItIs(given: Viewable): Viewable {
  const array = given[STRIDED]();
  return { [STRIDED]: () => array };
}

/** A new array in C order, all bytes zero. @throws LimitError where there is no memory for it */
export function zeros(dtype: DType, shape: readonly number[]): Strided {
  return made(dtype, shape, (length) => new Uint8Array(length));
}

/**
 * A new array in C order, for who stores every byte of it before anybody sees it: what they are before is left open.
 *
 * @throws LimitError where there is no memory for it
 */
export function room(dtype: DType, shape: readonly number[]): Strided {
  return made(dtype, shape, (length) => (length < SMALL ? new Uint8Array(length) : freshMemory(length)));
}

/** Up to so many bytes zeros cost nothing. */
const SMALL = 1 << 16;

function made(dtype: DType, shape: readonly number[], allocate: (length: number) => Uint8Array): Strided {
  const length = sizeOf(shape) * dtype.itemsize;
  try {
    return { dtype, layout: denseLayout(shape, dtype.itemsize), bytes: allocate(length) };
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new LimitError(
      `an array of shape ${showShape(shape)} of ${dtype} takes ${length} bytes, which this process cannot have`,
      { cause },
    );
  }
}

/** The same elements without gaps, if they lie in C order; undefined if they do not. */
export function contiguousBytes({ dtype, layout, bytes }: Strided): Uint8Array | undefined {
  if (!isContiguous(layout, dtype.itemsize)) return undefined;
  return bytes.subarray(layout.offset, layout.offset + sizeOf(layout.shape) * dtype.itemsize);
}

/** Whether a typed array of `unit` bytes may begin at these bytes. */
export function isAligned(bytes: Uint8Array, unit: number): boolean {
  return bytes.byteOffset % unit === 0;
}

/** The typed array over native, aligned bytes: what `values` gives for this dtype. */
export function typedArray(dtype: DType, bytes: Uint8Array): AnyValues {
  const { buffer, byteOffset } = bytes;
  const count = bytes.length / dtype.alignment;
  switch (dtype.kind) {
    case "i":
      if (dtype.itemsize === 1) return new Int8Array(buffer, byteOffset, count);
      if (dtype.itemsize === 2) return new Int16Array(buffer, byteOffset, count);
      if (dtype.itemsize === 4) return new Int32Array(buffer, byteOffset, count);
      return new BigInt64Array(buffer, byteOffset, count);
    case "u":
      if (dtype.itemsize === 1) return new Uint8Array(buffer, byteOffset, count);
      if (dtype.itemsize === 2) return new Uint16Array(buffer, byteOffset, count);
      if (dtype.itemsize === 4) return new Uint32Array(buffer, byteOffset, count);
      return new BigUint64Array(buffer, byteOffset, count);
    case "f":
    case "c":
      if (dtype.alignment === 2) return new Uint16Array(buffer, byteOffset, count);
      if (dtype.alignment === 4) return new Float32Array(buffer, byteOffset, count);
      return new Float64Array(buffer, byteOffset, count);
    case "U":
      return new Uint32Array(buffer, byteOffset, count);
    case "M":
    case "m":
      return new BigInt64Array(buffer, byteOffset, count);
    case "b":
    case "S":
    case "V":
      return new Uint8Array(buffer, byteOffset, count);
    default:
      return dtype.kind satisfies never;
  }
}

const viewsOf = new WeakMap<Uint8Array, DataView>();

/** A DataView over the same bytes, made once for each. */
export function dataView(bytes: Uint8Array): DataView {
  let view = viewsOf.get(bytes);
  if (view === undefined) {
    view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    viewsOf.set(bytes, view);
  }
  return view;
}

/** Whether two arrays may share memory, judged by the range of bytes that each touches. */
export function mayOverlap(a: Strided, b: Strided): boolean {
  if (a.bytes.buffer !== b.bytes.buffer) return false;
  const [aFrom, aTo] = extent(a.layout, a.dtype.itemsize);
  const [bFrom, bTo] = extent(b.layout, b.dtype.itemsize);
  const [aBase, bBase] = [a.bytes.byteOffset, b.bytes.byteOffset];
  return aBase + aFrom < bBase + bTo && bBase + bFrom < aBase + aTo;
}

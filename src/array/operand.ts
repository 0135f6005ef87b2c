import { type AnyValues, DType, NATIVE_ORDER, parseDType, sizeOf } from "../dtype/index.js";
import { CastError, ClosedError } from "../errors.js";
import { denseLayout } from "./layout.js";
import { isViewable, STRIDED, type Strided } from "./strided.js";

/** The dtypes of typed arrays, by the name of their class: realms have classes of their own. */
const DTYPES: ReadonlyMap<string, DType> = new Map(
  Object.entries({
    Int8Array: "i1",
    Uint8Array: "u1",
    Uint8ClampedArray: "u1",
    Int16Array: "i2",
    Uint16Array: "u2",
    Int32Array: "i4",
    Uint32Array: "u4",
    BigInt64Array: "i8",
    BigUint64Array: "u8",
    Float16Array: "f2",
    Float32Array: "f4",
    Float64Array: "f8",
  }).map(([name, code]) => [name, parseDType(code)]),
);

/** Kinds whose `values` hold another type of number than the elements are. */
const RAW_KINDS = "cSUVMmb";

export type TypedArray = AnyValues | Uint8ClampedArray;

export function isTypedArray(value: unknown): value is TypedArray {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

/** The dtype of a typed array's elements. */
export function dtypeOf(array: TypedArray): DType {
  return DTYPES.get(array[Symbol.toStringTag]) ?? parseDType("u1");
}

const natives = new WeakMap<DType, DType>();

/** The dtype in this machine's byte order, the same object each time: conversions are found by it. */
function nativeOf(dtype: DType): DType {
  if (dtype.native) return dtype;
  let native = natives.get(dtype);
  if (native === undefined) {
    native = new DType({ ...dtype, byteorder: NATIVE_ORDER, fields: dtype.fields });
    natives.set(dtype, native);
  }
  return native;
}

/** The dtype whose elements the typed array of `values` counts: complex numbers have two, strings one per character. */
function valuesDType(dtype: DType): DType | undefined {
  if (dtype.fields !== undefined) return undefined;
  switch (dtype.kind) {
    case "c":
      return parseDType(dtype.itemsize === 8 ? "f4" : "f8");
    case "M":
    case "m":
      return parseDType("i8");
    case "U":
      return parseDType("u4");
    default:
      return parseDType("u1");
  }
}

/** The dtype of the typed array whose bytes are those of these elements and need no judging; undefined if there is none. */
export function ownValues(dtype: DType): DType | undefined {
  if (!dtype.native || dtype.kind === "b") return undefined;
  return RAW_KINDS.includes(dtype.kind) ? valuesDType(dtype) : dtype;
}

/**
 * A typed array as an array. Where it has the type and the length of the destination's own `values`, it is taken as
 * such: pairs as complex numbers, code points as strings, counts as dates, 0 and 1 as booleans. Otherwise its
 * elements are numbers, in the destination's shape if they are as many.
 *
 * @throws CastError for a Uint16Array where `f2` is wanted
 */
export function viewTyped(
  array: TypedArray,
  target: { readonly dtype: DType; readonly shape: readonly number[] },
): Strided {
  const { dtype, shape } = target;
  const bytes = bytesOf(array);
  const own = dtypeOf(array);
  const size = sizeOf(shape);
  if (dtype.kind === "f" && dtype.itemsize === 2 && own.kind === "u" && own.itemsize === 2) {
    // `values` of f2 are bits, and nothing tells them from small whole numbers: either guess would be silently wrong.
    throw new CastError(
      `a Uint16Array for ${dtype} could be bits or numbers; assign the array itself, its toArray(), or a Float32Array`,
    );
  }
  if (
    RAW_KINDS.includes(dtype.kind) &&
    valuesDType(dtype)?.equals(own) &&
    bytes.length === size * dtype.itemsize
  ) {
    return { dtype: nativeOf(dtype), layout: denseLayout(shape, dtype.itemsize), bytes };
  }
  const lengths = array.length === size ? shape : [array.length];
  return { dtype: own, layout: denseLayout(lengths, own.itemsize), bytes };
}

function bytesOf({ buffer, byteOffset, byteLength }: TypedArray): Uint8Array {
  try {
    return new Uint8Array(buffer, byteOffset, byteLength);
  } catch (cause) {
    throw new ClosedError(
      "the memory of this typed array is gone: the table that it was of was closed, or its buffer was transferred",
      { cause },
    );
  }
}

/**
 * The array behind a view or typed array.
 *
 * @returns undefined for everything else, and for the bytes of one element of `S` or `V`
 */
export function asStrided(
  source: unknown,
  target: { readonly dtype: DType; readonly shape: readonly number[] },
): Strided | undefined {
  if (isViewable(source)) return source[STRIDED]();
  return isTypedArray(source) && !isElement(source, target) ? viewTyped(source, target) : undefined;
}

/** Numbers never go into `V`, so bytes as long as an element are one; those of `S` are where one is wanted. */
function isElement(
  array: TypedArray,
  { dtype, shape }: { readonly dtype: DType; readonly shape: readonly number[] },
): boolean {
  const { kind, itemsize, fields } = dtype;
  if (fields !== undefined || !(array instanceof Uint8Array)) return false;
  if (kind === "S") return shape.length === 0;
  return kind === "V" && (shape.length === 0 || array.length === itemsize);
}

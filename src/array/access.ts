import { codecOf, type DType } from "../dtype/index.js";
import { dataView, isAligned, typedArray } from "./strided.js";

/** Stores the value, or says why not. */
type Put = (position: number, value: unknown) => string | undefined;

/**
 * Reading and storing single elements of one array, by position: a count of typed-array elements where the bytes
 * allow one, else of bytes.
 */
export interface Access {
  /** Bytes to one step of a position. */
  readonly unit: number;
  readonly get: (position: number) => unknown;
  readonly put: Put;
}

type Elements = Omit<Access, "unit">;

const LARGEST_SINGLE = (2 - 2 ** -23) * 2 ** 127;

/**
 * One function for each type of array, so that the engine compiles each for that type alone. Values that need a second
 * look, to be refused or converted, go to `judge`.
 */
const NUMBERS: ReadonlyMap<string, (values: never, judge: Put) => Elements> = new Map<
  string,
  (values: never, judge: Put) => Elements
>([
  [
    "i1",
    (values: Int8Array, judge) => ({
      get: (at) => values[at],
      put: (at, value) => {
        if (typeof value !== "number" || (value << 24) >> 24 !== value) return judge(at, value);
        values[at] = value;
        return undefined;
      },
    }),
  ],
  [
    "i2",
    (values: Int16Array, judge) => ({
      get: (at) => values[at],
      put: (at, value) => {
        if (typeof value !== "number" || (value << 16) >> 16 !== value) return judge(at, value);
        values[at] = value;
        return undefined;
      },
    }),
  ],
  [
    "i4",
    (values: Int32Array, judge) => ({
      get: (at) => values[at],
      put: (at, value) => {
        if (typeof value !== "number" || (value | 0) !== value) return judge(at, value);
        values[at] = value;
        return undefined;
      },
    }),
  ],
  [
    "i8",
    (values: BigInt64Array, judge) => ({
      get: (at) => values[at],
      put: (at, value) => {
        if (typeof value !== "bigint" || BigInt.asIntN(64, value) !== value) return judge(at, value);
        values[at] = value;
        return undefined;
      },
    }),
  ],
  [
    "u1",
    (values: Uint8Array, judge) => ({
      get: (at) => values[at],
      put: (at, value) => {
        if (typeof value !== "number" || (value & 0xff) !== value) return judge(at, value);
        values[at] = value;
        return undefined;
      },
    }),
  ],
  [
    "u2",
    (values: Uint16Array, judge) => ({
      get: (at) => values[at],
      put: (at, value) => {
        if (typeof value !== "number" || (value & 0xffff) !== value) return judge(at, value);
        values[at] = value;
        return undefined;
      },
    }),
  ],
  [
    "u4",
    (values: Uint32Array, judge) => ({
      get: (at) => values[at],
      put: (at, value) => {
        if (typeof value !== "number" || value >>> 0 !== value) return judge(at, value);
        values[at] = value;
        return undefined;
      },
    }),
  ],
  [
    "u8",
    (values: BigUint64Array, judge) => ({
      get: (at) => values[at],
      put: (at, value) => {
        if (typeof value !== "bigint" || BigInt.asUintN(64, value) !== value) return judge(at, value);
        values[at] = value;
        return undefined;
      },
    }),
  ],
  [
    "f4",
    (values: Float32Array, judge) => ({
      get: (at) => values[at],
      put: (at, value) => {
        if (typeof value !== "number" || Math.abs(value) > LARGEST_SINGLE) return judge(at, value);
        values[at] = value;
        return undefined;
      },
    }),
  ],
  [
    "f8",
    (values: Float64Array, judge) => ({
      get: (at) => values[at],
      put: (at, value) => {
        if (typeof value !== "number") return judge(at, value);
        values[at] = value;
        return undefined;
      },
    }),
  ],
  [
    "b1",
    (values: Uint8Array, judge) => ({
      get: (at) => values[at] !== 0,
      put: (at, value) => {
        if (typeof value !== "boolean") return judge(at, value);
        values[at] = Number(value);
        return undefined;
      },
    }),
  ],
]);

/** The access to elements of a dtype in these bytes, all of which lie on multiples of `unit` where it is above 1. */
export function accessTo(dtype: DType, bytes: Uint8Array, aligned: boolean): Access {
  const { itemsize } = dtype;
  const codec = codecOf(dtype);
  const view = dataView(bytes);
  const make = NUMBERS.get(`${dtype.kind}${itemsize}`);
  const unit = make !== undefined && dtype.native && aligned && isAligned(bytes, itemsize) ? itemsize : 1;
  const judge: Put = (at, value) => {
    const problem = codec.problem(value);
    if (problem === undefined) codec.write(view, at * unit, value);
    return problem;
  };
  if (make === undefined || unit !== itemsize) {
    return { unit: 1, get: (at) => codec.read(view, at), put: judge };
  }
  const whole = bytes.subarray(0, bytes.length - (bytes.length % itemsize));
  const { get, put } = make(typedArray(dtype, whole) as never, judge);
  return { unit, get, put };
}

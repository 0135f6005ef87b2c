import { codecOf, type DType } from "../dtype/index.js";
import { dataView, isAligned, typedArray } from "./strided.js";

/**
 * Reading and storing single elements of one array, by position: a count of typed-array elements where the bytes
 * allow one, else of bytes.
 */
export interface Access {
  /** Bytes to one step of a position. */
  readonly unit: number;
  readonly get: (position: number) => unknown;
  /** Stores the value, or says why not. */
  readonly put: (position: number, value: unknown) => string | undefined;
}

type Problem = (value: unknown) => string | undefined;

/** One function for each type of array, so that the engine compiles each for that type alone. */
const NUMBERS: ReadonlyMap<string, (values: never, problem: Problem) => Omit<Access, "unit">> = new Map<
  string,
  (values: never, problem: Problem) => Omit<Access, "unit">
>([
  [
    "i1",
    (values: Int8Array, problem) => ({
      get: (at) => values[at],
      put: (at, value) => {
        const found = problem(value);
        if (found === undefined) values[at] = Number(value);
        return found;
      },
    }),
  ],
  [
    "i2",
    (values: Int16Array, problem) => ({
      get: (at) => values[at],
      put: (at, value) => {
        const found = problem(value);
        if (found === undefined) values[at] = Number(value);
        return found;
      },
    }),
  ],
  [
    "i4",
    (values: Int32Array, problem) => ({
      get: (at) => values[at],
      put: (at, value) => {
        const found = problem(value);
        if (found === undefined) values[at] = Number(value);
        return found;
      },
    }),
  ],
  [
    "i8",
    (values: BigInt64Array, problem) => ({
      get: (at) => values[at],
      put: (at, value) => {
        const found = problem(value);
        if (found === undefined) values[at] = typeof value === "bigint" ? value : BigInt(Number(value));
        return found;
      },
    }),
  ],
  [
    "u1",
    (values: Uint8Array, problem) => ({
      get: (at) => values[at],
      put: (at, value) => {
        const found = problem(value);
        if (found === undefined) values[at] = Number(value);
        return found;
      },
    }),
  ],
  [
    "u2",
    (values: Uint16Array, problem) => ({
      get: (at) => values[at],
      put: (at, value) => {
        const found = problem(value);
        if (found === undefined) values[at] = Number(value);
        return found;
      },
    }),
  ],
  [
    "u4",
    (values: Uint32Array, problem) => ({
      get: (at) => values[at],
      put: (at, value) => {
        const found = problem(value);
        if (found === undefined) values[at] = Number(value);
        return found;
      },
    }),
  ],
  [
    "u8",
    (values: BigUint64Array, problem) => ({
      get: (at) => values[at],
      put: (at, value) => {
        const found = problem(value);
        if (found === undefined) values[at] = typeof value === "bigint" ? value : BigInt(Number(value));
        return found;
      },
    }),
  ],
  [
    "f4",
    (values: Float32Array, problem) => ({
      get: (at) => values[at],
      put: (at, value) => {
        const found = problem(value);
        if (found === undefined) values[at] = Number(value);
        return found;
      },
    }),
  ],
  [
    "f8",
    (values: Float64Array, problem) => ({
      get: (at) => values[at],
      put: (at, value) => {
        const found = problem(value);
        if (found === undefined) values[at] = Number(value);
        return found;
      },
    }),
  ],
  [
    "b1",
    (values: Uint8Array, problem) => ({
      get: (at) => values[at] !== 0,
      put: (at, value) => {
        const found = problem(value);
        if (found === undefined) values[at] = value === true ? 1 : 0;
        return found;
      },
    }),
  ],
]);

/** The access to elements of a dtype in these bytes, all of which lie on multiples of `unit` where it is above 1. */
export function accessTo(dtype: DType, bytes: Uint8Array, aligned: boolean): Access {
  const codec = codecOf(dtype);
  const make = NUMBERS.get(`${dtype.kind}${dtype.itemsize}`);
  if (make !== undefined && dtype.native && aligned && isAligned(bytes, dtype.itemsize)) {
    const whole = bytes.subarray(0, bytes.length - (bytes.length % dtype.itemsize));
    const values = typedArray(dtype, whole) as never;
    return { unit: dtype.itemsize, ...make(values, codec.problem) };
  }
  const view = dataView(bytes);
  return {
    unit: 1,
    get: (at) => codec.read(view, at),
    put: (at, value) => {
      const found = codec.problem(value);
      if (found === undefined) codec.write(view, at, value);
      return found;
    },
  };
}

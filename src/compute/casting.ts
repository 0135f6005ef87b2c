/**
 * What becomes of numbers in another type: which of them do not fit, and conversions that the engine has none for. A kernel
 * says whether a block has what is looked for, and a plain loop finds it there.
 *
 * @module
 */

import { isBig } from "./blocks.js";
import { type Engine, engine, slot } from "./kernels/engine.js";
import type { BigArray, FloatArray, NumberArray, NumericArray } from "./types.js";

/** Elements that the kernels take at a time: they stay in the second cache, converted ones beside them. */
const BLOCK = 1 << 15;

/** Fewer are judged before a kernel is ready. */
const WORTH = 512;

/** The types as the kernels count them. */
const TYPES: readonly string[] = [
  ...["Int8Array", "Uint8Array", "Int16Array", "Uint16Array", "Int32Array", "Uint32Array"],
  ...["BigInt64Array", "BigUint64Array", "Float32Array", "Float64Array"],
];

function typeOf(values: NumericArray): number {
  return TYPES.indexOf(values[Symbol.toStringTag]);
}

type Kernel = (kernels: Engine["kernels"], at: number, count: number) => number;

/** The first element that `isFound`, as `has` says of blocks; -1 where there is none. */
function first<T extends NumericArray>(values: T, has: Kernel, find: (part: T) => number): number {
  const kernels = values.length < WORTH ? undefined : engine();
  if (kernels === undefined) return find(values);
  for (let start = 0; start < values.length; start += BLOCK) {
    const end = Math.min(start + BLOCK, values.length);
    kernels.load(values, start, end, slot(0));
    if (has(kernels.kernels, slot(0), end - start) !== 0) {
      return start + find(values.subarray(start, end) as T);
    }
  }
  return -1;
}

/** The first integer below `low` or above `high`; -1 where there is none. */
export function firstBeyond(values: NumberArray, low: number, high: number): number {
  const [least, most] = RANGES.get(typeOf(values)) ?? [low, high];
  const bounds = [BigInt(Math.max(low, least)), BigInt(Math.min(high, most))] as const;
  return first(
    values,
    (kernels, at, count) => kernels.anyOutside(typeOf(values), at, count, ...bounds),
    (part) => {
      for (let i = 0; i < part.length; i++) if (part[i] < low || part[i] > high) return i;
      return -1;
    },
  );
}

const RANGES = new Map<number, readonly [number, number]>(
  [8, 16, 32].flatMap((bits, i) => [
    [2 * i, [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1]],
    [2 * i + 1, [0, 2 ** bits - 1]],
  ]),
);

/** As {@link firstBeyond}, of integers of 64 bits. The bounds are of the element's type. */
export function firstBigBeyond(values: BigArray, low: bigint, high: bigint): number {
  const bounds = [BigInt.asIntN(64, low), BigInt.asIntN(64, high)] as const;
  return first<BigArray>(
    values,
    (kernels, at, count) => kernels.anyOutside(typeOf(values), at, count, ...bounds),
    (part) => part.findIndex((value: bigint) => value < low || value > high),
  );
}

/** The first finite float of at least this size; -1 where there is none. @param limit a single, where the floats are */
export function firstOverflow(values: FloatArray, limit: number): number {
  return first(
    values,
    (kernels, at, count) => kernels.anyOverflow(typeOf(values), at, count, limit),
    (part) => {
      for (let i = 0; i < part.length; i++) {
        const size = Math.abs(part[i]);
        if (size >= limit && size !== Number.POSITIVE_INFINITY) return i;
      }
      return -1;
    },
  );
}

/** The first integer of 64 bits that a double, or a single, is not; -1 where there is none. */
export function firstInexact(values: BigArray, isSingle: boolean): number {
  const round = isSingle ? Math.fround : (number: number) => number;
  return first<BigArray>(
    values,
    (kernels, at, count) => kernels.anyInexact(typeOf(values), at, count, Number(isSingle)),
    (part) => part.findIndex((value: bigint) => BigInt(round(Number(value))) !== value),
  );
}

/** Converts integers of 64 bits to other numbers, or integers to such: they wrap, floats round. */
export function convertLongs(values: NumericArray, out: NumericArray): void {
  const kernels = values.length < WORTH ? undefined : engine();
  if (kernels === undefined) {
    plainConvert(values, out);
    return;
  }
  const size = out.BYTES_PER_ELEMENT;
  const target = new Uint8Array(out.buffer, out.byteOffset, out.byteLength);
  for (let start = 0; start < values.length; start += BLOCK) {
    const end = Math.min(start + BLOCK, values.length);
    kernels.load(values, start, end, slot(0));
    kernels.kernels.convertLong(typeOf(values), typeOf(out), slot(0), slot(1), end - start);
    kernels.unload(slot(1), size * (end - start), target, size * start);
  }
}

function plainConvert(values: NumericArray, out: NumericArray): void {
  if (!isBig(values)) {
    if (isBig(out)) for (let i = 0; i < values.length; i++) out[i] = BigInt(values[i]);
  } else if (out instanceof Float32Array || out instanceof Float64Array) {
    for (let i = 0; i < values.length; i++) out[i] = Number(values[i]);
  } else if (!isBig(out)) {
    for (let i = 0; i < values.length; i++) out[i] = Number(BigInt.asIntN(32, values[i]));
  }
}

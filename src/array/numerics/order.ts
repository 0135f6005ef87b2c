import {
  argsortComplex,
  argsort as argsortNumbers,
  argsortSmall,
  argsortUnits,
  gather,
  type NumericArray,
  sortTo,
} from "../../compute/index.js";
import { type AnyValues, type DType, NATIVE_ORDER } from "../../dtype/index.js";
import { typedArray } from "../strided.js";
import { isFloats, isUnits } from "./reader.js";

/** Positions as the kernels give them. */
export type Positions = ReturnType<typeof argsortNumbers>;

/** The places of elements in ascending order, stable; NaN and NaT last. */
export function orderOf(dtype: DType, values: NumericArray): Positions {
  if (dtype.kind === "c" && isFloats(values)) return argsortComplex(values);
  if ("SU".includes(dtype.kind) && isUnits(values)) return argsortUnits(values, dtype.width);
  return argsortNumbers(values, { nat: dtype.step !== undefined });
}

/** Whether the kernels take a dtype's elements as single numbers that are kept bit for bit. */
export function isPlain({ kind, alignment }: DType): boolean {
  return "biumM".includes(kind) || (kind === "f" && alignment > 2);
}

/** Writes elements in ascending order, stable, in the byte order of this machine. */
export function sortBytes(values: NumericArray, dtype: DType, out: Uint8Array): void {
  sortTo(values, { nat: dtype.step !== undefined }, typedArray(dtype, out));
}

/** Typed-array elements for one element of a dtype. */
export function unitsPer({ itemsize, alignment }: DType): number {
  return itemsize / alignment;
}

/** The bytes behind a typed array. */
export function bytesOf({ buffer, byteOffset, byteLength }: AnyValues): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Copies the elements at some positions, one after the other, to the beginning of `out`. */
export function takeBytes(values: AnyValues, dtype: DType, positions: Positions, out: Uint8Array): void {
  gather(bytesOf(values), dtype.itemsize, positions, dtype.itemsize, 0, out);
}

/** Writes the places of elements in ascending order, stable, as elements of `i8`. */
export function storeOrder(dtype: DType, values: NumericArray, out: Uint8Array): void {
  const words = new Uint32Array(out.buffer, out.byteOffset, out.length / 4);
  if (!(isPlain(dtype) && argsortSmall(values, words))) storePositions(orderOf(dtype, values), out);
}

/** Which word of an `i8` is the lower one. */
export const LOW = NATIVE_ORDER === "<" ? 0 : 1;

/** Writes positions as elements of `i8`, word by word: no bigint is made. */
export function storePositions(positions: Int32Array | Float64Array, out: Uint8Array): void {
  const words = new Uint32Array(out.buffer, out.byteOffset, 2 * positions.length);
  const lowAt = LOW;
  if (positions instanceof Int32Array) {
    words.fill(0);
    for (let i = 0, at = lowAt; i < positions.length; i++, at += 2) words[at] = positions[i];
    return;
  }
  for (let i = 0; i < positions.length; i++) {
    const position = positions[i];
    words[2 * i + lowAt] = position;
    words[2 * i + 1 - lowAt] = position / 2 ** 32;
  }
}

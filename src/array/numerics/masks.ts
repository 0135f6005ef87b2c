import { isnan, isnanComplex, maskAnd, maskNot, maskOr } from "../../compute/index.js";
import { type DType, parseDType, showValue, sizeOf } from "../../dtype/index.js";
import { DTypeError } from "../../errors.js";
import { blockOf, Scratch, split } from "../blocks.js";
import { room, type Strided, zeros } from "../strided.js";
import { broadcastShape } from "./broadcasting.js";
import { operandArray, stretch } from "./comparison.js";
import { blockLength, isFloats, Reader } from "./reader.js";
import { refusal } from "./refusal.js";

const B1 = parseDType("b1");

/** @throws DTypeError where an array is no mask */
export function requireMask({ dtype }: Strided, name: string, label: string): void {
  if (dtype.kind === "b") return;
  throw new DTypeError(`${label} of ${dtype} has no ${name}; masks (b1) have, such as ne(0) gives`);
}

/** One truth value as an array without axes. */
function truth(value: boolean): Strided {
  const array = zeros(B1, []);
  array.bytes[0] = Number(value);
  return array;
}

/** What a mask is put together with. @throws DTypeError for anything but masks */
export function maskOperand(name: "and" | "or", array: Strided, other: unknown, label: string): Strided {
  requireMask(array, name, label);
  const side = typeof other === "boolean" ? truth(other) : operandArray(other, array, label);
  if (side?.dtype.kind !== "b") {
    const what = side === undefined ? showValue(other) : String(side.dtype);
    throw new DTypeError(`a mask goes together with booleans by ${name}, not with ${what}`);
  }
  return side;
}

/** Where both masks are true, or either. */
export function combine(name: "and" | "or", array: Strided, other: unknown, label: string): Strided {
  const side = maskOperand(name, array, other, label);
  const shape = broadcastShape(array.layout.shape, side.layout.shape, label);
  const result = room(B1, shape);
  const [a, b] = [array, side].map((one) => ({ ...one, layout: stretch(one.layout, shape) }));
  markTogether(name, a, b, result.bytes, 0);
  return result;
}

/** Where both masks of one shape are true, or either, from `at` on in `out`. */
export function markTogether(
  name: "and" | "or",
  array: Strided,
  side: Strided,
  out: Uint8Array,
  at: number,
): void {
  const kernel = name === "and" ? maskAnd : maskOr;
  const [scratch, sideScratch] = [new Scratch(), new Scratch()];
  const pieces = split(side.layout, blockLength(B1));
  let to = at;
  for (const layout of split(array.layout, blockLength(B1))) {
    const piece = pieces.next().value;
    if (piece === undefined) break;
    const a = blockOf({ ...array, layout }, scratch);
    const b = blockOf({ ...side, layout: piece }, sideScratch);
    if (a instanceof Uint8Array && b instanceof Uint8Array) kernel(a, 0, b, 0, a.length, out, to);
    to += a.length;
  }
}

/** Where the mask is false. */
export function negate(array: Strided, label: string): Strided {
  requireMask(array, "not", label);
  const result = room(B1, array.layout.shape);
  markUntrue(array, result.bytes, 0);
  return result;
}

/** Where a mask is false, from `at` on in `out`. */
export function markUntrue(array: Strided, out: Uint8Array, at: number): void {
  const scratch = new Scratch();
  let to = at;
  for (const layout of split(array.layout, blockLength(B1))) {
    const values = blockOf({ ...array, layout }, scratch);
    if (values instanceof Uint8Array) maskNot(values, 0, values.length, out, to);
    to += values.length;
  }
}

/** @throws DTypeError where elements are never NaN or NaT, and no numbers either */
export function requireMissing(dtype: DType, label: string): void {
  if ("SUV".includes(dtype.kind)) throw refusal("isnan", dtype, label);
}

/** Which elements are NaN, or NaT. */
export function missing(array: Strided, label: string): Strided {
  requireMissing(array.dtype, label);
  const result = zeros(B1, array.layout.shape);
  markMissing(array, result.bytes, 0);
  return result;
}

/** Which elements are NaN, or NaT, from `at` on in `out`, which holds zeros. */
export function markMissing(array: Strided, out: Uint8Array, at: number): void {
  const { dtype, layout } = array;
  // Integers and truth values are never missing.
  if ("biu".includes(dtype.kind)) return;
  const reader = new Reader();
  let to = at;
  for (const piece of split(layout, blockLength(dtype))) {
    const values = reader.read({ ...array, layout: piece });
    const count = sizeOf(piece.shape);
    if (dtype.kind === "c" && isFloats(values)) isnanComplex(values, 0, count, out, to);
    else isnan(values, 0, count, out, to, { nat: dtype.step !== undefined });
    to += count;
  }
}

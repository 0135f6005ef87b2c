import type { DType } from "./dtype.js";
import type { AnyElement, AnyValues } from "./infer.js";
import { showValue } from "./show.js";

/** What a record holds under one name: an element, or a copy of several. */
export type Cell = AnyElement | AnyValues | readonly Cell[];

/** How copies of native numbers are made from their bytes, by kind and itemsize. */
export const COPIES: ReadonlyMap<string, (buffer: ArrayBuffer) => AnyValues> = new Map<
  string,
  (buffer: ArrayBuffer) => AnyValues
>([
  ["i1", (buffer) => new Int8Array(buffer)],
  ["i2", (buffer) => new Int16Array(buffer)],
  ["i4", (buffer) => new Int32Array(buffer)],
  ["i8", (buffer) => new BigInt64Array(buffer)],
  ["u1", (buffer) => new Uint8Array(buffer)],
  ["u2", (buffer) => new Uint16Array(buffer)],
  ["u4", (buffer) => new Uint32Array(buffer)],
  ["u8", (buffer) => new BigUint64Array(buffer)],
  ["f4", (buffer) => new Float32Array(buffer)],
  ["f8", (buffer) => new Float64Array(buffer)],
  ["c8", (buffer) => new Float32Array(buffer)],
  ["c16", (buffer) => new Float64Array(buffer)],
]);

/** Elements in a shape: the product of its axes. */
export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (const axis of shape) size *= axis;
  return size;
}

/** Nested arrays of a shape, filled in C order. */
export function nest<T>(shape: readonly number[], element: (i: number) => T): readonly Cell[] & readonly T[] {
  let next = 0;
  const build = (axis: number): unknown[] =>
    Array.from({ length: shape[axis] ?? 0 }, () =>
      axis === shape.length - 1 ? element(next++) : build(axis + 1),
    );
  return build(0) as readonly Cell[] & readonly T[];
}

/**
 * The elements of a cell in C order, whichever way they were given: a typed array (flat; complex numbers in pairs),
 * or arrays nested as the shape.
 *
 * @returns a message where the cell has another shape
 */
export function flattenCell(
  dtype: DType,
  shape: readonly number[],
  cell: unknown,
): readonly unknown[] | string {
  const size = sizeOf(shape);
  if (ArrayBuffer.isView(cell) && !(cell instanceof DataView)) {
    const flat: readonly unknown[] = Array.from(cell as unknown as ArrayLike<unknown>);
    if (flat.length === size && dtype.kind !== "c") return flat;
    if (dtype.kind === "c" && flat.length === size * 2) {
      return Array.from({ length: size }, (_, i) => ({ re: flat[2 * i], im: flat[2 * i + 1] }));
    }
    return `${showValue(cell)} does not fill the item shape [${shape.join(", ")}]`;
  }
  const flat: unknown[] = [];
  const walk = (part: unknown, axis: number): boolean => {
    if (axis === shape.length) return flat.push(part) > 0;
    if (ArrayBuffer.isView(part) && !(part instanceof DataView)) {
      const inner = flattenCell(dtype, shape.slice(axis), part);
      return typeof inner !== "string" && flat.push(...inner) >= 0;
    }
    return Array.isArray(part) && part.length === shape[axis] && part.every((inner) => walk(inner, axis + 1));
  };
  return walk(cell, 0) ? flat : `${showValue(cell)} does not have the item shape [${shape.join(", ")}]`;
}

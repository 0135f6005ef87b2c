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
 * The elements of a cell in C order, whichever way they were given: typed arrays (flat; complex numbers in pairs), or
 * arrays nested as the shape.
 *
 * @param byKind whether arrays of floats are refused where floats may not go, even if their elements are whole
 * @returns a message where the cell has another shape or kind
 */
export function flattenCell(
  dtype: DType,
  shape: readonly number[],
  cell: unknown,
  byKind = true,
): readonly unknown[] | string {
  const flat: unknown[] = [];
  const walk = (part: unknown, axis: number): string | undefined => {
    if (axis === shape.length) {
      flat.push(part);
      return undefined;
    }
    const rest = shape.slice(axis);
    if (isTypedArray(part)) {
      if (byKind && isFloats(part) && !"fc".includes(dtype.kind)) {
        return `${showValue(part)} does not go into ${dtype}; round it, or give plain numbers`;
      }
      const elements = elementsOf(part, dtype, sizeOf(rest));
      if (elements === undefined)
        return `${showValue(part)} does not fill the item shape [${rest.join(", ")}]`;
      for (const element of elements) flat.push(element);
      return undefined;
    }
    if (!Array.isArray(part) || part.length !== shape[axis]) {
      return `${showValue(part)} does not have the item shape [${rest.join(", ")}]`;
    }
    for (let i = 0; i < part.length; i++) {
      const problem = walk(part[i], axis + 1);
      if (problem !== undefined) return problem;
    }
    return undefined;
  };
  return walk(cell, 0) ?? flat;
}

function isTypedArray(value: unknown): value is ArrayBufferView & ArrayLike<unknown> {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

/** Float32Array, Float64Array, and Float16Array where there is one. */
function isFloats(array: ArrayBufferView): boolean {
  return Object.prototype.toString.call(array).startsWith("[object Float");
}

/** As many elements as a typed array holds of the dtype; undefined if it is another number of them. */
function elementsOf(array: ArrayLike<unknown>, { kind }: DType, size: number): Iterable<unknown> | undefined {
  if (array.length === size) return Array.from(array);
  if (kind !== "c" || array.length !== size * 2) return undefined;
  return Array.from({ length: size }, (_, i) => ({ re: array[2 * i], im: array[2 * i + 1] }));
}

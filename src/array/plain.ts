/**
 * Sources in plain JavaScript: one value, or lists nested as the axes of the destination. An array or typed array may
 * stand in a list for all lists from there on, as the cells do that `toArray` gives.
 *
 * @module
 */

import { type DType, showValue, sizeOf } from "../dtype/index.js";
import { ShapeError } from "../errors.js";
import { broadcast, isContiguous, type Layout, showShape } from "./layout.js";
import { asStrided, dtypeOf, isTypedArray, ownValues, type TypedArray } from "./operand.js";
import { copyApart } from "./overlap.js";
import { isViewable, mayOverlap, STRIDED, type Strided, type Viewable } from "./strided.js";

/**
 * The shape of a plain source, by the first part of each list; `[]` for one value.
 *
 * @throws ShapeError for lists nested deeper than the destination has axes
 */
export function plainShape(
  source: unknown,
  { dtype, shape }: { readonly dtype: DType; readonly shape: readonly number[] },
): readonly number[] {
  if (!Array.isArray(source)) return [];
  const lengths: number[] = [];
  let part: unknown = source;
  while (Array.isArray(part)) {
    if (lengths.length === shape.length) {
      throw new ShapeError(
        `lists nested ${lengths.length + 1} deep do not go into shape ${showShape(shape)}`,
      );
    }
    lengths.push(part.length);
    part = part[0];
  }
  const rest = shape.slice(lengths.length);
  // An empty list has no first part to tell the lengths below it by.
  if (lengths.at(-1) === 0 && shape[lengths.length - 1] === 0) return [...lengths, ...rest];
  const cell = asStrided(part, { dtype, shape: rest });
  return cell === undefined ? lengths : [...lengths, ...cell.layout.shape];
}

/** What {@link walkPlain} meets, with its place in the destination: its first byte, and its number in C order. */
export interface PlainVisitor {
  readonly value: (value: unknown, offset: number, position: number) => void;
  /** An array, stretched to the part of the destination that it goes into. */
  readonly array: (from: Strided, to: Layout, position: number) => void;
  /** A typed array whose bytes are those of the elements, which lie together. */
  readonly bytes: (from: TypedArray, offset: number) => void;
}

/**
 * Walks nested lists along the destination, repeating them as broadcasting does.
 *
 * @param lengths the shape of the source, which goes into the destination's
 * @param where names the row of a position, for messages
 * @throws ShapeError where a part has another shape than the first one
 */
export function walkPlain(
  source: unknown,
  lengths: readonly number[],
  { dtype, layout }: Strided,
  where: (position: number) => string,
  visitor: PlainVisitor,
): void {
  const { shape, strides, offset } = layout;
  const rank = shape.length;
  const missing = rank - lengths.length;
  const own = ownValues(dtype);
  const cellSizes = shape.map((_, axis) =>
    axis < missing ? undefined : denseSize(axis, lengths.slice(axis - missing), { dtype, layout }),
  );
  let position = 0;
  const walk = (part: unknown, axis: number, at: number): void => {
    if (axis === rank && !isViewable(part)) {
      visitor.value(part, at, position++);
      return;
    }
    const [length, stride] = [shape[axis] ?? 0, strides[axis] ?? 0];
    if (axis < missing) {
      for (let i = 0; i < length; i++) walk(part, axis + 1, at + i * stride);
      return;
    }
    if (Array.isArray(part) && part.length === lengths[axis - missing]) {
      const step = part.length === length ? 1 : 0;
      for (let i = 0; i < length; i++) walk(part[i * step], axis + 1, at + i * stride);
      return;
    }
    const size = cellSizes[axis];
    if (
      size !== undefined &&
      isTypedArray(part) &&
      part.byteLength === size * dtype.itemsize &&
      own?.equals(dtypeOf(part)) === true
    ) {
      visitor.bytes(part, at);
      position += size;
      return;
    }
    const expected = lengths.slice(axis - missing);
    const cell = asStrided(part, { dtype, shape: expected });
    const to: Layout = { shape: shape.slice(axis), strides: strides.slice(axis), offset: at };
    const from = cell === undefined ? undefined : broadcast(cell.layout, to.shape);
    if (cell === undefined || from === undefined || cell.layout.shape.join() !== expected.join()) {
      throw new ShapeError(
        `${where(position)}: ${showPart(part, cell)} where the first part has shape ${showShape(expected)}`,
      );
    }
    visitor.array({ ...cell, layout: from }, to, position);
    position += sizeOf(to.shape);
  };
  walk(source, 0, offset);
}

/** How many elements lie below an axis, where they lie together and the source has as many; undefined elsewhere. */
function denseSize(
  axis: number,
  lengths: readonly number[],
  { dtype, layout }: { readonly dtype: DType; readonly layout: Layout },
): number | undefined {
  const below = { ...layout, shape: layout.shape.slice(axis), strides: layout.strides.slice(axis) };
  const whole =
    below.shape.every((length, k) => length === lengths[k]) && isContiguous(below, dtype.itemsize);
  return whole ? sizeOf(below.shape) : undefined;
}

function showPart(part: unknown, cell: Strided | undefined): string {
  return cell === undefined ? showValue(part) : `an array of shape ${showShape(cell.layout.shape)}`;
}

/** The source, with copies in the place of arrays in its lists that share memory with the destination. */
export function detached(source: unknown, to: Strided, depth = to.layout.shape.length): unknown {
  if (Array.isArray(source)) {
    if (depth === 0) return source;
    let own: unknown[] | undefined;
    for (let i = 0; i < source.length; i++) {
      const part: unknown = source[i];
      if (typeof part !== "object" || part === null) continue;
      const apart = detached(part, to, depth - 1);
      if (apart !== part) {
        own ??= source.slice();
        own[i] = apart;
      }
    }
    return own ?? source;
  }
  if (isViewable(source)) {
    const array = source[STRIDED]();
    if (!mayOverlap(array, to)) return source;
    const copy = copyApart(array);
    return { [STRIDED]: () => copy } satisfies Viewable;
  }
  if (!isTypedArray(source) || source.buffer !== to.bytes.buffer) return source;
  return source instanceof Uint8Array ? Uint8Array.from(source) : source.slice();
}

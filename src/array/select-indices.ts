import { maskToIndices } from "../compute/index.js";
import { showValue, sizeOf } from "../dtype/index.js";
import { DTypeError, ShapeError } from "../errors.js";
import { denseCopy } from "./copy.js";
import { denseLayout, showShape } from "./layout.js";
import { isTypedArray, type TypedArray } from "./operand.js";
import { isMask, maskOf, type Rows, rowsOf } from "./rows.js";
import { contiguousBytes, isViewable, STRIDED, type Viewable } from "./strided.js";

/** Lists of positions, or of booleans, in lists. */
export interface NestedIndices
  extends ReadonlyArray<number | bigint | boolean | TypedArray | NestedIndices> {}

/**
 * What chooses positions one by one: whole numbers, negative ones counted from the end, or a mask of booleans; an array, a
 * typed array, or nested lists.
 */
export type IndexArray = Viewable | TypedArray | NestedIndices;

/** An index array that has been read: still without the axes that it is for. */
export interface ReadIndices {
  readonly shape: readonly number[];
  /** How many axes of the array it stands for: those of a mask, else one. */
  readonly axes: number;
  /** Its elements one behind the other, as `rowsOf` and `maskOf` take them. */
  readonly flat: Viewable | TypedArray | readonly unknown[];
  readonly isMask: boolean;
}

/**
 * Reads an index array.
 *
 * @throws DTypeError for what holds neither whole numbers nor booleans, ShapeError for lists of different lengths
 */
export function readIndices(given: unknown): ReadIndices {
  if (isViewable(given)) return ofArray(given);
  if (isTypedArray(given)) return { shape: [given.length], axes: 1, flat: given, isMask: false };
  if (Array.isArray(given)) return ofLists(given);
  throw new DTypeError(
    `a selection is a whole number, a slice(), "...", null, or a list of whole numbers or booleans, not ${showValue(given)}`,
  );
}

function ofArray(given: Viewable): ReadIndices {
  const array = given[STRIDED]();
  const { dtype, layout } = array;
  const { shape } = layout;
  if (!"biu".includes(dtype.kind)) {
    throw new DTypeError(`positions are whole numbers or booleans, not ${dtype}`);
  }
  const mask = dtype.kind === "b";
  const axes = mask ? shape.length : 1;
  if (shape.length === 1) return { shape, axes, flat: given, isMask: mask };
  const bytes = contiguousBytes(array) ?? denseCopy(array).bytes;
  const line = { dtype, layout: denseLayout([sizeOf(shape)], dtype.itemsize), bytes };
  return { shape, axes, flat: { [STRIDED]: () => line }, isMask: mask };
}

function ofLists(given: readonly unknown[]): ReadIndices {
  const shape = listShape(given);
  const flat = shape.length === 1 ? given : flattened(given, shape);
  const mask = isMask(flat);
  return { shape, axes: mask ? shape.length : 1, flat, isMask: mask };
}

/** More axes no array has; a list that holds itself would have no end of them. */
const MAX_AXES = 64;

/** By the first part of each list. */
function listShape(given: unknown): number[] {
  const shape: number[] = [];
  for (let part = given; Array.isArray(part) || isTypedArray(part); part = part[0]) {
    if (shape.push(part.length) > MAX_AXES) throw new ShapeError("a selection's lists are nested too deep");
  }
  return shape;
}

function flattened(given: readonly unknown[], shape: readonly number[]): unknown[] {
  const flat: unknown[] = [];
  const walk = (part: unknown, axis: number): void => {
    if (axis === shape.length) {
      flat.push(part);
      return;
    }
    if (!(Array.isArray(part) || isTypedArray(part)) || part.length !== shape[axis]) {
      throw new ShapeError(
        `${showValue(part)} stands in a list of indices whose parts have shape ${showShape(shape.slice(axis))}`,
      );
    }
    for (let i = 0; i < part.length; i++) walk(part[i], axis + 1);
  };
  walk(given, 0);
  return flat;
}

/**
 * Positions along axes of these lengths, counted in C order.
 *
 * @returns the positions, and the shape that they have: that of the indices, or one axis of those where a mask is true
 * @throws IndexError for a position outside, DTypeError for fractions, ShapeError where a mask has another shape
 */
export function positionsIn(
  { shape, flat, isMask: mask }: ReadIndices,
  lengths: readonly number[],
  label: string,
): { readonly positions: Rows; readonly shape: readonly number[] } {
  if (!mask) return { positions: rowsOf(flat, lengths[0] ?? 0, label), shape };
  if (shape.join() !== lengths.join()) {
    throw new ShapeError(
      `a mask of shape ${showShape(shape)} does not fit ${label}, which is ${showShape(lengths)}`,
    );
  }
  const positions = maskToIndices(maskOf(flat, sizeOf(lengths), label));
  return { positions, shape: [positions.length] };
}

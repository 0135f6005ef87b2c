/**
 * Arrays as lists of elements, and views of them as nested lists of positions: what every operation on arrays gives,
 * by the most naive means.
 *
 * @module
 */

import type { Selector } from "../src/array/index.js";
import { Slice } from "../src/array/index.js";
import { pythonSlice } from "../test/array/support.js";

/** Nested lists, as deep as there are axes. */
export type Nested<T> = T | readonly Nested<T>[];

/** A view of elements that other views may share. */
export interface ModelView {
  readonly elements: unknown[];
  readonly shape: readonly number[];
  readonly positions: Nested<number>;
  readonly writable: boolean;
}

export function listOf<T>(nested: Nested<T>): readonly Nested<T>[] {
  if (!Array.isArray(nested)) throw new Error("a list was expected");
  return nested;
}

/** Nested lists of a shape, filled in C order. */
export function build<T>(shape: readonly number[], make: (i: number) => T): Nested<T> {
  let next = 0;
  const level = (axis: number): Nested<T> =>
    axis === shape.length ? make(next++) : Array.from({ length: shape[axis] }, () => level(axis + 1));
  return level(0);
}

export function mapNested<T, U>(nested: Nested<T>, depth: number, convert: (value: T) => U): Nested<U> {
  if (depth === 0) return convert(nested as T);
  return listOf(nested).map((part) => mapNested(part, depth - 1, convert));
}

export function flat<T>(nested: Nested<T>, depth: number): T[] {
  return depth === 0 ? [nested as T] : listOf(nested).flatMap((part) => flat(part, depth - 1));
}

export function modelOf(shape: readonly number[], elements: unknown[], writable: boolean): ModelView {
  return { elements, shape, positions: build(shape, (i) => i), writable };
}

export function read({ elements, shape, positions }: ModelView): Nested<unknown> {
  return mapNested(positions, shape.length, (position) => elements[position]);
}

/** A copy of chosen rows. */
export function pick(view: ModelView, rows: readonly number[]): ModelView {
  const all = listOf(read(view));
  const inner = view.shape.length - 1;
  return modelOf(
    [rows.length, ...view.shape.slice(1)],
    rows.flatMap((row) => flat(all[row], inner)),
    false,
  );
}

/** NumPy's basic indexing; undefined where it is refused. */
export function selected(view: ModelView, selection: readonly Selector[]): ModelView | undefined {
  const named = selection.filter((part) => part !== "...").length;
  const rank = view.shape.length;
  if (named > rank || selection.length - named > 1) return undefined;
  const dots = selection.indexOf("...");
  const whole = Array.from({ length: rank - named }, () => new Slice(null, null, null));
  const parts = (
    dots < 0
      ? [...selection, ...whole]
      : [...selection.slice(0, dots), ...whole, ...selection.slice(dots + 1)]
  ).filter((part) => part !== "...");
  const shape: number[] = [];
  const chosen: number[][] = [];
  for (const [axis, part] of parts.entries()) {
    const length = view.shape[axis];
    if (part instanceof Slice) {
      chosen.push(pythonSlice(part, length));
      shape.push(chosen[axis].length);
    } else {
      const at = part < 0 ? part + length : part;
      if (at < 0 || at >= length) return undefined;
      chosen.push([at]);
    }
  }
  const take = (nested: Nested<number>, axis: number): Nested<number> => {
    if (axis === rank) return nested;
    const list = listOf(nested);
    if (!(parts[axis] instanceof Slice)) return take(list[chosen[axis][0]], axis + 1);
    return chosen[axis].map((position) => take(list[position], axis + 1));
  };
  return { ...view, shape, positions: take(view.positions, 0) };
}

/** Whether one shape goes into another by NumPy's broadcasting, in which leading axes of length 1 may go. */
export function goesInto(shape: readonly number[], to: readonly number[]): boolean {
  const extra = shape.length - to.length;
  return shape.every((length, axis) =>
    axis < extra ? length === 1 : length === 1 || length === to[axis - extra],
  );
}

/** The values of one shape as another that it goes into. */
export function stretched(
  nested: Nested<unknown>,
  shape: readonly number[],
  to: readonly number[],
): Nested<unknown> {
  if (shape.length > to.length) return stretched(listOf(nested)[0], shape.slice(1), to);
  if (shape.length < to.length) return stretched([nested], [1, ...shape], to);
  const level = (part: Nested<unknown>, axis: number): Nested<unknown> => {
    if (axis === to.length) return part;
    const list = listOf(part);
    return Array.from({ length: to[axis] }, (_, i) => level(list[shape[axis] === 1 ? 0 : i], axis + 1));
  };
  return level(nested, 0);
}

/** Stores values of the view's own shape. */
export function store(view: ModelView, values: Nested<unknown>): void {
  const depth = view.shape.length;
  const positions = flat(view.positions, depth);
  for (const [i, value] of flat(values, depth).entries()) view.elements[positions[i]] = value;
}

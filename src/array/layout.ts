import { IndexError, ShapeError } from "../errors.js";
import { type Range, resolveIndex, resolveSlice, Slice } from "./slice.js";

/** Where the elements of an array lie among its bytes: NumPy's shape, strides in bytes, and the first one's offset. */
export interface Layout {
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
}

/**
 * Elements in C order (the last axis runs fastest) or Fortran order (the first does), without gaps. Where an axis is
 * empty all strides are 0, as NumPy's: no position along the others may lead out of the bytes.
 */
export function denseLayout(shape: readonly number[], itemsize: number, fortran = false): Layout {
  if (shape.includes(0)) return { shape, strides: shape.map(() => 0), offset: 0 };
  const strides = new Array<number>(shape.length);
  let stride = itemsize;
  for (let k = 0; k < shape.length; k++) {
    const axis = fortran ? k : shape.length - 1 - k;
    strides[axis] = stride;
    stride *= shape[axis] ?? 0;
  }
  return { shape, strides, offset: 0 };
}

/** Whether the elements lie one behind the other in C order: axes of length 1 may have any stride, empty arrays all. */
export function isContiguous({ shape, strides }: Layout, itemsize: number): boolean {
  let expected = itemsize;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const length = shape[axis];
    if (length !== 1 && strides[axis] !== expected) return shape.includes(0);
    expected *= length ?? 1;
  }
  return true;
}

/** The first byte that any element touches, and the one behind the last. Empty arrays touch none. */
export function extent(
  { shape, strides, offset }: Layout,
  itemsize: number,
): readonly [from: number, to: number] {
  let from = offset;
  let to = offset + itemsize;
  for (let axis = 0; axis < shape.length; axis++) {
    const length = shape[axis] ?? 0;
    if (length === 0) return [0, 0];
    const reach = (length - 1) * (strides[axis] ?? 0);
    if (reach < 0) from += reach;
    else to += reach;
  }
  return [from, to];
}

/** The stride of every `step`-th position. Adding 0 makes the -0 of 0 * -1 a 0. */
function stepped(stride: number, { step }: Range): number {
  return stride * step + 0;
}

/** The rows `slice` selects. @throws ShapeError where there is no first axis */
export function sliceRows(layout: Layout, slice: Slice): Layout {
  const length = layout.shape[0];
  if (length === undefined) throw new ShapeError("an array without axes cannot be sliced");
  return rangeRows(layout, resolveSlice(slice, length));
}

/** The rows of a range that lies within the first axis. */
export function rangeRows({ shape, strides, offset }: Layout, range: Range): Layout {
  const stride = strides[0] ?? 0;
  return {
    shape: shape.with(0, range.length),
    strides: strides.with(0, stepped(stride, range)),
    offset: offset + stride * range.start,
  };
}

/** The layout without its first axis, at one position of it. */
export function rowLayout({ shape, strides, offset }: Layout, row: number): Layout {
  return { shape: shape.slice(1), strides: strides.slice(1), offset: offset + row * (strides[0] ?? 0) };
}

/** The layout with one element along every axis that repeats a single one: each element once. */
export function unstretched({ shape, strides, offset }: Layout): Layout {
  return {
    shape: shape.map((length, axis) => (strides[axis] === 0 ? Math.min(length, 1) : length)),
    strides,
    offset,
  };
}

/** What NumPy's basic indexing takes for each axis: a position, a slice, or `"..."` for all axes not named. */
export type Selector = number | Slice | "...";

/**
 * NumPy's basic indexing: a position removes its axis, a slice keeps it, `"..."` stands for as many whole axes as
 * are left; axes behind the last selector are whole.
 *
 * @throws IndexError for too many selectors, a second `"..."`, or a position outside its axis
 */
export function select(layout: Layout, selection: readonly Selector[]): Layout {
  const named = selection.filter((part) => part !== "...").length;
  if (selection.length - named > 1) throw new IndexError('a selection has at most one "..."');
  const rank = layout.shape.length;
  if (named > rank) throw new IndexError(`${named} indices for an array of ${rank} axes`);
  const shape: number[] = [];
  const strides: number[] = [];
  let { offset } = layout;
  let axis = 0;
  const keep = (end: number) => {
    shape.push(...layout.shape.slice(axis, end));
    strides.push(...layout.strides.slice(axis, end));
    axis = end;
  };
  for (const part of selection) {
    if (part === "...") {
      keep(axis + rank - named);
      continue;
    }
    const [length, stride] = [layout.shape[axis] ?? 0, layout.strides[axis] ?? 0];
    if (part instanceof Slice) {
      const range = resolveSlice(part, length);
      shape.push(range.length);
      strides.push(stepped(stride, range));
      offset += stride * range.start;
    } else offset += stride * resolveIndex(part, length, `axis ${axis}`);
    axis += 1;
  }
  keep(rank);
  return { shape, strides, offset };
}

/**
 * The layout stretched to a shape by NumPy's broadcasting: missing axes are added in front, axes of length 1 repeat.
 *
 * @returns undefined where the shapes do not go together
 */
export function broadcast({ shape, strides, offset }: Layout, to: readonly number[]): Layout | undefined {
  const extra = to.length - shape.length;
  if (extra < 0) {
    // Leading axes of length 1 may fall away, as in an assignment of NumPy.
    if (shape.slice(0, -extra).some((length) => length !== 1)) return undefined;
    return broadcast({ shape: shape.slice(-extra), strides: strides.slice(-extra), offset }, to);
  }
  const stretched = new Array<number>(to.length).fill(0);
  for (let axis = 0; axis < shape.length; axis++) {
    const length = shape[axis];
    if (length === to[axis + extra]) stretched[axis + extra] = strides[axis] ?? 0;
    else if (length !== 1) return undefined;
  }
  return { shape: to, strides: stretched, offset };
}

/** A shape as messages print it: `(100, 3)`. */
export function showShape(shape: readonly number[]): string {
  return shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
}

import { showValue } from "../../dtype/index.js";
import { IndexError, UnsupportedError } from "../../errors.js";
import type { Viewable } from "../strided.js";

/** Which elements a reduction puts together, and the shape of what it gives. */
export interface AxisOptions {
  /**
   * The axis, or axes, along which elements are put together; negative ones count from the last. All of them, into
   * one JavaScript value, when left out or null.
   */
  readonly axis?: number | readonly number[] | null | undefined;
  /** Keep the reduced axes, with length 1. The result then is an array even where it holds one element. */
  readonly keepdims?: boolean | undefined;
  /**
   * Take those elements alone that this mask chooses, as NumPy's `where`: without making an array of them, and so several
   * times as fast as filtering first. It has the array's shape, stretches to it as NumPy's broadcasting does, or has one axis
   * with a boolean for each row. A {@link Condition} is made into no mask. For reductions to one value.
   */
  readonly where?: WhereMask | null | undefined;
}

/** What chooses elements: an array of `b1`, bytes of 0 and 1, or booleans. */
export type WhereMask = Viewable | Uint8Array | readonly boolean[];

/** Options of `sum`, `mean`, `min` and `max`. */
export interface ReduceOptions extends AxisOptions {
  /** Leave out NaN and NaT, as NumPy's `nansum`, `nanmin` and so on; they propagate otherwise. */
  readonly skipNaN?: boolean | undefined;
}

/** Options of `var` and `std`. */
export interface MomentOptions extends ReduceOptions {
  /** What is taken from the count before dividing by it: 0 for the variance of these elements, 1 for an estimate. */
  readonly ddof?: number | undefined;
}

/** Options of `argmin` and `argmax`, which go along one axis or through all elements in C order. */
export interface ArgOptions {
  readonly axis?: number | null | undefined;
  readonly keepdims?: boolean | undefined;
  readonly skipNaN?: boolean | undefined;
}

/** Options of `cumsum`. */
export interface CumsumOptions {
  /** The axis to add along; all elements in C order, into one axis, when left out or null. */
  readonly axis?: number | null | undefined;
  /** Count NaN and NaT as zero, as NumPy's `nancumsum`. */
  readonly skipNaN?: boolean | undefined;
}

/** Options of `sort` and `argsort`. */
export interface SortOptions {
  /** The axis to sort along, the last when left out; null sorts all elements, in one axis. */
  readonly axis?: number | null | undefined;
}

/** Options that reduce to one JavaScript value. */
export type Whole<Options> = Options & {
  readonly axis?: null | undefined;
  readonly keepdims?: false | undefined;
};

/** Options that reduce to an array. */
export type Along<Options> = Options & { readonly where?: null | undefined } & (
    | { readonly axis: number | readonly number[] }
    | { readonly keepdims: true }
  );

/** @throws UnsupportedError for options that are no object */
export function requireOptions(options: unknown): void {
  if (typeof options === "object" && options !== null) return;
  throw new UnsupportedError(`options are an object, such as { workers: 2 }, not ${showValue(options)}`);
}

/** One axis as a position from 0. @throws IndexError where the array has no such axis */
export function resolveAxis(axis: unknown, ndim: number, label: string): number {
  if (typeof axis !== "number" || !Number.isInteger(axis)) {
    throw new IndexError(`an axis of ${label} is a whole number, not ${showValue(axis)}`);
  }
  const position = axis < 0 ? axis + ndim : axis;
  if (position >= 0 && position < ndim) return position;
  const range = ndim === 0 ? "it has none" : `valid are ${-ndim} to ${ndim - 1}`;
  throw new IndexError(`${label} has no axis ${axis}; ${range}`);
}

/**
 * The axes to reduce, ascending; undefined where everything goes into one value.
 *
 * @throws IndexError for an axis that is not there or is named twice
 */
export function resolveAxes(
  { axis, keepdims = false }: AxisOptions,
  ndim: number,
  label: string,
): readonly number[] | undefined {
  if (axis === undefined || axis === null) {
    return keepdims ? Array.from({ length: ndim }, (_, i) => i) : undefined;
  }
  const list: readonly unknown[] = typeof axis === "number" ? [axis] : Array.isArray(axis) ? axis : [axis];
  const axes = list.map((one) => resolveAxis(one, ndim, label)).sort((a, b) => a - b);
  const twice = axes.find((one, i) => one === axes[i + 1]);
  if (twice !== undefined) throw new IndexError(`axis ${twice} of ${label} is named twice`);
  return axes;
}

import { isFloat } from "./blocks.js";
import { pieces } from "./fed.js";
import { floatInterval, type Interval, type IntervalOp, integerInterval, intersection } from "./intervals.js";
import { type Engine, SLOT, slot } from "./kernels/engine.js";
import type { CompareOp } from "./plan.js";
import type { NumericArray } from "./types.js";
import { NAT } from "./words.js";

/** A comparison with a scalar that holds within an interval. */
export interface EndComparison {
  readonly op: IntervalOp;
  readonly scalar: number | bigint;
}

/** What a kernel marks: the elements within an interval of integers or floats, or with `flip` those outside. */
export type Span = (
  | { readonly integers: Interval<bigint> }
  | { readonly floats: Interval<number>; readonly integers?: undefined }
) & { readonly flip: boolean };

/** The elements of the type of `values` that compare so with a scalar; of dates and durations (`nat`) without NaT. */
export function spanOf(op: CompareOp, scalar: number | bigint, values: NumericArray, nat: boolean): Span {
  const [within, flip]: readonly [IntervalOp, boolean] = op === "ne" ? ["eq", true] : [op, false];
  return isFloat(values)
    ? { floats: floatInterval(within, scalar, values instanceof Float32Array), flip }
    : { integers: integersFor(within, scalar, values, nat), flip };
}

function integersFor(
  op: IntervalOp,
  scalar: number | bigint,
  values: NumericArray,
  nat: boolean,
): Interval<bigint> {
  // NaT is to dates what NaN is to numbers.
  return integerInterval(op, nat && scalar === NAT ? Number.NaN : scalar, rangeOf(values, nat));
}

/** The elements of the type of `values` for which both comparisons hold. */
export function spanOfBoth(
  [a, b]: readonly [EndComparison, EndComparison],
  values: NumericArray,
  nat: boolean,
): Span {
  if (isFloat(values)) {
    const single = values instanceof Float32Array;
    const floats = intersection(floatInterval(a.op, a.scalar, single), floatInterval(b.op, b.scalar, single));
    return { floats, flip: false };
  }
  const integers = intersection(
    integersFor(a.op, a.scalar, values, nat),
    integersFor(b.op, b.scalar, values, nat),
  );
  return { integers, flip: false };
}

/** The integers that elements of a type can be. */
function rangeOf(values: NumericArray, nat: boolean): Interval<bigint> {
  const bits = BigInt(8 * values.BYTES_PER_ELEMENT);
  if (!isSignedArray(values)) return { low: 0n, high: 2n ** bits - 1n };
  const high = 2n ** (bits - 1n) - 1n;
  return { low: nat ? NAT + 1n : -high - 1n, high };
}

/** Whether elements are integers that may be negative. */
export function isSignedArray(values: NumericArray): boolean {
  return (
    values instanceof Int32Array ||
    values instanceof BigInt64Array ||
    values instanceof Int16Array ||
    values instanceof Int8Array
  );
}

/** Writes 0 or 1 for each of the elements `start` to `end - 1` to `out`, from `outOffset` on. */
export function markSpan(
  span: Span,
  values: NumericArray,
  start: number,
  end: number,
  out: Uint8Array,
  outOffset: number,
  running: Engine,
): void {
  const { kernels } = running;
  const size = values.BYTES_PER_ELEMENT;
  const { integers, floats, flip } = { floats: undefined, ...span };
  if (integers !== undefined && integers.low > integers.high) {
    out.fill(Number(flip), outOffset, outOffset + end - start);
    return;
  }
  // Two slots for the elements and two for their truths: copies of a megabyte go faster than shorter ones.
  const marks = slot(2);
  const step = (2 * SLOT) / size;
  for (let from = start; from < end; from += step) {
    const to = Math.min(from + step, end);
    const at = running.place(values, from, to, slot(0));
    if (integers !== undefined) {
      kernels.withinIntegers(size, at, to - from, integers.low, integers.high, Number(flip), marks);
    } else if (floats !== undefined) {
      kernels.withinFloats(size, at, to - from, floats.low, floats.high, Number(flip), marks);
    }
    running.unload(marks, to - from, out, outOffset + from - start);
  }
}

/** How many of the elements `start` to `end - 1` {@link markSpan} would mark. */
export function countSpan(
  span: Span,
  values: NumericArray,
  start: number,
  end: number,
  running: Engine,
): number {
  const { kernels } = running;
  const size = values.BYTES_PER_ELEMENT;
  const { integers, floats, flip } = { floats: undefined, ...span };
  if (integers !== undefined && integers.low > integers.high) return flip ? end - start : 0;
  let within = 0;
  for (const { at, count } of pieces(running, values, start, end)) {
    if (integers !== undefined) {
      within += kernels.countIntegers(size, at, count, integers.low, integers.high);
    } else if (floats !== undefined) {
      within += kernels.countFloats(size, at, count, floats.low, floats.high);
    }
  }
  return flip ? end - start - within : within;
}

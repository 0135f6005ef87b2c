import { BLOCK } from "./blocks.js";
import { type CompareOptions, compareScalar } from "./compare.js";
import { compareComplexScalar } from "./compare-complex.js";
import { compareUnitsScalar, type Units } from "./compare-units.js";
import { engineFor } from "./few.js";
import { maskAnd } from "./masks.js";
import type { Complex, FloatArray, NumericArray } from "./types.js";
import { type EndComparison, markSpan, spanOfBoth } from "./within.js";

const upper = new Uint8Array(BLOCK);

/** Writes to `out` where `low` ≤ element ≤ `high`, both ends included, as {@link compareScalar} compares. */
export function between(
  values: NumericArray,
  start: number,
  end: number,
  low: number | bigint,
  high: number | bigint,
  out: Uint8Array,
  outOffset: number,
  options: CompareOptions = {},
): void {
  const ends = [{ op: "ge", scalar: low } as const, { op: "le", scalar: high } as const] as const;
  compareBoth(ends, values, start, end, out, outOffset, options);
}

/** Writes to `out` where two comparisons hold, each as {@link compareScalar} makes it; the elements are read once. */
export function compareBoth(
  comparisons: readonly [EndComparison, EndComparison],
  values: NumericArray,
  start: number,
  end: number,
  out: Uint8Array,
  outOffset: number,
  options: CompareOptions = {},
): void {
  const running = engineFor(end - start, values);
  if (running !== undefined) {
    const span = spanOfBoth(comparisons, values, options.nat === true);
    markSpan(span, values, start, end, out, outOffset, running);
    return;
  }
  const [first, second] = comparisons;
  for (let at = start; at < end; at += BLOCK) {
    const [stop, to] = [Math.min(at + BLOCK, end), outOffset + at - start];
    compareScalar(first.op, values, at, stop, first.scalar, out, to, options);
    compareScalar(second.op, values, at, stop, second.scalar, upper, 0, options);
    maskAnd(out, to, upper, 0, stop - at, out, to);
  }
}

/** As {@link between} for complex numbers. */
export function betweenComplex(
  values: FloatArray,
  start: number,
  end: number,
  low: Complex,
  high: Complex,
  out: Uint8Array,
  outOffset: number,
): void {
  for (let at = start; at < end; at += BLOCK) {
    const [stop, to] = [Math.min(at + BLOCK, end), outOffset + at - start];
    compareComplexScalar("ge", values, at, stop, low, out, to);
    compareComplexScalar("le", values, at, stop, high, upper, 0);
    maskAnd(out, to, upper, 0, stop - at, out, to);
  }
}

/** As {@link between} for raw strings of `width` units. */
export function betweenUnits(
  values: Units,
  width: number,
  start: number,
  end: number,
  low: Units,
  high: Units,
  out: Uint8Array,
  outOffset: number,
): void {
  for (let at = start; at < end; at += BLOCK) {
    const [stop, to] = [Math.min(at + BLOCK, end), outOffset + at - start];
    compareUnitsScalar("ge", values, width, at, stop, low, out, to);
    compareUnitsScalar("le", values, width, at, stop, high, upper, 0);
    maskAnd(out, to, upper, 0, stop - at, out, to);
  }
}

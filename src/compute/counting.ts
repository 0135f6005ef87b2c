import { compareBoth } from "./between.js";
import { BLOCK } from "./blocks.js";
import { type CompareOptions, compareScalar } from "./compare.js";
import { engineFor } from "./few.js";
import { maskCount } from "./masks.js";
import type { CompareOp } from "./plan.js";
import type { NumericArray } from "./types.js";
import { countSpan, type EndComparison, spanOf, spanOfBoth } from "./within.js";

const marks = new Uint8Array(BLOCK);

/** Of how many elements a comparison holds, as {@link compareScalar} makes it, without a mask of them all. */
export function countScalar(
  op: CompareOp,
  values: NumericArray,
  start: number,
  end: number,
  scalar: number | bigint,
  options: CompareOptions = {},
): number {
  const running = engineFor(end - start, values);
  if (running !== undefined) {
    return countSpan(spanOf(op, scalar, values, options.nat === true), values, start, end, running);
  }
  return counted(start, end, (from, to) => compareScalar(op, values, from, to, scalar, marks, 0, options));
}

/** Of how many elements two comparisons hold, as {@link compareBoth} makes them. */
export function countBoth(
  comparisons: readonly [EndComparison, EndComparison],
  values: NumericArray,
  start: number,
  end: number,
  options: CompareOptions = {},
): number {
  const running = engineFor(end - start, values);
  if (running !== undefined) {
    return countSpan(spanOfBoth(comparisons, values, options.nat === true), values, start, end, running);
  }
  return counted(start, end, (from, to) => compareBoth(comparisons, values, from, to, marks, 0, options));
}

function counted(start: number, end: number, mark: (from: number, to: number) => void): number {
  let found = 0;
  for (let from = start; from < end; from += BLOCK) {
    const to = Math.min(from + BLOCK, end);
    mark(from, to);
    found += maskCount(marks, 0, to - from);
  }
  return found;
}

import { isFloat } from "./blocks.js";
import { type Engine, SLOT, slot } from "./kernels/engine.js";
import type { CompareOp } from "./plan.js";
import type { NumericArray } from "./types.js";
import { isSignedArray } from "./within.js";
import { NAT } from "./words.js";

/** Where the operands of a comparison lie that are copied, and its result; the last slot is for what is only on the way. */
const [A, B, MARKS, SPARE] = [slot(0), slot(1), slot(2), slot(3)];

/** Whether there are kernels for two arrays: their elements are of one type. */
export function isPaired(a: NumericArray, b: NumericArray): boolean {
  return a.constructor === b.constructor;
}

/** Compares `count` elements of two arrays of one type, pair by pair, and writes 0 or 1 for each to `out`. */
export function markPairs(
  op: CompareOp,
  a: NumericArray,
  aStart: number,
  b: NumericArray,
  bStart: number,
  count: number,
  out: Uint8Array,
  outOffset: number,
  nat: boolean,
  running: Engine,
): void {
  const step = SLOT / a.BYTES_PER_ELEMENT;
  for (let done = 0; done < count; done += step) {
    const some = Math.min(step, count - done);
    const one = running.place(a, aStart + done, aStart + done + some, A);
    const other = running.place(b, bStart + done, bStart + done + some, B);
    if (nat && op === "ne") {
      markDates("eq", one, other, some, running);
      running.kernels.notMask(MARKS, some, MARKS);
    } else if (nat) markDates(op, one, other, some, running);
    else mark(op, a, one, other, some, running);
    running.unload(MARKS, some, out, outOffset + done);
  }
}

/** Marks where the operands at two addresses, elements of the type of `values`, compare so. */
function mark(
  op: CompareOp,
  values: NumericArray,
  a: number,
  b: number,
  count: number,
  { kernels }: Engine,
): void {
  const size = values.BYTES_PER_ELEMENT;
  const isFloats = isFloat(values);
  if (op === "eq" || op === "ne") {
    kernels.equalPairs(Number(isFloats), size, a, b, count, Number(op === "ne"), MARKS);
    return;
  }
  const [above, below] = op === "gt" || op === "ge" ? [a, b] : [b, a];
  const orEqual = op === "ge" || op === "le";
  if (isFloats) kernels.floatsAbove(size, Number(orEqual), above, below, count, MARKS);
  // Of integers one is not below where the other is not above.
  else if (orEqual) integersAbove(below, above, 1);
  else integersAbove(above, below, 0);

  function integersAbove(one: number, other: number, flip: number): void {
    kernels.integersAbove(Number(isSignedArray(values)), size, one, other, count, flip, MARKS);
  }
}

const DATES = new BigInt64Array(0);

/** As {@link mark} of dates and durations, for any comparison but `ne`: NaT on either side is in none. */
function markDates(op: CompareOp, a: number, b: number, count: number, running: Engine): void {
  const { kernels } = running;
  mark(op, DATES, a, b, count, running);
  for (const operand of [a, b]) {
    kernels.withinIntegers(DATES.BYTES_PER_ELEMENT, operand, count, NAT, NAT, 1, SPARE);
    kernels.andMasks(MARKS, SPARE, count, MARKS);
  }
}

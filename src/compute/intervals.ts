import { type CompareOp, planForNumbers } from "./plan.js";

/** Elements from one to another, both included; none where the ends are out of order or either is NaN. */
export interface Interval<Bound> {
  readonly low: Bound;
  readonly high: Bound;
}

/** The comparisons that hold within one interval. */
export type IntervalOp = Exclude<CompareOp, "ne">;

/** Which integers of a range compare so with any scalar, exact. */
export function integerInterval(
  op: IntervalOp,
  scalar: number | bigint,
  range: Interval<bigint>,
): Interval<bigint> {
  const { low, high } = range;
  if (typeof scalar === "number" && Number.isNaN(scalar)) return { low: high, high: low - 1n };
  const [floor, ceiling] = integersAt(scalar, range);
  switch (op) {
    case "eq":
      return intersection(range, { low: ceiling, high: floor });
    case "lt":
      return intersection(range, { low, high: ceiling - 1n });
    case "le":
      return intersection(range, { low, high: floor });
    case "gt":
      return intersection(range, { low: floor + 1n, high });
    case "ge":
      return intersection(range, { low: ceiling, high });
    default:
      return op satisfies never;
  }
}

/** The integers next to a scalar, below and above, or itself; for infinities what is just outside of the range. */
function integersAt(
  scalar: number | bigint,
  { low, high }: Interval<bigint>,
): readonly [floor: bigint, ceiling: bigint] {
  if (typeof scalar === "bigint") return [scalar, scalar];
  if (Number.isFinite(scalar)) return [BigInt(Math.floor(scalar)), BigInt(Math.ceil(scalar))];
  const outside = scalar > 0 ? high + 1n : low - 1n;
  return [outside, outside];
}

/** What two intervals have in common. */
export function intersection<Bound extends bigint | number>(
  a: Interval<Bound>,
  b: Interval<Bound>,
): Interval<Bound> {
  // Written so that an end that is NaN, which is in no order, stays.
  const low = a.low <= b.low ? b.low : b.low <= a.low ? a.low : notANumber(a.low, b.low);
  const high = a.high >= b.high ? b.high : b.high >= a.high ? a.high : notANumber(a.high, b.high);
  return { low, high };
}

/** Of two ends the one that is NaN. */
function notANumber<Bound extends bigint | number>(a: Bound, b: Bound): Bound {
  return a === b || Number.isNaN(a) ? a : b;
}

/** Which doubles, or with `single` floats of 32 bits, compare so with any scalar, exact. */
export function floatInterval(op: IntervalOp, scalar: number | bigint, single: boolean): Interval<number> {
  const plan = planForNumbers(op, scalar);
  if ("always" in plan) return NOTHING;
  const round = single ? Math.fround : (x: number) => x;
  const near = round(plan.scalar);
  const [least, greatest] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  switch (plan.op) {
    case "eq":
      return near === plan.scalar ? { low: near, high: near } : NOTHING;
    case "lt":
      return { low: least, high: near < plan.scalar ? near : nextDown(near, single) };
    case "le":
      return { low: least, high: near <= plan.scalar ? near : nextDown(near, single) };
    case "gt":
      return { low: near > plan.scalar ? near : -nextDown(-near, single), high: greatest };
    case "ge":
      return { low: near >= plan.scalar ? near : -nextDown(-near, single), high: greatest };
    default:
      return NOTHING;
  }
}

const NOTHING: Interval<number> = { low: Number.NaN, high: Number.NaN };

const double = new Float64Array(1);
const doubleBits = new BigInt64Array(double.buffer);
const float = new Float32Array(1);
const floatBits = new Int32Array(float.buffer);

/** The next float below; NaN below -Infinity and NaN. */
function nextDown(x: number, single: boolean): number {
  if (!(x > Number.NEGATIVE_INFINITY)) return Number.NaN;
  // Adding 0 makes 0 of -0, below which is the least float that is negative.
  const value = x + 0;
  if (single) {
    float[0] = value;
    floatBits[0] = value > 0 ? floatBits[0] - 1 : value < 0 ? floatBits[0] + 1 : 0x80000001 | 0;
    return float[0];
  }
  double[0] = value;
  doubleBits[0] = value > 0 ? doubleBits[0] - 1n : value < 0 ? doubleBits[0] + 1n : -(2n ** 63n) + 1n;
  return double[0];
}

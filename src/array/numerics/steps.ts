import type { CompareOp, NumericArray } from "../../compute/index.js";
import { convertWide, isCalendar } from "../../dtype/datetime.js";
import { type DateStep, NAT } from "../../dtype/index.js";

type Converted = ReturnType<typeof convertWide>;

/** Whether counts in these steps can be put in order: durations of months and of seconds cannot. */
export function isComparable(a: DateStep, b: DateStep, dates: boolean): boolean {
  const generic = a.unit === "generic" || b.unit === "generic";
  return dates || generic || isCalendar(a.unit) === isCalendar(b.unit);
}

const MILLISECOND: DateStep = { unit: "ms", multiple: 1 };

/** How many whole steps a `Date` is, downwards; undefined for invalid dates and steps without a unit. */
export function stepsOfDate(date: Date, step: DateStep | undefined): Converted | undefined {
  if (step === undefined || step.unit === "generic" || Number.isNaN(date.getTime())) return undefined;
  return convertWide(BigInt(date.getTime()), MILLISECOND, step, true);
}

/** A step so fine that counts in both steps are whole numbers of it. */
function commonStep(a: DateStep, b: DateStep): DateStep {
  return isCalendar(a.unit) && isCalendar(b.unit) ? { unit: "M", multiple: 1 } : { unit: "as", multiple: 1 };
}

/** Whether `op` holds between two numbers that are so ordered: negative, zero or positive. */
export function holds(op: CompareOp, order: number): boolean {
  switch (op) {
    case "eq":
      return order === 0;
    case "ne":
      return order !== 0;
    case "lt":
      return order < 0;
    case "le":
      return order <= 0;
    case "gt":
      return order > 0;
    case "ge":
      return order >= 0;
    default:
      return op satisfies never;
  }
}

/**
 * Compares counts in different steps, exactly, whatever the steps. Slower than comparing counts in one: the common
 * step may need more than 64 bits, so each pair goes through bigints.
 */
export function compareSteps(
  op: CompareOp,
  a: NumericArray,
  aStep: DateStep,
  b: NumericArray,
  bStep: DateStep,
  dates: boolean,
  out: Uint8Array,
  outOffset: number,
): void {
  if (!(a instanceof BigInt64Array && b instanceof BigInt64Array)) return;
  const common = commonStep(aStep, bStep);
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i], b[i]];
    if (x === NAT || y === NAT) {
      out[outOffset + i] = Number(op === "ne");
      continue;
    }
    const p = convertWide(x, aStep, common, dates).value;
    const q = convertWide(y, bStep, common, dates).value;
    out[outOffset + i] = Number(holds(op, p < q ? -1 : Number(p > q)));
  }
}

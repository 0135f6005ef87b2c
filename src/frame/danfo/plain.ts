import { convertStep, type DateStep, type DType, formatDate, showValue } from "../../dtype/index.js";
import { CastError } from "../../errors.js";
import type { BigintOption, CellOptions, DatesOption } from "./options.js";

/** An element, as reading gives it, as a cell of a frame. @throws CastError where the options have no such cell */
export type Plain = (element: unknown) => unknown;

const MAX_EXACT = 2n ** 53n;
const MILLISECONDS: DateStep = { unit: "ms", multiple: 1 };

/** How elements of a dtype become cells; undefined where they are cells as they are. @throws CastError */
export function plainOf(dtype: DType, { bigint = "error", dates = "Date" }: CellOptions): Plain | undefined {
  const { kind, itemsize, step } = dtype;
  if (kind === "m" || ("iu".includes(kind) && itemsize === 8)) return counts(dtype, bigint);
  if (kind !== "M" || step === undefined) return undefined;
  if (dates === "number") return counts(dtype, bigint);
  if (step.unit === "generic" && dates === "Date") {
    throw new CastError(`${dtype} counts without a unit, which makes no Date; say dates: "number"`);
  }
  return dates === "string" ? texts(step) : instants(dtype, step);
}

function counts(dtype: DType, choice: BigintOption): Plain | undefined {
  if (choice === "bigint") return undefined;
  if (choice === "number") return (count) => (typeof count === "bigint" ? Number(count) : count);
  return (count) => {
    if (typeof count !== "bigint") return count;
    if (count <= MAX_EXACT && count >= -MAX_EXACT) return Number(count);
    throw new CastError(
      `${showValue(count)} of ${dtype} is beyond what a number holds exactly; say bigint: "bigint", or "number" to round`,
    );
  };
}

function texts(step: DateStep): Plain {
  return (count) => (typeof count === "bigint" ? formatDate(count, step) : count);
}

function instants(dtype: DType, step: DateStep): Plain {
  const milliseconds = millisecondsOf(step);
  return (count) => {
    if (typeof count !== "bigint") return count;
    const time = milliseconds(count);
    const date = new Date(time ?? Number.NaN);
    if (!Number.isNaN(date.getTime())) return date;
    const why = time === undefined ? "finer than the milliseconds of a Date" : "outside what a Date holds";
    throw new CastError(
      `${formatDate(count, step)} of ${dtype} is ${why}; say dates: "string", or "number" for the count`,
    );
  };
}

/**
 * Milliseconds since 1970 of counts, undefined where they are not whole. Beyond 2^53 they are rounded, and beyond what a
 * `Date` holds before that. Where the unit's length is fixed, one operation says them.
 */
function millisecondsOf(step: DateStep): (count: bigint) => number | undefined {
  const exactly = (count: bigint, from: DateStep, to: DateStep): number | undefined => {
    const converted = convertStep(count, from, to, true);
    if (converted === undefined) return Number.POSITIVE_INFINITY;
    return converted.exact ? Number(converted.value) : undefined;
  };
  if (step.unit === "Y" || step.unit === "M") return (count) => exactly(count, step, MILLISECONDS);
  const factor = exactly(1n, step, MILLISECONDS);
  if (factor !== undefined) return (count) => Number(count) * factor;
  const divisor = exactly(1n, MILLISECONDS, step);
  if (divisor === undefined) return (count) => exactly(count, step, MILLISECONDS);
  const steps = BigInt(divisor);
  return (count) => (count % steps === 0n ? Number(count / steps) : undefined);
}

/** danfo's word for what cells of a column are. It is a hint: values stay as they are. */
export function labelOf({ kind }: DType, dates: DatesOption = "Date"): string {
  switch (kind) {
    case "b":
      return "boolean";
    case "f":
      return "float32";
    case "S":
    case "U":
      return "string";
    case "M":
      return dates === "Date" ? "datetime" : dates === "string" ? "string" : "int32";
    default:
      return "int32";
  }
}

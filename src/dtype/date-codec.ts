import { dateToStep, formatStep, GENERIC, NAT } from "./datetime.js";
import type { DType } from "./dtype.js";
import type { Codec } from "./element.js";
import { showValue } from "./show.js";

/** `M8` and `m8`: counts, `null` for NaT. */
export function dates({ kind, step, str }: DType, little: boolean): Codec {
  const unit = step ?? GENERIC;
  const isDate = kind === "M";
  const problem = (value: unknown) => {
    if (value === null) return undefined;
    if (typeof value === "bigint") {
      if (value === NAT) return `${value}n stands for NaT in ${str}; say null`;
      return value > NAT && value < -NAT ? undefined : `${showValue(value)} is outside ${str} (64 bits)`;
    }
    if (isDate && value instanceof Date) {
      if (Number.isNaN(value.getTime())) return "an invalid Date is no date; say null for NaT";
      if (unit.unit === "generic") return `${showValue(value)} has no count in ${str}, which has no unit`;
      if (dateToStep(value, unit) !== undefined) return undefined;
      return `${showValue(value)} is not a whole number of steps of ${formatStep(unit)}, or outside ${str}`;
    }
    if (!isDate && typeof value === "number") {
      if (!Number.isInteger(value)) return `${showValue(value)} is no whole number, which ${str} needs`;
      return Math.abs(value) < 2 ** 63 ? undefined : `${showValue(value)} is outside ${str} (64 bits)`;
    }
    const wanted = isDate
      ? `a Date, a bigint in ${formatStep(unit) || "steps"}`
      : "a bigint or a whole number";
    return `${showValue(value)} cannot be stored in ${str}, which takes ${wanted} or null`;
  };
  return {
    read: (view, at) => {
      const value = view.getBigInt64(at, little);
      return value === NAT ? null : value;
    },
    problem,
    write: (view, at, value) => {
      let count = NAT;
      if (typeof value === "bigint") count = value;
      else if (typeof value === "number") count = BigInt(value);
      else if (value instanceof Date) count = dateToStep(value, unit) ?? NAT;
      view.setBigInt64(at, count, little);
    },
  };
}

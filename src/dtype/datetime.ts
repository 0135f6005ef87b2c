/**
 * Dates and durations: NumPy's `M8[unit]` and `m8[unit]`, a signed 64-bit count of `multiple` units since
 * 1970-01-01T00:00 in the proleptic Gregorian calendar without leap seconds. The lowest count is NaT.
 *
 * @module
 */

import {
  DAYS_IN_400_YEARS,
  daysOfMonth,
  floorDiv,
  MONTHS_IN_400_YEARS,
  monthOfDay,
  PER_DAY,
} from "./calendar.js";

/** NumPy's units from years to attoseconds; `generic` counts nothing in particular. */
export const DATE_UNITS = [
  "Y",
  "M",
  "W",
  "D",
  "h",
  "m",
  "s",
  "ms",
  "us",
  "ns",
  "ps",
  "fs",
  "as",
  "generic",
] as const;
export type DateUnit = (typeof DATE_UNITS)[number];

/** A unit and how many of it one step is: `[10ns]` is `{ unit: "ns", multiple: 10 }`. */
export interface DateStep {
  readonly unit: DateUnit;
  readonly multiple: number;
}

/** The step of dates and durations without a unit. */
export const GENERIC: DateStep = Object.freeze({ unit: "generic", multiple: 1 });

/** Not a time: the count that stands for no date. */
export const NAT = -(2n ** 63n);
const MAX = 2n ** 63n - 1n;

/** The step as NumPy prints it: `""` for generic, `"[us]"`, `"[10ns]"`. */
export function formatStep({ unit, multiple }: DateStep): string {
  if (unit === "generic") return "";
  return `[${multiple === 1 ? "" : multiple}${unit}]`;
}

/** Reads what stands between the brackets; undefined if it is no unit of NumPy's. */
export function parseStep(text: string): DateStep | undefined {
  if (text === "generic") return GENERIC;
  const match = /^([1-9][0-9]{0,9})?([a-zA-Z]{1,7})$/.exec(text);
  if (match === null) return undefined;
  const unit = DATE_UNITS.find((known) => known === match[2]);
  const multiple = match[1] === undefined ? 1 : Number(match[1]);
  if (unit === undefined || unit === "generic" || multiple > 0x7fffffff) return undefined;
  return { unit, multiple };
}

/** Attoseconds in one of each unit that has a fixed length. */
const ATTOSECONDS: ReadonlyMap<DateUnit, bigint> = new Map([
  ["as", 1n],
  ["fs", 10n ** 3n],
  ["ps", 10n ** 6n],
  ["ns", 10n ** 9n],
  ["us", 10n ** 12n],
  ["ms", 10n ** 15n],
  ["s", 10n ** 18n],
  ["m", 60n * 10n ** 18n],
  ["h", 3600n * 10n ** 18n],
  ["D", 86400n * 10n ** 18n],
  ["W", 604800n * 10n ** 18n],
]);
/** A count moved to another step; `exact` is false where something smaller than a step was cut off (downwards). */
interface Converted {
  readonly value: bigint;
  readonly exact: boolean;
}

function divided(amount: bigint, by: bigint): Converted {
  return { value: floorDiv(amount, by), exact: amount % by === 0n };
}

/** Whether a unit counts months, whose lengths differ, and not seconds. */
export function isCalendar(unit: DateUnit): unit is "Y" | "M" {
  return unit === "Y" || unit === "M";
}

/** One unit in months, or in attoseconds where its length is fixed. */
export function lengthOf(unit: DateUnit): bigint {
  return ATTOSECONDS.get(unit) ?? (unit === "Y" ? 12n : 1n);
}

/**
 * Converts a count from one step to another.
 *
 * @param dates whether the counts are dates (`M8`), where months and years have days, or durations (`m8`)
 * @returns undefined where no conversion exists (durations between months and days) or the result leaves 64 bits
 */
export function convertStep(
  value: bigint,
  from: DateStep,
  to: DateStep,
  dates: boolean,
): Converted | undefined {
  if (value === NAT) return { value, exact: true };
  if (!dates && isCalendar(from.unit) !== isCalendar(to.unit) && from.unit !== "generic") return undefined;
  if (to.unit === "generic" && from.unit !== "generic") return undefined;
  const result = convertWide(value, from, to, dates);
  return result.value > MAX || result.value <= NAT ? undefined : result;
}

/**
 * The same without bounds: the result may leave 64 bits, counts pass from and into generic steps unchanged, and
 * durations between months and days go by the average month of the Gregorian calendar, as in NumPy's `astype`.
 */
export function convertWide(value: bigint, from: DateStep, to: DateStep, dates: boolean): Converted {
  if (from.unit === "generic" || to.unit === "generic") return { value, exact: true };
  const amount = value * BigInt(from.multiple) * lengthOf(from.unit);
  const target = BigInt(to.multiple) * lengthOf(to.unit);
  if (isCalendar(from.unit) === isCalendar(to.unit)) return divided(amount, target);
  if (isCalendar(from.unit)) {
    return dates
      ? divided(daysOfMonth(amount) * PER_DAY, target)
      : divided(amount * DAYS_IN_400_YEARS * PER_DAY, target * MONTHS_IN_400_YEARS);
  }
  if (!dates) return divided(amount * MONTHS_IN_400_YEARS, target * DAYS_IN_400_YEARS * PER_DAY);
  const { value: day, exact } = divided(amount, PER_DAY);
  const found = monthOfDay(day);
  const months = divided(found.month, target);
  return { value: months.value, exact: exact && found.day === 1 && months.exact };
}

const MILLISECONDS: DateStep = { unit: "ms", multiple: 1 };

/** A count as a `Date`, cut down to its millisecond; undefined where a `Date` cannot hold it. */
export function stepToDate(value: bigint, step: DateStep): Date | undefined {
  if (step.unit === "generic") return undefined;
  const converted = convertStep(value, step, MILLISECONDS, true);
  if (converted === undefined || converted.value > 8_640_000_000_000_000n) return undefined;
  const date = new Date(Number(converted.value));
  return Number.isNaN(date.getTime()) ? undefined : date;
}

/** A `Date` as a count; undefined where the step is too coarse for it, or it leaves 64 bits. */
export function dateToStep(date: Date, step: DateStep): bigint | undefined {
  const time = date.getTime();
  if (Number.isNaN(time) || step.unit === "generic") return undefined;
  const converted = convertStep(BigInt(time), MILLISECONDS, step, true);
  return converted?.exact === true ? converted.value : undefined;
}

/**
 * Dates and durations: NumPy's `M8[unit]` and `m8[unit]`, a signed 64-bit count of `multiple` units since
 * 1970-01-01T00:00 in the proleptic Gregorian calendar without leap seconds. The lowest count is NaT.
 *
 * @module
 */

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

/** Not a time: the count that stands for no date. */
export const NAT = -(2n ** 63n);
const MAX = 2n ** 63n - 1n;

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
const PER_DAY = 86400n * 10n ** 18n;

/** The step as NumPy prints it: `""` for generic, `"[us]"`, `"[10ns]"`. */
export function formatStep({ unit, multiple }: DateStep): string {
  if (unit === "generic") return "";
  return `[${multiple === 1 ? "" : multiple}${unit}]`;
}

/** Reads what stands between the brackets; undefined if it is no unit of NumPy's. */
export function parseStep(text: string): DateStep | undefined {
  const match = /^([1-9][0-9]{0,9})?([a-zA-Z]{1,7})$/.exec(text);
  if (match === null) return undefined;
  const unit = DATE_UNITS.find((known) => known === match[2]);
  const multiple = match[1] === undefined ? 1 : Number(match[1]);
  if (unit === undefined || unit === "generic" || multiple > 0x7fffffff) return undefined;
  return { unit, multiple };
}

/** Quotient rounded towards minus infinity. */
export function floorDiv(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b < 0n ? quotient - 1n : quotient;
}

/** Days since 1970-01-01 of the first day of a month counted from January 1970. */
function daysOfMonth(months: bigint): bigint {
  const year = floorDiv(months, 12n) + 1970n;
  const month = ((months % 12n) + 12n) % 12n;
  // Years are counted from March, so that the leap day ends them and each month's start is one linear formula.
  const shifted = month < 2n ? year - 1n : year;
  const fromMarch = (month + 10n) % 12n;
  const leaps = floorDiv(shifted, 4n) - floorDiv(shifted, 100n) + floorDiv(shifted, 400n);
  return shifted * 365n + leaps + (fromMarch * 153n + 2n) / 5n - 719468n;
}

/** The month, counted from January 1970, and the day in it (from 1) of a day counted from 1970-01-01. */
function monthOfDay(day: bigint): { month: bigint; day: number } {
  let month = floorDiv(day * 4800n, 146097n);
  while (daysOfMonth(month) > day) month -= 1n;
  while (daysOfMonth(month + 1n) <= day) month += 1n;
  return { month, day: Number(day - daysOfMonth(month)) + 1 };
}

/** Moves a count between steps; `exact` is false where something smaller than a step was cut off (downwards). */
interface Converted {
  readonly value: bigint;
  readonly exact: boolean;
}

function divided(amount: bigint, by: bigint): Converted {
  return { value: floorDiv(amount, by), exact: amount % by === 0n };
}

function isCalendar(unit: DateUnit): unit is "Y" | "M" {
  return unit === "Y" || unit === "M";
}

/** A count of `step` in months, or in attoseconds where the unit's length is fixed. */
function lengthOf(unit: DateUnit): bigint {
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
  if (from.unit === "generic" || to.unit === "generic") {
    if (from.unit === to.unit || from.unit === "generic") return { value, exact: true };
    return undefined;
  }
  const amount = value * BigInt(from.multiple) * lengthOf(from.unit);
  const target = BigInt(to.multiple) * lengthOf(to.unit);
  let result: Converted;
  if (isCalendar(from.unit) === isCalendar(to.unit)) {
    result = divided(amount, target);
  } else if (!dates) {
    return undefined;
  } else if (isCalendar(from.unit)) {
    result = divided(daysOfMonth(amount) * PER_DAY, target);
  } else {
    const { value: day, exact } = divided(amount, PER_DAY);
    const found = monthOfDay(day);
    const months = divided(found.month, target);
    result = { value: months.value, exact: exact && found.day === 1 && months.exact };
  }
  return result.value > MAX || result.value <= NAT ? undefined : result;
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

function pad(value: bigint | number, width: number): string {
  const text = value.toString();
  return text.startsWith("-") ? `-${text.slice(1).padStart(width, "0")}` : text.padStart(width, "0");
}

/** How many digits each unit below the second prints behind the point. */
const DIGITS: ReadonlyMap<DateUnit, number> = new Map([
  ["ms", 3],
  ["us", 6],
  ["ns", 9],
  ["ps", 12],
  ["fs", 15],
  ["as", 18],
]);

/** A date as NumPy prints it: ISO 8601 to the precision of its unit (`2001-01`, `2001-01-31T12:00:00.000`). */
export function formatDate(value: bigint, step: DateStep): string {
  if (value === NAT) return "NaT";
  const { unit } = step;
  if (unit === "generic") return value.toString();
  const amount = value * BigInt(step.multiple) * lengthOf(unit);
  if (isCalendar(unit)) return formatMonth(amount).slice(0, unit === "Y" ? -3 : undefined);
  const days = floorDiv(amount, PER_DAY);
  const found = monthOfDay(days);
  const date = `${formatMonth(found.month)}-${pad(found.day, 2)}`;
  if (unit === "D" || unit === "W") return date;
  const seconds = Number((amount - days * PER_DAY) / 10n ** 18n);
  const hours = `${date}T${pad(Math.floor(seconds / 3600), 2)}`;
  if (unit === "h") return hours;
  const minutes = `${hours}:${pad(Math.floor(seconds / 60) % 60, 2)}`;
  if (unit === "m") return minutes;
  const whole = `${minutes}:${pad(seconds % 60, 2)}`;
  const digits = DIGITS.get(unit);
  if (digits === undefined) return whole;
  const fraction = ((amount % 10n ** 18n) + 10n ** 18n) % 10n ** 18n;
  return `${whole}.${pad(fraction, 18).slice(0, digits)}`;
}

function formatMonth(month: bigint): string {
  const year = floorDiv(month, 12n) + 1970n;
  return `${pad(year, 4)}-${pad(month - (year - 1970n) * 12n + 1n, 2)}`;
}

const NAMES: ReadonlyMap<DateUnit, string> = new Map([
  ["Y", "years"],
  ["M", "months"],
  ["W", "weeks"],
  ["D", "days"],
  ["h", "hours"],
  ["m", "minutes"],
  ["s", "seconds"],
  ["ms", "milliseconds"],
  ["us", "microseconds"],
  ["ns", "nanoseconds"],
  ["ps", "picoseconds"],
  ["fs", "femtoseconds"],
  ["as", "attoseconds"],
  ["generic", "generic time units"],
]);

/** A duration as NumPy prints it: `"5 days"`, its count multiplied out. */
export function formatDuration(value: bigint, step: DateStep): string {
  if (value === NAT) return "NaT";
  return `${value * BigInt(step.multiple)} ${NAMES.get(step.unit) ?? ""}`;
}

/**
 * Dates and durations as text: ISO 8601 as NumPy prints and reads it.
 *
 * @module
 */

import { daysOfMonth, floorDiv, monthOfDay, PER_DAY } from "./calendar.js";
import { type DateStep, type DateUnit, isCalendar, lengthOf, NAT } from "./datetime.js";

/** A number in at least so many characters, a sign among them. */
function pad(value: bigint | number, width: number): string {
  return value < 0
    ? `-${(-value).toString().padStart(width - 1, "0")}`
    : value.toString().padStart(width, "0");
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

const DATE =
  /^\s*([+-]?[0-9]{1,18})(?:-([0-9]{2})(?:-([0-9]{2})(?:[T ]([0-9]{2})(?::([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{0,18}))?)?)?(Z|[+-][0-9]{2}(?::?[0-9]{2})?)?)?)?)?$/;

/** Minutes east of Greenwich; undefined where there are no such. */
function zoneMinutes(zone: string): number | undefined {
  if (zone === "" || zone === "Z") return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(3).replace(":", ""));
  if (hours > 23 || minutes > 59) return undefined;
  return (zone.startsWith("-") ? -1 : 1) * (hours * 60 + minutes);
}

/**
 * Reads a date as NumPy does (`2001`, `2001-02`, `2001-02-03T04:05:06.7+01:00`); the words `now` and `today` are
 * none.
 *
 * @returns attoseconds since 1970, `NAT` for `NaT` and the empty string; undefined where the text is no date
 */
export function parseDate(text: string): bigint | undefined {
  if (isNat(text)) return NAT;
  const match = DATE.exec(text);
  if (match === null) return undefined;
  const [, years = "", month = "01", day = "01", hour = "0", minute = "0", second = "0"] = match;
  const fraction = (match[7] ?? "").padEnd(18, "0");
  const offset = zoneMinutes(match[8] ?? "");
  const months = (BigInt(years.replace("+", "")) - 1970n) * 12n + BigInt(month) - 1n;
  const days = daysOfMonth(months) + BigInt(day) - 1n;
  const exists =
    month >= "01" && month <= "12" && day >= "01" && days < daysOfMonth(months + 1n) && offset !== undefined;
  if (!exists || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const seconds = Number(hour) * 3600 + (Number(minute) - offset) * 60 + Number(second);
  return days * PER_DAY + BigInt(seconds) * 10n ** 18n + BigInt(fraction);
}

/**
 * Reads the count of a duration, without a unit as in NumPy.
 *
 * @returns `NAT` for `NaT` and the empty string; undefined where the text is no count, or one that leaves 64 bits
 */
export function parseCount(text: string): bigint | undefined {
  if (isNat(text)) return NAT;
  if (!/^\s*[+-]?[0-9]{1,19}$/.test(text)) return undefined;
  const count = BigInt(text.trim().replace("+", ""));
  return count > NAT && count < -NAT ? count : undefined;
}

function isNat(text: string): boolean {
  return text === "" || text.toLowerCase() === "nat";
}

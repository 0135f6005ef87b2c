/**
 * The proleptic Gregorian calendar, which NumPy's dates are in: days and months counted from January 1970.
 *
 * @module
 */

/** Attoseconds in a day. */
export const PER_DAY = 86400n * 10n ** 18n;
/** The calendar repeats itself after as many days and months. */
export const DAYS_IN_400_YEARS = 146097n;
export const MONTHS_IN_400_YEARS = 4800n;

/** Quotient rounded towards minus infinity. */
export function floorDiv(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b < 0n ? quotient - 1n : quotient;
}

/** Days since 1970-01-01 of the first day of a month counted from January 1970. */
export function daysOfMonth(months: bigint): bigint {
  const year = floorDiv(months, 12n) + 1970n;
  const month = ((months % 12n) + 12n) % 12n;
  // Years are counted from March, so that the leap day ends them and each month's start is one linear formula.
  const shifted = month < 2n ? year - 1n : year;
  const fromMarch = (month + 10n) % 12n;
  const leaps = floorDiv(shifted, 4n) - floorDiv(shifted, 100n) + floorDiv(shifted, 400n);
  return shifted * 365n + leaps + (fromMarch * 153n + 2n) / 5n - 719468n;
}

/** The month, counted from January 1970, and the day in it (from 1) of a day counted from 1970-01-01. */
export function monthOfDay(day: bigint): { month: bigint; day: number } {
  let month = floorDiv(day * MONTHS_IN_400_YEARS, DAYS_IN_400_YEARS);
  while (daysOfMonth(month) > day) month -= 1n;
  while (daysOfMonth(month + 1n) <= day) month += 1n;
  return { month, day: Number(day - daysOfMonth(month)) + 1 };
}

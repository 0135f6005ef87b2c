import { CastError, DTypeError } from "../errors.js";
import { type DateStep, dateToStep, stepToDate } from "./datetime.js";
import type { DTypeLike } from "./infer.js";
import { parseDType } from "./parse.js";
import { showValue } from "./show.js";

function stepOf(dtype: DTypeLike): DateStep {
  const parsed = parseDType(dtype);
  const { kind, step } = parsed;
  if (kind === "M" && step !== undefined && step.unit !== "generic") return step;
  throw new DTypeError(`dates have a dtype with a unit, such as "M8[us]", not ${parsed}`);
}

/**
 * An element of a date column as a `Date`, which holds milliseconds: what is finer is cut off.
 *
 * ```ts
 * toDate(table.column("date").at(0), "M8[us]");
 * ```
 *
 * @param value a count in the dtype's unit; `null`, NaT, stays `null`
 * @param dtype `M8` with a unit
 * @throws DTypeError for other dtypes, CastError beyond the years that a `Date` has (about ±271,821)
 */
export function toDate(value: bigint | null, dtype: DTypeLike): Date | null {
  const step = stepOf(dtype);
  if (value === null) return null;
  const date = stepToDate(value, step);
  if (date === undefined)
    throw new CastError(`${value} of ${parseDType(dtype)} is outside what a Date can hold`);
  return date;
}

/**
 * A `Date` as an element of a date column.
 *
 * @param date `null` stays `null`, NaT
 * @param dtype `M8` with a unit
 * @throws DTypeError for other dtypes, CastError where the unit is too coarse for the date, or it is invalid
 */
export function fromDate(date: Date | null, dtype: DTypeLike): bigint | null {
  const step = stepOf(dtype);
  if (date === null) return null;
  const value = dateToStep(date, step);
  if (value === undefined) throw new CastError(`${showValue(date)} is not exact in ${parseDType(dtype)}`);
  return value;
}

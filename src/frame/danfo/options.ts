import { type ImportOptions, oneOf } from "../options.js";

/** What 64-bit integers and counts become beyond what a number holds exactly. */
export type BigintOption = "error" | "number" | "bigint";
/** What dates become. */
export type DatesOption = "Date" | "string" | "number";
/** A label of a row, as danfo has them. */
export type Label = string | number;

/** What cells of a frame or series are made of. */
export interface CellOptions {
  /**
   * What `i8`, `u8`, durations and counted dates become.
   *
   * * `"error"` (the default): numbers, and a CastError for values beyond ±2^53.
   * * `"number"`: numbers, rounded beyond that.
   * * `"bigint"`: bigints, all of them. danfo keeps them, but most of its own operations refuse them.
   */
  readonly bigint?: BigintOption;
  /**
   * What dates become. NaT is `null` in each case.
   *
   * * `"Date"` (the default), and a CastError for those that no `Date` holds: finer than milliseconds, or beyond its years.
   * * `"string"`: ISO 8601 with all digits of the unit, exact for every unit.
   * * `"number"`: the count in the column's unit, by the rule of `bigint`.
   */
  readonly dates?: DatesOption;
}

/** Options of `toSeries`. */
export interface SeriesOptions extends CellOptions {
  /** The labels of the rows; 0 to n - 1 when left out. */
  readonly index?: readonly Label[] | null;
  /** The series' name; that of the column when left out. */
  readonly name?: string;
}

/** Options of `toDataFrame`. */
export interface FrameOptions extends CellOptions {
  /**
   * The labels of the rows: a column's name, or a list. When left out, those that the table keeps from the frame that it
   * was made of, else danfo's own, 0 to n - 1; `null` is always these.
   */
  readonly index?: string | readonly Label[] | null;
  /**
   * What to do about columns whose names are those of a frame's own properties (`shape`, `values`, `print`), which they
   * would hide: `"error"` (the default), or `"rename"`, which adds `_` until the name is free.
   */
  readonly reserved?: "error" | "rename";
}

/** Options of `fromDataFrame`. */
export interface FrameImportOptions extends ImportOptions {
  /** Whether an index that is not 0 to n - 1 is kept in the table's attribute (`"keep"`, the default) or not. */
  readonly index?: "keep" | "drop";
}

/** @throws UnsupportedError */
export function checkCellOptions({ bigint, dates }: CellOptions): void {
  oneOf(bigint, ["error", "number", "bigint"], "bigint");
  oneOf(dates, ["Date", "string", "number"], "dates");
}

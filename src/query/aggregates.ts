import { showValue } from "../dtype/index.js";
import { CastError, DTypeError } from "../errors.js";

const KINDS = ["count", "sum", "mean", "min", "max", "std", "first", "last", "nunique"] as const;

/** What is made of the rows of a group. */
export type AggregateKind = (typeof KINDS)[number];

/** Options of aggregates of a column. */
export interface AggregateOptions {
  /**
   * Leave out NaN and NaT. They propagate otherwise, as in the reductions of arrays; `first` and `last` take the first and
   * last row as it is.
   */
  readonly skipNaN?: boolean | undefined;
}

/** Options of {@link std}. */
export interface SpreadOptions extends AggregateOptions {
  /** What is taken from the count before dividing by it: 0, as in NumPy, when left out; pandas takes 1. */
  readonly ddof?: number | undefined;
}

/** A column of the result of a group-by: what {@link count}, {@link sum} and so on give. */
export interface Aggregate<
  Kind extends AggregateKind = AggregateKind,
  Column extends string | undefined = string | undefined,
> {
  readonly kind: Kind;
  /** The column that it is of; undefined for the number of rows. */
  readonly column: Column;
  readonly options: SpreadOptions;
}

function aggregate<Kind extends AggregateKind, Column extends string | undefined>(
  kind: Kind,
  column: Column,
  options: SpreadOptions = {},
): Aggregate<Kind, Column> {
  return { kind, column, options };
}

/** The number of rows of each group, in `i8`. */
export function count(): Aggregate<"count", undefined>;
/** The number of rows of each group whose element of a column is not missing (NaN, NaT), as in pandas; in `i8`. */
export function count<const Column extends string>(column: Column): Aggregate<"count", Column>;
export function count(column?: string): Aggregate<"count"> {
  return aggregate("count", column);
}

/**
 * The sum of a column in each group: integers and bools in 64 bits, exact (a CastError where they leave them); floats and
 * complex numbers in their own precision, added with twice a double's, durations in their unit.
 */
export function sum<const Column extends string>(
  column: Column,
  options?: AggregateOptions,
): Aggregate<"sum", Column> {
  return aggregate("sum", column, options);
}

/** The mean of a column in each group, in `f8`; of durations and complex numbers in their own dtype. */
export function mean<const Column extends string>(
  column: Column,
  options?: AggregateOptions,
): Aggregate<"mean", Column> {
  return aggregate("mean", column, options);
}

/** The least element of a column in each group, in the column's dtype: numbers, bools, dates, strings. */
export function min<const Column extends string>(
  column: Column,
  options?: AggregateOptions,
): Aggregate<"min", Column> {
  return aggregate("min", column, options);
}

/** The greatest element of a column in each group, in the column's dtype: numbers, bools, dates, strings. */
export function max<const Column extends string>(
  column: Column,
  options?: AggregateOptions,
): Aggregate<"max", Column> {
  return aggregate("max", column, options);
}

/** The standard deviation of a column in each group, in `f8` (`f4` for `c8`). */
export function std<const Column extends string>(
  column: Column,
  options?: SpreadOptions,
): Aggregate<"std", Column> {
  return aggregate("std", column, options);
}

/**
 * What the first row of each group has in a column of any dtype and item shape; with `skipNaN`, the first row whose element is
 * not missing.
 */
export function first<const Column extends string>(
  column: Column,
  options?: AggregateOptions,
): Aggregate<"first", Column> {
  return aggregate("first", column, options);
}

/** As {@link first}, of the last row. */
export function last<const Column extends string>(
  column: Column,
  options?: AggregateOptions,
): Aggregate<"last", Column> {
  return aggregate("last", column, options);
}

/** How many different elements a column has in each group, in `i8`; what is missing (NaN, NaT) is none, as in pandas. */
export function nunique<const Column extends string>(column: Column): Aggregate<"nunique", Column> {
  return aggregate("nunique", column);
}

/** @throws DTypeError for what is no aggregate, CastError for a `ddof` that is no number */
export function checkAggregate(name: string, aggregate: unknown): Aggregate {
  if (!isAggregate(aggregate)) {
    throw new DTypeError(
      `${JSON.stringify(name)} is to be an aggregate, such as count() or sum("column"), not ${showValue(aggregate)}`,
    );
  }
  const { ddof } = aggregate.options;
  if (ddof === undefined || Number.isFinite(ddof)) return aggregate;
  throw new CastError(`ddof of ${JSON.stringify(name)} is a number, such as 0 or 1, not ${showValue(ddof)}`);
}

function isAggregate(value: unknown): value is Aggregate {
  if (typeof value !== "object" || value === null) return false;
  const { kind, options } = value as { readonly [name: string]: unknown };
  return (
    KINDS.some((known) => known === kind) &&
    "column" in value &&
    typeof options === "object" &&
    options !== null
  );
}

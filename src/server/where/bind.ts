import { parseDate } from "../../dtype/date-text.js";
import { convertWide } from "../../dtype/datetime.js";
import { type DateStep, type DType, NAT, showValue } from "../../dtype/index.js";
import { CastError, DTypeError } from "../../errors.js";
import type { Comparable, Comparison, Operand, Predicate } from "../../stream/predicate.js";
import type { Condition, Literal } from "./parse.js";

/** The dtype of a column. @throws NotFoundError where there is none of the name */
export type DTypeOf = (column: string) => DType;

/**
 * A condition for columns of these dtypes, whose values are what the comparisons of arrays take: for dates, strings are read as
 * NumPy reads them, to whatever precision, and whole numbers count steps of the column.
 *
 * @throws NotFoundError, CastError for strings that are no dates, DTypeError for a condition that is no truth value. What
 * else cannot be compared, the comparison says
 */
export function bindWhere(condition: Condition, dtypeOf: DTypeOf): Predicate {
  switch (condition.test) {
    case "and":
    case "or":
      return {
        test: condition.test,
        left: bindWhere(condition.left, dtypeOf),
        right: bindWhere(condition.right, dtypeOf),
      };
    case "not":
      return { test: "not", of: bindWhere(condition.of, dtypeOf) };
    case "truth":
      return truth(condition.column, dtypeOf(condition.column));
    case "isnan":
      dtypeOf(condition.column);
      return { test: "isnan", column: condition.column };
    case "isin":
      return among(condition.column, condition.values, dtypeOf(condition.column));
    default:
      return compared(condition, dtypeOf);
  }
}

function truth(column: string, dtype: DType): Predicate {
  if (dtype.kind === "b") return { test: "eq", column, other: { value: true } };
  throw new DTypeError(
    `column ${JSON.stringify(column)} of ${dtype} is no condition by itself; compare it, as in ${column} > 0`,
  );
}

function among(column: string, values: readonly Literal[], dtype: DType): Predicate {
  const found: Comparable[] = [];
  for (const value of values) {
    const bound = bindValue(value, column, dtype);
    if (bound.isExact) found.push(bound.value);
  }
  return { test: "isin", column, values: found };
}

function compared(
  { test, column, other }: Extract<Condition, { readonly test: Comparison }>,
  dtypeOf: DTypeOf,
): Predicate {
  const dtype = dtypeOf(column);
  if ("column" in other) {
    dtypeOf(other.column);
    return { test, column, other };
  }
  const { value, isExact } = bindValue(other.value, column, dtype);
  const side: Operand = { value };
  if (isExact) return { test, column, other: side };
  // A date within a step equals none; what is below it is at most the step's beginning.
  const never: Predicate = { test: "isin", column, values: [] };
  if (test === "eq") return never;
  if (test === "ne") return { test: "not", of: never };
  return { test: test === "lt" || test === "le" ? "le" : "gt", column, other: side };
}

interface BoundValue {
  readonly value: Comparable;
  /** Whether it is this very value, and not the whole step before it. */
  readonly isExact: boolean;
}

function bindValue(value: Literal, column: string, { kind, step }: DType): BoundValue {
  if (kind !== "M" || step === undefined) return { value, isExact: true };
  if (typeof value === "number" && Number.isSafeInteger(value))
    return { value: BigInt(value), isExact: true };
  if (typeof value !== "string" || step.unit === "generic") return { value, isExact: true };
  return dateValue(value, column, step);
}

const FINEST: DateStep = { unit: "as", multiple: 1 };

function dateValue(text: string, column: string, step: DateStep): BoundValue {
  const date = parseDate(text.trim());
  if (date === undefined) {
    throw new CastError(
      `column ${JSON.stringify(column)} is compared with dates, such as '2001-02-03' and '2001-02-03T04:05:06', not with ${showValue(text)}`,
    );
  }
  if (date === NAT) return { value: null, isExact: true };
  const { value, exact } = convertWide(date, FINEST, step, true);
  return { value, isExact: exact };
}

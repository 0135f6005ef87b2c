import { type ArrayView, maskOf } from "../array/index.js";
import { NotFoundError, ShapeError } from "../errors.js";

/** What columns are compared with. */
export type Comparable = number | bigint | string | boolean | Date | null;

/** One side of a comparison: a value, or the column of that name in the same row. */
export type Operand = { readonly value: Comparable } | { readonly column: string };

export type Comparison = "eq" | "ne" | "lt" | "le" | "gt" | "ge";

/** The name that the one column of an array has. */
export const ITSELF = "";

/** A condition for rows, as plain data, which other threads are told as it is. */
export type Predicate =
  | { readonly test: Comparison; readonly column: string; readonly other: Operand }
  | { readonly test: "between"; readonly column: string; readonly low: Operand; readonly high: Operand }
  | { readonly test: "isin"; readonly column: string; readonly values: readonly Comparable[] }
  | { readonly test: "isnan"; readonly column: string }
  | { readonly test: "and" | "or"; readonly left: Predicate; readonly right: Predicate }
  | { readonly test: "not"; readonly of: Predicate };

/** Columns of the same rows, by their names; of an array one, {@link ITSELF}. */
export type RowColumns = ReadonlyMap<string, ArrayView>;

/** The names of the columns that a predicate is about. */
export function columnsOf(predicate: Predicate): string[] {
  const names = new Set<string>();
  const visit = (part: Predicate): void => {
    if ("left" in part) {
      visit(part.left);
      visit(part.right);
    } else if ("of" in part) visit(part.of);
    else {
      names.add(part.column);
      for (const side of sidesOf(part)) if ("column" in side) names.add(side.column);
    }
  };
  visit(predicate);
  return [...names];
}

function sidesOf(part: Predicate): readonly Operand[] {
  if ("other" in part) return [part.other];
  return "low" in part ? [part.low, part.high] : [];
}

/**
 * Where a predicate holds: one byte a row.
 *
 * @throws DTypeError where there is no such comparison; ShapeError where a column has further axes
 */
export function maskFor(predicate: Predicate, columns: RowColumns, rows: number): Uint8Array {
  const mask = evaluate(predicate, columns);
  if (mask.ndim !== 1) {
    throw new ShapeError(
      `a condition gives one truth value a row, not shape [${mask.shape.join(", ")}]: the column has further axes`,
    );
  }
  return maskOf(mask, rows, "the condition");
}

function evaluate(predicate: Predicate, columns: RowColumns): ArrayView {
  if ("left" in predicate) {
    const left = evaluate(predicate.left, columns);
    const right = evaluate(predicate.right, columns);
    return predicate.test === "and" ? left.and(right) : left.or(right);
  }
  if ("of" in predicate) return evaluate(predicate.of, columns).not();
  const column = columnOf(predicate.column, columns);
  // What the values are, the array judges.
  const side = (operand: Operand) =>
    ("column" in operand ? columnOf(operand.column, columns) : operand.value) as never;
  switch (predicate.test) {
    case "isnan":
      return column.isnan();
    case "isin":
      return column.isin(predicate.values as never);
    case "between":
      return column.between(side(predicate.low), side(predicate.high));
    default:
      return column[predicate.test](side(predicate.other));
  }
}

/** A column, or a field of the one array that there is; undefined where there is none of the name. */
export function columnNamed(name: string, columns: RowColumns): ArrayView | undefined {
  const column = columns.get(name);
  if (column !== undefined) return column;
  const array = columns.get(ITSELF);
  return array?.dtype.fields?.some((field) => field.name === name) === true ? array.field(name) : undefined;
}

function columnOf(name: string, columns: RowColumns): ArrayView {
  const column = columnNamed(name, columns);
  if (column === undefined) throw new NotFoundError(`there is no column ${JSON.stringify(name)}`);
  return column;
}

import { showValue } from "../dtype/index.js";
import { DTypeError } from "../errors.js";
import { type Comparable, type Comparison, ITSELF, type Operand, type Predicate } from "./predicate.js";

/** A condition for rows, made of comparisons of columns. It is a value: `and`, `or` and `not` make new ones. */
export class Expression {
  /** @internal */
  readonly predicate: Predicate;

  /** @internal Conditions are made by the comparisons of columns. */
  constructor(predicate: Predicate) {
    this.predicate = predicate;
  }

  /** Rows for which both hold. */
  and(other: Expression): Expression {
    return this.#joined("and", other);
  }

  /** Rows for which either holds. */
  or(other: Expression): Expression {
    return this.#joined("or", other);
  }

  /** Rows for which this does not hold. */
  not(): Expression {
    return new Expression({ test: "not", of: this.predicate });
  }

  #joined(test: "and" | "or", other: Expression): Expression {
    return new Expression({ test, left: this.predicate, right: requireExpression(other).predicate });
  }
}

/** What a column is compared with: a value, or another column in the same row. */
export type ExpressionOperand = Comparable | ColumnExpression;

/**
 * A column in a condition. Comparisons are those of arrays: NaN and NaT (`null`) equal nothing, `isnan` finds them; strings
 * go by code point; bigints and whole numbers are compared exactly; a `Date` is compared with dates of any unit.
 */
export class ColumnExpression {
  readonly #name: string;

  /** @internal */
  constructor(name: string) {
    this.#name = name;
  }

  #compared(test: Comparison, other: ExpressionOperand): Expression {
    return new Expression({ test, column: this.#name, other: operandOf(other) });
  }

  eq(other: ExpressionOperand): Expression {
    return this.#compared("eq", other);
  }

  ne(other: ExpressionOperand): Expression {
    return this.#compared("ne", other);
  }

  lt(other: ExpressionOperand): Expression {
    return this.#compared("lt", other);
  }

  le(other: ExpressionOperand): Expression {
    return this.#compared("le", other);
  }

  gt(other: ExpressionOperand): Expression {
    return this.#compared("gt", other);
  }

  ge(other: ExpressionOperand): Expression {
    return this.#compared("ge", other);
  }

  /** `low` ≤ value ≤ `high`, both ends included. */
  between(low: ExpressionOperand, high: ExpressionOperand): Expression {
    const ends = { low: operandOf(low), high: operandOf(high) };
    return new Expression({ test: "between", column: this.#name, ...ends });
  }

  /** Whether the value is one of these. @throws DTypeError for what is no list of values, as one string */
  isin(values: Iterable<Comparable>): Expression {
    if (typeof values === "string" || !(Symbol.iterator in Object(values))) {
      throw new DTypeError(`isin takes a list of values, such as [1, 2], not ${showValue(values)}`);
    }
    const list = Array.from(values, (value) => {
      if (isComparable(value)) return value;
      throw notAnOperand(value);
    });
    return new Expression({ test: "isin", column: this.#name, values: list });
  }

  /** Whether the value is NaN or NaT. */
  isnan(): Expression {
    return new Expression({ test: "isnan", column: this.#name });
  }

  /** @internal */
  get operand(): Operand {
    return { column: this.#name };
  }
}

/** Of a table, names its columns; of an array, is its one column. */
export type WhereColumn = ColumnExpression & ((name: string) => ColumnExpression);

const COMPARISONS = ["eq", "ne", "lt", "le", "gt", "ge", "between", "isin", "isnan"] as const;

/**
 * Calls a condition's function, once.
 *
 * @throws DTypeError where it gives no condition, and whatever it throws
 */
export function predicateOf(condition: (column: WhereColumn) => Expression): Predicate {
  if (typeof condition !== "function") {
    throw new DTypeError(
      `a condition is a function, such as (column) => column("a").gt(1), not ${showValue(condition)}`,
    );
  }
  const own = new ColumnExpression(ITSELF);
  const column = (name: string) => new ColumnExpression(name);
  for (const name of COMPARISONS) Object.defineProperty(column, name, { value: own[name].bind(own) });
  return requireExpression(condition(column as unknown as WhereColumn)).predicate;
}

function requireExpression(value: unknown): Expression {
  if (value instanceof Expression) return value;
  throw new DTypeError(
    `a condition is made by comparisons of columns, such as column("a").gt(1); ${showValue(value)} is none`,
  );
}

function operandOf(other: ExpressionOperand): Operand {
  if (other instanceof ColumnExpression) return other.operand;
  if (isComparable(other)) return { value: other };
  throw notAnOperand(other);
}

function notAnOperand(value: unknown): DTypeError {
  return new DTypeError(
    `a column is compared with a number, bigint, string, boolean, Date, null or another column, not ${showValue(value)}`,
  );
}

function isComparable(value: unknown): value is Comparable {
  return (
    value === null ||
    value instanceof Date ||
    ["number", "bigint", "string", "boolean"].includes(typeof value)
  );
}

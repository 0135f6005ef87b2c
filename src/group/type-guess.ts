import { type DType, parseDType, showValue } from "../dtype/index.js";
import { CastError } from "../errors.js";

/** What plain values can be. */
export type Sort = "boolean" | "number" | "bigint" | "date" | "string";

const NAMES: Readonly<Record<Sort, string>> = {
  boolean: "a boolean",
  number: "a number",
  bigint: "a bigint",
  date: "a Date",
  string: "a string",
};

/** Whether a plain value stands for a missing one. */
export function isMissing(value: unknown): boolean {
  return value === null || value === undefined || (typeof value === "number" && Number.isNaN(value));
}

/** How the values of a column are judged. */
export interface GuessOptions {
  /** Whether numbers become `i4` where each of them is one. */
  readonly integers: boolean;
  /** What a column without values is of. */
  readonly otherwise: Sort;
  /** What helps where values cannot be one column. */
  readonly hint: string;
}

/**
 * What a column of plain values becomes, by the values of the whole column.
 *
 * | values | dtype |
 * | --- | --- |
 * | numbers | `f8`, which keeps each of them as it is; where integers are looked for `i4`, if each is one, none is missing, and none is -0 |
 * | bigints | `i8`, or `u8` where one is beyond |
 * | booleans, Dates, strings | `b1`, `M8[ms]`, text as wide as the widest |
 * | none | by the options |
 */
export class TypeGuess {
  readonly #label: string;
  readonly #options: GuessOptions;
  #sort: Sort | undefined;
  #isInt32 = true;
  #isSigned = true;

  /** @param label what messages call the column */
  constructor(label: string, options: GuessOptions) {
    this.#label = label;
    this.#options = options;
  }

  /** Takes values of successive rows into account. @throws CastError for values of another sort than those before */
  add(values: readonly unknown[], firstRow: number): void {
    for (let i = 0; i < values.length; i++) this.see(values[i], firstRow + i);
  }

  /** Takes one value into account. @throws CastError for a value of another sort than those before, naming the row */
  see(value: unknown, row: number): void {
    if (isMissing(value)) {
      this.#isInt32 = false;
      return;
    }
    const sort = sortOf(value);
    if (sort === undefined || (this.#sort !== undefined && sort !== this.#sort)) {
      throw this.#refusal(value, sort, row);
    }
    this.#sort = sort;
    if (sort === "number") this.#isInt32 &&= Object.is(Number(value) | 0, value);
    else if (sort === "bigint") this.#isSigned &&= (value as bigint) < 2n ** 63n;
  }

  #refusal(value: unknown, sort: Sort | undefined, row: number): CastError {
    const why =
      sort === undefined || this.#sort === undefined
        ? `${showValue(value)} is no value that a column holds`
        : `${showValue(value)} is ${NAMES[sort]}, and what comes before it is not, but ${NAMES[this.#sort]}`;
    return new CastError(`${this.#label}, row ${row}: ${why}; ${this.#options.hint}`);
  }

  /** What the values are; `"text"` for strings. */
  get type(): DType | "text" {
    switch (this.#sort ?? this.#options.otherwise) {
      case "boolean":
        return parseDType("b1");
      case "number":
        return parseDType(this.#options.integers && this.#isInt32 ? "i4" : "f8");
      case "bigint":
        return parseDType(this.#isSigned ? "i8" : "u8");
      case "date":
        return parseDType("M8[ms]");
      default:
        return "text";
    }
  }
}

function sortOf(value: unknown): Sort | undefined {
  switch (typeof value) {
    case "boolean":
    case "number":
    case "bigint":
    case "string":
      return typeof value as Sort;
    default:
      return value instanceof Date ? "date" : undefined;
  }
}

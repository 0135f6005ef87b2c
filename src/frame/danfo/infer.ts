import { type DType, parseDType, showValue } from "../../dtype/index.js";
import { CastError } from "../../errors.js";

/** What cells can be. */
type Sort = "boolean" | "number" | "bigint" | "date" | "string";

const NAMES: Readonly<Record<Sort, string>> = {
  boolean: "a boolean",
  number: "a number",
  bigint: "a bigint",
  date: "a Date",
  string: "a string",
};

/** Whether danfo takes a cell for a missing one. */
export function isMissing(cell: unknown): boolean {
  return cell === null || cell === undefined || (typeof cell === "number" && Number.isNaN(cell));
}

/**
 * What a column of a frame becomes, by the values of the whole column.
 *
 * | cells | dtype |
 * | --- | --- |
 * | numbers | `f8`, which keeps each of them as it is; `i4` where danfo says `int32` and each is one, and no -0 |
 * | bigints | `i8`, or `u8` where one is beyond |
 * | booleans, Dates, strings | `b1`, `M8[ms]`, text as wide as the widest |
 * | none | by danfo's word for the column; `f8` where it says nothing |
 */
export class TypeGuess {
  readonly #name: string;
  readonly #word: string | undefined;
  #sort: Sort | undefined;
  #isInt32 = true;
  #isSigned = true;

  /** @param word danfo's dtype of the column */
  constructor(name: string, word: string | undefined) {
    this.#name = name;
    this.#word = word;
  }

  /** Takes cells into account. @throws CastError for cells of another sort than those before, naming the row */
  add(cells: readonly unknown[], firstRow: number): void {
    for (let i = 0; i < cells.length; i++) {
      const cell = cells[i];
      if (isMissing(cell)) {
        this.#isInt32 = false;
        continue;
      }
      const sort = sortOf(cell);
      if (sort === undefined || (this.#sort !== undefined && sort !== this.#sort)) {
        throw this.#refusal(cell, sort, firstRow + i);
      }
      this.#sort = sort;
      if (sort === "number") this.#isInt32 &&= Object.is(Number(cell) | 0, cell);
      else if (sort === "bigint") this.#isSigned &&= (cell as bigint) < 2n ** 63n;
    }
  }

  #refusal(cell: unknown, sort: Sort | undefined, row: number): CastError {
    const why =
      sort === undefined || this.#sort === undefined
        ? `${showValue(cell)} is no value that a column holds`
        : `${showValue(cell)} is ${NAMES[sort]}, and what comes before it is not, but ${NAMES[this.#sort]}`;
    const name = JSON.stringify(this.#name);
    return new CastError(`column ${name}, row ${row}: ${why}; say what is meant, by dtypes: { ${name}: … }`);
  }

  /** What the cells are; `"text"` for strings. */
  get type(): DType | "text" {
    switch (this.#sort ?? byWord(this.#word)) {
      case "boolean":
        return parseDType("b1");
      case "number":
        return parseDType(this.#word === "int32" && this.#isInt32 ? "i4" : "f8");
      case "bigint":
        return parseDType(this.#isSigned ? "i8" : "u8");
      case "date":
        return parseDType("M8[ms]");
      default:
        return "text";
    }
  }
}

function sortOf(cell: unknown): Sort | undefined {
  switch (typeof cell) {
    case "boolean":
    case "number":
    case "bigint":
    case "string":
      return typeof cell as Sort;
    default:
      return cell instanceof Date ? "date" : undefined;
  }
}

function byWord(word: string | undefined): Sort {
  switch (word) {
    case "boolean":
    case "string":
      return word;
    case "datetime":
      return "date";
    default:
      return "number";
  }
}

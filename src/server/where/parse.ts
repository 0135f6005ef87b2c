import { showValue } from "../../dtype/index.js";
import { FormatError } from "../../errors.js";
import type { Comparison } from "../../stream/predicate.js";
import { type Symbol, syntaxError, type Token, tokensOf, type Word } from "./tokens.js";

/** A value as a condition says it, before it is known what it is compared with. */
export type Literal = number | bigint | string | boolean | null;

/** The other side of a comparison: a value, or the column of that name in the same row. */
export type Side = { readonly value: Literal } | { readonly column: string };

/** A condition for rows, as it was written. */
export type Condition =
  | { readonly test: Comparison; readonly column: string; readonly other: Side }
  | { readonly test: "isin"; readonly column: string; readonly values: readonly Literal[] }
  | { readonly test: "isnan" | "truth"; readonly column: string }
  | { readonly test: "and" | "or"; readonly left: Condition; readonly right: Condition }
  | { readonly test: "not"; readonly of: Condition };

/** The longest condition, in UTF-16 units. */
export const MAX_LENGTH = 8192;
/** How deep parentheses and `not` may be nested. */
export const MAX_DEPTH = 32;
/** The most comparisons; each costs a look at every row. */
export const MAX_COMPARISONS = 100;

const COMPARISONS: ReadonlyMap<Symbol, Comparison> = new Map([
  ["=", "eq"],
  ["==", "eq"],
  ["!=", "ne"],
  ["<>", "ne"],
  ["<", "lt"],
  ["<=", "le"],
  [">", "gt"],
  [">=", "ge"],
]);

/** The same comparison with its sides exchanged. */
const EXCHANGED: { readonly [Test in Comparison]: Comparison } = {
  eq: "eq",
  ne: "ne",
  lt: "gt",
  le: "ge",
  gt: "lt",
  ge: "le",
};

const VALUES: ReadonlyMap<Word, Literal> = new Map<Word, Literal>([
  ["null", null],
  ["true", true],
  ["false", false],
  ["nan", Number.NaN],
  ["inf", Number.POSITIVE_INFINITY],
  ["infinity", Number.POSITIVE_INFINITY],
]);

/**
 * Reads a condition in the manner of SQL:
 *
 * ```
 * delay > 15 and not cancelled and origin in ('SFO', 'LAX') or "air time" between 10 and 20
 * ```
 *
 * Comparisons are `= == != <> < <= > >=`, `between … and …`, `in (…)` and `is null` (NaN and NaT; `is nan` is the same), each with
 * `not`; a column of truth values is a condition by itself. `not` binds closer than `and`, and that closer than `or`. Strings
 * stand in `'…'`, columns as they are called, or in `"…"` or backticks where their names have other characters than
 * letters, digits, `_`, `.` and `/`, or are words of this language. Words may be in capitals.
 *
 * @throws FormatError with the place that is wrong; for what is longer, deeper and compares more than is allowed as well
 */
export function parseWhere(text: string): Condition {
  if (text.length > MAX_LENGTH) {
    throw new FormatError(`where has ${text.length} characters; the most are ${MAX_LENGTH}`);
  }
  return new Parser(text).read();
}

class Parser {
  readonly #tokens: Generator<Token>;
  #token: Token;
  #depth = 0;
  #comparisons = 0;

  constructor(text: string) {
    this.#tokens = tokensOf(text);
    this.#token = this.#read();
  }

  read(): Condition {
    const condition = this.#any();
    if (this.#token.kind !== "end") throw this.#unexpected("and, or, or the end");
    return condition;
  }

  #read(): Token {
    const { value, done } = this.#tokens.next();
    return done === true ? this.#token : value;
  }

  #next(): Token {
    const token = this.#token;
    this.#token = this.#read();
    return token;
  }

  #isWord(word: Word): boolean {
    return this.#token.kind === "word" && this.#token.word === word;
  }

  #isSymbol(symbol: Symbol): boolean {
    return this.#token.kind === "symbol" && this.#token.symbol === symbol;
  }

  /** Goes past a word if it is there. */
  #passWord(word: Word): boolean {
    const isThere = this.#isWord(word);
    if (isThere) this.#next();
    return isThere;
  }

  #pass(symbol: Symbol): void {
    if (!this.#isSymbol(symbol)) throw this.#unexpected(symbol);
    this.#next();
  }

  #unexpected(wanted: string): FormatError {
    return syntaxError(this.#token.at, `${wanted} is expected here, not ${shown(this.#token)}`);
  }

  #any(): Condition {
    let left = this.#all();
    while (this.#passWord("or")) left = { test: "or", left, right: this.#all() };
    return left;
  }

  #all(): Condition {
    let left = this.#one();
    while (this.#passWord("and")) left = { test: "and", left, right: this.#one() };
    return left;
  }

  #one(): Condition {
    const isNegated = this.#isWord("not");
    if (!isNegated && !this.#isSymbol("(")) return this.#comparison();
    if (this.#depth >= MAX_DEPTH) {
      throw syntaxError(this.#token.at, `conditions are nested more than ${MAX_DEPTH} deep`);
    }
    this.#next();
    this.#depth += 1;
    const inner = isNegated ? this.#one() : this.#any();
    this.#depth -= 1;
    if (isNegated) return { test: "not", of: inner };
    this.#pass(")");
    return inner;
  }

  #comparison(): Condition {
    const { at } = this.#token;
    this.#comparisons += 1;
    if (this.#comparisons > MAX_COMPARISONS) {
      throw syntaxError(at, `there are more than ${MAX_COMPARISONS} comparisons`);
    }
    const left = this.#side();
    const test = this.#token.kind === "symbol" ? COMPARISONS.get(this.#token.symbol) : undefined;
    if (test !== undefined) {
      this.#next();
      return compared(test, left, this.#side(), at);
    }
    if (!("column" in left)) throw this.#unexpected("a comparison");
    return this.#tested(left.column, at);
  }

  /** What follows a column but for the comparisons by symbols. */
  #tested(column: string, at: number): Condition {
    if (this.#passWord("is")) {
      const isNegated = this.#passWord("not");
      if (!this.#passWord("null") && !this.#passWord("nan")) throw this.#unexpected("null");
      return negated({ test: "isnan", column }, isNegated);
    }
    const isNegated = this.#passWord("not");
    if (this.#passWord("between")) {
      const low = compared("ge", { column }, this.#side(), at);
      if (!this.#passWord("and")) throw this.#unexpected("and");
      const high = compared("le", { column }, this.#side(), at);
      this.#comparisons += 1;
      return negated({ test: "and", left: low, right: high }, isNegated);
    }
    if (this.#passWord("in")) return negated({ test: "isin", column, values: this.#list() }, isNegated);
    if (isNegated) throw this.#unexpected("between or in");
    return { test: "truth", column };
  }

  #list(): Literal[] {
    this.#pass("(");
    const values: Literal[] = [];
    while (!this.#isSymbol(")")) {
      if (values.length > 0) this.#pass(",");
      const side = this.#side("a value");
      if ("column" in side) throw syntaxError(this.#token.at, "in takes a list of values, not of columns");
      values.push(side.value);
    }
    this.#next();
    return values;
  }

  #side(wanted = "a column or a value"): Side {
    const token = this.#token;
    switch (token.kind) {
      case "name":
        this.#next();
        return { column: token.text };
      case "text":
        this.#next();
        return { value: token.text };
      case "number":
        this.#next();
        return { value: token.value };
      case "word": {
        const value = VALUES.get(token.word);
        if (value === undefined) throw this.#unexpected(wanted);
        this.#next();
        return { value };
      }
      case "symbol":
      case "end":
        throw this.#unexpected(wanted);
      default:
        return token satisfies never;
    }
  }
}

function negated(condition: Condition, isNegated: boolean): Condition {
  return isNegated ? { test: "not", of: condition } : condition;
}

function compared(test: Comparison, left: Side, right: Side, at: number): Condition {
  if ("column" in left) return { test, column: left.column, other: right };
  if ("column" in right) return { test: EXCHANGED[test], column: right.column, other: left };
  throw syntaxError(at, "one side of a comparison is a column; strings stand in '…', columns in \"…\"");
}

function shown(token: Token): string {
  switch (token.kind) {
    case "name":
      return `the column ${showValue(token.text)}`;
    case "text":
      return `the string ${showValue(token.text)}`;
    case "number":
      return String(token.value);
    case "word":
      return token.word;
    case "symbol":
      return token.symbol;
    case "end":
      return "the end";
    default:
      return token satisfies never;
  }
}

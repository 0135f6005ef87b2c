import { FormatError } from "../errors.js";
import { excerpt } from "./excerpt.js";
import { readString } from "./string-literal.js";

/** A whole number, and where its digits stand in the text, so that they can be replaced there. */
export class PyInt {
  readonly value: number;
  readonly start: number;
  readonly end: number;

  constructor(value: number, start: number, end: number) {
    this.value = value;
    this.start = start;
    this.end = end;
  }
}

/** A Python tuple; a list is an array. */
export class PyTuple {
  readonly items: readonly PyLiteral[];

  constructor(items: readonly PyLiteral[]) {
    this.items = items;
  }
}

/** The part of Python's literals that a header may hold. */
export type PyLiteral = string | boolean | PyInt | PyTuple | readonly PyLiteral[];

/** Lists and tuples within one another, inside of the dictionary. */
export const MAX_NESTING = 8;

/**
 * Parses a header's text: one Python dictionary from strings to strings, booleans, whole numbers, lists and tuples, in
 * that dictionary's order. Nothing else that Python can say is understood, and nothing is evaluated.
 *
 * Every character is looked at a bounded number of times, and nesting is bounded before descending.
 *
 * @param text the header without its final newline
 * @param path the file's path, for messages
 * @throws FormatError
 */
export function parseDictionary(text: string, path: string): ReadonlyMap<string, PyLiteral> {
  return new LiteralParser(text, path).dictionary();
}

/** How a value is called in a message. */
export function nameOf(value: PyLiteral): string {
  if (typeof value === "string") return "a string";
  if (typeof value === "boolean") return "a boolean";
  if (value instanceof PyInt) return "a number";
  return value instanceof PyTuple ? "a tuple" : "a list";
}

class LiteralParser {
  readonly #text: string;
  readonly #path: string;
  #at = 0;
  #depth = 0;

  constructor(text: string, path: string) {
    this.#text = text;
    this.#path = path;
  }

  dictionary(): ReadonlyMap<string, PyLiteral> {
    const entries = new Map<string, PyLiteral>();
    if (!this.#takes("{")) this.#fail("a header begins with {");
    while (!this.#takes("}")) {
      const start = this.#at;
      if (!/['"]/.test(this.#peek())) this.#fail("a key is a string in quotes");
      const key = this.#string();
      if (entries.has(key)) this.#fail(`the key "${excerpt(key)}" stands twice`, start);
      if (!this.#takes(":")) this.#fail("a colon follows a key");
      entries.set(key, this.#value());
      if (this.#takes(",")) continue;
      if (this.#takes("}")) break;
      this.#fail("a comma or } follows a value");
    }
    this.#space();
    if (this.#at < this.#text.length) this.#fail("nothing but spaces follows the dictionary");
    return entries;
  }

  #value(): PyLiteral {
    this.#space();
    const next = this.#peek();
    if (next === "'" || next === '"') return this.#string();
    if (next === "[") return this.#sequence("]").items;
    if (next === "(") {
      const { items, comma } = this.#sequence(")");
      const [only] = items;
      // As in Python, the comma makes the tuple: (3,) is one, (3) is 3.
      return only !== undefined && items.length === 1 && !comma ? only : new PyTuple(items);
    }
    return next >= "0" && next <= "9" ? this.#integer() : this.#boolean();
  }

  #sequence(close: "]" | ")"): { items: PyLiteral[]; comma: boolean } {
    if (this.#depth === MAX_NESTING) this.#fail(`lists and tuples are nested more than ${MAX_NESTING} deep`);
    this.#depth += 1;
    this.#at += 1;
    const items: PyLiteral[] = [];
    let comma = false;
    while (!this.#takes(close)) {
      if (items.length > 0 && !comma) this.#fail(`a comma or ${close} follows a value`);
      items.push(this.#value());
      comma = this.#takes(",");
    }
    this.#depth -= 1;
    return { items, comma };
  }

  #string(): string {
    const { value, end } = readString(this.#text, this.#at, this.#fail);
    this.#at = end;
    return value;
  }

  #integer(): PyInt {
    const start = this.#at;
    while (this.#peek() >= "0" && this.#peek() <= "9") this.#at += 1;
    if (/[\w.]/.test(this.#peek())) this.#fail("a number is written in plain decimal digits", start);
    const digits = this.#text.slice(start, this.#at);
    if (digits.length > 1 && digits.startsWith("0")) this.#fail("a number does not begin with 0", start);
    // However many digits: rounding brings no larger number below 2^53.
    const value = Number(digits);
    if (!Number.isSafeInteger(value)) this.#fail("a number is over 2^53 - 1", start);
    return new PyInt(value, start, this.#at);
  }

  #boolean(): boolean {
    const start = this.#at;
    while (/[A-Za-z0-9_]/.test(this.#peek())) this.#at += 1;
    const word = this.#text.slice(start, this.#at);
    if (word === "True") return true;
    if (word === "False") return false;
    if (start === this.#text.length) this.#fail("the header ends within its dictionary");
    if (this.#peek() === "-" || this.#peek() === "+") this.#fail("a number has no sign", start);
    return this.#fail("a value is a string, a whole number, True, False, a list or a tuple", start);
  }

  /** The character here, or "" at the end. */
  #peek(): string {
    return this.#text.charAt(this.#at);
  }

  #space(): void {
    while (this.#peek() === " ") this.#at += 1;
  }

  /** Skips spaces, then the character if it stands here. */
  #takes(character: string): boolean {
    this.#space();
    if (this.#peek() !== character) return false;
    this.#at += 1;
    return true;
  }

  readonly #fail: (problem: string, at?: number) => never = (problem, at = this.#at) => {
    const found = at < this.#text.length ? `, where it says ${excerpt(this.#text.slice(at).trimEnd())}` : "";
    throw new FormatError(`${this.#path}: ${problem} (character ${at} of the header${found})`, {
      path: this.#path,
    });
  };
}

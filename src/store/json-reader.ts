import { ownEntry } from "../dtype/index.js";
import { FormatError } from "../errors.js";
import { excerpt } from "../npy/excerpt.js";
import type { JsonValue } from "./json-value.js";

/** Where the value of a key stands in the text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

const WORDS: readonly (readonly [word: string, value: JsonValue])[] = [
  ["null", null],
  ["true", true],
  ["false", false],
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
];

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ["\\", "\\"],
  ["/", "/"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
]);

const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;
const HEX = /[0-9a-fA-F]{4}/y;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Reads one text in Python's dialect of JSON, looking at each character a bounded number of times. */
export class JsonReader {
  readonly #text: string;
  readonly #path: string;
  readonly #maxDepth: number;
  readonly #spans = new Map<string, Span>();
  #at = 0;
  #depth = 0;

  constructor(text: string, path: string, maxDepth: number) {
    this.#text = text;
    this.#path = path;
    this.#maxDepth = maxDepth;
  }

  /** The value that the whole text is; to be called once. */
  read(): JsonValue {
    const value = this.#value();
    this.#space();
    if (this.#at < this.#text.length) this.#fail("nothing but spaces follows the value");
    return value;
  }

  /** After reading an object: where the values of its keys stand, of equal keys the last one's. */
  get spans(): ReadonlyMap<string, Span> {
    return this.#spans;
  }

  #value(): JsonValue {
    this.#space();
    switch (this.#text[this.#at]) {
      case "{":
        return this.#object();
      case "[":
        return this.#array();
      case '"':
        return this.#string();
      default:
        return this.#word();
    }
  }

  #object(): JsonValue {
    this.#enter();
    const object: { [key: string]: JsonValue } = {};
    if (this.#takes("}")) return this.#leave(object);
    do {
      this.#space();
      if (this.#text[this.#at] !== '"') this.#fail("a key is a string in double quotes");
      const key = this.#string();
      if (!this.#takes(":")) this.#fail("a colon follows a key");
      this.#space();
      const start = this.#at;
      ownEntry(object, key, this.#value());
      if (this.#depth === 1) this.#spans.set(key, { start, end: this.#at });
    } while (this.#takes(","));
    if (!this.#takes("}")) this.#fail("a comma or } follows a value");
    return this.#leave(object);
  }

  #array(): JsonValue {
    this.#enter();
    const items: JsonValue[] = [];
    if (this.#takes("]")) return this.#leave(items);
    do items.push(this.#value());
    while (this.#takes(","));
    if (!this.#takes("]")) this.#fail("a comma or ] follows a value");
    return this.#leave(items);
  }

  #string(): string {
    const opening = this.#at;
    let value = "";
    let run = opening + 1; // Where the characters that stand for themselves begin.
    for (let at = run; at < this.#text.length; at++) {
      const code = this.#text.charCodeAt(at);
      if (code === QUOTE) {
        this.#at = at + 1;
        return value + this.#text.slice(run, at);
      }
      if (code < 0x20) this.#fail("a string has no bare control characters", at);
      if (code !== BACKSLASH) continue;
      const escape = this.#escape(at);
      value += this.#text.slice(run, at) + escape;
      run = at + (this.#text[at + 1] === "u" ? 6 : 2);
      at = run - 1;
    }
    return this.#fail("a string has no closing quote", opening);
  }

  #escape(at: number): string {
    const letter = this.#text.charAt(at + 1);
    const plain = ESCAPES.get(letter);
    if (plain !== undefined) return plain;
    HEX.lastIndex = at + 2;
    const [hex] = (letter === "u" && HEX.exec(this.#text)) || [];
    if (hex === undefined)
      this.#fail('an escape is one of \\" \\\\ \\/ \\b \\f \\n \\r \\t and \\u with four digits', at);
    return String.fromCharCode(Number.parseInt(hex, 16));
  }

  #word(): JsonValue {
    for (const [word, value] of WORDS) {
      if (!this.#text.startsWith(word, this.#at)) continue;
      this.#at += word.length;
      return value;
    }
    NUMBER.lastIndex = this.#at;
    const found = NUMBER.exec(this.#text);
    if (found === null) {
      this.#fail("a value is a string in double quotes, a number, true, false, null, an array or an object");
    }
    const [digits, fraction, exponent] = found;
    this.#at += digits.length;
    const value = Number(digits);
    if (fraction !== undefined || exponent !== undefined || Number.isSafeInteger(value)) return value;
    const exact = BigInt(digits);
    return Number.isFinite(value) && BigInt(value) === exact ? value : exact;
  }

  #enter(): void {
    if (this.#depth === this.#maxDepth) {
      this.#fail(`arrays and objects are nested more than ${this.#maxDepth} deep`);
    }
    this.#depth += 1;
    this.#at += 1;
  }

  #leave(value: JsonValue): JsonValue {
    this.#depth -= 1;
    return value;
  }

  #space(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.#at += 1;
    }
  }

  /** Skips spaces, then the character if it stands here. */
  #takes(character: string): boolean {
    this.#space();
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #fail(problem: string, at = this.#at): never {
    let line = 1;
    let start = 0;
    for (let end = this.#text.indexOf("\n"); end !== -1 && end < at; end = this.#text.indexOf("\n", start)) {
      line += 1;
      start = end + 1;
    }
    const rest = this.#text.slice(at, at + 200);
    const found = rest === "" ? "where the text ends" : `where it says ${excerpt(rest.trimEnd())}`;
    throw new FormatError(`${this.#path}: ${problem} (line ${line}, column ${at - start + 1}, ${found})`, {
      path: this.#path,
    });
  }
}

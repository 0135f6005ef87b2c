import { showValue } from "../../dtype/index.js";
import { FormatError } from "../../errors.js";

/** The symbols of conditions, longer ones before those that they begin with. */
const SYMBOLS = ["<=", ">=", "<>", "!=", "==", "=", "<", ">", "(", ")", ","] as const;

export type Symbol = (typeof SYMBOLS)[number];

/** The words that mean something; a column that is called like one is quoted. */
const WORDS = [
  "and",
  "or",
  "not",
  "between",
  "in",
  "is",
  "null",
  "true",
  "false",
  "nan",
  "inf",
  "infinity",
] as const;

export type Word = (typeof WORDS)[number];

/** What conditions are made of, each with the place of its first character. */
export type Token =
  | { readonly kind: "name"; readonly text: string; readonly at: number }
  | { readonly kind: "text"; readonly text: string; readonly at: number }
  | { readonly kind: "number"; readonly value: number | bigint; readonly at: number }
  | { readonly kind: "word"; readonly word: Word; readonly at: number }
  | { readonly kind: "symbol"; readonly symbol: Symbol; readonly at: number }
  | { readonly kind: "end"; readonly at: number };

const SPACE = /[ \t\r\n]*/y;
const NAME = /[\p{L}_][\p{L}\p{M}\p{N}_./]*/uy;
const NUMBER = /[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?/y;
const INFINITY = /[+-]inf(?:inity)?/iy;
/** A quote within quotes is written twice. */
const QUOTED = /'((?:[^']|'')*)'|"((?:[^"]|"")*)"|`((?:[^`]|``)*)`/y;

/** The error of a condition that cannot be read, with the place in it that is wrong. */
export function syntaxError(at: number, problem: string): FormatError {
  return new FormatError(`where, character ${at + 1}: ${problem}`);
}

/** The tokens of a condition, the end among them. @throws FormatError naming the first character of what is none */
export function* tokensOf(text: string): Generator<Token> {
  let at = 0;
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    return pattern.exec(text);
  };
  for (;;) {
    at += match(SPACE)?.[0].length ?? 0;
    if (at >= text.length) break;
    const found = match(INFINITY) ?? match(NUMBER) ?? match(NAME) ?? match(QUOTED);
    const token = found === null ? symbolAt(text, at) : tokenFrom(found, at);
    const length = found?.[0].length ?? (token.kind === "symbol" ? token.symbol.length : 0);
    const next = text.slice(at + length, at + length + 2);
    if (token.kind === "number" && /^[\p{L}\p{N}_.]/u.test(next)) {
      throw syntaxError(at, `${showValue(text.slice(at, at + length) + next)} … is no number`);
    }
    yield token;
    at += length;
  }
  yield { kind: "end", at };
}

function symbolAt(text: string, at: number): Token {
  const symbol = SYMBOLS.find((known) => text.startsWith(known, at));
  if (symbol !== undefined) return { kind: "symbol", symbol, at };
  const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
  const isQuote = "'\"`".includes(character);
  throw syntaxError(
    at,
    isQuote
      ? `the ${character} is not closed`
      : `${showValue(character)} has no meaning; a column's name with it is quoted, as in "a-b"`,
  );
}

function tokenFrom({ 0: whole, 1: text, 2: name, 3: ticked }: RegExpExecArray, at: number): Token {
  if (text !== undefined) return { kind: "text", text: text.replaceAll("''", "'"), at };
  if (name !== undefined) return { kind: "name", text: name.replaceAll('""', '"'), at };
  if (ticked !== undefined) return { kind: "name", text: ticked.replaceAll("``", "`"), at };
  if (/^[+-]?[0-9.]/.test(whole)) return { kind: "number", value: numberFrom(whole, at), at };
  if (/^[+-]/.test(whole)) return { kind: "number", value: signed(whole), at };
  const lower = whole.toLowerCase();
  const word = WORDS.find((known) => known === lower);
  return word === undefined ? { kind: "name", text: whole, at } : { kind: "word", word, at };
}

function signed(infinity: string): number {
  return infinity.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

/** Whole numbers of any length keep all their digits. */
function numberFrom(text: string, at: number): number | bigint {
  const value = Number(text);
  if (Number.isSafeInteger(value)) return value;
  if (/^[+-]?[0-9]+$/.test(text)) return BigInt(text.replace("+", ""));
  if (Number.isFinite(value)) return value;
  throw syntaxError(at, `${showValue(text)} is beyond what a 64-bit float holds`);
}

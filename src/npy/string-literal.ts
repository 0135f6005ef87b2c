/** A string literal's value, and the index after its closing quote. */
export interface StringLiteral {
  readonly value: string;
  readonly end: number;
}

/** Ends the parsing with a message about the text at an index. */
export type Fail = (problem: string, at: number) => never;

const BACKSLASH = "\\".charCodeAt(0);
const ZERO = "0".charCodeAt(0);

/** The escapes that are one letter. */
const LETTERS: ReadonlyMap<string, string> = new Map([
  ["\\", "\\"],
  ["'", "'"],
  ['"', '"'],
  ["a", "\x07"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
  ["v", "\v"],
]);

/** How many hexadecimal digits follow each of these letters. */
const HEX_DIGITS: ReadonlyMap<string, number> = new Map([
  ["x", 2],
  ["u", 4],
  ["U", 8],
]);

/**
 * Reads a plain Python string literal: the one whose opening quote stands at `start`.
 *
 * Every escape of Python's is understood except `\N{…}`, which needs Unicode's list of names. Escapes that Python
 * itself warns about (`\q`) are refused, and so are halves of surrogate pairs: two of them are two characters to
 * Python and one to JavaScript.
 */
export function readString(text: string, start: number, fail: Fail): StringLiteral {
  const quote = text.charCodeAt(start);
  let value = "";
  let run = start + 1; // Where the characters that stand for themselves begin.
  let at = run;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === quote) return { value: value + text.slice(run, at), end: at + 1 };
    if (code === BACKSLASH) {
      const escape = readEscape(text, at, fail);
      value += text.slice(run, at) + escape.value;
      run = escape.end;
      at = run;
    } else {
      at += 1;
    }
  }
  return fail("a string has no closing quote", start);
}

function readEscape(text: string, start: number, fail: Fail): StringLiteral {
  const letter = text.charAt(start + 1);
  const plain = LETTERS.get(letter);
  if (plain !== undefined) return { value: plain, end: start + 2 };
  const digits = HEX_DIGITS.get(letter);
  return digits === undefined ? readOctal(text, start, fail) : readHex(text, start, digits, fail);
}

function readHex(text: string, start: number, digits: number, fail: Fail): StringLiteral {
  const end = start + 2 + digits;
  const hex = text.slice(start + 2, end);
  if (hex.length < digits || /[^0-9a-fA-F]/.test(hex))
    fail(`an escape lacks its ${digits} hexadecimal digits`, start);
  const point = Number.parseInt(hex, 16);
  if (point > 0x10ffff) fail("an escape is beyond the last character of Unicode", start);
  if (point >= 0xd800 && point <= 0xdfff) fail("an escape is half of a surrogate pair", start);
  return { value: String.fromCodePoint(point), end };
}

function readOctal(text: string, start: number, fail: Fail): StringLiteral {
  let end = start + 1;
  let value = 0;
  while (end < start + 4) {
    const digit = text.charCodeAt(end) - ZERO;
    if (!(digit >= 0 && digit <= 7)) break;
    value = value * 8 + digit;
    end += 1;
  }
  if (end === start + 1) fail("an escape is not one that a header may hold", start);
  return { value: String.fromCharCode(value), end };
}

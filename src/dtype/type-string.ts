import { DTypeError } from "../errors.js";
import { type DateStep, GENERIC, parseStep } from "./datetime.js";
import { type ByteOrder, DType, type Kind, NATIVE_ORDER } from "./dtype.js";
import { showValue } from "./show.js";

/** NumPy's itemsize is a signed 32-bit number. */
export const MAX_ITEMSIZE = 2 ** 31 - 1;

/** Names that stand for one type string each. */
const SPELLINGS: ReadonlyMap<string, string> = new Map([
  ["bool", "b1"],
  ["?", "b1"],
  ["int8", "i1"],
  ["int16", "i2"],
  ["int32", "i4"],
  ["int64", "i8"],
  ["int", "i8"],
  ["uint8", "u1"],
  ["uint16", "u2"],
  ["uint32", "u4"],
  ["uint64", "u8"],
  ["uint", "u8"],
  ["float16", "f2"],
  ["half", "f2"],
  ["float32", "f4"],
  ["single", "f4"],
  ["float64", "f8"],
  ["double", "f8"],
  ["float", "f8"],
  ["complex64", "c8"],
  ["complex128", "c16"],
  ["complex", "c16"],
]);

/** The sizes in bytes that each numeric kind comes in. */
const SIZES: ReadonlyMap<string, readonly number[]> = new Map([
  ["b", [1]],
  ["i", [1, 2, 4, 8]],
  ["u", [1, 2, 4, 8]],
  ["f", [2, 4, 8]],
  ["c", [8, 16]],
]);

const NUMERIC_KINDS: ReadonlyMap<string, Kind> = new Map([
  ["b", "b"],
  ["i", "i"],
  ["u", "u"],
  ["f", "f"],
  ["c", "c"],
]);
const WIDE_KINDS: ReadonlyMap<string, Kind> = new Map([
  ["U", "U"],
  ["str", "U"],
  ["S", "S"],
  ["V", "V"],
]);
const DATE_KINDS: ReadonlyMap<string, Kind> = new Map([
  ["M8", "M"],
  ["datetime64", "M"],
  ["m8", "m"],
  ["timedelta64", "m"],
]);

/** Whether a word is a name of NumPy's (`int32`), not a type string. */
export function isSpelling(word: string): boolean {
  return SPELLINGS.has(word);
}

/** An error that says what was read and what would be right. */
export function refused(read: unknown, why: string): DTypeError {
  return new DTypeError(`dtype ${show(read)} is not supported: ${why}`);
}

function show(value: unknown): string {
  if (typeof value !== "object" || value === null) return showValue(value);
  let text: string;
  try {
    text = JSON.stringify(value) ?? "an object";
  } catch {
    text = Array.isArray(value) ? "a list" : "an object";
  }
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/** A dtype without fields, from NumPy's type string or name. */
export function parseString(text: string): DType {
  if (/^[^[]*,|\],/.test(text))
    throw refused(text, 'write fields as a list, such as [["a", "<i4"], ["b", "<f8"]]');
  const match = /^([<>=|]?)([a-zA-Z]+[0-9]*|\?)(?:\[([^\]]*)\])?$/.exec(text);
  if (match === null) throw refused(text, 'it is no type string; "i4", "<f8", "U16" or "M8[us]" would be');
  const [, order = "", word = "", bracket] = match;
  const name = SPELLINGS.get(word) ?? word;

  const dateKind = DATE_KINDS.get(name);
  if (dateKind !== undefined) return build(text, order, dateKind, 8, stepOf(text, bracket));
  if (bracket !== undefined) throw refused(text, "only dates and durations (M8, m8) have a unit");

  const [, letters = "", digits = ""] = /^([a-zA-Z]+)([0-9]*)$/.exec(name) ?? [];
  const width = digits === "" || /^0./.test(digits) ? undefined : Number(digits);
  const wide = WIDE_KINDS.get(letters);
  if (wide !== undefined) {
    if (digits === "") throw refused(text, `"${word}" needs a width, such as "${letters}16"`);
    if (/^0+$/.test(digits)) throw refused(text, "its elements would have no bytes");
    if (width === undefined) throw refused(text, `write "${letters}${digits.replace(/^0+/, "")}"`);
    const itemsize = width * (wide === "U" ? 4 : 1);
    return build(text, order, wide, itemsize);
  }
  const kind = NUMERIC_KINDS.get(letters);
  if (kind !== undefined && width !== undefined && SIZES.get(letters)?.includes(width)) {
    return build(text, order, kind, width);
  }
  throw refused(text, reasonAgainst(letters));
}

function reasonAgainst(letters: string): string {
  if (letters === "O" || letters === "object") return "pickled objects cannot be mapped; use U, S or numbers";
  const letter = /^c(omplex|longdouble)?$/.test(letters) ? "c" : letters.replace(/^(float|longdouble)$/, "f");
  const sizes = SIZES.get(letter);
  if (sizes !== undefined)
    return `"${letters}" comes as ${sizes.map((size) => `${letter}${size}`).join(", ")}`;
  if (letters === "a") return '"a" is an old name of "S"; write "S" with a width';
  return "no such kind; known are b1, i1 to i8, u1 to u8, f2 to f8, c8, c16, S<n>, U<n>, V<n>, M8[unit], m8[unit]";
}

function stepOf(text: string, bracket: string | undefined): DateStep {
  if (bracket === undefined) return GENERIC;
  const step = parseStep(bracket);
  if (step === undefined) {
    throw refused(
      text,
      "units are Y M W D h m s ms us ns ps fs as, with a whole multiple of at least 1 before them",
    );
  }
  return step;
}

function build(text: string, order: string, kind: Kind, itemsize: number, step?: DateStep): DType {
  if (!(itemsize <= MAX_ITEMSIZE)) throw refused(text, `elements are at most ${MAX_ITEMSIZE} bytes`);
  const byteorder: ByteOrder = order === "<" || order === ">" ? order : NATIVE_ORDER;
  const dtype = new DType({ kind, byteorder, itemsize, step });
  if (order === "|" && dtype.byteorder !== "|")
    throw refused(text, '"|" is for single bytes; say "<" or ">"');
  return dtype;
}

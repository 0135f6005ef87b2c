import { DTypeError } from "../errors.js";
import { type DateStep, GENERIC, parseStep } from "./datetime.js";
import { type ByteOrder, DType, type Field, type Kind, NATIVE_ORDER } from "./dtype.js";
import type { DTypeLike } from "./infer.js";

/** NumPy's itemsize is a signed 32-bit number, and so is each axis of a field. */
const MAX_ITEMSIZE = 2 ** 31 - 1;
const MAX_AXIS = 2 ** 31 - 1;
/** Structured dtypes within structured dtypes: deeper than this is a mistake, not data. */
const MAX_NESTING = 32;
/** No more axes than NumPy 1 and 2 both read. */
const MAX_AXES = 32;

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

const cache = new Map<string, DType>();

/**
 * Parses NumPy's spelling of a dtype.
 *
 * Accepts type strings with or without byte order (`i4`, `<i4`, `>f8`, `=u2`, `|b1`, `U16`, `S3`, `V8`, `M8[10ns]`,
 * `m8[D]`), NumPy's names (`int32`, `float64`, `bool`, `float`, `complex`, `datetime64[us]`), `str` with a width
 * (`str16`), and lists of fields (`[["a", "<i4"], ["b", "f8", [3]]]`), which are packed without gaps unless they
 * name them (`["", "|V3"]`).
 *
 * @throws DTypeError naming what was read and what would be right: unknown kinds and sizes, strings without a width,
 * pickled objects (`O`), extended floats (`f16`), comma strings, `|` before a number of several bytes, itemsize 0 or
 * over 2³¹ − 1, fields without a name or of one name
 */
export function parseDType(spec: DTypeLike): DType {
  if (spec instanceof DType) return spec;
  if (typeof spec !== "string") return parseFields(spec, 0);
  const known = cache.get(spec);
  if (known !== undefined) return known;
  const parsed = parseString(spec);
  if (cache.size > 4096) cache.clear();
  cache.set(spec, parsed);
  return parsed;
}

/**
 * Parses what stands under `descr` in an NPY header, tuples given as arrays. Stricter than {@link parseDType}: only
 * what NumPy writes.
 *
 * @throws DTypeError as {@link parseDType}, and for names (`int32`) and missing or native (`=`) byte orders
 */
export function dtypeFromDescr(descr: unknown): DType {
  return typeof descr === "string" ? parseShort(descr) : parseFields(descr, 0, parseShort);
}

/** A type string as NumPy writes it in files. */
function parseShort(text: string): DType {
  if (!/^[<>|]/.test(text)) throw refused(text, 'a type string of a file begins with "<", ">" or "|"');
  const rest = text.slice(1);
  if (SPELLINGS.has(rest) || /^(str|date|time)/.test(rest)) {
    throw refused(text, 'a file holds NumPy\'s short form, such as "<i4"');
  }
  return parseDType(text);
}

function refused(read: unknown, why: string): DTypeError {
  return new DTypeError(`dtype ${show(read)} is not supported: ${why}`);
}

function show(value: unknown): string {
  let text: string;
  try {
    text = typeof value === "bigint" ? `${value}n` : (JSON.stringify(value) ?? String(value));
  } catch {
    text = typeof value;
  }
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

function parseString(text: string): DType {
  if (/^[^[]*,|\],/.test(text))
    throw refused(text, 'write fields as a list, such as [["a", "<i4"], ["b", "<f8"]]');
  const match = /^([<>=|]?)([a-zA-Z]+[0-9]*|\?)(?:\[([^\]]*)\])?$/.exec(text);
  if (match === null) throw refused(text, 'it is no type string; "i4", "<f8", "U16" or "M8[us]" would be');
  const [, order = "", word = "", bracket] = match;
  const name = SPELLINGS.get(word) ?? word;

  const dateKind = DATE_KINDS.get(name);
  if (dateKind !== undefined) return build(text, order, dateKind, 8, stepOf(text, bracket));
  if (bracket !== undefined) throw refused(text, "only dates and durations have a unit");

  const [, letters = "", digits = ""] = /^([a-zA-Z]+)([0-9]*)$/.exec(name) ?? [];
  const width = digits === "" || digits.length > 10 || /^0./.test(digits) ? undefined : Number(digits);
  const wide = WIDE_KINDS.get(letters);
  if (wide !== undefined) {
    if (digits === "") throw refused(text, `"${word}" needs a width, such as "${letters}16"`);
    const itemsize = (width ?? Number.POSITIVE_INFINITY) * (wide === "U" ? 4 : 1);
    if (itemsize === 0) throw refused(text, "its elements would have no bytes");
    return build(text, order, wide, itemsize);
  }
  const kind = NUMERIC_KINDS.get(letters);
  if (kind !== undefined && width !== undefined && SIZES.get(letters)?.includes(width)) {
    return build(text, order, kind, width);
  }
  throw refused(text, reasonAgainst(letters, digits));
}

function reasonAgainst(letters: string, digits: string): string {
  if (letters === "O" || letters === "object") return "pickled objects cannot be mapped; use U, S or numbers";
  if (letters === "f" && digits !== "") return "floats have 2, 4 or 8 bytes (f2, f4, f8)";
  const sizes = SIZES.get(letters);
  if (sizes !== undefined)
    return `"${letters}" comes in ${sizes.map((size) => `${letters}${size}`).join(", ")}`;
  if (letters === "a") return 'NumPy 2 dropped "a"; bytes are "S" with a width';
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

/** A field's shape: a whole number or a list of them, each at least 0 as in NumPy. */
function parseShape(shape: unknown, field: unknown): readonly number[] {
  const axes: unknown[] = Array.isArray(shape) ? shape : [shape];
  const checked = Array.from(axes, (axis) => {
    if (typeof axis !== "number" || !Number.isInteger(axis) || axis < 0 || Object.is(axis, -0)) {
      throw refused(field, "a field's shape is a list of whole numbers, such as [3]");
    }
    if (axis > MAX_AXIS) throw refused(field, `an axis of a field is at most ${MAX_AXIS}`);
    return axis;
  });
  if (checked.length > MAX_AXES) throw refused(field, `a shape has at most ${MAX_AXES} axes`);
  return Object.freeze(checked);
}

function parseFields(spec: unknown, depth: number, parse: (text: string) => DType = parseDType): DType {
  if (!Array.isArray(spec))
    throw refused(spec, 'say a type string such as "<i4", or a list of [name, dtype] fields');
  if (depth > MAX_NESTING) throw refused("…", `fields are nested more than ${MAX_NESTING} deep`);
  if (spec.length === 0) throw refused(spec, "a structured dtype has at least one field");
  const fields: Field[] = [];
  const names = new Set<string>();
  let offset = 0;
  for (const part of spec as readonly unknown[]) {
    if (!Array.isArray(part) || part.length < 2 || part.length > 3 || typeof part[0] !== "string") {
      throw refused(part, "a field is [name, dtype] or [name, dtype, shape]");
    }
    const name = part[0];
    const inner: unknown = part[1];
    let dtype: DType;
    if (typeof inner === "string") dtype = parse(inner);
    else dtype = inner instanceof DType ? inner : parseFields(inner, depth + 1, parse);
    const shape = part.length === 3 ? parseShape(part[2], part) : [];
    const bytes = shape.reduce((product, axis) => product * axis, dtype.itemsize);
    if (name === "") {
      const padding = dtype.kind === "V" && dtype.fields === undefined && shape.length === 0;
      if (!padding) throw refused(part, "a field needs a name (only |V padding has none)");
    } else {
      if (names.has(name)) throw refused(spec, `two fields are called ${show(name)}`);
      names.add(name);
      fields.push(Object.freeze({ name, dtype, shape, offset }));
    }
    offset += bytes;
    if (!(offset <= MAX_ITEMSIZE)) throw refused(spec, `elements are at most ${MAX_ITEMSIZE} bytes`);
  }
  if (fields.length === 0) throw refused(spec, "a structured dtype has at least one named field");
  if (offset === 0) throw refused(spec, "its elements would have no bytes");
  return new DType({ kind: "V", byteorder: "|", itemsize: offset, fields: Object.freeze(fields) });
}

/** A structured dtype of these fields, packed in their order as NumPy's `align=False`. */
export function structOf(
  fields: Iterable<readonly [name: string, dtype: DType, shape: readonly number[]]>,
): DType {
  const packed: Field[] = [];
  let offset = 0;
  for (const [name, dtype, shape] of fields) {
    packed.push(Object.freeze({ name, dtype, shape, offset }));
    offset += shape.reduce((product, axis) => product * axis, dtype.itemsize);
  }
  return new DType({ kind: "V", byteorder: "|", itemsize: offset, fields: Object.freeze(packed) });
}

import { DType, type Field } from "./dtype.js";
import type { DTypeLike } from "./infer.js";
import { showValue } from "./show.js";
import { isSpelling, MAX_ITEMSIZE, parseString, refused } from "./type-string.js";

/** The axes of a field are signed 32-bit numbers in NumPy, those of an empty one too. */
const MAX_AXIS = 2 ** 31 - 1;
/** Structured dtypes within structured dtypes: deeper than this is a mistake, not data. */
const MAX_NESTING = 32;
/** No more axes than NumPy 1 and 2 both read. */
const MAX_AXES = 32;

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
  if (isSpelling(rest) || /^(str|date|time)/.test(rest)) {
    throw refused(text, 'a file holds NumPy\'s short form, such as "<i4"');
  }
  return parseDType(text);
}

/** The shape of a field of one element. */
const SCALAR: readonly number[] = Object.freeze([]);

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
    const shape = part.length === 3 ? parseShape(part[2], part) : SCALAR;
    const bytes = shape.reduce((product, axis) => product * axis, dtype.itemsize);
    if (name === "") {
      const padding = dtype.kind === "V" && dtype.fields === undefined && shape.length === 0;
      if (!padding) throw refused(part, "a field needs a name (only |V padding has none)");
    } else {
      if (names.has(name)) throw refused(spec, `two fields are called ${showValue(name)}`);
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
    packed.push(Object.freeze({ name, dtype, shape: Object.freeze([...shape]), offset }));
    offset += shape.reduce((product, axis) => product * axis, dtype.itemsize);
  }
  return new DType({ kind: "V", byteorder: "|", itemsize: offset, fields: Object.freeze(packed) });
}

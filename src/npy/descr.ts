import type { Descr, DescrField } from "../dtype/index.js";
import { FormatError } from "../errors.js";
import { excerpt } from "./excerpt.js";
import { nameOf, PyInt, type PyLiteral, PyTuple } from "./literal.js";

/** Fields of one structured dtype. */
const MAX_FIELDS = 1000;

/** The axes of a field are C ints in NumPy, those of an empty one too. */
const MAX_FIELD_AXIS = 2 ** 31 - 1;

/**
 * What stands under `descr` as plain arrays: a type string, or a list of `(name, descr)` and `(name, descr, shape)`.
 * Which type strings, names and sizes there are is the dtype's business.
 *
 * @throws FormatError where the outline is another, and for titles (a tuple in place of a name)
 */
export function toDescr(literal: PyLiteral, path: string): Descr {
  if (typeof literal === "string") return literal;
  if (!isList(literal))
    throw malformed(path, `"descr" is ${nameOf(literal)}, not a type string or a list of fields`);
  if (literal.length > MAX_FIELDS) {
    throw malformed(path, `"descr" has ${literal.length} fields, more than ${MAX_FIELDS}`);
  }
  return literal.map((field) => toField(field, path));
}

function toField(field: PyLiteral, path: string): DescrField {
  if (!(field instanceof PyTuple))
    throw malformed(path, `a field of "descr" is ${nameOf(field)}, not a tuple`);
  const [name, dtype, shape] = field.items;
  const count = field.items.length;
  if (name === undefined || dtype === undefined || count > 3) {
    throw malformed(path, `a field of "descr" is a tuple of ${count}, not of name, dtype and perhaps shape`);
  }
  if (name instanceof PyTuple)
    throw malformed(path, 'a field of "descr" has a title, which is not supported');
  if (typeof name !== "string") throw malformed(path, `the name of a field of "descr" is ${nameOf(name)}`);

  const axes = shape === undefined ? [] : [...toShape(shape, name, path)];
  // NumPy writes arrays of arrays as ('a', ('<f8', (4,)), (3,)): the outer axes come first.
  let inner = dtype;
  while (inner instanceof PyTuple) {
    const [element, innerShape] = inner.items;
    if (element === undefined || innerShape === undefined || inner.items.length > 2) {
      throw malformed(
        path,
        `the dtype of the field "${excerpt(name)}" is a tuple, but not of dtype and shape`,
      );
    }
    axes.push(...toShape(innerShape, name, path));
    inner = element;
  }
  const descr = toDescr(inner, path);
  return axes.length === 0 ? [name, descr] : [name, descr, axes];
}

/** A field's shape: NumPy writes a tuple, and reads a single number as well. */
function toShape(shape: PyLiteral, field: string, path: string): readonly number[] {
  const what = `the shape of the field "${excerpt(field)}"`;
  const axes = shape instanceof PyInt ? [shape] : toIntegers(shape, what, path);
  return axes.map(({ value }) => {
    if (value > MAX_FIELD_AXIS) throw malformed(path, `${what} has an axis of ${value}, over 2^31 - 1`);
    return value;
  });
}

/** The whole numbers of a tuple. */
export function toIntegers(literal: PyLiteral, what: string, path: string): readonly PyInt[] {
  if (!(literal instanceof PyTuple))
    throw malformed(path, `${what} is ${nameOf(literal)}, not a tuple such as (10,)`);
  return literal.items.map((item) => {
    if (!(item instanceof PyInt))
      throw malformed(path, `${what} has ${nameOf(item)} in it, not whole numbers alone`);
    return item;
  });
}

function isList(literal: PyLiteral): literal is readonly PyLiteral[] {
  return Array.isArray(literal);
}

function malformed(path: string, problem: string): FormatError {
  return new FormatError(`${path}: ${problem}`, { path });
}

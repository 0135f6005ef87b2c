import type { Descr, DType } from "../dtype/index.js";
import { DTypeError, LimitError, ShapeError } from "../errors.js";
import { excerpt } from "./excerpt.js";
import { MAGIC, MAX_CHARACTERS } from "./extent.js";
import { MAX_NESTING } from "./literal.js";
import { formatDescr } from "./repr.js";
import { formatShape, sizeProblem } from "./size.js";

/** What a header says. */
export interface NpyDescription {
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** False when left out: C order. */
  readonly fortranOrder?: boolean;
}

/** NumPy leaves room for this many digits of the axis that grows. */
const GROWTH_DIGITS = 21;

/** Data begin on a multiple of this many bytes. */
const DATA_ALIGNMENT = 64;

/**
 * The header of an NPY file, byte for byte what `numpy.lib.format` writes: the growing axis can take up to 21 digits
 * in place, data begin on a multiple of 64, and the version is 1.0, or 3.0 where a field's name is beyond Latin-1.
 * (Version 2.0 is for headers so long that NumPy would not load them.)
 *
 * @throws ShapeError when the shape is not of whole numbers
 * @throws LimitError for over 32 axes, 2⁵³ − 1 bytes, fields nested too deep, or 10,000 characters of header, which
 * NumPy itself would not load
 * @throws DTypeError when a field's name has half of a surrogate pair in it
 */
export function formatHeader({ dtype, shape, fortranOrder = false }: NpyDescription): Uint8Array {
  for (const axis of shape) {
    if (!Number.isSafeInteger(axis) || axis < 0) {
      throw new ShapeError(`the shape ${formatShape(shape)} is not of whole numbers from 0 to 2^53 - 1`);
    }
  }
  const problem = sizeProblem(shape, dtype.itemsize);
  if (problem !== undefined) throw new LimitError(problem);
  requireReadable(dtype.descr);

  const order = fortranOrder ? "True" : "False";
  const dictionary = `{'descr': ${formatDescr(dtype.descr)}, 'fortran_order': ${order}, 'shape': ${formatShape(shape)}, }`;
  const growing = shape.at(fortranOrder ? -1 : 0);
  return wrap(dictionary + " ".repeat(growing === undefined ? 0 : GROWTH_DIGITS - String(growing).length));
}

/** Puts magic, version and length before the text, and padding behind it. */
function wrap(text: string): Uint8Array {
  const utf8 = /[^\0-\xff]/.test(text);
  const encoded = Buffer.from(text, utf8 ? "utf8" : "latin1");
  const textOffset = utf8 ? 12 : 10;
  // As NumPy does, one whole unit of padding where the text ends on a multiple already.
  const padding = DATA_ALIGNMENT - ((textOffset + encoded.length + 1) % DATA_ALIGNMENT);
  const length = encoded.length + padding + 1;
  const characters = length - encoded.length + Array.from(text).length;
  if (characters > MAX_CHARACTERS) {
    throw new LimitError(`a header of ${characters} characters is over NumPy's limit of ${MAX_CHARACTERS}`);
  }
  const header = new Uint8Array(textOffset + length).fill(0x20);
  header.set([...MAGIC, utf8 ? 3 : 1, 0]);
  const view = new DataView(header.buffer);
  if (utf8) view.setUint32(8, length, true);
  else view.setUint16(8, length, true);
  header.set(encoded, textOffset);
  header[header.length - 1] = 0x0a;
  return header;
}

/** What this package could not read again is not written. */
function requireReadable(descr: Descr, depth = 0): void {
  if (typeof descr === "string") return;
  for (const [name, dtype, shape] of descr) {
    // A list of fields, the tuple of one, perhaps that of its shape.
    if (depth + (shape === undefined ? 2 : 3) > MAX_NESTING) {
      throw new LimitError(
        `fields are nested too deep for a header: at most ${MAX_NESTING} lists and tuples`,
      );
    }
    if (/\p{Cs}/u.test(name))
      throw new DTypeError(`the field name "${excerpt(name)}" has half of a surrogate pair`);
    requireReadable(dtype, depth + 2);
  }
}

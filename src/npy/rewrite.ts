import { LimitError, ShapeError } from "../errors.js";
import { type ParsedHeader, parseHeaderText } from "./header.js";
import { PyInt } from "./literal.js";
import { sizeProblem } from "./size.js";

/**
 * The same header with another number of rows: as many bytes, the same version, everything else as it stands. For a
 * header of NumPy's, these are the bytes that NumPy writes for that number.
 *
 * @param header the header of an existing file, magic to final newline; bytes after it are not looked at
 * @param rows the new length of the first axis
 * @param path the file's path, for messages
 * @returns the new header, or undefined when the digits do not fit: its writer left no room for growth, and the file
 * must be written anew
 * @throws FormatError when the header is malformed
 * @throws ShapeError when `rows` is not a whole number, for an array without axes, and for Fortran order with more than
 * one axis, where another first axis would move every element
 * @throws LimitError when the array would be over 2⁵³ − 1 bytes
 */
export function rewriteRows(header: Uint8Array, rows: number, path: string): Uint8Array | undefined {
  if (!Number.isSafeInteger(rows) || rows < 0) {
    throw new ShapeError(`${path}: ${rows} is not a number of rows: they are whole, from 0 to 2^53 - 1`, {
      path,
    });
  }
  const { header: parsed, text, rows: old } = made.get(header) ?? parseHeaderText(header, { path });
  if (old === undefined)
    throw new ShapeError(`${path}: an array without axes has no rows to change`, { path });
  if (parsed.fortranOrder && parsed.shape.length > 1) {
    throw new ShapeError(`${path}: an array in Fortran order cannot change its rows`, { path });
  }
  const problem = sizeProblem([rows, ...parsed.shape.slice(1)], parsed.dtype.itemsize);
  if (problem !== undefined) throw new LimitError(`${path}: ${problem}`, { path });

  const ending = text.endsWith("\n") ? "\n" : "";
  const body = text.slice(0, text.length - ending.length).trimEnd();
  const changed = body.slice(0, old.start) + String(rows) + body.slice(old.end);
  const room = text.length - ending.length - changed.length;
  if (room < 0) return undefined;

  const bytes = Uint8Array.from(header.subarray(0, parsed.dataOffset));
  const padded = changed + " ".repeat(room) + ending;
  const encoded = Buffer.from(padded, parsed.version[0] === 3 ? "utf8" : "latin1");
  bytes.set(encoded, bytes.length - encoded.length);
  made.set(bytes, {
    header: Object.freeze({ ...parsed, shape: Object.freeze([rows, ...parsed.shape.slice(1)]) }),
    text: padded,
    rows: new PyInt(rows, old.start, old.start + String(rows).length),
  });
  return bytes;
}

/** What headers that were made here say: who appends row by row changes the same ones again and again. */
const made = new WeakMap<Uint8Array, ParsedHeader>();

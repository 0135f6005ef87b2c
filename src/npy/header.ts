import { type DType, dtypeFromDescr } from "../dtype/index.js";
import { FormatError, isMemmapError } from "../errors.js";
import { toDescr, toIntegers } from "./descr.js";
import { excerpt } from "./excerpt.js";
import { MAX_CHARACTERS, readPrefix } from "./extent.js";
import { nameOf, type PyInt, type PyLiteral, parseDictionary } from "./literal.js";
import { elementCount, formatShape, sizeProblem } from "./size.js";

/** What the header of an NPY file says. */
export interface NpyHeader {
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Whether the first axis is the fastest (columns one after another), as the header says it. */
  readonly fortranOrder: boolean;
  /** The format's version: 1.0, 2.0 or 3.0. */
  readonly version: readonly [major: number, minor: number];
  /** Bytes from the start of the file to its data. */
  readonly dataOffset: number;
}

/** A header, and the text that it was read from. */
export interface ParsedHeader {
  readonly header: NpyHeader;
  /** The header's text with its padding and final newline. */
  readonly text: string;
  /** The number of the first axis as it stands in the text; none for an array without axes. */
  readonly rows: PyInt | undefined;
}

const KEYS = ["descr", "fortran_order", "shape"] as const;

/**
 * Parses the header of an NPY file.
 *
 * Stricter than NumPy where files are ambiguous or dangerous: every refusal is a FormatError that names the file. A
 * dtype that is not supported is one too, with the DTypeError as its cause.
 *
 * @param bytes the beginning of the file, at least to the end of its header; may be a part of a larger buffer
 * @param options.path the file's path, for messages
 * @param options.fileSize bytes of the file; where given, its data must be all there (more may follow them)
 * @throws FormatError
 */
export function parseHeader(bytes: Uint8Array, options: { path: string; fileSize?: number }): NpyHeader {
  return parseHeaderText(bytes, options).header;
}

/** {@link parseHeader}, with what is needed to change the header in place. */
export function parseHeaderText(
  bytes: Uint8Array,
  options: { path: string; fileSize?: number },
): ParsedHeader {
  const { path, fileSize } = options;
  const { version, textOffset, dataOffset } = readPrefix(bytes, path, fileSize ?? bytes.length);
  if (bytes.length < dataOffset) {
    throw malformed(path, `only ${bytes.length} of the header's ${dataOffset} bytes could be read`);
  }
  const text = decode(bytes.subarray(textOffset, dataOffset), version[0] === 3, path);
  const entries = parseDictionary(text.endsWith("\n") ? text.slice(0, -1) : text, path);
  for (const key of entries.keys()) {
    if (!KEYS.some((known) => known === key)) {
      throw malformed(
        path,
        `the key "${excerpt(key)}" does not belong in a header; keys are ${KEYS.join(", ")}`,
      );
    }
  }
  const dtype = toDType(entry(entries, "descr", path), path);
  const fortranOrder = toBoolean(entry(entries, "fortran_order", path), path);
  const axes = toIntegers(entry(entries, "shape", path), '"shape"', path);
  const shape = Object.freeze(axes.map(({ value }) => value));
  const problem = sizeProblem(shape, dtype.itemsize);
  if (problem !== undefined) throw malformed(path, problem);
  const header = Object.freeze({ dtype, shape, fortranOrder, version, dataOffset });
  if (fileSize !== undefined) requireData(header, fileSize, path);
  return { header, text, rows: axes[0] };
}

/** Bytes of the data that the header promises: elements times itemsize. */
export function dataBytes({ shape, dtype }: Pick<NpyHeader, "shape" | "dtype">): number {
  return elementCount(shape) * dtype.itemsize;
}

/**
 * Whether a typed array can lie over the data as they stand in the file. Where not, elements must be copied out:
 * writers other than NumPy do not pad their headers.
 */
export function isAligned({ dataOffset, dtype }: Pick<NpyHeader, "dataOffset" | "dtype">): boolean {
  return dataOffset % dtype.alignment === 0;
}

function requireData(header: NpyHeader, fileSize: number, path: string): void {
  const promised = dataBytes(header);
  const held = fileSize - header.dataOffset;
  if (promised <= held) return;
  const what = `${formatShape(header.shape)} elements of ${header.dtype.itemsize} bytes`;
  throw malformed(
    path,
    `the header promises ${promised} bytes of data (${what}), but the file holds ${held}`,
  );
}

function decode(bytes: Uint8Array, utf8: boolean, path: string): string {
  const text = utf8 ? decodeUtf8(bytes, path) : toBuffer(bytes).toString("latin1");
  const unwanted = /[\0-\x1f\x7f-\x9f]/.exec(text.endsWith("\n") ? text.slice(0, -1) : text);
  if (unwanted !== null) {
    throw malformed(path, `the header has a control character in it: ${excerpt(text.slice(unwanted.index))}`);
  }
  return text;
}

function decodeUtf8(bytes: Uint8Array, path: string): string {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new FormatError(`${path}: the header is not valid UTF-8, which version 3.0 asks for`, {
      path,
      cause,
    });
  }
  let characters = 0;
  for (const _ of text) characters += 1;
  if (characters <= MAX_CHARACTERS) return text;
  throw malformed(path, `the header's ${characters} characters are over the limit of ${MAX_CHARACTERS}`);
}

/** The same bytes as a Buffer: its latin1 is ISO 8859-1, TextDecoder's is Windows-1252. */
function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function entry(entries: ReadonlyMap<string, PyLiteral>, key: (typeof KEYS)[number], path: string): PyLiteral {
  const value = entries.get(key);
  if (value === undefined) throw malformed(path, `the header has no key "${key}"`);
  return value;
}

function toDType(literal: PyLiteral, path: string): DType {
  const descr = toDescr(literal, path);
  try {
    return dtypeFromDescr(descr);
  } catch (cause) {
    if (!isMemmapError(cause)) throw cause;
    throw new FormatError(`${path}: ${cause.message}`, { path, cause });
  }
}

function toBoolean(literal: PyLiteral, path: string): boolean {
  if (typeof literal === "boolean") return literal;
  throw malformed(path, `"fortran_order" is ${nameOf(literal)}, not True or False`);
}

function malformed(path: string, problem: string): FormatError {
  return new FormatError(`${path}: ${problem}`, { path });
}

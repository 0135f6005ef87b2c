import { type DType, type Field, sizeOf } from "../../dtype/index.js";
import { ByteWriter } from "./encode-bytes.js";
import { MAX_RANK } from "./messages.js";

/** The classes of types, as messages number them. */
const FIXED = 0;
const FLOAT = 1;
const STRING = 3;
const OPAQUE = 5;
const COMPOUND = 6;
const ENUM = 8;
const VARIABLE = 9;
const ARRAY = 10;

/** The character sets of text. */
const ASCII = 0;
const UTF8 = 1;

/** Text that ends in NULs up to its width. */
const NULL_PADDED = 1;

/** Members that a compound's count has room for. */
const MAX_MEMBERS = 65_535;

/** The tag of an opaque type is shorter. */
const MAX_TAG = 256;

/** Where the bits of IEEE 754 are: precision, exponent's place and width, mantissa's width, bias. */
export const FLOATS: ReadonlyMap<number, readonly [number, number, number, number, number]> = new Map([
  [2, [16, 10, 5, 10, 15]],
  [4, [32, 23, 8, 23, 127]],
  [8, [64, 52, 11, 52, 1023]],
]);

/** Begins a type: class and version, 24 bits that say more, and bytes of an element. */
function begin(kind: number, bits: number, size: number): ByteWriter {
  return new ByteWriter().u8(0x30 | kind, bits & 0xff, (bits >> 8) & 0xff, bits >> 16).u32(size);
}

function integer(size: number, isSigned: boolean, isBig: boolean): Uint8Array {
  return begin(FIXED, (isBig ? 1 : 0) | (isSigned ? 8 : 0), size)
    .u16(0)
    .u16(8 * size)
    .done();
}

function float(size: number, isBig: boolean): Uint8Array {
  const [precision, exponentAt, exponent, mantissa, bias] = FLOATS.get(size) ?? [0, 0, 0, 0, 0];
  // The mantissa's leading bit is implied; the sign is the highest bit.
  return begin(FLOAT, (isBig ? 1 : 0) | 0x20 | ((precision - 1) << 8), size)
    .u16(0)
    .u16(precision)
    .u8(exponentAt, exponent, 0, mantissa)
    .u32(bias)
    .done();
}

/** Text of a fixed number of bytes. */
function text(size: number, charset: number): Uint8Array {
  return begin(STRING, NULL_PADDED | (charset << 4), size).done();
}

/** Bytes that HDF5 does not look into. */
function opaque(size: number, tag: string): Uint8Array {
  const padded = new ByteWriter();
  if (tag !== "") padded.text(tag).align(8);
  return begin(OPAQUE, padded.length, size).bytes(padded.done()).done();
}

/** h5py's bool. */
function boolean(): Uint8Array {
  return begin(ENUM, 2, 1)
    .bytes(integer(1, true, false))
    .text("FALSE")
    .text("TRUE")
    .u8(0, 1)
    .done();
}

interface Member {
  readonly name: string;
  readonly offset: number;
  readonly type: Uint8Array;
}

function compound(size: number, members: readonly Member[]): Uint8Array {
  const writer = begin(COMPOUND, members.length, size);
  const width = size < 2 ** 8 ? 1 : size < 2 ** 16 ? 2 : size < 2 ** 24 ? 3 : 4;
  for (const { name, offset, type } of members) {
    writer.text(name);
    for (let byte = 0; byte < width; byte++) writer.u8((offset >>> (8 * byte)) & 0xff);
    writer.bytes(type);
  }
  return writer.done();
}

function array(type: Uint8Array, size: number, shape: readonly number[]): Uint8Array {
  const writer = begin(ARRAY, 0, size * sizeOf(shape)).u8(shape.length);
  for (const axis of shape) writer.u32(axis);
  return writer.bytes(type).done();
}

/** Text of any length in UTF-8, kept in global heaps; an element has {@link VARIABLE_BYTES}. */
export function variableText(): Uint8Array {
  return begin(VARIABLE, 1 | (UTF8 << 8), VARIABLE_BYTES)
    .bytes(integer(1, false, false))
    .done();
}

/** Length, and the address of a heap and the index in it. */
export const VARIABLE_BYTES = 16;

/** Whether HDF5 can hold a text as a name, or up to its end: no NUL in it, and no halves of surrogate pairs. */
export function isNameable(text: string): boolean {
  return !/[\0\p{Surrogate}]/u.test(text);
}

/** The opaque type for elements that HDF5 has no type for. */
export function encodeOpaque(itemsize: number): Uint8Array {
  return opaque(itemsize, "");
}

/**
 * The type of HDF5 for a dtype, as h5py makes it: `b1` an enumeration, complex numbers a compound of `r` and `i`, dates opaque
 * with NumPy's type string as the tag, `U` text in UTF-8 of as many bytes, structured dtypes compounds with the same offsets.
 *
 * @returns undefined where HDF5 has none: for fields without bytes, of too many axes, or too many of them
 */
export function encodeDatatype(dtype: DType): Uint8Array | undefined {
  const { kind, itemsize, fields } = dtype;
  const isBig = dtype.byteorder === ">";
  if (fields !== undefined) return encodeFields(itemsize, fields);
  switch (kind) {
    case "b":
      return boolean();
    case "i":
    case "u":
      return integer(itemsize, kind === "i", isBig);
    case "f":
      return float(itemsize, isBig);
    case "c": {
      const half = itemsize / 2;
      const type = float(half, isBig);
      return compound(itemsize, [
        { name: "r", offset: 0, type },
        { name: "i", offset: half, type },
      ]);
    }
    case "S":
      return text(itemsize, ASCII);
    case "U":
      return text(itemsize, UTF8);
    case "M":
    case "m": {
      const tag = `NUMPY:${dtype.str}`;
      return tag.length < MAX_TAG ? opaque(itemsize, tag) : undefined;
    }
    case "V":
      return opaque(itemsize, "");
    default:
      return kind satisfies never;
  }
}

function encodeFields(itemsize: number, fields: readonly Field[]): Uint8Array | undefined {
  const members: Member[] = [];
  for (const { name, dtype, shape, offset } of fields) {
    const type = encodeDatatype(dtype);
    const isHeld = shape.length <= MAX_RANK && sizeOf(shape) > 0 && isNameable(name);
    if (type === undefined || !isHeld) return undefined;
    members.push({ name, offset, type: shape.length === 0 ? type : array(type, dtype.itemsize, shape) });
  }
  return members.length > MAX_MEMBERS ? undefined : compound(itemsize, members);
}

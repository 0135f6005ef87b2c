import type { Data, DataType } from "apache-arrow";
import { denseLayout, STRIDED, type Strided, wrap, zeros } from "../../array/index.js";
import { type DType, parseDType } from "../../dtype/index.js";
import { DTypeError, FormatError } from "../../errors.js";
import { type ImportType, isTextKind } from "../options.js";
import { unpackBits } from "./bits.js";
import { decimals } from "./decimals.js";
import { arrow } from "./library.js";
import { either, nullsOf } from "./nulls.js";
import { readText } from "./text-values.js";
import { unitName } from "./time-units.js";
import { rowName, type Where } from "./where.js";

/** Elements of Arrow's one behind the other: an array, or a list of plain values. */
export interface Elements {
  readonly values: Strided | readonly unknown[];
  /** 1 where there is null. */
  readonly nulls: Uint8Array | undefined;
}

/** How elements of one type of Arrow's are read. */
export interface ElementReader {
  /** The dtype that they have by themselves; undefined where only the caller can say. */
  readonly own: DType | "text" | undefined;
  /** @throws FormatError where there are fewer than data says, CastError for text that is no UTF-8 */
  read(data: Data, where: Where, target: ImportType): Elements;
}

/**
 * The reader of a type without children.
 *
 * @throws DTypeError naming the column, its type and what would be right
 */
export function elementReader(type: DataType, label: string): ElementReader {
  const { DataType: is } = arrow;
  if (is.isInt(type)) return fixed(`${type.isSigned ? "i" : "u"}${type.bitWidth / 8}`);
  if (is.isFloat(type)) return fixed(`f${2 << type.precision}`);
  if (is.isFixedSizeBinary(type)) return fixed(`V${type.byteWidth}`);
  if (is.isTimestamp(type)) return fixed(`M8[${unitName(type.unit)}]`);
  if (is.isDuration(type)) return fixed(`m8[${unitName(type.unit)}]`);
  if (is.isTime(type)) return counts(`m8[${unitName(type.unit)}]`, type.bitWidth);
  if (is.isDate(type)) {
    return type.unit === arrow.DateUnit.DAY ? counts("M8[D]", 32) : counts("M8[ms]", 64);
  }
  if (is.isBool(type)) return booleans;
  if (is.isUtf8(type) || is.isLargeUtf8(type) || is.isUtf8View(type)) return texts;
  if (is.isDictionary(type)) return dictionary(elementReader(type.dictionary, label));
  if (is.isDecimal(type)) return decimalReader(type.scale);
  if (is.isNull(type)) return nothing;
  throw new DTypeError(`${label} is ${type} in Arrow, which no column can be${rightFor(type)}`);
}

function rightFor(type: DataType): string {
  const { DataType: is } = arrow;
  if (is.isList(type) || is.isLargeList(type)) return "; lists of one length (FixedSizeList) would be right";
  if (is.isBinary(type) || is.isLargeBinary(type) || is.isBinaryView(type)) {
    return "; bytes of one length (FixedSizeBinary), or text, would be right";
  }
  if (is.isMap(type)) return "; a struct would be right";
  if (is.isInterval(type)) return "; a duration would be right";
  if (is.isUnion(type)) return "; one column for each of its types would be right";
  return "";
}

const ONE = parseDType("b1");

function flat(dtype: DType, bytes: Uint8Array): Strided {
  return { dtype, layout: denseLayout([bytes.length / dtype.itemsize], dtype.itemsize), bytes };
}

/** The bytes of so many elements. @throws FormatError where there are fewer, TypeError where they are detached */
export function elementBytes(data: Data, bytesEach: number, { label }: Where): Uint8Array {
  const values: ArrayBufferView | undefined = data.values;
  const length = data.length * bytesEach;
  if (length === 0) return new Uint8Array(0);
  const bytes =
    values === undefined
      ? new Uint8Array(0)
      : new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  if (bytes.length < length) {
    throw new FormatError(
      `${label} has ${bytes.length} bytes of values, where its ${data.length} elements take ${length}`,
    );
  }
  return bytes.subarray(0, length);
}

/** Elements that Arrow keeps as NumPy does. */
function fixed(code: string): ElementReader {
  const own = parseDType(code);
  return {
    own,
    read: (data, where) => ({
      values: flat(own, elementBytes(data, own.itemsize, where)),
      nulls: nullsOf(data, where),
    }),
  };
}

/** Dates and times of day, some in 32 bits. */
function counts(code: string, bits: number): ElementReader {
  if (bits === 64) return fixed(code);
  const own = parseDType(code);
  return {
    own,
    read: (data, where) => {
      const { buffer, byteOffset } = elementBytes(data, 4, where);
      const wide = BigInt64Array.from(new Int32Array(buffer, byteOffset, data.length), BigInt);
      return { values: flat(own, new Uint8Array(wide.buffer)), nulls: nullsOf(data, where) };
    },
  };
}

const booleans: ElementReader = {
  own: ONE,
  read: (data, where) => {
    const bytes = data.length === 0 ? new Uint8Array(0) : unpackBits(data.values, data.offset, data.length);
    if (bytes === undefined)
      throw new FormatError(`${where.label} has fewer bits than its ${data.length} elements`);
    return { values: flat(ONE, bytes), nulls: nullsOf(data, where) };
  },
};

const texts: ElementReader = {
  own: "text",
  read: (data, where) => {
    const nulls = nullsOf(data, where);
    return { values: readText(data, nulls, where), nulls };
  },
};

/** Elements by their numbers in a dictionary. */
export interface Coded {
  /** The same object for all data of one dictionary. */
  readonly words: Elements;
  /** Positions among the words; those of nulls are -1. */
  readonly indices: Int32Array;
  /** 1 where there is null. */
  readonly nulls: Uint8Array | undefined;
}

/** The reader of elements by their numbers in dictionaries, each of which is read once. */
export function codedReader(reader: ElementReader): (data: Data, where: Where, target: ImportType) => Coded {
  const read = new WeakMap<object, Elements>();
  return (data, where, target) => {
    const { dictionary } = data;
    if (dictionary === undefined) throw new FormatError(`${where.label} has no dictionary`);
    let words = read.get(dictionary);
    if (words === undefined) {
      words = joined(dictionary.data.map((part) => reader.read(part, dictionaryOf(where), target)));
      read.set(dictionary, words);
    }
    const nulls = nullsOf(data, where);
    return { words, indices: indicesOf(data, nulls, sizeOf(words), where), nulls };
  };
}

function dictionary(reader: ElementReader): ElementReader {
  const read = codedReader(reader);
  return { own: reader.own, read: (data, where, target) => picked(read(data, where, target)) };
}

function dictionaryOf({ label }: Where): Where {
  return { label: `the dictionary of ${label}`, firstRow: 0, perRow: 1 };
}

function sizeOf({ values }: Elements): number {
  return isList(values) ? values.length : (values.layout.shape[0] ?? 0);
}

export function isList(values: Elements["values"]): values is readonly unknown[] {
  return Array.isArray(values);
}

/** Positions in a dictionary; those of nulls are -1. @throws FormatError for positions that it does not have */
function indicesOf(data: Data, nulls: Uint8Array | undefined, size: number, where: Where): Int32Array {
  elementBytes(data, data.values?.BYTES_PER_ELEMENT ?? 1, where);
  const indices = new Int32Array(data.length).fill(-1);
  for (let i = 0; i < indices.length; i++) {
    if (nulls?.[i] === 1) continue;
    const index = Number(data.values[i]);
    if (!(index >= 0 && index < size)) {
      throw new FormatError(`${rowName(where, i)} has position ${index} in a dictionary of ${size}`);
    }
    indices[i] = index;
  }
  return indices;
}

function picked({ words, indices, nulls }: Coded): Elements {
  const { values, nulls: wordNulls } = words;
  const absent = wordNulls === undefined ? undefined : Uint8Array.from(indices, (at) => wordNulls[at] ?? 0);
  if (isList(values)) {
    return {
      values: Array.from(indices, (at) => (at === -1 ? "" : values[at])),
      nulls: either(nulls, absent),
    };
  }
  // All are null where the dictionary is empty.
  if (sizeOf(words) === 0) return { values: zeros(values.dtype, [indices.length]), nulls };
  const rows = indices.map((at) => Math.max(at, 0));
  return { values: wrap(values, false).take(rows)[STRIDED](), nulls: either(nulls, absent) };
}

/** Parts of a dictionary as one. */
function joined(parts: readonly Elements[]): Elements {
  const [first] = parts;
  if (first !== undefined && parts.length === 1) return first;
  const nulls = Uint8Array.from(
    parts.flatMap((part) => Array.from(part.nulls ?? new Uint8Array(sizeOf(part)))),
  );
  if (first === undefined || isList(first.values)) {
    return { values: parts.flatMap(({ values }) => (isList(values) ? values : [])), nulls };
  }
  const arrays = parts.flatMap(({ values }) => (isList(values) ? [] : [values.bytes]));
  return { values: flat(first.values.dtype, new Uint8Array(Buffer.concat(arrays))), nulls };
}

function decimalReader(scale: number): ElementReader {
  return {
    own: undefined,
    read: (data, where, target) => ({
      values: decimals(data, scale, elementBytes(data, data.stride * 4, where), target, where),
      nulls: nullsOf(data, where),
    }),
  };
}

/** A column that is null throughout. */
const nothing: ElementReader = {
  own: undefined,
  read: ({ length }, _where, target) => ({
    values: isTextKind(target) ? new Array<string>(length).fill("") : zeros(target, [length]),
    nulls: new Uint8Array(length).fill(1),
  }),
};

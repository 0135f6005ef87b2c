import { copyElements, denseLayout, STRIDED, type Strided, wrap, zeros } from "../../../array/index.js";
import { type DType, parseDType, sizeOf } from "../../../dtype/index.js";
import { DTypeError } from "../../../errors.js";
import { bindings, duckdb, type Vector } from "../duckdb.js";
import { requireDistinct } from "../quote.js";
import { dateWriter, durationWriter } from "./dates.js";
import { type Nulls, repeatNulls, writeNulls } from "./nulls.js";
import { booleanWriter, floatWriter, plainWriter } from "./numbers.js";
import { blobWriter, unicodeWriter, utf8Writer } from "./text.js";
import { countOf, type Place, type Writer, type WriterOptions } from "./writer.js";

/** The longest array that DuckDB has a type for. */
const MAX_ARRAY = 100_000;

/**
 * How the elements of a column get into DuckDB: the type that holds them exactly, and the writing of a block.
 *
 * @param itemShape cells become arrays, those of more axes arrays of arrays
 * @param label what messages call the column
 * @throws DTypeError, naming the column, for what no type of DuckDB's holds
 */
export function columnWriter(
  dtype: DType,
  itemShape: readonly number[],
  label: string,
  options: WriterOptions,
): Writer {
  const [length] = itemShape;
  if (length === undefined) return elementWriter(dtype, label, options);
  if (length < 1 || length > MAX_ARRAY) {
    throw new DTypeError(
      `${label} has cells of shape (${itemShape.join(", ")}); arrays in SQL have 1 to ${MAX_ARRAY} elements along an axis`,
    );
  }
  return arrayWriter(columnWriter(dtype, itemShape.slice(1), label, options), length);
}

function elementWriter(dtype: DType, label: string, options: WriterOptions): Writer {
  switch (dtype.kind) {
    case "b":
      return booleanWriter(duckdb.BOOLEAN);
    case "i":
    case "u":
      return plainWriter(integerType(dtype));
    case "f":
      return floatWriter(dtype.itemsize === 8 ? duckdb.DOUBLE : duckdb.FLOAT, options);
    case "c":
      return structWriter(complexParts(dtype), label, options);
    case "S":
      return utf8Writer();
    case "U":
      return unicodeWriter();
    case "M":
      return dateWriter(dtype, label);
    case "m":
      return durationWriter();
    case "V":
      return dtype.fields === undefined ? blobWriter() : structWriter(fieldParts(dtype), label, options);
    default:
      return dtype.kind satisfies never;
  }
}

function integerType({ kind, itemsize }: DType): Writer["type"] {
  const isSigned = kind === "i";
  if (itemsize === 1) return isSigned ? duckdb.TINYINT : duckdb.UTINYINT;
  if (itemsize === 2) return isSigned ? duckdb.SMALLINT : duckdb.USMALLINT;
  if (itemsize === 4) return isSigned ? duckdb.INTEGER : duckdb.UINTEGER;
  return isSigned ? duckdb.BIGINT : duckdb.UBIGINT;
}

/** An axis of cells: the next vector has as many elements for each of this one's. */
function arrayWriter(inner: Writer, length: number): Writer {
  return {
    type: duckdb.ARRAY(inner.type, length),
    write(vector, array, nulls, place) {
      writeNulls(bindings(), vector, nulls, countOf(array));
      inner.write(
        bindings().array_vector_get_child(vector),
        flattened(array),
        repeatNulls(nulls, length),
        (element) => place(Math.floor(element / length)),
      );
    },
  };
}

/** The array with its first two axes as one: a copy where they do not lie so. */
function flattened(array: Strided): Strided {
  const { shape, strides, offset } = array.layout;
  const [rows = 0, length = 0, ...rest] = shape;
  const [, stride = 0, ...inner] = strides;
  const joined = [rows * length, ...rest];
  const isRegular = rows <= 1 || strides[0] === stride * length;
  if (isRegular) return { ...array, layout: { shape: joined, strides: [stride, ...inner], offset } };
  const copy = zeros(array.dtype, shape);
  copyElements(array, copy);
  return { ...copy, layout: denseLayout(joined, array.dtype.itemsize) };
}

/** A part of each element. */
interface ElementPart {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** The part of all elements. */
  of(array: Strided): Strided;
}

function structWriter(parts: readonly ElementPart[], label: string, options: WriterOptions): Writer {
  requireDistinct(
    parts.map(({ name }) => name),
    `${label}: the fields`,
  );
  const writers = parts.map(({ name, dtype, shape }) =>
    columnWriter(dtype, shape, `${label}, field ${JSON.stringify(name)}`, options),
  );
  const type = new duckdb.DuckDBStructType(
    parts.map(({ name }) => name),
    writers.map((writer) => writer.type),
  );
  return {
    type,
    write(vector: Vector, array: Strided, nulls: Nulls, place: Place) {
      writeNulls(bindings(), vector, nulls, countOf(array));
      writers.forEach((writer, i) => {
        const part = parts[i];
        if (part === undefined) return;
        const within: Place = (element) => `${place(element)}, field ${JSON.stringify(part.name)}`;
        writer.write(bindings().struct_vector_get_child(vector, i), part.of(array), nulls, within);
      });
    },
  };
}

function fieldParts({ fields = [] }: DType): ElementPart[] {
  return fields.map(({ name, dtype, shape }) => ({
    name,
    dtype,
    shape,
    of: (array) => wrap(array, false).field(name)[STRIDED](),
  }));
}

function complexParts({ itemsize, byteorder }: DType): ElementPart[] {
  const half = itemsize / 2;
  const dtype = parseDType(`${byteorder}f${half}`);
  const part = (name: string, at: number): ElementPart => ({
    name,
    dtype,
    shape: [],
    of: ({ bytes, layout }) => ({ dtype, bytes, layout: { ...layout, offset: layout.offset + at } }),
  });
  return [part("re", 0), part("im", half)];
}

/** Bytes that a row of a column takes on its way. */
export function writtenBytes(dtype: DType, itemShape: readonly number[]): number {
  // A string's entry has 16 bytes beside those of its text.
  return Math.max(1, sizeOf(itemShape)) * (dtype.itemsize + ("SUV".includes(dtype.kind) ? 16 : 0));
}

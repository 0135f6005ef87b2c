import { type Cell, COPIES, flattenCell, nest, sizeOf } from "./cell.js";
import type { DType, Field } from "./dtype.js";
import type { Codec } from "./element.js";
import { ownEntry } from "./record.js";
import { scalarCodec } from "./scalar-codec.js";
import { showValue } from "./show.js";

const codecs = new WeakMap<DType, Codec>();

/** The codec of a dtype; made once for each. */
export function codecOf(dtype: DType): Codec {
  let codec = codecs.get(dtype);
  if (codec === undefined) {
    codec = dtype.fields === undefined ? scalarCodec(dtype) : recordCodec(dtype, dtype.fields);
    codecs.set(dtype, codec);
  }
  return codec;
}

function recordCodec(dtype: DType, fields: readonly Field[]): Codec {
  const known = fieldMap(fields);
  return {
    read: (view, at) => {
      const record: { [field: string]: unknown } = {};
      for (const field of fields)
        ownEntry(record, field.name, readCell(field.dtype, field.shape, view, at + field.offset));
      return record;
    },
    problem: (value) =>
      recordProblem(dtype, known, value, (field, cell) => cellProblem(field.dtype, field.shape, cell)),
    write: (view, at, value) => {
      if (typeof value !== "object" || value === null) return;
      for (const { name, dtype: inner, shape, offset } of fields) {
        writeCell(inner, shape, view, at + offset, Reflect.get(value, name));
      }
    },
  };
}

/** Fields by their names. */
export function fieldMap(fields: readonly Field[]): ReadonlyMap<string, Field> {
  return new Map(fields.map((field) => [field.name, field]));
}

/** Why a value is no record of exactly these fields, or one of its cells cannot be stored; undefined if all can. */
export function recordProblem(
  dtype: DType,
  fields: ReadonlyMap<string, Field>,
  value: unknown,
  problemOf: (field: Field, cell: unknown) => string | undefined,
): string | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value) || ArrayBuffer.isView(value)) {
    return `${showValue(value)} is no record of ${dtype}`;
  }
  const extra = Object.keys(value).find((name) => !fields.has(name));
  if (extra !== undefined) return `a record has no field ${showValue(extra)}`;
  for (const [name, field] of fields) {
    if (!Object.hasOwn(value, name)) return `the record lacks the field ${showValue(name)}`;
    const problem = problemOf(field, Reflect.get(value, name));
    if (problem !== undefined) return `field ${showValue(name)}: ${problem}`;
  }
  return undefined;
}

/**
 * Reads a cell of consecutive elements: one element for `[]`, else a copy — a typed array in C order for native
 * numbers (complex in pairs, `f2` as Float32Array), nested arrays for everything else.
 */
export function readCell(dtype: DType, shape: readonly number[], view: DataView, at: number): Cell {
  const codec = codecOf(dtype);
  if (shape.length === 0) return codec.read(view, at);
  const size = sizeOf(shape);
  if (dtype.native) {
    const make = COPIES.get(`${dtype.kind}${dtype.itemsize}`);
    if (make !== undefined) {
      const copy = new Uint8Array(size * dtype.itemsize);
      copy.set(new Uint8Array(view.buffer, view.byteOffset + at, copy.length));
      return make(copy.buffer);
    }
    if (dtype.kind === "f") {
      return Float32Array.from({ length: size }, (_, i) => Number(codec.read(view, at + i * dtype.itemsize)));
    }
  }
  return nest(shape, (i) => codec.read(view, at + i * dtype.itemsize));
}

/** Why a cell cannot be stored exactly, or undefined if it can. */
export function cellProblem(dtype: DType, shape: readonly number[], cell: unknown): string | undefined {
  const { problem } = codecOf(dtype);
  if (shape.length === 0) return problem(cell);
  const flat = flattenCell(dtype, shape, cell);
  if (typeof flat === "string") return flat;
  for (const element of flat) {
    const found = problem(element);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Stores a cell that has no problem. */
export function writeCell(
  dtype: DType,
  shape: readonly number[],
  view: DataView,
  at: number,
  cell: unknown,
): void {
  const { write } = codecOf(dtype);
  const flat = shape.length === 0 ? [cell] : flattenCell(dtype, shape, cell);
  if (typeof flat === "string") return;
  for (let i = 0; i < flat.length; i++) write(view, at + i * dtype.itemsize, flat[i]);
}

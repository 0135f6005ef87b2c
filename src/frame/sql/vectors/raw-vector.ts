import type { DuckDBDataChunk } from "@duckdb/node-api";
import { type Bindings, bindings, type Vector } from "../duckdb.js";

/** What reading takes of the functions beneath the package's classes. */
interface ReadingBindings extends Bindings {
  vector_get_validity(vector: Vector, bytes: number): Uint8Array | null;
  get_data_from_pointer(from: ArrayBufferLike, offset: number, bytes: number): Uint8Array;
}

function reading(): ReadingBindings {
  return bindings() as ReadingBindings;
}

/** The values of one column of a chunk, as DuckDB keeps them. */
export class RawVector {
  /** How many values there are. */
  readonly count: number;
  readonly #vector: Vector;

  constructor(vector: Vector, count: number) {
    this.#vector = vector;
    this.count = count;
  }

  static of(chunk: DuckDBDataChunk, column: number): RawVector {
    return new RawVector(reading().data_chunk_get_vector(chunk.chunk, column), chunk.rowCount);
  }

  /** A copy of the values' bytes. */
  bytes(itemsize: number): Uint8Array {
    return reading().vector_get_data(this.#vector, this.count * itemsize);
  }

  /** 1 where there is null; undefined where there is none. */
  nulls(): Uint8Array | undefined {
    // DuckDB keeps bits in words of 64, of which those behind the last value mean nothing.
    const bits = reading().vector_get_validity(this.#vector, Math.ceil(this.count / 64) * 8);
    if (bits === null || allSet(bits, this.count)) return undefined;
    const nulls = new Uint8Array(this.count);
    for (let i = 0; i < this.count; i++) nulls[i] = (((bits[i >> 3] ?? 0) >> (i & 7)) & 1) ^ 1;
    return nulls;
  }

  /** The values of one field of structs. */
  field(index: number): RawVector {
    return new RawVector(reading().struct_vector_get_child(this.#vector, index), this.count);
  }

  /** The values within arrays of `length` each. */
  items(length: number): RawVector {
    return new RawVector(reading().array_vector_get_child(this.#vector), this.count * length);
  }
}

function allSet(bits: Uint8Array, count: number): boolean {
  const whole = count >> 3;
  for (let i = 0; i < whole; i++) if (bits[i] !== 0xff) return false;
  const rest = (1 << (count & 7)) - 1;
  return ((bits[whole] ?? 0) & rest) === rest;
}

/** Bytes at an address that stands in a vector's own. */
export function bytesAt(vector: Uint8Array, offset: number, count: number): Uint8Array {
  return reading().get_data_from_pointer(vector.buffer, vector.byteOffset + offset, count);
}

/** How many values some vectors have together. */
export function countOf(vectors: readonly RawVector[]): number {
  return vectors.reduce((sum, { count }) => sum + count, 0);
}

/** Where successive vectors have nulls. */
export function nullsOf(vectors: readonly RawVector[]): Uint8Array | undefined {
  const parts = vectors.map((vector) => vector.nulls());
  if (parts.every((part) => part === undefined)) return undefined;
  const nulls = new Uint8Array(countOf(vectors));
  let at = 0;
  parts.forEach((part, i) => {
    if (part !== undefined) nulls.set(part, at);
    at += vectors[i]?.count ?? 0;
  });
  return nulls;
}

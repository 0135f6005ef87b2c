import type { Bindings, Vector } from "../duckdb.js";

/** One byte for each element: 1 where it is null. Undefined where none is. */
export type Nulls = Uint8Array | undefined;

/** Tells a vector which of its elements are null. */
export function writeNulls(bindings: Bindings, vector: Vector, nulls: Nulls, count: number): void {
  if (nulls?.includes(1) !== true) return;
  // DuckDB reads whole words of 64 bits.
  const bits = new Uint8Array(Math.ceil(count / 64) * 8).fill(255);
  for (let i = 0; i < count; i++) if (nulls[i] === 1) bits[i >>> 3] = (bits[i >>> 3] ?? 0) & ~(1 << (i & 7));
  bindings.vector_ensure_validity_writable(vector);
  bindings.copy_data_to_vector_validity(vector, 0, bits.buffer, 0, bits.length);
}

/** Nulls that more can be added to. */
export function ownNulls(nulls: Nulls, count: number): Uint8Array {
  return nulls === undefined ? new Uint8Array(count) : nulls.slice(0, count);
}

/** For each element of cells of `size` elements, whether its cell is null. */
export function repeatNulls(nulls: Nulls, size: number): Nulls {
  if (nulls === undefined) return undefined;
  const repeated = new Uint8Array(nulls.length * size);
  for (let i = 0; i < nulls.length; i++) if (nulls[i] === 1) repeated.fill(1, i * size, (i + 1) * size);
  return repeated;
}

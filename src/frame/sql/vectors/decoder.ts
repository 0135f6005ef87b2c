import { ArrayView, denseLayout, MemoryStorage } from "../../../array/index.js";
import { type DType, type DTypeLike, parseDType } from "../../../dtype/index.js";
import { CastError } from "../../../errors.js";
import type { ImportType } from "../../options.js";
import { countOf, type RawVector } from "./raw-vector.js";
import type { Scratch } from "./scratch.js";

/** Which cells some vectors hold, for messages. */
export interface Place {
  readonly column: string;
  /** The row of a value. */
  readonly row: (index: number) => number;
}

/** Makes arrays of one type of DuckDB's vectors. */
export interface Decoder {
  /** What the values become, if nothing else is asked for. */
  readonly type: ImportType;
  readonly itemShape?: readonly number[];
  /** What is to be known of the column beside its dtype. */
  readonly attr?: { readonly [name: string]: string };
  /**
   * @param nulls 1 where there is null; what the result holds there means nothing
   * @returns an array, or a list of plain values where an array could not hold them
   * @throws CastError naming the cell
   */
  decode(
    vectors: readonly RawVector[],
    nulls: Uint8Array | undefined,
    place: Place,
  ): ArrayView | readonly unknown[];
}

/** The error for a value that no dtype holds. */
export function cellError({ column, row }: Place, index: number, problem: string): CastError {
  return new CastError(`column ${JSON.stringify(column)}, row ${row(index)}: ${problem}`);
}

/** An array over bytes without gaps. It is good as long as they are. */
export function over(dtype: DType, shape: readonly number[], bytes: Uint8Array): ArrayView {
  return new ArrayView(new MemoryStorage(bytes), dtype, denseLayout(shape, dtype.itemsize));
}

/** A list of numbers as an array. */
export function arrayOf(
  code: DTypeLike,
  values: { readonly length: number } & (Float64Array | BigInt64Array),
): ArrayView {
  return over(parseDType(code), [values.length], new Uint8Array(values.buffer));
}

/**
 * The values of successive vectors, one behind the other, with zeros in the place of nulls.
 *
 * @param scratch where they go; memory of their own if left out
 */
export function bytesOf(
  vectors: readonly RawVector[],
  itemsize: number,
  nulls: Uint8Array | undefined,
  scratch?: Scratch,
): Uint8Array<ArrayBuffer> {
  const size = countOf(vectors) * itemsize;
  const bytes = scratch?.take(size) ?? new Uint8Array(size);
  let at = 0;
  for (const vector of vectors) {
    bytes.set(vector.bytes(itemsize), at);
    at += vector.count * itemsize;
  }
  if (nulls === undefined) return bytes;
  for (let i = nulls.indexOf(1); i !== -1; i = nulls.indexOf(1, i + 1))
    bytes.fill(0, i * itemsize, (i + 1) * itemsize);
  return bytes;
}

import type { DuckDBType } from "@duckdb/node-api";
import type { Strided } from "../../../array/index.js";
import { findUntruth, halfToFloat } from "../../../compute/index.js";
import { CastError } from "../../../errors.js";
import { bindings, type Vector } from "../duckdb.js";
import { Dense } from "./dense.js";
import { type Nulls, ownNulls, writeNulls } from "./nulls.js";
import { countOf, type Place, type Writer, type WriterOptions } from "./writer.js";

/** Bytes that are the same in DuckDB: one copy for a block. */
export function plainWriter(type: DuckDBType): Writer {
  const dense = new Dense();
  return {
    type,
    write(vector, array, nulls) {
      copyInto(vector, dense.bytes(array));
      writeNulls(bindings(), vector, nulls, countOf(array));
    },
  };
}

/** Booleans: DuckDB's are 0 and 1, NumPy's any byte. */
export function booleanWriter(type: DuckDBType): Writer {
  const dense = new Dense();
  return {
    type,
    write(vector, array, nulls) {
      const bytes = dense.bytes(array);
      const isClean = findUntruth(bytes) < 0;
      copyInto(vector, isClean ? bytes : bytes.map((byte) => (byte === 0 ? 0 : 1)));
      writeNulls(bindings(), vector, nulls, countOf(array));
    },
  };
}

/** Floats: halves as single precision. */
export function floatWriter(type: DuckDBType, { json = false }: WriterOptions): Writer {
  const dense = new Dense();
  return {
    type,
    write(vector, array, nulls, place) {
      const floats = floatsOf(dense, array);
      copyInto(vector, floats);
      const missing = json ? missingOf(floats, nulls, place) : nulls;
      writeNulls(bindings(), vector, missing, countOf(array));
    },
  };
}

function floatsOf(dense: Dense, array: Strided): Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer> {
  const { itemsize } = array.dtype;
  const { buffer, byteOffset, length } = dense.aligned(array, itemsize);
  const count = length / itemsize;
  if (itemsize === 8) return new Float64Array(buffer, byteOffset, count);
  if (itemsize === 4) return new Float32Array(buffer, byteOffset, count);
  const floats = new Float32Array(count);
  halfToFloat(new Uint16Array(buffer, byteOffset, count), floats);
  return floats;
}

/** @throws CastError for infinities */
function missingOf(floats: Float32Array | Float64Array, nulls: Nulls, place: Place): Nulls {
  let missing = nulls;
  for (let i = 0; i < floats.length; i++) {
    const value = floats[i] ?? 0;
    if (value - value === 0 || nulls?.[i] === 1) continue;
    if (!Number.isNaN(value)) throw new CastError(`${place(i)}: JSON has no ${value}`);
    if (missing === nulls) missing = ownNulls(nulls, floats.length);
    if (missing !== undefined) missing[i] = 1;
  }
  return missing;
}

/** Copies bytes to the start of a vector. */
export function copyInto(
  vector: Vector,
  { buffer, byteOffset, byteLength }: ArrayBufferView<ArrayBuffer>,
): void {
  if (byteLength > 0) bindings().copy_data_to_vector(vector, 0, buffer, byteOffset, byteLength);
}

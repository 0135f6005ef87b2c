import { isAscii, isUtf8 } from "node:buffer";
import { CastError } from "../../../errors.js";
import { isCharacter, writePoint } from "../../code-points.js";
import { bindings, duckdb, type Vector } from "../duckdb.js";
import { Dense } from "./dense.js";
import { type Nulls, writeNulls } from "./nulls.js";
import { copyInto } from "./numbers.js";
import { countOf, type Place, type Writer } from "./writer.js";

/** Bytes of DuckDB's strings that stand in their entries; of longer ones the entries have four and an address. */
const INLINE = 12;

/** Where the texts of a block are among its bytes. */
interface Texts {
  readonly heap: Uint8Array;
  readonly starts: Uint32Array;
  readonly lengths: Uint32Array;
}

/** UTF-8, trailing NULs dropped. */
export function utf8Writer(): Writer {
  const dense = new Dense();
  return {
    type: duckdb.VARCHAR,
    write(vector, array, nulls, place) {
      const heap = dense.bytes(array);
      const texts = fixedTexts(heap, array.dtype.itemsize, countOf(array), true);
      writeTexts(vector, isAscii(heap) ? texts : validTexts(texts, nulls, place), nulls);
    },
  };
}

/** Bytes, all of them. */
export function blobWriter(): Writer {
  const dense = new Dense();
  return {
    type: duckdb.BLOB,
    write(vector, array, nulls) {
      const heap = dense.bytes(array);
      writeTexts(vector, fixedTexts(heap, array.dtype.itemsize, countOf(array), false), nulls);
    },
  };
}

/** Code points, trailing NULs dropped. */
export function unicodeWriter(): Writer {
  const dense = new Dense();
  return {
    type: duckdb.VARCHAR,
    write(vector, array, nulls, place) {
      const { buffer, byteOffset, length } = dense.aligned(array, 4);
      const points = new Uint32Array(buffer, byteOffset, length / 4);
      writeTexts(vector, encoded(points, array.dtype.width, countOf(array), nulls, place), nulls);
    },
  };
}

function fixedTexts(heap: Uint8Array, width: number, count: number, trim: boolean): Texts {
  const starts = new Uint32Array(count);
  const lengths = new Uint32Array(count);
  for (let i = 0, start = 0; i < count; i++, start += width) {
    let end = start + width;
    while (trim && end > start && heap[end - 1] === 0) end -= 1;
    starts[i] = start;
    lengths[i] = end - start;
  }
  return { heap, starts, lengths };
}

/** @throws CastError for the first text that is no UTF-8 */
function validTexts(texts: Texts, nulls: Nulls, place: Place): Texts {
  const { starts, lengths } = texts;
  let { heap } = texts;
  for (let i = 0; i < starts.length; i++) {
    const start = starts[i] ?? 0;
    const end = start + (lengths[i] ?? 0);
    const text = heap.subarray(start, end);
    if (isUtf8(text)) continue;
    if (nulls?.[i] !== 1)
      throw new CastError(`${place(i)}: the bytes ${Buffer.from(text).toString("hex")} are no UTF-8`);
    // What stands below a null is no fault, but DuckDB looks at the whole.
    if (heap === texts.heap) heap = heap.slice();
    heap.fill(0, start, end);
  }
  return { heap, starts, lengths };
}

/** @throws CastError for code points that Unicode does not have, and unpaired surrogates */
function encoded(points: Uint32Array, width: number, count: number, nulls: Nulls, place: Place): Texts {
  const heap = new Uint8Array(points.length * 4);
  const starts = new Uint32Array(count);
  const lengths = new Uint32Array(count);
  let at = 0;
  for (let i = 0; i < count; i++) {
    const first = i * width;
    let end = first + width;
    while (end > first && points[end - 1] === 0) end -= 1;
    starts[i] = at;
    if (nulls?.[i] === 1) continue;
    for (let k = first; k < end; k++) {
      const point = points[k] ?? 0;
      if (point < 0x80) heap[at++] = point;
      else if (isCharacter(point)) at = writePoint(heap, at, point);
      else refuse(point, place(i));
    }
    lengths[i] = at - (starts[i] ?? 0);
  }
  return { heap: heap.subarray(0, at), starts, lengths };
}

function refuse(point: number, place: string): never {
  throw new CastError(`${place}: U+${point.toString(16).toUpperCase().padStart(4, "0")} is no character`);
}

/**
 * Gives a vector its strings. Those that are too long for their entries go to DuckDB as a single one, which the vector then
 * owns; their entries point into it.
 */
function writeTexts(vector: Vector, { heap, starts, lengths }: Texts, nulls: Nulls): void {
  const count = starts.length;
  const entries = new Uint32Array(count * 4);
  const bytes = new Uint8Array(entries.buffer);
  const isLong = lengths.some((length) => length > INLINE);
  const [low, high] = isLong ? addressOf(vector, heap) : [0, 0];
  for (let i = 0; i < count; i++) {
    if (nulls?.[i] === 1) continue;
    const start = starts[i] ?? 0;
    const length = lengths[i] ?? 0;
    entries[i * 4] = length;
    const shown = length > INLINE ? 4 : length;
    for (let k = 0; k < shown; k++) bytes[i * 16 + 4 + k] = heap[start + k] ?? 0;
    if (length <= INLINE) continue;
    const address = low + start;
    entries[i * 4 + 2] = address;
    entries[i * 4 + 3] = high + (address > 0xffffffff ? 1 : 0);
  }
  copyInto(vector, entries);
  writeNulls(bindings(), vector, nulls, count);
}

/** Copies bytes into a vector's keeping. @returns where they are, the low 32 bits and the high ones */
function addressOf(vector: Vector, heap: Uint8Array): [low: number, high: number] {
  const { vector_assign_string_element_len: assign, vector_get_data: dataOf } = bindings();
  assign(vector, 0, heap);
  const entry = new Uint32Array(dataOf(vector, 16).slice().buffer);
  return [entry[2] ?? 0, entry[3] ?? 0];
}

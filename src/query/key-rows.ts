import { isUnits, Reader, rangeRows, type Strided, showShape } from "../array/index.js";
import {
  isBig,
  isFloat,
  keysOf,
  type NumericArray,
  type RangedKeys,
  rangedKeys,
  unitKeys,
} from "../compute/index.js";
import type { DType } from "../dtype/index.js";
import { DTypeError } from "../errors.js";

/** An array with the name of its column. */
export interface NamedArray {
  readonly name: string;
  readonly array: Strided;
}

/**
 * Checks that rows can be told apart by a column.
 *
 * @param what what they are told apart for: `group rows`
 * @throws DTypeError for complex numbers, raw bytes, records, and several elements a row
 */
export function checkKey(name: string, dtype: DType, shape: readonly number[], what: string): void {
  const label = `column ${JSON.stringify(name)}`;
  if (dtype.kind === "V" || dtype.kind === "c") {
    throw new DTypeError(
      `${label} of ${dtype} cannot ${what}: integers, floats, bools, strings, dates and durations can`,
    );
  }
  if (shape.length === 1) return;
  throw new DTypeError(`${label} of shape ${showShape(shape)} cannot ${what}: that takes one element a row`);
}

/** The rows `start` to before `end` of an array. */
export function rowsIn(array: Strided, start: number, end: number): Strided {
  return { ...array, layout: rangeRows(array.layout, { start, length: end - start, step: 1 }) };
}

/** Bytes of keys that are read at a time, where one takes no more. */
const BLOCK_BYTES = 1 << 20;

/** How many keys are read at a time. @param most of narrow ones @param size bytes of each */
export function rowsAtATime(most: number, size: number): number {
  return Math.max(1, Math.min(most, Math.floor(BLOCK_BYTES / Math.max(1, size))));
}

/** Reads keys as rows of bytes, which are equal where the keys are: 0 and -0, all NaN, all NaT. */
export class KeyReader {
  /** Bytes of each. */
  readonly size: number;
  readonly #reader = new Reader();

  constructor({ kind, itemsize }: DType) {
    this.size = kind === "f" ? Math.max(4, itemsize) : itemsize;
  }

  /** Good until the next ones are read. */
  rows(keys: Strided): Uint8Array {
    const values = this.values(keys);
    return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  }

  /** The elements as the kernels take them, floats such that equal ones have equal bits. */
  values(keys: Strided): NumericArray {
    const values = this.#reader.read(keys);
    if (!isFloat(values)) return values;
    const like = values.slice();
    // Adding zero makes zeros positive, and changes nothing else.
    for (let i = 0; i < like.length; i++) like[i] = Number.isNaN(like[i]) ? Number.NaN : like[i] + 0;
    return like;
  }
}

/** Keys as what sorting takes: NaN and NaT last, strings by code point. */
export function sortableKeys(array: Strided): RangedKeys {
  const { dtype, layout } = array;
  const rows = layout.shape[0] ?? 0;
  const values = new Reader().read(array);
  if ("SU".includes(dtype.kind) && isUnits(values)) {
    const { width } = dtype;
    return rangedKeys(rows, (start, end) =>
      width === 0
        ? { length: end - start, words: 0, load: () => undefined }
        : unitKeys(values.subarray(start * width, end * width), width),
    );
  }
  const nat = dtype.step !== undefined;
  return rangedKeys(rows, (start, end) => keysOf(values.subarray(start, end), nat));
}

/** Where keys are missing: NaN and NaT; undefined where they cannot be. */
export function missingKeys({ array }: NamedArray): ((row: number) => boolean) | undefined {
  const { kind, step } = array.dtype;
  if (kind !== "f" && step === undefined) return undefined;
  const values = new Reader().read(array);
  if (!isBig(values)) return (row) => Number.isNaN(values[row]);
  return (row) => values[row] === -(2n ** 63n);
}

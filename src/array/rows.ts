import { findUntruth, isPositionList, maskCount, maskToIndices, resolvePositions } from "../compute/index.js";
import { showValue } from "../dtype/index.js";
import { DTypeError, IndexError, ShapeError } from "../errors.js";
import { blocks } from "./blocks.js";
import { denseCopy } from "./copy.js";
import { showShape } from "./layout.js";
import { isTypedArray } from "./operand.js";
import { positionOf } from "./slice.js";
import { asItIs, contiguousBytes, isViewable, STRIDED, type Viewable } from "./strided.js";

/** Row numbers, none negative, none outside. */
export type Rows = Int32Array | Float64Array;

/** What selects rows: positions (negative ones count from the end) or a mask with one boolean a row. */
export type RowSelection =
  | Viewable
  | ArrayLike<number>
  | ArrayLike<bigint>
  | ArrayLike<boolean>
  | Iterable<number>;

/**
 * Row numbers of a list of positions, for use at once: row numbers in an Int32Array are given back as they are.
 *
 * @throws IndexError for a position outside, DTypeError for anything but whole numbers
 */
export function rowsNow(indices: unknown, length: number, label: string): Rows {
  return indices instanceof Int32Array && areRows(indices, length) ? indices : rowsOf(indices, length, label);
}

/**
 * Row numbers of a list of positions, which may change afterwards.
 *
 * @throws IndexError for a position outside, DTypeError for anything but whole numbers
 */
export function rowsOf(indices: unknown, length: number, label: string): Rows {
  const { count, parts } = positionsOf(indices);
  const rows = length < 2 ** 31 ? new Int32Array(count) : new Float64Array(count);
  let at = 0;
  for (const part of parts) {
    if (rows instanceof Int32Array && isPositionList(part) && resolvePositions(part, length, rows, at)) {
      at += part.length;
      continue;
    }
    for (let i = 0; i < part.length; i++) {
      const given = part[i];
      const index = typeof given === "bigint" ? Number(given) : given;
      const row = positionOf(index, length);
      if (row < 0) throw notARow(given, at, length, label);
      rows[at++] = row;
    }
  }
  return rows;
}

/** Whether all positions are rows as they stand. */
function areRows(indices: Int32Array, length: number): boolean {
  const last = Math.min(length, 2 ** 31) - 1;
  let signs = last;
  // Negative are those before the first row, and the distances of those after the last.
  for (let i = 0; i < indices.length; i++) signs |= indices[i] | (last - indices[i]);
  return signs >= 0 || indices.length === 0;
}

function notARow(given: unknown, place: number, length: number, label: string): DTypeError | IndexError {
  if (typeof given === "bigint" || Number.isInteger(given)) {
    return new IndexError(
      `index ${given} (position ${place} of the indices) is outside ${label} of ${length} rows`,
    );
  }
  return new DTypeError(`position ${place} of the indices is ${showValue(given)}, which is no whole number`);
}

/** Positions as they were given, part by part; a part lasts until the next one is taken. */
function positionsOf(indices: unknown): { count: number; parts: Iterable<ArrayLike<unknown>> } {
  if (isViewable(indices)) {
    const array = indices[STRIDED]();
    const [count, ...more] = array.layout.shape;
    if (count === undefined || more.length > 0)
      throw new ShapeError(`indices have one axis, not shape ${showShape(array.layout.shape)}`);
    if (!"iu".includes(array.dtype.kind))
      throw new DTypeError(`indices are whole numbers, not ${array.dtype}`);
    return { count, parts: blocks(array) };
  }
  if (Array.isArray(indices) || isTypedArray(indices)) return { count: indices.length, parts: [indices] };
  if (typeof indices === "object" && indices !== null && Symbol.iterator in indices) {
    const list = Array.from(indices as Iterable<unknown>);
    return { count: list.length, parts: [list] };
  }
  throw new DTypeError(`indices are a list of whole numbers, not ${showValue(indices)}`);
}

/**
 * A mask as one byte a row, 0 for false.
 *
 * @throws ShapeError where it has another length than the rows, DTypeError where it holds no booleans
 */
export function maskOf(mask: unknown, length: number, label: string): Uint8Array {
  const bytes = maskBytes(mask);
  if (bytes.length !== length) {
    throw new ShapeError(`a mask of length ${bytes.length} does not fit ${label} of ${length} rows`);
  }
  return bytes;
}

function maskBytes(mask: unknown): Uint8Array {
  if (isViewable(mask)) {
    const array = mask[STRIDED]();
    if (array.dtype.kind !== "b") throw new DTypeError(`a mask holds booleans (b1), not ${array.dtype}`);
    if (array.layout.shape.length !== 1)
      throw new ShapeError(`a mask has one axis, not shape ${showShape(array.layout.shape)}`);
    return contiguousBytes(array) ?? denseCopy(array).bytes;
  }
  if (mask instanceof Uint8Array) {
    const at = findUntruth(mask);
    if (at >= 0) throw notABoolean(mask[at], at);
    return mask;
  }
  if (!Array.isArray(mask)) throw new DTypeError(`a mask is an array of booleans, not ${showValue(mask)}`);
  return Uint8Array.from(mask, (value: unknown, i) => {
    if (typeof value !== "boolean") throw notABoolean(value, i);
    return value ? 1 : 0;
  });
}

function notABoolean(value: unknown, place: number): DTypeError {
  return new DTypeError(`position ${place} of the mask is ${showValue(value)}, which is no boolean`);
}

/** The rows that a mask selects: by the mask, or by their numbers, which are made when first asked for. */
export class MaskedRows {
  /** One byte a row, 0 for false. */
  readonly mask: Uint8Array;
  /** How many rows are selected. */
  readonly count: number;
  #rows: Rows | undefined;

  constructor(mask: Uint8Array) {
    this.mask = mask;
    this.count = maskCount(mask);
  }

  /** Whether so few are selected that they are better picked one by one. */
  get isSparse(): boolean {
    return this.count * SPARSE < this.mask.length;
  }

  /** @throws StaleError where the mask was changed since they were counted */
  get rows(): Rows {
    this.#rows ??= maskToIndices(this.mask, this.count);
    return this.#rows;
  }
}

/** Of so many rows one. */
const SPARSE = 8;

/** What a mask selects. @throws as {@link maskOf} */
export function selectedBy(mask: unknown, length: number, label: string): MaskedRows {
  return new MaskedRows(maskOf(mask, length, label));
}

/** The rows where a mask is true. */
export function maskedRows(mask: unknown, length: number, label: string): Rows {
  return maskToIndices(maskOf(mask, length, label));
}

/** Whether a selection is a mask: booleans, and not numbers. */
export function isMask(selection: unknown): boolean {
  if (isViewable(selection)) return selection[STRIDED]().dtype.kind === "b";
  return Array.isArray(selection) && typeof selection[0] === "boolean";
}

/** The rows of a mask or of a list of positions. */
export function selectedRows(selection: unknown, length: number, label: string): Rows {
  const chosen = isViewable(selection) ? asItIs(selection) : selection;
  return isMask(chosen) ? maskToIndices(maskOf(chosen, length, label)) : rowsOf(chosen, length, label);
}

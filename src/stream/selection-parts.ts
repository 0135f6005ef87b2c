import {
  type ArrayView,
  denseLayout,
  isViewable,
  maskOf,
  readIndices,
  type SelectionPart,
  Slice,
  STRIDED,
  select,
  slice,
  wrap,
} from "../array/index.js";
import { parseDType, showValue, sizeOf } from "../dtype/index.js";
import { DTypeError, IndexError } from "../errors.js";

/** Bounds of a slice, as plain data. */
export interface SlicePart {
  readonly start: number | null;
  readonly stop: number | null;
  readonly step: number | null;
}

/** Positions on one axis, negative ones counted from the end, in a shape of their own. */
export interface IndexPart {
  readonly indices: Float64Array;
  readonly shape: readonly number[];
}

/** Truth values, for as many axes as their shape has. */
export interface MaskPart {
  readonly mask: Uint8Array;
  readonly shape: readonly number[];
}

/** A part of a selection of NumPy as plain data, which other threads are told as it is. */
export type Part = number | null | "..." | SlicePart | IndexPart | MaskPart;

export function isSlice(part: Part | undefined): part is SlicePart {
  return typeof part === "object" && part !== null && "start" in part;
}

export function isIndices(part: Part | undefined): part is IndexPart {
  return typeof part === "object" && part !== null && "indices" in part;
}

export function isMaskPart(part: Part | undefined): part is MaskPart {
  return typeof part === "object" && part !== null && "mask" in part;
}

/** All of an axis. */
export const WHOLE: SlicePart = { start: null, stop: null, step: null };

/** @throws DTypeError for what selects nothing */
export function plainPart(part: SelectionPart): Part {
  if (part === null || part === "...") return part;
  if (part instanceof Slice) return plainSlice(part);
  if (typeof part === "number") {
    if (Number.isInteger(part)) return part;
    throw new DTypeError(`an index is a whole number, not ${showValue(part)}`);
  }
  const { shape, flat, isMask } = readIndices(part);
  if (isMask) return { mask: maskOf(flat, sizeOf(shape), "the selection").slice(), shape };
  return { indices: wholeNumbers(flat), shape };
}

export function plainSlice({ start, stop, step }: Slice): SlicePart {
  return { start, stop, step };
}

/** Whole numbers, as they were given. @throws DTypeError for all else */
export function wholeNumbers(given: unknown): Float64Array {
  const list = isViewable(given)
    ? wrap(given[STRIDED](), false).toArray()
    : Array.isArray(given) || ArrayBuffer.isView(given)
      ? given
      : iterated(given);
  const numbers = new Float64Array((list as ArrayLike<unknown>).length);
  for (let i = 0; i < numbers.length; i++) {
    const value = (list as ArrayLike<unknown>)[i];
    const number = typeof value === "bigint" ? Number(value) : value;
    if (!Number.isInteger(number)) {
      throw new DTypeError(`position ${i} of the indices is ${showValue(value)}, which is no whole number`);
    }
    numbers[i] = number as number;
  }
  return numbers;
}

function iterated(given: unknown): unknown[] {
  if (typeof given === "object" && given !== null && Symbol.iterator in given) {
    return Array.from(given as Iterable<unknown>);
  }
  throw new DTypeError(`indices are a list of whole numbers, not ${showValue(given)}`);
}

/** The axes that a part stands for. */
function axesOf(part: Part): number {
  if (part === null || part === "...") return 0;
  return isMaskPart(part) ? part.shape.length : 1;
}

/**
 * The parts with one for each axis in the place of `"..."`, and behind the last.
 *
 * @throws IndexError for more parts than axes, and a second `"..."`
 */
export function spelledOut(parts: readonly Part[], ndim: number, label: string): Part[] {
  const named = parts.reduce<number>((sum, part) => sum + axesOf(part), 0);
  if (named > ndim) throw new IndexError(`${named} indices for ${label} of ${ndim} axes`);
  const places = parts.filter((part) => part === "...").length;
  if (places > 1) throw new IndexError('a selection has at most one "..."');
  const rest = Array.from({ length: ndim - named }, () => WHOLE);
  return places === 0 ? [...parts, ...rest] : parts.flatMap((part) => (part === "..." ? rest : [part]));
}

function chosenPart(part: Part): SelectionPart {
  if (part === null || part === "..." || typeof part === "number") return part;
  if (isSlice(part)) return slice(part.start, part.stop, part.step);
  const { shape } = part;
  if (isMaskPart(part)) return arrayOf("b1", part.mask, shape);
  const { indices } = part;
  const isShort = indices.every((index) => Math.abs(index) < 2 ** 31);
  if (isShort) return arrayOf("i4", bytesOf(Int32Array.from(indices)), shape);
  return arrayOf("i8", bytesOf(BigInt64Array.from(indices, BigInt)), shape);
}

function arrayOf(code: "b1" | "i4" | "i8", bytes: Uint8Array, shape: readonly number[]): ArrayView {
  const dtype = parseDType(code);
  return wrap({ dtype, layout: denseLayout(shape, dtype.itemsize), bytes }, false);
}

function bytesOf({ buffer }: Int32Array | BigInt64Array): Uint8Array {
  return new Uint8Array(buffer);
}

/** What a selection of plain parts gives of an array: see `select`. */
export function selectParts(array: ArrayView, parts: readonly Part[]): ArrayView {
  const chosen = parts.map(chosenPart);
  // Numbers alone would be a list of rows.
  return select(array, chosen.includes("...") ? chosen : [...chosen, "..."]);
}

/**
 * Whether each row of the result comes from the same row: behind a first part that keeps the rows, positions stand side by
 * side, if there are lists of them.
 */
export function keepsRows(rest: readonly Part[]): boolean {
  const isAdvanced = rest.some((part) => isIndices(part) || isMaskPart(part));
  if (!isAdvanced) return true;
  const chosen = rest.map((part) => typeof part === "number" || isIndices(part) || isMaskPart(part));
  return chosen.lastIndexOf(true) - chosen.indexOf(true) + 1 === chosen.filter(Boolean).length;
}

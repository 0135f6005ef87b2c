import { type Range, type Rows, resolveIndex, resolveSlice, slice } from "../array/index.js";
import { maskToIndices } from "../compute/index.js";
import { IndexError, ShapeError } from "../errors.js";
import type { RowSet } from "../hdf5/index.js";
import type { SlicePart } from "./selection-parts.js";

/** Rows in an order, repeated or not: a slice of them, or their numbers. */
export type RowPick = Range | Rows;

export function isRange(pick: RowPick): pick is Range {
  return "step" in pick;
}

/** All rows. */
export function allRows(length: number): Range {
  return { start: 0, length, step: 1 };
}

/** A slice of the rows. */
export function slicedPick(pick: RowPick, { start, stop, step }: SlicePart): RowPick {
  return rangeOf(pick, resolveSlice(slice(start, stop, step), pick.length));
}

/** The rows at these places among them, which have been found to be there. */
export function rangeOf(pick: RowPick, range: Range): RowPick {
  if (isRange(pick)) {
    const step = range.length < 2 ? 1 : pick.step * range.step;
    return { start: pick.start + range.start * pick.step, length: range.length, step };
  }
  if (range.step === 1) return pick.subarray(range.start, range.start + range.length);
  return pickedOf(
    pick,
    Float64Array.from({ length: range.length }, (_, i) => range.start + i * range.step),
  );
}

/** The rows at these places among them, which have been found to be there. */
export function pickedOf(pick: RowPick, places: Rows): Rows {
  const most = isRange(pick) ? Math.max(pick.start, pick.start + (pick.length - 1) * pick.step) : 0;
  const isShort = isRange(pick) ? most < 2 ** 31 : pick instanceof Int32Array;
  const rows = isShort ? new Int32Array(places.length) : new Float64Array(places.length);
  if (isRange(pick)) for (let i = 0; i < rows.length; i++) rows[i] = pick.start + places[i] * pick.step;
  else for (let i = 0; i < rows.length; i++) rows[i] = pick[places[i]];
  return rows;
}

/** The row at one place, negative ones counted from the end. @throws IndexError */
export function rowOf(pick: RowPick, index: number, label: string): RowPick {
  return rangeOf(pick, { start: resolveIndex(index, pick.length, label), length: 1, step: 1 });
}

/** The rows at these places, negative ones counted from the end. @throws IndexError naming the place */
export function takenOf(pick: RowPick, indices: Float64Array, label: string): Rows {
  const { length } = pick;
  const places = new Float64Array(indices.length);
  for (let i = 0; i < indices.length; i++) {
    const place = indices[i] < 0 ? indices[i] + length : indices[i];
    if (!(place >= 0 && place < length)) {
      throw new IndexError(
        `index ${indices[i]} (position ${i} of the indices) is outside ${label} of ${length} rows`,
      );
    }
    places[i] = place;
  }
  return pickedOf(pick, places);
}

/** The rows where a mask is true. @throws ShapeError where it has another length */
export function filteredOf(pick: RowPick, mask: Uint8Array, label: string): Rows {
  if (mask.length !== pick.length) {
    throw new ShapeError(`a mask of length ${mask.length} does not fit ${label} of ${pick.length} rows`);
  }
  return pickedOf(pick, maskToIndices(mask));
}

/** The rows as datasets are asked for them. */
export function rowSetOf(pick: RowPick): RowSet {
  // A part of an array would take along the whole to other threads.
  if (!isRange(pick)) return Float64Array.from(pick);
  const { start, length, step } = pick;
  if (step === 1) return length === 0 ? [] : [[start, start + length]];
  return Float64Array.from({ length }, (_, i) => start + i * step);
}

import { showValue } from "../../dtype/index.js";
import { FormatError, IndexError } from "../../errors.js";
import type { AxisSelection } from "./selection.js";
import { checkCount, SLICE_LIMITS, type SliceLimits } from "./slice-limits.js";
import { parseSliceText } from "./slice-text.js";

/**
 * A selection from the array form as it was decoded, or from the string form.
 *
 * In the array form each axis is `[start, count]` or `[start, count, step]`, or `{"index": [5, 2, 9]}` in one of them; of
 * the first axis `start` and `count` may be lists. In the string form it is `start:stop`, a position,
 * `start:stop:step` or `[5 2 9]`, axes are joined by `,` and slices by `;`. Whether all of it is in the dataset is for
 * `checkSelection`.
 *
 * @throws FormatError where it is neither, IndexError for negative numbers and those that no dataset has in the array
 * form, and for slices of the string form that differ behind their first axis
 */
export function parseSlice(raw: unknown, limits: Partial<SliceLimits> = {}): readonly AxisSelection[] {
  const all = { ...SLICE_LIMITS, ...limits };
  if (typeof raw === "string") return parseSliceText(raw, all);
  if (!Array.isArray(raw)) throw malformed(`${showValue(raw)} is neither a text nor a list of axes`);
  checkCount(raw.length, all.maxAxes, "axes");
  const selection = raw.map((part: unknown, axis) => parseAxis(part, axis, all));
  if (selection.filter(({ kind }) => kind === "indices").length > 1)
    throw malformed("more than one axis has an index");
  return selection;
}

function parseAxis(part: unknown, axis: number, limits: SliceLimits): AxisSelection {
  if (part instanceof Map) {
    const index: unknown = part.get("index");
    if (part.size !== 1 || !isList(index)) throw malformed(`axis ${axis} is a map, but not of an index`);
    return { kind: "indices", indices: numbers(index, limits) };
  }
  if (!Array.isArray(part) || part.length < 2 || part.length > 3) {
    throw malformed(`axis ${axis} is ${showValue(part)}, not [start, count] or [start, count, step]`);
  }
  const [start, count, step = 1]: unknown[] = part;
  if (!isList(start) && !isList(count)) {
    if (!isWhole(step) || step === 0) throw malformed(`axis ${axis} has the step ${showValue(step)}`);
    return { kind: "range", start: whole(start), count: whole(count), step: distance(step) };
  }
  if (axis > 0) throw malformed(`axis ${axis} has a list of slices, which only the first one may have`);
  if (part.length > 2) throw malformed("a list of slices has no step");
  return runs(start, count, limits);
}

/** One count for all is a number, or a list of one. */
function runs(start: unknown, count: unknown, limits: SliceLimits): AxisSelection {
  const starts = numbers(isList(start) ? start : [start], limits);
  const given = numbers(isList(count) ? count : [count], limits);
  if (starts.length === 0 || given.length === 0) throw malformed("a list of no slices");
  if (given.length !== 1 && given.length !== starts.length) {
    throw malformed(`${starts.length} starts and ${given.length} counts`);
  }
  const counts = given.length === starts.length ? given : new Float64Array(starts.length).fill(given[0] ?? 0);
  return { kind: "runs", starts, counts };
}

/** Those that were read from a request are numbers already. */
function isList(value: unknown): value is readonly unknown[] | Float64Array {
  return Array.isArray(value) || value instanceof Float64Array;
}

function numbers(list: readonly unknown[] | Float64Array, { maxSlices }: SliceLimits): Float64Array {
  checkCount(list.length, maxSlices, "slices");
  if (list instanceof Float64Array) return list;
  const result = new Float64Array(list.length);
  for (let k = 0; k < list.length; k++) result[k] = whole(list[k]);
  return result;
}

function isWhole(value: unknown): value is number | bigint {
  return typeof value === "bigint" || (typeof value === "number" && Number.isInteger(value));
}

/** A position or a count. */
function whole(value: unknown): number {
  if (!isWhole(value)) throw malformed(`${showValue(value)} is no whole number`);
  if (value < 0) throw new IndexError(`slice: ${value} is negative; positions and counts begin at 0`);
  return distance(value);
}

function distance(value: number | bigint): number {
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number + 0;
  throw new IndexError(`slice: ${value} is further than any dataset goes`);
}

function malformed(problem: string): FormatError {
  return new FormatError(`slice: ${problem}`);
}

import type { Range, Rows } from "../../array/index.js";
import type { AxisSelection } from "../wire/index.js";
import { ascending } from "./frame.js";
import type { AxisUse } from "./uses.js";

/** Positions that are so many bytes apart are asked for one by one, where the server knows no steps. */
const FAR_APART = 1024;

/** What is asked for along one axis: the positions that a selection needs, or more. */
export interface BoxAxis {
  readonly selection: AxisSelection;
  /** How many positions. */
  readonly length: number;
  /** The places in the box of positions of the dataset. */
  placesOf(positions: Rows): Rows;
  /** The place in the box of a position of the dataset. */
  placeOf(position: number): number;
}

/** The box of elements that holds all that a selection uses. */
export interface BoxOptions {
  /** The shape of the dataset. */
  readonly shape: readonly number[];
  /** How many of its axes can be sliced: not those of elements that are arrays themselves. */
  readonly sliceable: number;
  readonly itemsize: number;
  /** Whether the server takes steps, and indices along any axis. */
  readonly hasExtensions: boolean;
}

/** Plans what is asked for along each axis: positions ascending, each once. */
export function planBox(uses: readonly AxisUse[], options: BoxOptions): BoxAxis[] {
  const { shape, sliceable, hasExtensions } = options;
  const indexed = hasExtensions ? sparsestAxis(uses.slice(0, sliceable)) : undefined;
  return uses.map((use, axis) => {
    if (axis >= sliceable) return rangeAxis({ start: 0, length: shape[axis] ?? 0, step: 1 });
    if (use.kind === "fixed") return rangeAxis({ start: use.at, length: 1, step: 1 });
    if (use.kind === "kept") return keptAxis(ascending(use.range), axis, options);
    const sorted = distinct(use.positions);
    if (axis === 0) return listAxis(sorted, runsOf(sorted));
    const span = spanOf(sorted);
    if (span.length === sorted.length || axis !== indexed) return rangeAxis(span);
    return listAxis(sorted, { kind: "indices", indices: sorted });
  });
}

/** All of a dataset of this shape. */
export function wholeBox(shape: readonly number[]): BoxAxis[] {
  return shape.map((length) => rangeAxis({ start: 0, length, step: 1 }));
}

/** Ranges that ascend, one behind the other, as an axis whose places are its positions. Empty ones are left out. */
export function runsAxis(ranges: readonly Range[]): BoxAxis {
  const starts = new Float64Array(ranges.length);
  const counts = new Float64Array(ranges.length);
  let runs = 0;
  for (const { start, length } of ranges) {
    if (length === 0) continue;
    starts[runs] = start;
    counts[runs++] = length;
  }
  const selection: AxisSelection = {
    kind: "runs",
    starts: starts.subarray(0, runs),
    counts: counts.subarray(0, runs),
  };
  return { ...rangeAxis({ start: 0, length: countOf(selection), step: 1 }), selection };
}

/** Ranges of successive positions in any order, which may overlap, as an axis of all that is in any of them. */
export function unionAxis(ranges: readonly Range[]): BoxAxis {
  const runs: { start: number; count: number; place: number }[] = [];
  let length = 0;
  for (const range of ranges.filter((one) => one.length > 0).sort((a, b) => a.start - b.start)) {
    const last = runs.at(-1);
    const end = last === undefined ? -1 : last.start + last.count;
    const added = range.start + range.length - Math.max(range.start, end);
    if (last === undefined || range.start > end) {
      runs.push({ start: range.start, count: range.length, place: length });
    } else if (added > 0) last.count += added;
    length += Math.max(added, 0);
  }
  const starts = Float64Array.from(runs, ({ start }) => start);
  const counts = Float64Array.from(runs, ({ count }) => count);
  let found = runs[0] ?? { start: 0, count: 0, place: 0 };
  const placeOf = (position: number): number => {
    // Positions mostly follow one another.
    if (position < found.start || position >= found.start + found.count) {
      found = runs[placeIn(starts, position + 1) - 1] ?? found;
    }
    return found.place + position - found.start;
  };
  const selection: AxisSelection = { kind: "runs", starts, counts };
  return { selection, length, placeOf, placesOf: (positions) => positions.map(placeOf) };
}

/** How many positions a selection has along its axis. */
export function countOf(selection: AxisSelection): number {
  if (selection.kind === "range") return selection.count;
  if (selection.kind === "indices") return selection.indices.length;
  return selection.counts.reduce((sum, count) => sum + count, 0);
}

function keptAxis(range: Range, axis: number, { shape, itemsize, hasExtensions }: BoxOptions): BoxAxis {
  if (range.step === 1 || hasExtensions) return rangeAxis(range);
  const rowBytes = shape.slice(1).reduce((size, length) => size * length, itemsize);
  if (axis > 0 || (range.step - 1) * rowBytes < FAR_APART) {
    return rangeAxis({ start: range.start, length: (range.length - 1) * range.step + 1, step: 1 });
  }
  const positions = Float64Array.from({ length: range.length }, (_, i) => range.start + i * range.step);
  return listAxis(positions, runsOf(positions));
}

/** The axis, but the first, where a list of positions saves most; undefined where it saves nothing. */
function sparsestAxis(uses: readonly AxisUse[]): number | undefined {
  let best: { readonly axis: number; readonly share: number } | undefined;
  for (const [axis, use] of uses.entries()) {
    if (use.kind !== "chosen" || axis === 0) continue;
    const sorted = distinct(use.positions);
    const share = sorted.length / spanOf(sorted).length;
    if (share < (best?.share ?? 1)) best = { axis, share };
  }
  return best?.axis;
}

function rangeAxis({ start, length, step }: Range): BoxAxis {
  const placeOf = (position: number) => (position - start) / step;
  return {
    selection: { kind: "range", start, count: length, step },
    length,
    placeOf,
    placesOf: (positions) => positions.map(placeOf),
  };
}

function listAxis(sorted: Float64Array, selection: AxisSelection): BoxAxis {
  const placeOf = (position: number) => placeIn(sorted, position);
  return {
    selection,
    length: sorted.length,
    placeOf,
    placesOf: (positions) =>
      isSame(positions, sorted) ? positions.map((_, i) => i) : positions.map(placeOf),
  };
}

function isSame(a: Rows, b: Rows): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}

/** By halving. */
function placeIn(sorted: Float64Array, position: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) < position) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Positions from the lowest up, each once. */
function distinct(positions: Rows): Float64Array {
  const sorted = Float64Array.from(positions);
  if (!sorted.every((value, i) => i === 0 || value > (sorted[i - 1] ?? 0))) sorted.sort();
  let count = 0;
  for (const value of sorted) {
    if (count === 0 || value !== sorted[count - 1]) sorted[count++] = value;
  }
  return sorted.subarray(0, count);
}

function spanOf(sorted: Float64Array): Range {
  const start = sorted[0] ?? 0;
  const last = sorted.at(-1);
  return { start, length: last === undefined ? 0 : last - start + 1, step: 1 };
}

/** Runs of positions that follow one another. */
function runsOf(sorted: Float64Array): AxisSelection {
  let count = 0;
  const starts = new Float64Array(sorted.length);
  const counts = new Float64Array(sorted.length);
  for (const [i, position] of sorted.entries()) {
    if (i === 0 || position !== (sorted[i - 1] ?? 0) + 1) starts[count++] = position;
    counts[count - 1] = (counts[count - 1] ?? 0) + 1;
  }
  return { kind: "runs", starts: starts.slice(0, count), counts: counts.slice(0, count) };
}

import { showValue } from "../../dtype/index.js";
import { LimitError } from "../../errors.js";
import type { AxisSelection } from "../wire/index.js";
import { countOf } from "./box.js";

/** The most that one request may ask for. */
export interface RequestLimits {
  /** Runs along the first axis. */
  readonly maxSlices: number;
  /** Bytes of elements; one element at least is always asked for. */
  readonly maxBytes: number;
}

/** @throws LimitError for anything but a whole number from 1 on */
export function checkLimit(limit: unknown, name: string): number {
  if (typeof limit === "number" && Number.isSafeInteger(limit) && limit > 0) return limit;
  throw new LimitError(`${name} is a whole number from 1 on, not ${showValue(limit)}`);
}

/** Requests one after another for all elements of a box, in C order. */
export function* pieces(
  box: readonly AxisSelection[],
  itemsize: number,
  limits: RequestLimits,
  axis = 0,
): Generator<readonly AxisSelection[]> {
  const selection = box[axis];
  const bytes = box.reduce((size, one) => size * countOf(one), itemsize);
  const isWhole = bytes <= limits.maxBytes && box.every((one) => slicesOf(one) <= limits.maxSlices);
  if (selection === undefined || isWhole) {
    yield box;
    return;
  }
  const perRow = bytes / countOf(selection);
  const rows = Math.max(1, Math.floor(limits.maxBytes / perRow));
  for (const part of cut(selection, rows, limits.maxSlices)) {
    const piece = box.with(axis, part);
    if (perRow > limits.maxBytes) yield* pieces(piece, itemsize, limits, axis + 1);
    else yield piece;
  }
}

function slicesOf(selection: AxisSelection): number {
  return selection.kind === "runs" ? selection.starts.length : 1;
}

/** Parts of a selection of at most so many positions, and of at most so many runs. */
function* cut(selection: AxisSelection, rows: number, maxSlices: number): Generator<AxisSelection> {
  if (selection.kind === "runs") {
    yield* cutRuns(selection, rows, maxSlices);
    return;
  }
  const count = countOf(selection);
  for (let done = 0; done < count; done += rows) {
    const most = Math.min(rows, count - done);
    if (selection.kind === "range") {
      const { start, step } = selection;
      yield { kind: "range", start: start + done * step, count: most, step };
    } else yield { kind: "indices", indices: selection.indices.subarray(done, done + most) };
  }
}

function* cutRuns(
  { starts, counts }: Extract<AxisSelection, { kind: "runs" }>,
  rows: number,
  maxSlices: number,
): Generator<AxisSelection> {
  let part: [start: number, count: number][] = [];
  let held = 0;
  const taken = (): AxisSelection => {
    const runs = part;
    part = [];
    held = 0;
    return {
      kind: "runs",
      starts: Float64Array.from(runs, ([start]) => start),
      counts: Float64Array.from(runs, ([, count]) => count),
    };
  };
  for (const [i, first] of starts.entries()) {
    let start = first;
    let left = counts[i] ?? 0;
    do {
      const count = Math.min(left, rows - held);
      part.push([start, count]);
      held += count;
      start += count;
      left -= count;
      if (held === rows || part.length === maxSlices) yield taken();
    } while (left > 0);
  }
  if (part.length > 0) yield taken();
}

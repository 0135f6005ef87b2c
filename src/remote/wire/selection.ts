import { IndexError, LimitError } from "../../errors.js";

/** What is selected along one axis. */
export type AxisSelection = AxisRange | AxisIndices | AxisRuns;

/** `count` positions from `start`, `step` apart; a negative step goes down. */
export interface AxisRange {
  readonly kind: "range";
  readonly start: number;
  readonly count: number;
  readonly step: number;
}
/** Positions in any order, repeated or not. */
export interface AxisIndices {
  readonly kind: "indices";
  readonly indices: Float64Array;
}
/** Several slices one behind the other; of the first axis alone. */
export interface AxisRuns {
  readonly kind: "runs";
  readonly starts: Float64Array;
  readonly counts: Float64Array;
}

/**
 * Checks a selection against the shape that it is of. Takes time by what the selection says, not by what it selects.
 *
 * @param rowLimit elements that one row of the result (all its axes behind the first) may have
 * @throws IndexError for another rank, positions outside, and runs that overlap or go down; LimitError for rows over the
 * limit, and for more elements than numbers count exactly
 */
export function checkSelection(
  selection: readonly AxisSelection[],
  shape: readonly number[],
  rowLimit = Number.POSITIVE_INFINITY,
): void {
  if (selection.length !== shape.length) {
    throw new IndexError(`a slice of ${selection.length} axes, of a dataset of ${shape.length}`);
  }
  for (const [axis, part] of selection.entries()) checkAxis(part, axis, shape[axis] ?? 0);
  const result = resultShape(selection);
  if (result.includes(0)) return;
  const row = result.slice(1).reduce((product, count) => product * count, 1);
  if (row > rowLimit) throw new LimitError(`a row of ${row} elements, where ${rowLimit} are the most`);
  if (!Number.isSafeInteger(row * (result[0] ?? 1)))
    throw new LimitError(`a slice of ${result.join(" × ")} elements`);
}

function checkAxis(part: AxisSelection, axis: number, length: number): void {
  switch (part.kind) {
    case "range": {
      const { start, count, step } = part;
      checkInside(start, count, step, axis, length);
      return;
    }
    case "indices":
      for (const index of part.indices) checkInside(index, 1, 1, axis, length);
      return;
    case "runs": {
      let end = 0;
      for (let k = 0; k < part.starts.length; k++) {
        const [start, count] = [part.starts[k] ?? 0, part.counts[k] ?? 0];
        if (start < end) {
          throw new IndexError(`slice ${k} begins at ${start}, before the end of the one before it (${end})`);
        }
        checkInside(start, count, 1, axis, length);
        end = start + count;
      }
      return;
    }
    default:
      part satisfies never;
  }
}

/** An empty range may begin right behind the last position. */
function checkInside(start: number, count: number, step: number, axis: number, length: number): void {
  const last = count === 0 ? start - 1 : start + (count - 1) * step;
  if (start <= length && last < length && (count === 0 || (start < length && last >= 0))) return;
  const what = count === 1 ? `position ${start}` : `${count} positions from ${start}, ${step} apart`;
  throw new IndexError(`${what}: axis ${axis} has ${length}`);
}

/** The shape of what a selection gives: runs are joined, and no axis falls away. */
export function resultShape(selection: readonly AxisSelection[]): number[] {
  return selection.map((part) => {
    switch (part.kind) {
      case "range":
        return part.count;
      case "indices":
        return part.indices.length;
      case "runs":
        return part.counts.reduce((sum, count) => sum + count, 0);
      default:
        return part satisfies never;
    }
  });
}

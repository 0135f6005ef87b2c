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
 * Checks a selection against the shape that it is of.
 *
 * @param rowLimit elements that one row of the result (all its axes behind the first) may have
 * @throws IndexError for another rank, positions outside, and runs that overlap or go down; LimitError
 */
export function checkSelection(
  selection: readonly AxisSelection[],
  shape: readonly number[],
  rowLimit?: number,
): void {
  throw new Error(String([selection, shape, rowLimit]));
}

/** The shape of what a selection gives: runs are joined, and no axis falls away. */
export function resultShape(selection: readonly AxisSelection[]): number[] {
  throw new Error(String(selection));
}

/** The array form of a selection: what any server of the protocol understands, wherever that can say it. */
export function formatSlice(selection: readonly AxisSelection[]): unknown[] {
  throw new Error(String(selection));
}

import type { AxisSelection } from "./selection.js";

export interface SliceLimits {
  readonly maxSlices?: number | undefined;
  readonly maxAxes?: number | undefined;
  readonly maxText?: number | undefined;
}

/**
 * A selection from the array form as it was decoded, or from the string form.
 *
 * @throws FormatError where it is neither, IndexError for negative numbers in the array form
 */
export function parseSlice(raw: unknown, limits: SliceLimits = {}): readonly AxisSelection[] {
  throw new Error(String([raw, limits]));
}

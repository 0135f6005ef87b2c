import { FormatError } from "../../errors.js";

/** How long what says a selection may be. */
export interface SliceLimits {
  /** Slices, or positions of an index. */
  readonly maxSlices: number;
  readonly maxAxes: number;
  /** Characters of the string form. */
  readonly maxText: number;
}

/** What servers of the protocol take. */
export const SLICE_LIMITS: SliceLimits = { maxSlices: 2 ** 24, maxAxes: 8, maxText: 2 ** 23 };

/** @throws FormatError */
export function checkCount(count: number, limit: number, what: string): void {
  if (count > limit) throw new FormatError(`slice: ${count} ${what}, where ${limit} are the most`);
}

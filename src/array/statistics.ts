import type { BigArray } from "../compute/index.js";
import type { DType } from "../dtype/index.js";

/** What is known of a column without reading it: of each block of elements, in C order from its first one on. */
export interface BlockStatistics {
  readonly dtype: DType;
  /** Elements in all. */
  readonly length: number;
  /** Elements of each block; the last one may have fewer. */
  readonly blockLength: number;
  /** The least element of each block that is neither NaN nor NaT; anything where there is none. */
  readonly least: Float64Array | BigArray;
  /** The greatest one. */
  readonly greatest: Float64Array | BigArray;
  /** How many are NaN or NaT. */
  readonly missing: Float64Array;
}

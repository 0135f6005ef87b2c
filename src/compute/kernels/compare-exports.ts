/**
 * The kernels of assembly/compare.ts. A mask has one byte for each element, zero for false; results hold 0 and 1. Operands and
 * results are touched up to a multiple of sixteen elements, which never leaves a slot that they begin. `flip` (0 or 1) turns
 * the result around.
 */
export interface CompareKernels {
  /** Where integers of `size` bytes, signed or not, are from `low` to `high`, which is not below. */
  withinIntegers(
    size: number,
    at: number,
    count: number,
    low: bigint,
    high: bigint,
    flip: number,
    out: number,
  ): void;
  /** Where floats of `size` bytes are from `low` to `high`; nowhere where either is NaN. */
  withinFloats(
    size: number,
    at: number,
    count: number,
    low: number,
    high: number,
    flip: number,
    out: number,
  ): void;
  /** How many integers of `size` bytes are from `low` to `high`, which is not below; each is looked at once. */
  countIntegers(size: number, at: number, count: number, low: bigint, high: bigint): number;
  /** How many floats of `size` bytes are from `low` to `high`. */
  countFloats(size: number, at: number, count: number, low: number, high: number): number;
  /** Where elements of two arrays are equal. */
  equalPairs(
    float: number,
    size: number,
    a: number,
    b: number,
    count: number,
    flip: number,
    out: number,
  ): void;
  /** Where the integers of `a` are above those of `b`. */
  integersAbove(
    signed: number,
    size: number,
    a: number,
    b: number,
    count: number,
    flip: number,
    out: number,
  ): void;
  /** Where the floats of `a` are above those of `b`, or with `equal` (0 or 1) not below; NaN is neither. */
  floatsAbove(size: number, equal: number, a: number, b: number, count: number, out: number): void;
  /** Where both masks are true; the result may lie over an operand, as those of the next two. */
  andMasks(a: number, b: number, count: number, out: number): void;
  /** Where either mask is true. */
  orMasks(a: number, b: number, count: number, out: number): void;
  /** Where the mask is false. */
  notMask(a: number, count: number, out: number): void;
  /** How many of the bytes are not zero; no byte behind them is read. */
  countMask(at: number, count: number): number;
  /** Writes the places of the true bytes, counted from `first`, as int32; the 32 bytes behind them are lost. */
  placesOf(at: number, count: number, first: number, out: number): number;
  /**
   * Copies the elements of `size` bytes where the mask is true, one after the other; says how many bytes they are. The bytes of
   * one element, sixteen at least, behind them are lost.
   */
  pickMasked(size: number, from: number, mask: number, count: number, out: number): number;
  /** Copies the elements of 1, 2, 4 or 8 bytes at `count` places, int32 that the caller has judged, one after the other. */
  gatherElements(size: number, at: number, indices: number, count: number, out: number): void;
}

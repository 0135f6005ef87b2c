/**
 * Kernels over native typed arrays: reductions, comparisons, masks, sorting, moving and packing. They know ranges of
 * typed arrays, not shapes or files; indices and lengths are checked by their callers.
 *
 * @module
 */

export { ComplexCount, Count } from "./count.js";
export { floatToHalf, halfToFloat } from "./halves.js";
export { ComplexMomentsAccumulator, type Moments, MomentsAccumulator } from "./moments.js";
export { copyStrided } from "./pack.js";
export { BigSum, ComplexSum, FloatSum, IntegerSum } from "./sum.js";
export { byteSwap } from "./swap.js";
export type {
  Accumulator,
  BigArray,
  Complex,
  FloatArray,
  MissingOptions,
  NumberArray,
  NumericArray,
} from "./types.js";

/**
 * Kernels over native typed arrays: reductions, comparisons, masks, sorting, moving and packing. They know
 * ranges of typed arrays, not shapes or files; indices and lengths are checked by their callers.
 *
 * @module
 */

export { between, betweenComplex, betweenUnits, compareBoth } from "./between.js";
export { isBig, isFloat, loadBlock } from "./blocks.js";
export { findUntruth } from "./bytes.js";
export { convertLongs, firstBeyond, firstBigBeyond, firstInexact, firstOverflow } from "./casting.js";
export { orderByCodes } from "./code-order.js";
export { type CompareOptions, compareArrays, compareScalar } from "./compare.js";
export { compareComplexArrays, compareComplexScalar } from "./compare-complex.js";
export { compareUnitsArrays, compareUnitsScalar, type Units } from "./compare-units.js";
export { compress, expand } from "./compress.js";
export { ComplexCount, Count } from "./count.js";
export { countBoth, countScalar } from "./counting.js";
export { ComplexCumsum, type Cumulator, FloatCumsum } from "./cumulate.js";
export { IntegerCumsum } from "./cumulate-integers.js";
export { NumberExtremum } from "./extrema.js";
export { BigExtremum } from "./extrema-big.js";
export { ComplexExtremum } from "./extrema-complex.js";
export { type Codes, factorize } from "./factorize.js";
export { gather } from "./gather.js";
export { GroupMemory } from "./group-memory.js";
export { floatToHalf, halfToFloat } from "./halves.js";
export { type IndexBlock, type IndexList, type Indices, newIndices } from "./indices.js";
export { isin, type Members, membersFor } from "./isin.js";
export { isnan, isnanComplex } from "./isnan.js";
export { ascendingRuns, orderedRuns } from "./key-runs.js";
export { type Extremum, Leading, type Side } from "./leading.js";
export { All, Any, CountNonzero, type TruthOptions } from "./logic.js";
export { maskAnd, maskChanged, maskCount, maskNot, maskOr, maskToIndices } from "./masks.js";
export { ComplexMomentsAccumulator, type Moments, MomentsAccumulator, mergeMoments } from "./moments.js";
export { copyStrided, copyTogether, type StridedCopy } from "./pack.js";
export type { CompareOp } from "./plan.js";
export { isPositionList, resolvePositions } from "./positions.js";
export { orderOf } from "./radix.js";
export { joinKeys, type RangedKeys, type Ranking, rangedKeys, rankedKeys } from "./ranged-keys.js";
export { FIRST_CODE, RowCoder } from "./row-coder.js";
export { scatter } from "./scatter.js";
export { argsortSmall } from "./small-words.js";
export {
  argsort,
  argsortComplex,
  argsortUnits,
  type SortOptions,
  sort,
  sortComplex,
  sortTo,
  sortUnits,
} from "./sort.js";
export { complexKeys, keysOf, type SortKeys, unitKeys } from "./sort-keys.js";
export { argsortRange, countInRange, type RangedNumbers, sortRange } from "./sort-range.js";
export { dropRepeated } from "./sorted-runs.js";
export { ComplexSum, FloatSum, IntegerSum } from "./sum.js";
export { BigSum } from "./sum-big.js";
export { byteSwap } from "./swap.js";
export type {
  Accumulator,
  BigArray,
  Complex,
  FloatArray,
  Mask,
  MissingOptions,
  NumberArray,
  NumericArray,
} from "./types.js";
export {
  type Unique,
  type UniqueOptions,
  unique,
  uniqueComplex,
  uniqueIfFew,
  uniqueUnits,
} from "./unique.js";
export { findStridedUntruth } from "./untruth.js";
export type { EndComparison } from "./within.js";
export { LOW } from "./words.js";

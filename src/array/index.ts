export { ArrayView, type AssignmentOptions, type FieldOf, wrap } from "./array-view.js";
export { type ArraySource, type Assignment, makeAll, planAssign } from "./assign.js";
export { type AccessMode, ElementArray, type SetOptions, type ValuesIn } from "./base.js";
export { BLOCK_BYTES, blocks, byteBlocks, Scratch, split } from "./blocks.js";
export { type Conversion, conversionOf } from "./conversion.js";
export { copyElements, denseCopy } from "./copy.js";
export { formatRow } from "./display.js";
export { fieldOf } from "./field.js";
export {
  type FileOrigin,
  FileStorage,
  type MapFileOptions,
  mapFile,
  originOf,
  prefetch,
  reopen,
} from "./file-storage.js";
export { alignsRight } from "./format-element.js";
export { escapeControls } from "./format-text.js";
export { cut, displayWidth, pad } from "./format-width.js";
export {
  broadcast,
  denseLayout,
  extent,
  isContiguous,
  type Layout,
  rangeRows,
  type Selector,
  select as selectLayout,
  showShape,
} from "./layout.js";
export { NpyArray, type NpyOptions, openNpy, saveNpy } from "./npy-file.js";
export type { Candidates, Comparand, Mask, UniqueResult } from "./numeric-array.js";
export { broadcastShape } from "./numerics/broadcasting.js";
export type { UniqueOptions } from "./numerics/distinct.js";
export { missing } from "./numerics/masks.js";
export type {
  ArgOptions,
  AxisOptions,
  CumsumOptions,
  MomentOptions,
  ReduceOptions,
  SortOptions,
  WhereMask,
} from "./numerics/options.js";
export { isFloats, isUnits, nativeOf, Reader } from "./numerics/reader.js";
export type { Reduction } from "./numerics/reduce.js";
export { reductionOf } from "./numerics/reductions.js";
export type {
  ExtremumDTypeOf,
  ExtremumOf,
  MeanDTypeOf,
  MeanOf,
  SumDTypeOf,
  SumOf,
  VarOf,
} from "./numerics/result-types.js";
export { asStrided, dtypeOf, isTypedArray, type TypedArray, viewTyped } from "./operand.js";
export { Condition } from "./parallel/condition.js";
export { noteDiscarded, noteMoved, whileThere } from "./parallel/reading.js";
export { filterAsync, type PickedRows, takeAsync } from "./parallel/rows.js";
export {
  type AsyncOptions,
  inParallel,
  PARALLEL_BYTES,
  type ParallelTasks,
  requireAsyncOptions,
  workersOf,
} from "./parallel/run.js";
export {
  copyShared,
  lendForTasks,
  openArray,
  type SharedArray,
  shareArray,
  sharedBuffer,
  sharedZeros,
  shareForTasks,
} from "./parallel/share.js";
export { isMuch, type Source, type Span, spansOf } from "./parallel/source.js";
export { takeRows } from "./pick.js";
export { type PrefetchOptions, prefetchArrays, requireSlice } from "./prefetch.js";
export { RecordArray, type RecordDType } from "./record-array.js";
export {
  isMask,
  type MaskedRows,
  maskedRows,
  maskOf,
  type RowSelection,
  type Rows,
  rowsNow,
  rowsOf,
  selectedBy,
  selectedRows,
} from "./rows.js";
export { type IndexArray, type Selection, type SelectionPart, select } from "./select.js";
export { readIndices } from "./select-indices.js";
export { type Axis, type Chosen, planSelection } from "./select-plan.js";
export { takeSelected } from "./select-take.js";
export { holdingBytes, openBytes, type SeenBytes, type SharedBytes, shareBytes } from "./shared-bytes.js";
export { type Bound, positionOf, type Range, resolveIndex, resolveSlice, Slice, slice } from "./slice.js";
export type { BlockStatistics } from "./statistics.js";
export { MemoryStorage, type Storage } from "./storage.js";
export {
  contiguousBytes,
  isViewable,
  mayOverlap,
  room,
  STRIDED,
  type Strided,
  type Viewable,
  zeros,
} from "./strided.js";
export { type Copy, copyAll } from "./together.js";

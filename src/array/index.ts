export { ArrayView, type AssignmentOptions, type FieldOf, wrap } from "./array-view.js";
export { type ArraySource, type Assignment, planAssign } from "./assign.js";
export { type AccessMode, ElementArray, type SetOptions, type ValuesIn } from "./base.js";
export { BLOCK_BYTES, byteBlocks } from "./blocks.js";
export { copyElements } from "./copy.js";
export {
  type FileOrigin,
  FileStorage,
  type MapFileOptions,
  mapFile,
  originOf,
  prefetch,
  reopen,
} from "./file-storage.js";
export { denseLayout, isContiguous, type Layout, type Selector, showShape } from "./layout.js";
export { NpyArray, type NpyOptions, openNpy, saveNpy } from "./npy-file.js";
export type { Candidates, Comparand, Mask, UniqueResult } from "./numeric-array.js";
export type { UniqueOptions } from "./numerics/distinct.js";
export type {
  ArgOptions,
  AxisOptions,
  CumsumOptions,
  MomentOptions,
  ReduceOptions,
  SortOptions,
  WhereMask,
} from "./numerics/options.js";
export type { ExtremumOf, MeanOf, SumOf, VarOf } from "./numerics/result-types.js";
export { dtypeOf, isTypedArray, type TypedArray, viewTyped } from "./operand.js";
export { noteDiscarded, whileThere } from "./parallel/reading.js";
export { filterAsync, type PickedRows, takeAsync } from "./parallel/rows.js";
export {
  type AsyncOptions,
  inParallel,
  PARALLEL_BYTES,
  type ParallelTasks,
  workersOf,
} from "./parallel/run.js";
export {
  copyShared,
  openArray,
  type SharedArray,
  type SharedStrided,
  shareArray,
  sharedBuffer,
  sharedZeros,
  shareMemory,
} from "./parallel/share.js";
export { type Source, type Span, spansOf } from "./parallel/source.js";
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
export { holdingBytes, openBytes, type SharedBytes, shareBytes } from "./shared-bytes.js";
export { type Bound, type Range, resolveIndex, resolveSlice, Slice, slice } from "./slice.js";
export type { BlockStatistics } from "./statistics.js";
export { MemoryStorage, type Storage } from "./storage.js";
export { isViewable, STRIDED, type Strided, type Viewable, zeros } from "./strided.js";

/**
 * Tables whose columns are memory-mapped NumPy files.
 *
 * @module
 */
export {
  type AccessMode,
  type ArgOptions,
  type ArraySource,
  ArrayView,
  type AssignmentOptions,
  type AxisOptions,
  type Bound,
  type Candidates,
  type Comparand,
  type CumsumOptions,
  type ExtremumOf,
  type Mask,
  type MeanOf,
  type MomentOptions,
  NpyArray,
  type NpyOptions,
  openNpy,
  RecordArray,
  type RecordDType,
  type ReduceOptions,
  type RowSelection,
  type Selector,
  type SetOptions,
  type Slice,
  type SortOptions,
  type SumOf,
  saveNpy,
  slice,
  type UniqueOptions,
  type UniqueResult,
  type VarOf,
  type Viewable,
} from "./array/index.js";
export {
  type Casting,
  type Complex,
  type DType,
  type DTypeLike,
  type ElementOf,
  type FieldSpec,
  fromDate,
  type InputOf,
  parseDType,
  toDate,
  type ValuesOf,
} from "./dtype/index.js";
export * from "./errors.js";
export type { AttrInput, AttrValue, Durability, FileLayout, Locking } from "./store/index.js";
export {
  type AddOptions,
  type ColumnSpec,
  type ColumnsOption,
  type CreateOptions,
  MemmapColumn,
  MemmapTable,
  type Mode,
  type OpenOptions,
  type Row,
  type RowsSource,
  type Schema,
  type SchemaOf,
  TableView,
} from "./table/index.js";

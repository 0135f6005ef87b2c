/**
 * Tables whose columns are memory-mapped NumPy files.
 *
 * @module
 */
export {
  type AccessMode,
  type ArraySource,
  ArrayView,
  type AssignmentOptions,
  type Bound,
  NpyArray,
  type NpyOptions,
  openNpy,
  RecordArray,
  type RecordDType,
  type RowSelection,
  type Selector,
  type SetOptions,
  type Slice,
  saveNpy,
  slice,
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

export { type Casting, kindProblem, structureProblem } from "./cast.js";
export { type Caster, elementCaster, plainCaster } from "./caster.js";
export { type Cell, flattenCell, nest, sizeOf } from "./cell.js";
export { cellProblem, codecOf, readCell, writeCell } from "./codec.js";
export { formatDate, formatDuration } from "./date-text.js";
export { fromDate, toDate } from "./dates.js";
export {
  convertStep,
  type DateStep,
  type DateUnit,
  dateToStep,
  formatStep,
  NAT,
  stepToDate,
} from "./datetime.js";
export {
  type ByteOrder,
  type Descr,
  type DescrField,
  DType,
  type Field,
  type Kind,
  NATIVE_ORDER,
} from "./dtype.js";
export type { Codec } from "./element.js";
export { fromHalf, toHalf } from "./half.js";
export type {
  AnyElement,
  AnyInput,
  AnyValues,
  ArrayOf,
  CellOf,
  CodeOf,
  Complex,
  DTypeLike,
  ElementOf,
  FieldSpec,
  InputOf,
  ValuesOf,
} from "./infer.js";
export { isComplex } from "./number-codec.js";
export { dtypeFromDescr, parseDType, structOf } from "./parse.js";
export { promote } from "./promote.js";
export type { ReadonlyValues } from "./readonly-values.js";
export { ownEntry } from "./record.js";
export { showValue } from "./show.js";

import {
  type ArrayView,
  copyElements,
  denseLayout,
  RecordArray,
  STRIDED,
  type Strided,
  zeros,
} from "../array/index.js";
import { type DType, type DTypeLike, structOf } from "../dtype/index.js";
import type { NamedColumn } from "./assign-rows.js";

/** Bytes of records that are packed at a time, so that they stay in the processor's cache from column to column. */
const PACK_BYTES = 1 << 17;

/** The structured dtype of these columns' rows, packed. */
export function recordDType(columns: readonly NamedColumn[]): DType {
  return structOf(columns.map(([name, { dtype, shape }]) => [name, dtype, shape.slice(1)] as const));
}

/** The rows as records, in NumPy's packed layout: a copy. */
export function packRecords<D extends DTypeLike>(
  columns: readonly NamedColumn[],
  length: number,
): RecordArray<D, "r+"> {
  const dtype = recordDType(columns);
  const records = zeros(dtype, [length]);
  const fields = (dtype.fields ?? []).map((field, i) => ({ field, column: columns[i]?.[1] }));
  const step = Math.max(1, Math.floor(PACK_BYTES / dtype.itemsize));
  for (let start = 0; start < length; start += step) {
    const count = Math.min(step, length - start);
    for (const { field, column } of fields) {
      if (column !== undefined)
        copyElements(part(column, start, count), fieldPart(records, field, start, count));
    }
  }
  return RecordArray.over<D>(records);
}

function part(column: ArrayView, start: number, count: number): Strided {
  const whole = column[STRIDED]();
  const { shape, strides, offset } = whole.layout;
  return {
    ...whole,
    layout: { shape: shape.with(0, count), strides, offset: offset + start * (strides[0] ?? 0) },
  };
}

function fieldPart(
  records: Strided,
  field: NonNullable<DType["fields"]>[number],
  start: number,
  count: number,
): Strided {
  const { itemsize } = records.dtype;
  const inner = denseLayout(field.shape, field.dtype.itemsize);
  return {
    dtype: field.dtype,
    bytes: records.bytes,
    layout: {
      shape: [count, ...field.shape],
      strides: [itemsize, ...inner.strides],
      offset: start * itemsize + field.offset,
    },
  };
}

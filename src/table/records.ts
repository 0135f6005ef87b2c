import { fieldOf } from "../array/field.js";
import { RecordArray, STRIDED } from "../array/index.js";
import { room } from "../array/strided.js";
import { type Copy, copyAll } from "../array/together.js";
import { type DType, type DTypeLike, structOf } from "../dtype/index.js";
import type { NamedColumn } from "./assign-rows.js";

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
  const records = room(dtype, [length]);
  const copies: Copy[] = [];
  for (const [i, field] of (dtype.fields ?? []).entries()) {
    const column = columns[i]?.[1];
    if (column !== undefined) copies.push([column[STRIDED](), fieldOf(records, field)]);
  }
  copyAll(copies);
  return RecordArray.over<D>(records);
}

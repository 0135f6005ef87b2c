import type { Field, RecordBatch, Schema, Table } from "apache-arrow";
import { type AccessMode, type ArrayView, STRIDED } from "../../array/index.js";
import { type DType, sizeOf } from "../../dtype/index.js";
import type { Schema as Columns, TableView } from "../../table/index.js";
import { oneOf } from "../options.js";
import { dataOf, makeData, masked } from "./data.js";
import { fieldOf } from "./fields.js";
import { arrow } from "./library.js";
import { nativeBytes } from "./native.js";
import { MAX_TEXT } from "./text-data.js";

/** Options of {@link toArrow}. */
export interface ArrowOptions {
  /** Whether everything is copied, so that the Arrow table outlives the table; false when left out. */
  readonly copy?: boolean;
  /**
   * Whether a column `name.null` of booleans beside `name` says where `name` is null, and is no column of its own; false when
   * left out.
   */
  readonly masks?: boolean;
}

/** What of a view becomes an Arrow table. */
export interface Plan {
  readonly schema: Schema;
  readonly columns: readonly PlannedColumn[];
  /** The most rows that one batch may have, so that all offsets in it fit 32 bits. */
  readonly batchRows: number;
}

interface PlannedColumn {
  readonly name: string;
  readonly field: Field;
  /** The column that says where this one is null. */
  readonly mask?: string | undefined;
}

/**
 * A table or view as an Arrow table. Columns of numbers (`f2`, complex numbers and item shapes among them), of bytes, and
 * of dates and durations in `s`, `ms`, `us` and `ns` share their bytes with the mapping, those of slices too, as long as
 * they are contiguous and in this machine's byte order. Everything else is copied: booleans, strings, other units, records,
 * and what is strided or byte-swapped.
 *
 * What is shared lives as long as the table: closing it empties the Arrow table. `copy: true` is for what must outlive it.
 * Stores into shared vectors are stores into the column; see `values`.
 *
 * Costs O(columns) for numbers. Dates are looked through once for NaT, which becomes null.
 *
 * ```ts
 * const arrow = toArrow(table.slice(-1000));
 * arrow.getChild("delay")?.toArray(); // Int16Array over the file
 * ```
 *
 * @throws DTypeError for dates and durations that Arrow has no type for, CastError naming column and row of what an Arrow
 * type cannot hold (text that is no Unicode, days beyond 32 bits), UnsupportedError for options that there are not, ClosedError
 */
export function toArrow<S extends Columns, M extends AccessMode>(
  source: TableView<S, M>,
  options: ArrowOptions = {},
): Table {
  const view = source as unknown as TableView;
  const plan = planOf(view, options);
  const batches: RecordBatch[] = [];
  for (let start = 0; start === 0 || start < view.length; start += plan.batchRows) {
    batches.push(batchOf(view, plan, start, Math.min(view.length, start + plan.batchRows), options));
  }
  return new arrow.Table(plan.schema, batches);
}

/** Looks at the columns alone. @throws DTypeError, UnsupportedError */
export function planOf(view: TableView, { copy, masks = false }: ArrowOptions): Plan {
  oneOf(copy, [true, false], "copy");
  oneOf(masks, [true, false], "masks");
  const columns: PlannedColumn[] = [];
  let weight = 1;
  for (const [name, column] of view.columns()) {
    if (masks && isMask(name, view)) continue;
    const itemShape = column.shape.slice(1);
    const mask = `${name}.null`;
    const field = fieldOf(name, column.dtype, itemShape);
    columns.push({ name, field, mask: masks && isMask(mask, view) ? mask : undefined });
    weight = Math.max(weight, weightOf(column.dtype) * sizeOf(itemShape));
  }
  const schema = new arrow.Schema(columns.map(({ field }) => field));
  return { schema, columns, batchRows: Math.max(1, Math.floor(MAX_TEXT / weight)) };
}

/** Whether a column is the mask of another one. */
function isMask(name: string, view: TableView): boolean {
  if (!name.endsWith(".null") || !view.has(name) || !view.has(name.slice(0, -".null".length))) return false;
  const { dtype, ndim } = view.column(name);
  return dtype.kind === "b" && ndim === 1;
}

/** The most elements or bytes of text that one element of a dtype becomes. */
function weightOf({ kind, itemsize, fields }: DType): number {
  if (fields !== undefined) {
    return Math.max(1, ...fields.map(({ dtype, shape }) => weightOf(dtype) * sizeOf(shape)));
  }
  if ("SU".includes(kind)) return itemsize;
  return kind === "c" ? 2 : 1;
}

/** Rows of a view as one record batch. */
export function batchOf(
  view: TableView,
  { schema, columns }: Plan,
  start: number,
  end: number,
  { copy = false }: ArrowOptions,
): RecordBatch {
  const rows = start === 0 && end === view.length ? view : view.slice(start, end);
  const length = end - start;
  const children = columns.map(({ name, field, mask }) => {
    const label = `column ${JSON.stringify(name)}`;
    const data = dataOf(stridedOf(rows, name), field.type, 1, { copy, label, firstRow: start });
    return mask === undefined ? data : masked(data, nativeBytes(stridedOf(rows, mask), false));
  });
  const type = new arrow.Struct(schema.fields);
  return new arrow.RecordBatch(
    schema,
    makeData({ type, length, nullCount: 0, children }) as RecordBatch["data"],
  );
}

function stridedOf(view: TableView, name: string) {
  const column: ArrayView = view.column(name);
  return column[STRIDED]();
}

import {
  type AnyInput,
  type Casting,
  type DType,
  type DTypeLike,
  type ElementOf,
  type FieldSpec,
  parseDType,
  showValue,
} from "../dtype/index.js";
import { CastError, DTypeError, ShapeError } from "../errors.js";
import { ArrayView } from "./array-view.js";
import type { AccessMode } from "./base.js";
import { denseCopy } from "./copy.js";
import { type Layout, type Selector, select, showShape, sliceRows } from "./layout.js";
import { filterRows, takeRows } from "./pick.js";
import { type RowSelection, rowsNow, selectedBy } from "./rows.js";
import { type Bound, slice } from "./slice.js";
import { MemoryStorage } from "./storage.js";
import { isViewable, STRIDED, type Strided, type Viewable, zeros } from "./strided.js";

/** A structured dtype with its fields known to the compiler, or not. */
export type RecordDType = readonly FieldSpec[] | DType;

/**
 * NumPy's structured array of one axis: records side by side, each with the same fields. Packed without gaps, as
 * NumPy's `align=False`, unless the dtype names its padding.
 *
 * ```ts
 * const stars = RecordArray.from([{ id: 1n, ra: 10.5 }], [["id", "u8"], ["ra", "f8"]]);
 * stars.field("ra").values;  // throws: strided; toArray() copies
 * saveNpy("stars.npy", stars);
 * ```
 */
export class RecordArray<
  D extends DTypeLike = DTypeLike,
  M extends AccessMode = AccessMode,
> extends ArrayView<D, M> {
  /** Records whose bytes are all zero. @throws DTypeError where the dtype has no fields, ShapeError */
  static zeros<const D extends RecordDType>(dtype: D, length: number): RecordArray<D, "r+"> {
    const parsed = structured(dtype);
    if (!Number.isSafeInteger(length) || length < 0) {
      throw new ShapeError(`a number of records is a whole number, not ${showValue(length)}`);
    }
    return RecordArray.over<D>(zeros(parsed, [length]));
  }

  /**
   * Records of these rows.
   *
   * @param rows objects with exactly the fields of the dtype, or other records, whose fields go by name
   * @throws CastError naming row, field and value
   */
  static from<const D extends RecordDType>(
    rows: Viewable | Iterable<NoInfer<ElementOf<D>> | { readonly [field: string]: AnyInput }>,
    dtype: D,
    options: { readonly casting?: Casting } = {},
  ): RecordArray<D, "r+"> {
    const source = rowsIn(rows);
    const records = RecordArray.zeros(dtype, source.length);
    records.assign(source.rows, options);
    return records;
  }

  /** @internal Records over bytes that are there already. */
  static over<D extends DTypeLike>({ dtype, layout, bytes }: Strided): RecordArray<D, "r+"> {
    return new RecordArray<D, "r+">(new MemoryStorage(bytes, { label: "records" }), dtype, layout);
  }

  /** @internal */
  protected override derive(layout: Layout): RecordArray<D, M> {
    return new RecordArray<D, M>(this.storage, this.dtype, layout);
  }

  /** @internal */
  protected override adopt({ dtype, layout, bytes }: Strided): RecordArray<D, "r"> {
    const storage = new MemoryStorage(bytes, { writable: false, label: "records" });
    return new RecordArray<D, "r">(storage, dtype, layout);
  }

  /** As of any array: a view. */
  override slice(start?: Bound, stop?: Bound, step?: Bound): RecordArray<D, M> {
    return this.derive(sliceRows(this.layout, slice(start, stop, step)));
  }

  /** As of any array: a view. */
  override view(...selection: readonly Selector[]): RecordArray<D, M> {
    return this.derive(select(this.layout, selection));
  }

  /** As of any array: a copy, read-only. */
  override take(indices: RowSelection): RecordArray<D, "r"> {
    return this.adopt(takeRows(this[STRIDED](), rowsNow(indices, this.length, this.storage.label)));
  }

  /** As of any array: a copy, read-only. */
  override filter(mask: RowSelection): RecordArray<D, "r"> {
    return this.adopt(filterRows(this[STRIDED](), selectedBy(mask, this.length, this.storage.label)));
  }

  /**
   * The bytes of one record, or of all of them; a copy.
   *
   * @param row the record; all when left out
   */
  override bytes(row?: number): Uint8Array {
    if (row !== undefined) return super.bytes(row);
    return denseCopy(this[STRIDED]()).bytes;
  }
}

/** Rows that can be gone through twice. Those of an array stay one, whose bytes move without becoming objects. */
function rowsIn(rows: unknown): { rows: Viewable | readonly unknown[]; length: number } {
  if (isViewable(rows)) {
    const { shape } = rows[STRIDED]().layout;
    if (shape.length === 1) return { rows, length: shape[0] };
    throw new ShapeError(`records come from rows along one axis, not from shape ${showShape(shape)}`);
  }
  if (typeof rows !== "object" || rows === null || !(Symbol.iterator in rows)) {
    throw new CastError(`records come from an iterable of objects, not from ${showValue(rows)}`);
  }
  const list: readonly unknown[] = Array.isArray(rows) ? rows : Array.from(rows as Iterable<unknown>);
  return { rows: list, length: list.length };
}

function structured(dtype: RecordDType): DType {
  const parsed = parseDType(dtype);
  if (parsed.fields === undefined) throw new DTypeError(`records need a dtype with fields, not ${parsed}`);
  return parsed;
}

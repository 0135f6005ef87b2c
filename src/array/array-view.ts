import type { Casting, DTypeLike, FieldSpec } from "../dtype/index.js";
import { DTypeError, NotFoundError } from "../errors.js";
import { type ArraySource, type Assignment, planAssign } from "./assign.js";
import type { AccessMode } from "./base.js";
import { fieldLayout } from "./field.js";
import { type Layout, rangeRows, type Selector, select, sliceRows } from "./layout.js";
import { AsyncOrderedArray } from "./parallel/async-ordered-array.js";
import { filterRows, takeRows } from "./pick.js";
import { type PrefetchOptions, prefetchArrays, requireSlice } from "./prefetch.js";
import { planPut } from "./put.js";
import { type MaskedRows, type RowSelection, type Rows, rowsNow, selectedBy, selectedRows } from "./rows.js";
import { type Bound, type Range, type Slice, slice } from "./slice.js";
import { MemoryStorage } from "./storage.js";
import { STRIDED, type Strided } from "./strided.js";

/** Options of {@link ArrayView.assign}, `fill` and `put`. */
export interface AssignmentOptions {
  /** `"checked"` (the default) refuses what would change on the way; `"unsafe"` is NumPy's casting. */
  readonly casting?: Casting | undefined;
}

/** The dtype of a field of a structured dtype, where the compiler knows it. */
export type FieldOf<D extends DTypeLike, K extends string> = D extends readonly FieldSpec[]
  ? Extract<D[number], readonly [K, ...unknown[]]> extends readonly [
      string,
      infer F extends DTypeLike,
      ...unknown[],
    ]
    ? F
    : DTypeLike
  : DTypeLike;

/**
 * An array of a dtype and a shape over bytes in memory or in a mapped file. Slices and views share the bytes; `take`,
 * `filter` and the numerics copy.
 *
 * ```ts
 * const a = openNpy("a.npy");       // <f8 (100, 3)
 * a.slice(-10).at(0, 1);            // one number
 * a.view("...", 0).sum();           // the first of each row
 * a.filter(a.view("...", 0).gt(5)); // rows, a copy
 * ```
 */
export class ArrayView<
  D extends DTypeLike = DTypeLike,
  M extends AccessMode = AccessMode,
> extends AsyncOrderedArray<D, M> {
  /** @internal An array over the same storage. */
  protected derive(layout: Layout): ArrayView<D, M> {
    return new ArrayView<D, M>(this.storage, this.dtype, layout);
  }

  /** @internal An array over a copy. */
  protected override adopt(copy: Strided): ArrayView<D, "r"> {
    return wrap<D, "r">(copy, false);
  }

  /** @internal An array over memory of its own, for numerics. */
  protected override own<E extends DTypeLike>(array: Strided): ArrayView<E, "r+"> {
    return wrap<E, "r+">(array, true);
  }

  /**
   * The rows from `start` to before `stop`, every `step`-th, by Python's rules; a view, without copying. One argument
   * is the start; negative bounds count from the end; `null` is open.
   *
   * @throws IndexError for bounds that are no whole numbers, and step 0
   */
  slice(start?: Bound, stop?: Bound, step?: Bound): ArrayView<D, M> {
    return this.derive(sliceRows(this.layout, slice(start, stop, step)));
  }

  /** @internal Rows whose bounds have been resolved. */
  rows(range: Range): ArrayView<D, M> {
    return this.derive(rangeRows(this.layout, range));
  }

  /**
   * NumPy's basic indexing: for each axis a position (which removes it) or a `slice()`, and `"..."` for all axes that
   * are not named. A view, without copying.
   *
   * @throws IndexError for too many selectors and positions outside
   */
  view(...selection: readonly Selector[]): ArrayView<D, M> {
    return this.derive(select(this.layout, selection));
  }

  /**
   * Reads the bytes of the rows into memory ahead of their use, off this thread, so that whoever looks at them next waits for no
   * disk. They are found to be there already at 15 µs for a MiB.
   *
   * @param rows all when left out; of a step, what lies between its rows is read as well
   * @returns fulfilled when they are there, or when the table is closed meanwhile. What the disk refuses shows when it is looked at
   * @throws IndexError, ClosedError, NotFoundError, always by rejection
   */
  async prefetch(rows: Slice = slice(), options: PrefetchOptions = {}): Promise<void> {
    requireSlice(rows);
    await prefetchArrays([this.derive(sliceRows(this.layout, rows))[STRIDED]()], options);
  }

  /**
   * A copy of the rows at these positions, in their order; negative ones count from the end. The copy is read-only:
   * `put` stores into chosen rows.
   *
   * @throws IndexError outside the rows
   */
  take(indices: RowSelection): ArrayView<D, "r"> {
    return this.takeRows(rowsNow(indices, this.length, this.storage.label));
  }

  /** @internal A copy of rows that have been found to be there. */
  takeRows(rows: Rows): ArrayView<D, "r"> {
    return this.adopt(takeRows(this[STRIDED](), rows));
  }

  /**
   * A copy of the rows where the mask is true. The copy is read-only.
   *
   * @param mask one boolean a row: an array of `b1`, of booleans, or bytes of 0 and 1
   * @throws ShapeError where the mask has another length
   */
  filter(mask: RowSelection): ArrayView<D, "r"> {
    return this.filterRows(selectedBy(mask, this.length, this.storage.label));
  }

  /** @internal A copy of rows that a mask of this length selects. */
  filterRows(chosen: MaskedRows): ArrayView<D, "r"> {
    return this.adopt(filterRows(this[STRIDED](), chosen));
  }

  /**
   * Stores a source into all rows. The whole source is judged first: an error leaves everything as it was.
   *
   * @param source an array or typed array (broadcast as in NumPy), nested arrays, or one value for all rows
   * @throws CastError naming row and value, ShapeError, ReadOnlyError
   */
  assign(source: ArraySource<D>, options?: AssignmentOptions): this {
    this.planAssign(source, options)();
    return this;
  }

  /**
   * One field of a structured array: a view over the same records, with the field's own axes behind the array's.
   *
   * @throws DTypeError where elements are no records, NotFoundError for an unknown field
   */
  field<K extends string>(name: K): ArrayView<FieldOf<D, K>, M> {
    const { fields } = this.dtype;
    if (fields === undefined)
      throw new DTypeError(`${this.storage.label} holds ${this.dtype}, which has no fields`);
    const field = this.dtype.field(name);
    if (field === undefined) {
      const names = fields.map((known) => JSON.stringify(known.name)).join(", ");
      throw new NotFoundError(`there is no field ${JSON.stringify(name)}; fields are ${names}`);
    }
    return new ArrayView<FieldOf<D, K>, M>(this.storage, field.dtype, fieldLayout(this.layout, field));
  }

  /** @internal Judges an assignment without making it. */
  planAssign(
    source: unknown,
    options: AssignmentOptions & { readonly firstRow?: number; readonly cell?: boolean } = {},
  ): Assignment {
    if (this.readonly) throw this.readOnlyError();
    return planAssign(this[STRIDED](), source, { ...options, label: this.storage.label });
  }

  /** Stores one value (or one row's cell) into every row. @throws CastError, ShapeError, ReadOnlyError */
  fill(value: ArraySource<D>, options?: AssignmentOptions): this {
    this.planAssign(value, { ...options, cell: true })();
    return this;
  }

  /**
   * Stores a source into chosen rows: NumPy's `a[indices] = source` and `a[mask] = source`. Of several values for one
   * row the last stays. The whole source is judged first.
   *
   * @param selection positions, or a mask of booleans
   * @throws CastError, ShapeError, IndexError, ReadOnlyError
   */
  put(selection: RowSelection, source: ArraySource<D>, options?: AssignmentOptions): this {
    this.planPut(selection, source, options)();
    return this;
  }

  /** @internal Judges a `put` without making it. */
  planPut(selection: RowSelection, source: unknown, options: AssignmentOptions = {}): Assignment {
    if (this.readonly) throw this.readOnlyError();
    const { label } = this.storage;
    return this.planPutRows(selectedRows(selection, this.length, label), source, options);
  }

  /** @internal Judges a `put` into rows that have been found to be there. */
  planPutRows(rows: Rows, source: unknown, options: AssignmentOptions = {}): Assignment {
    if (this.readonly) throw this.readOnlyError();
    return planPut(this[STRIDED](), rows, source, { ...options, label: this.storage.label });
  }
}

/** An array over bytes in memory. */
export function wrap<D extends DTypeLike, M extends AccessMode>(
  { dtype, layout, bytes }: Strided,
  writable: boolean,
): ArrayView<D, M> {
  return new ArrayView<D, M>(new MemoryStorage(bytes, { writable }), dtype, layout);
}

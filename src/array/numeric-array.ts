import type { CompareOp } from "../compute/index.js";
import { type DTypeLike, type ElementOf, type InputOf, parseDType } from "../dtype/index.js";
import type { ArrayView } from "./array-view.js";
import type { AccessMode } from "./base.js";
import { type Comparison, compare } from "./numerics/comparison.js";
import { cumsum } from "./numerics/cumsum.js";
import { type Distinct, distinct, type UniqueOptions } from "./numerics/distinct.js";
import { mapped } from "./numerics/mapped.js";
import { combine, missing, negate } from "./numerics/masks.js";
import { isIn } from "./numerics/membership.js";
import { type CumsumOptions, requireOptions, type SortOptions } from "./numerics/options.js";
import { ReducibleArray } from "./numerics/reducible-array.js";
import type { ScalarFor, SumDTypeOf } from "./numerics/result-types.js";
import { argsorted, sorted } from "./numerics/sorted.js";
import { STRIDED, type Viewable } from "./strided.js";

/** Truth values, one for each element. */
export type Mask = ArrayView<"b1", "r+">;

/** What elements can be compared with: one value, or an array that goes together with theirs by broadcasting. */
export type Comparand<D extends DTypeLike> = ScalarFor<D> | Viewable | ArrayBufferView | readonly unknown[];

/** What `isin` looks for: any number of values. */
export type Candidates<D extends DTypeLike> =
  | Iterable<ScalarFor<D>>
  | Viewable
  | ArrayBufferView
  | readonly unknown[];

/** What `unique` gives when asked for more than the values. */
export interface UniqueResult<D extends DTypeLike> {
  /** The distinct elements, ascending. */
  readonly values: ArrayView<D, "r+">;
  /** Where each of them occurs first, in C order. */
  readonly index: ArrayView<"i8", "r+">;
  /** For each element of the array, the place of its value in `values`; in the array's shape. */
  readonly inverse: ArrayView<"i8", "r+">;
  /** How often each of them occurs. */
  readonly counts: ArrayView<"i8", "r+">;
}

/** The names of options that are asked for. */
export type AskedOf<Options> = {
  [Name in keyof Options]-?: Options[Name] extends true ? Name : never;
}[keyof Options];

/**
 * The numerics of arrays, as NumPy names them, over every layout: reductions, comparisons that give masks, sorting,
 * cumulative sums. Results are arrays in memory of their own; nothing is changed in place.
 */
export abstract class NumericArray<
  D extends DTypeLike = DTypeLike,
  M extends AccessMode = AccessMode,
> extends ReducibleArray<D, M> {
  #compare(op: CompareOp, other: unknown): Mask {
    return this.#holds([{ op, other }]);
  }

  #holds(comparisons: readonly Comparison[]): Mask {
    // Asked for first: what maps a column for writing makes its statistics count no more.
    const statistics = this.storage.statistics?.();
    return this.own(compare(this[STRIDED](), comparisons, this.storage.label, statistics));
  }

  /**
   * Where elements equal a value, or those of an array: a mask in the shape that both have together by NumPy's
   * broadcasting. NaN and NaT (`null`) equal nothing; `isnan` finds them.
   *
   * Comparisons with arrays and bigints are exact, whatever the two types: no integer is rounded. A number is first rounded
   * to the precision of the floats that it is compared with, as in NumPy 2, so that `f4` elements can equal 0.1. Dates are
   * compared with a `Date`, or a count in their unit, and with dates in other units; strings by code point, `U` with
   * `S` too. In plain arrays, numbers are doubles; a typed array of as many elements is taken in this array's shape.
   *
   * @throws DTypeError where there is no such comparison, as between strings and numbers; ShapeError where the shapes do
   * not go together
   */
  eq(other: Comparand<D>): Mask {
    return this.#compare("eq", other);
  }

  /** Where elements do not equal a value or those of an array: everywhere that {@link NumericArray.eq} does not hold. */
  ne(other: Comparand<D>): Mask {
    return this.#compare("ne", other);
  }

  /**
   * Where elements are less; compared as in {@link NumericArray.eq}. Complex numbers go by their real, then imaginary
   * part.
   */
  lt(other: Comparand<D>): Mask {
    return this.#compare("lt", other);
  }

  /** Where elements are less or equal; compared as in {@link NumericArray.lt}. */
  le(other: Comparand<D>): Mask {
    return this.#compare("le", other);
  }

  /** Where elements are greater; compared as in {@link NumericArray.lt}. */
  gt(other: Comparand<D>): Mask {
    return this.#compare("gt", other);
  }

  /** Where elements are greater or equal; compared as in {@link NumericArray.lt}. */
  ge(other: Comparand<D>): Mask {
    return this.#compare("ge", other);
  }

  /** Where `low` ≤ element ≤ `high`, both ends included; compared as in {@link NumericArray.lt}. */
  between(low: Comparand<D>, high: Comparand<D>): Mask {
    const ends = [{ op: "ge", other: low } as const, { op: "le", other: high } as const];
    return this.#holds(ends);
  }

  /**
   * Which elements are among some values; equal as in {@link NumericArray.eq}, so that NaN and NaT never are. One lookup
   * for each element, whatever the number of values, which are held in memory.
   *
   * @throws DTypeError for values that such elements cannot be compared with
   */
  isin(values: Candidates<D> | ScalarFor<D>): Mask {
    return this.own(isIn(this[STRIDED](), values, this.storage.label));
  }

  /** Which elements are NaN, in either part of complex numbers, or NaT. @throws DTypeError for strings and records */
  isnan(): Mask {
    return this.own(missing(this[STRIDED](), this.storage.label));
  }

  /**
   * Where this mask and another are true: NumPy's `&`. Broadcasts.
   *
   * @param other a mask, bytes of 0 and 1, booleans, or one boolean
   * @throws DTypeError for anything but masks, ShapeError
   */
  and(other: Viewable | Uint8Array | readonly unknown[] | boolean): Mask {
    return this.own(combine("and", this[STRIDED](), other, this.storage.label));
  }

  /** Where this mask or another is true: NumPy's `|`; otherwise as {@link NumericArray.and}. */
  or(other: Viewable | Uint8Array | readonly unknown[] | boolean): Mask {
    return this.own(combine("or", this[STRIDED](), other, this.storage.label));
  }

  /** Where this mask is false: NumPy's `~`. @throws DTypeError for anything but masks */
  not(): Mask {
    return this.own(negate(this[STRIDED](), this.storage.label));
  }

  /**
   * The elements in ascending order along an axis, the last when left out; `axis: null` takes all elements, into one
   * axis. A copy, unlike NumPy's method: NumPy's function `sort`. Stable; NaN and NaT come last, strings go by code
   * point, byte order and dtype stay.
   *
   * Cost: a radix sort of each run, of 10 to 20 nanoseconds for each number; next to nothing where it is in order. Memory beside
   * the result: twice the run for integers and floats (of 8 and 16 bits a table), else 24 bytes for each element and its
   * text; and a copy of a run that does not lie together in memory.
   *
   * @throws IndexError for an axis that is not there
   */
  sort(options: SortOptions = {}): ArrayView<D, "r+"> {
    requireOptions(options);
    return this.own(sorted(this[STRIDED](), options, this.storage.label));
  }

  /**
   * The places of the elements in the order of {@link NumericArray.sort}, along the same axis. Cost: 20 to 40 nanoseconds for each
   * number, 10 of 8 or 16 bits; 25 bytes for each element of a run beside the result, of many of 8 or 16 bits a table.
   *
   * @throws IndexError for an axis that is not there, LimitError for runs of 2³² elements
   */
  argsort(options: SortOptions = {}): ArrayView<"i8", "r+"> {
    requireOptions(options);
    return this.own(argsorted(this[STRIDED](), options, this.storage.label));
  }

  /**
   * The distinct elements of the whole array, ascending, in one axis. 0 and -0 are one; all NaN are one, as are all NaT.
   *
   * @param options what to give beside the values: NumPy's `return_index`, `return_inverse`, `return_counts`
   * @returns the values, or with options an object of `values` and what was asked for. Cost: some nanoseconds for each number
   * where there are few distinct ones, else as {@link NumericArray.sort} of all elements, or
   * {@link NumericArray.argsort} where `index` or `inverse` is asked for
   */
  unique(): ArrayView<D, "r+">;
  unique<const Options extends UniqueOptions>(
    options: Options & UniqueOptions,
  ): Pick<UniqueResult<D>, "values" | (AskedOf<Options> & keyof UniqueResult<D>)>;
  unique(options?: UniqueOptions): ArrayView<D, "r+"> | Partial<UniqueResult<D>> {
    if (options !== undefined) requireOptions(options);
    return this.ownDistinct(distinct(this[STRIDED](), options ?? {}, this.storage.label), options);
  }

  /** @internal What `unique` gives, as it was asked. */
  protected ownDistinct(
    found: Distinct,
    options: UniqueOptions | undefined,
  ): ArrayView<D, "r+"> | Partial<UniqueResult<D>> {
    if (options === undefined) return this.own(found.values);
    const arrays = Object.entries<Distinct["values"]>({ ...found }).map(([name, array]) => [
      name,
      this.own(array),
    ]);
    return Object.fromEntries(arrays);
  }

  /**
   * Running sums, along an axis or through all elements in C order into one axis. The dtype is that of sums along an
   * axis: `i8`, `u8`, or the array's own. Floats are rounded at each step to their own precision, as in NumPy; from a
   * NaT on all durations are NaT.
   *
   * @throws CastError where 64-bit integers or durations leave 64 bits, which NumPy wraps around
   */
  cumsum(options: CumsumOptions = {}): ArrayView<SumDTypeOf<D>, "r+"> {
    requireOptions(options);
    return this.own(cumsum(this[STRIDED](), options, this.storage.label));
  }

  /**
   * A new array of the same shape, of what a function gives for each element.
   *
   * ```ts
   * table.column("name").map((name) => name.length, "i4");
   * ```
   *
   * @param fn takes an element, as `at` gives it, and its place in C order; called once for each
   * @param dtype of the new array; what `fn` gives is judged as an assignment is
   * @throws CastError naming the row where a value does not fit, and whatever `fn` throws
   */
  map<const E extends DTypeLike>(
    fn: (element: ElementOf<D>, index: number) => InputOf<E>,
    dtype: E,
  ): ArrayView<E, "r+"> {
    const each = (element: unknown, index: number) => fn(element as ElementOf<D>, index);
    return this.own(mapped(this[STRIDED](), each, parseDType(dtype), this.storage.label));
  }
}

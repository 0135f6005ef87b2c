import type { DTypeLike } from "../../dtype/index.js";
import type { ArrayView } from "../array-view.js";
import { type AccessMode, ElementArray } from "../base.js";
import { STRIDED, type Strided } from "../strided.js";
import {
  type Along,
  type ArgOptions,
  type AxisOptions,
  type MomentOptions,
  type ReduceOptions,
  requireOptions,
  type Whole,
} from "./options.js";
import { reduce } from "./reduce.js";
import { type ReductionName, reductionOf } from "./reductions.js";
import type {
  ExtremumDTypeOf,
  ExtremumOf,
  MeanDTypeOf,
  MeanOf,
  SumDTypeOf,
  SumOf,
  VarDTypeOf,
  VarOf,
} from "./result-types.js";

/** An array of results, in memory of its own. */
type Result<E extends DTypeLike> = ArrayView<E, "r+">;

/**
 * What puts elements together, as NumPy names it. Without `axis` the result is one JavaScript value, with it an array
 * in memory, of NumPy's dtype. All of it reads an array once, whatever its layout, and holds about a megabyte beside
 * the result; reductions along an axis whose runs lie side by side in memory read neighbouring runs together.
 *
 * All throw DTypeError where a dtype has no such operation (records are taken by `field(name)`) and IndexError for an
 * axis that is not there.
 */
export abstract class ReducibleArray<
  D extends DTypeLike = DTypeLike,
  M extends AccessMode = AccessMode,
> extends ElementArray<D, M> {
  /** @internal An array over memory of its own, made by an operation. */
  protected abstract own<E extends DTypeLike>(array: Strided): ArrayView<E, "r+">;

  #reduce(name: ReductionName, options: MomentOptions): unknown {
    requireOptions(options);
    const { label } = this.storage;
    const reduction = reductionOf(name, this.dtype, options, label);
    const reduced = reduce(this[STRIDED](), reduction, options, label);
    return "array" in reduced ? this.own(reduced.array) : reduced.value;
  }

  /**
   * The sum. Of no elements it is 0.
   *
   * Departs from NumPy, which wraps around: sums of `i8` and `u8` are exact bigints, those of other integers are the
   * exact sum rounded once to a number; sums along an axis are `i8` or `u8`. Sums of `b1` count. Floats are added in
   * double precision, pairwise, and rounded to their own; durations (`m8`) give their count, `null` for NaT.
   *
   * @throws CastError where an exact sum along an axis leaves 64 bits
   */
  sum(options?: Whole<ReduceOptions>): SumOf<D>;
  sum(options: Along<ReduceOptions>): Result<SumDTypeOf<D>>;
  sum(options?: ReduceOptions): SumOf<D> | Result<SumDTypeOf<D>>;
  sum(options: ReduceOptions = {}): unknown {
    return this.#reduce("sum", options);
  }

  /**
   * The mean: the sum, exact for integers, divided by the count. A double for integers and truth values; durations
   * are cut towards zero. Of no elements it is NaN (`null` for durations), without a warning.
   */
  mean(options?: Whole<ReduceOptions>): MeanOf<D>;
  mean(options: Along<ReduceOptions>): Result<MeanDTypeOf<D>>;
  mean(options?: ReduceOptions): MeanOf<D> | Result<MeanDTypeOf<D>>;
  mean(options: ReduceOptions = {}): unknown {
    return this.#reduce("mean", options);
  }

  /**
   * The variance: the mean of squared distances from the mean, `sum(|x - mean|²) / (count - ddof)`. Computed about the
   * mean of each block and merged, so that large means cost no digits. NaN where there are no elements.
   */
  var(options?: Whole<MomentOptions>): VarOf<D>;
  var(options: Along<MomentOptions>): Result<VarDTypeOf<D>>;
  var(options?: MomentOptions): VarOf<D> | Result<VarDTypeOf<D>>;
  var(options: MomentOptions = {}): unknown {
    return this.#reduce("var", options);
  }

  /** The standard deviation: the root of {@link ReducibleArray.var}. */
  std(options?: Whole<MomentOptions>): VarOf<D>;
  std(options: Along<MomentOptions>): Result<VarDTypeOf<D>>;
  std(options?: MomentOptions): VarOf<D> | Result<VarDTypeOf<D>>;
  std(options: MomentOptions = {}): unknown {
    return this.#reduce("std", options);
  }

  /**
   * The least element. Complex numbers go by their real, then imaginary part; strings by code point, bytes for `S`
   * (NumPy has no `min` of strings). Of 0 and -0 it is either.
   *
   * A NaN or NaT among the elements is the result; with `skipNaN` only where there is nothing else.
   *
   * @throws ShapeError where there are no elements
   */
  min(options?: Whole<ReduceOptions>): ExtremumOf<D>;
  min(options: Along<ReduceOptions>): Result<ExtremumDTypeOf<D>>;
  min(options?: ReduceOptions): ExtremumOf<D> | Result<ExtremumDTypeOf<D>>;
  min(options: ReduceOptions = {}): unknown {
    return this.#reduce("min", options);
  }

  /** The greatest element; otherwise as {@link ReducibleArray.min}. @throws ShapeError where there are no elements */
  max(options?: Whole<ReduceOptions>): ExtremumOf<D>;
  max(options: Along<ReduceOptions>): Result<ExtremumDTypeOf<D>>;
  max(options?: ReduceOptions): ExtremumOf<D> | Result<ExtremumDTypeOf<D>>;
  max(options: ReduceOptions = {}): unknown {
    return this.#reduce("max", options);
  }

  /**
   * The first place of the least element, or of the first NaN or NaT: along one axis, or among all elements in C
   * order.
   *
   * @throws ShapeError where there are no elements, or with `skipNaN` nothing but NaN
   */
  argmin(options?: Whole<ArgOptions>): number;
  argmin(options: Along<ArgOptions>): Result<"i8">;
  argmin(options?: ArgOptions): number | Result<"i8">;
  argmin(options: ArgOptions = {}): unknown {
    return this.#reduce("argmin", options);
  }

  /** The first place of the greatest element; otherwise as {@link ReducibleArray.argmin}. @throws ShapeError likewise */
  argmax(options?: Whole<ArgOptions>): number;
  argmax(options: Along<ArgOptions>): Result<"i8">;
  argmax(options?: ArgOptions): number | Result<"i8">;
  argmax(options: ArgOptions = {}): unknown {
    return this.#reduce("argmax", options);
  }

  /**
   * Whether any element is true: not 0, not an empty string. NaN and NaT are true. False where there are none. Reads
   * no further than the first block that has one.
   */
  any(options?: Whole<AxisOptions>): boolean;
  any(options: Along<AxisOptions>): Result<"b1">;
  any(options?: AxisOptions): boolean | Result<"b1">;
  any(options: AxisOptions = {}): unknown {
    return this.#reduce("any", options);
  }

  /** Whether every element is true, as {@link ReducibleArray.any} judges them. True where there are none. */
  all(options?: Whole<AxisOptions>): boolean;
  all(options: Along<AxisOptions>): Result<"b1">;
  all(options?: AxisOptions): boolean | Result<"b1">;
  all(options: AxisOptions = {}): unknown {
    return this.#reduce("all", options);
  }

  /** How many elements are true, as {@link ReducibleArray.any} judges them: NumPy's `count_nonzero`. */
  countNonzero(options?: Whole<AxisOptions>): number;
  countNonzero(options: Along<AxisOptions>): Result<"i8">;
  countNonzero(options?: AxisOptions): number | Result<"i8">;
  countNonzero(options: AxisOptions = {}): unknown {
    return this.#reduce("countNonzero", options);
  }
}

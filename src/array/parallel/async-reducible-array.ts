import type { DTypeLike } from "../../dtype/index.js";
import type { ArrayView } from "../array-view.js";
import type { AccessMode } from "../base.js";
import { NumericArray } from "../numeric-array.js";
import type {
  Along,
  ArgOptions,
  AxisOptions,
  MomentOptions,
  ReduceOptions,
  Whole,
} from "../numerics/options.js";
import type { ReductionName } from "../numerics/reductions.js";
import type {
  ExtremumDTypeOf,
  ExtremumOf,
  MeanDTypeOf,
  MeanOf,
  SumDTypeOf,
  SumOf,
  VarDTypeOf,
  VarOf,
} from "../numerics/result-types.js";
import { STRIDED } from "../strided.js";
import { reduceAsync } from "./reduce.js";
import { type AsyncOptions, requireAsyncOptions } from "./run.js";
import type { Source } from "./source.js";

/** An array of results, in memory of its own. */
type Result<E extends DTypeLike> = Promise<ArrayView<E, "r+">>;

/**
 * Reductions by worker threads: each gives what the method without `Async` gives, to the last bit, whatever the number of
 * workers. Workers map the file themselves, so they do not see what was stored into an array that is open for reading; what is done
 * on this thread sees it.
 *
 * Arrays of less than 8 MiB, and those in ordinary memory, are reduced at once on this thread; so are numbers of less than 128 MiB that
 * lie side by side in a file which is in memory already, to their sum, mean, extremum or count: these take some milliseconds. The first call of all starts the
 * workers, which takes 0.1 to 0.3 seconds; they end when there was nothing to do for ten seconds, and keep no process alive. Along axes,
 * results lie in memory that threads share; runs that are read together are one worker's.
 *
 * Rows that come, and a table that is closed meanwhile, are no matter. What the methods without `Async` throw is what these reject
 * with; further
 * - IndexError where rows that are read, of the array or of others that take part, were discarded meanwhile;
 * - NotFoundError and StaleError where the column was deleted or renamed, or the file replaced, before a worker opened it;
 * - CorruptError where other software cut the file short before a worker opened it. What is cut off while it is read ends the
 *   process, as everywhere;
 * - LimitError for a bad number of workers, UnsupportedError for a signal that is none, WorkerError where a worker died, and the
 *   reason of a signal.
 */
export abstract class AsyncReducibleArray<
  D extends DTypeLike = DTypeLike,
  M extends AccessMode = AccessMode,
> extends NumericArray<D, M> {
  /** @internal What the asynchronous forms work on. */
  get parallelSource(): Source {
    return { array: this[STRIDED](), label: this.storage.label, path: this.storage.path };
  }

  async #reduceAsync(name: ReductionName, options: MomentOptions & AsyncOptions): Promise<unknown> {
    requireAsyncOptions(options);
    const { skipNaN, ddof } = options;
    const reduced = await reduceAsync(this.parallelSource, { name, options: { skipNaN, ddof } }, options);
    return "array" in reduced ? this.own(reduced.array) : reduced.value;
  }

  /** {@link NumericArray.sum} by workers. */
  sumAsync(options?: Whole<ReduceOptions> & AsyncOptions): Promise<SumOf<D>>;
  sumAsync(options: Along<ReduceOptions> & AsyncOptions): Result<SumDTypeOf<D>>;
  sumAsync(options?: ReduceOptions & AsyncOptions): Promise<SumOf<D>> | Result<SumDTypeOf<D>>;
  sumAsync(options: ReduceOptions & AsyncOptions = {}): Promise<unknown> {
    return this.#reduceAsync("sum", options);
  }

  /** {@link NumericArray.mean} by workers. */
  meanAsync(options?: Whole<ReduceOptions> & AsyncOptions): Promise<MeanOf<D>>;
  meanAsync(options: Along<ReduceOptions> & AsyncOptions): Result<MeanDTypeOf<D>>;
  meanAsync(options?: ReduceOptions & AsyncOptions): Promise<MeanOf<D>> | Result<MeanDTypeOf<D>>;
  meanAsync(options: ReduceOptions & AsyncOptions = {}): Promise<unknown> {
    return this.#reduceAsync("mean", options);
  }

  /** {@link NumericArray.var} by workers. */
  varAsync(options?: Whole<MomentOptions> & AsyncOptions): Promise<VarOf<D>>;
  varAsync(options: Along<MomentOptions> & AsyncOptions): Result<VarDTypeOf<D>>;
  varAsync(options?: MomentOptions & AsyncOptions): Promise<VarOf<D>> | Result<VarDTypeOf<D>>;
  varAsync(options: MomentOptions & AsyncOptions = {}): Promise<unknown> {
    return this.#reduceAsync("var", options);
  }

  /** {@link NumericArray.std} by workers. */
  stdAsync(options?: Whole<MomentOptions> & AsyncOptions): Promise<VarOf<D>>;
  stdAsync(options: Along<MomentOptions> & AsyncOptions): Result<VarDTypeOf<D>>;
  stdAsync(options?: MomentOptions & AsyncOptions): Promise<VarOf<D>> | Result<VarDTypeOf<D>>;
  stdAsync(options: MomentOptions & AsyncOptions = {}): Promise<unknown> {
    return this.#reduceAsync("std", options);
  }

  /** {@link NumericArray.min} by workers. */
  minAsync(options?: Whole<ReduceOptions> & AsyncOptions): Promise<ExtremumOf<D>>;
  minAsync(options: Along<ReduceOptions> & AsyncOptions): Result<ExtremumDTypeOf<D>>;
  minAsync(options?: ReduceOptions & AsyncOptions): Promise<ExtremumOf<D>> | Result<ExtremumDTypeOf<D>>;
  minAsync(options: ReduceOptions & AsyncOptions = {}): Promise<unknown> {
    return this.#reduceAsync("min", options);
  }

  /** {@link NumericArray.max} by workers. */
  maxAsync(options?: Whole<ReduceOptions> & AsyncOptions): Promise<ExtremumOf<D>>;
  maxAsync(options: Along<ReduceOptions> & AsyncOptions): Result<ExtremumDTypeOf<D>>;
  maxAsync(options?: ReduceOptions & AsyncOptions): Promise<ExtremumOf<D>> | Result<ExtremumDTypeOf<D>>;
  maxAsync(options: ReduceOptions & AsyncOptions = {}): Promise<unknown> {
    return this.#reduceAsync("max", options);
  }

  /** {@link NumericArray.argmin} by workers. */
  argminAsync(options?: Whole<ArgOptions> & AsyncOptions): Promise<number>;
  argminAsync(options: Along<ArgOptions> & AsyncOptions): Result<"i8">;
  argminAsync(options?: ArgOptions & AsyncOptions): Promise<number> | Result<"i8">;
  argminAsync(options: ArgOptions & AsyncOptions = {}): Promise<unknown> {
    return this.#reduceAsync("argmin", options);
  }

  /** {@link NumericArray.argmax} by workers. */
  argmaxAsync(options?: Whole<ArgOptions> & AsyncOptions): Promise<number>;
  argmaxAsync(options: Along<ArgOptions> & AsyncOptions): Result<"i8">;
  argmaxAsync(options?: ArgOptions & AsyncOptions): Promise<number> | Result<"i8">;
  argmaxAsync(options: ArgOptions & AsyncOptions = {}): Promise<unknown> {
    return this.#reduceAsync("argmax", options);
  }

  /** {@link NumericArray.any} by workers. */
  anyAsync(options?: Whole<AxisOptions> & AsyncOptions): Promise<boolean>;
  anyAsync(options: Along<AxisOptions> & AsyncOptions): Result<"b1">;
  anyAsync(options?: AxisOptions & AsyncOptions): Promise<boolean> | Result<"b1">;
  anyAsync(options: AxisOptions & AsyncOptions = {}): Promise<unknown> {
    return this.#reduceAsync("any", options);
  }

  /** {@link NumericArray.all} by workers. */
  allAsync(options?: Whole<AxisOptions> & AsyncOptions): Promise<boolean>;
  allAsync(options: Along<AxisOptions> & AsyncOptions): Result<"b1">;
  allAsync(options?: AxisOptions & AsyncOptions): Promise<boolean> | Result<"b1">;
  allAsync(options: AxisOptions & AsyncOptions = {}): Promise<unknown> {
    return this.#reduceAsync("all", options);
  }

  /** {@link NumericArray.countNonzero} by workers. */
  countNonzeroAsync(options?: Whole<AxisOptions> & AsyncOptions): Promise<number>;
  countNonzeroAsync(options: Along<AxisOptions> & AsyncOptions): Result<"i8">;
  countNonzeroAsync(options?: AxisOptions & AsyncOptions): Promise<number> | Result<"i8">;
  countNonzeroAsync(options: AxisOptions & AsyncOptions = {}): Promise<unknown> {
    return this.#reduceAsync("countNonzero", options);
  }
}

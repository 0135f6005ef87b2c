import type { DTypeLike } from "../../dtype/index.js";
import type { ArrayView } from "../array-view.js";
import type { AccessMode } from "../base.js";
import type { AskedOf, UniqueResult } from "../numeric-array.js";
import type { UniqueOptions } from "../numerics/distinct.js";
import type { SortOptions } from "../numerics/options.js";
import { AsyncArray } from "./async-array.js";
import { distinctAsync } from "./distinct.js";
import { orderAsync } from "./order.js";
import type { AsyncOptions } from "./run.js";

/**
 * Sorting by worker threads: each method gives what the one without `Async` gives, to the last bit, whatever the number of
 * workers. Each worker takes the elements of a range of values out of the file, puts them in order and writes them to their
 * place; of arrays of several runs, it sorts some. Workers map the file themselves, so they do not see what was stored into an
 * array that is open for reading.
 *
 * Arrays of less than 1 MiB are sorted at once on this thread; those in ordinary memory are copied first. Each worker looks through
 * the whole array for its range, so there are no more of them than that pays for: one for each 4 MiB, eight at most. Results lie in
 * memory that threads share. Memory beside them, in all workers together: twice the array for `sort`, 33 bytes an element for `argsort`
 * of numbers, else what {@link NumericArray.argsort} takes and two copies; a result's worth more for `unique` of many. What is
 * changed while it runs is put in order as it was at one moment or another, or is a StaleError.
 *
 * What they reject with is as {@link AsyncReducibleArray} says, further a LimitError from 2³² elements on.
 */
export abstract class AsyncOrderedArray<
  D extends DTypeLike = DTypeLike,
  M extends AccessMode = AccessMode,
> extends AsyncArray<D, M> {
  /** {@link NumericArray.sort} by workers. */
  async sortAsync(options: SortOptions & AsyncOptions = {}): Promise<ArrayView<D, "r+">> {
    return this.own(await orderAsync(this.parallelSource, "sort", options));
  }

  /** {@link NumericArray.argsort} by workers. */
  async argsortAsync(options: SortOptions & AsyncOptions = {}): Promise<ArrayView<"i8", "r+">> {
    return this.own(await orderAsync(this.parallelSource, "argsort", options));
  }

  /** {@link NumericArray.unique} by workers; with options that ask for no more, an object of `values`. */
  uniqueAsync(): Promise<ArrayView<D, "r+">>;
  uniqueAsync<const Options extends UniqueOptions & AsyncOptions>(
    options: Options & UniqueOptions & AsyncOptions,
  ): Promise<Pick<UniqueResult<D>, "values" | (AskedOf<Options> & keyof UniqueResult<D>)>>;
  async uniqueAsync(
    options?: UniqueOptions & AsyncOptions,
  ): Promise<ArrayView<D, "r+"> | Partial<UniqueResult<D>>> {
    return this.ownDistinct(
      await distinctAsync(this.parallelSource, options === undefined ? {} : options),
      options,
    );
  }
}

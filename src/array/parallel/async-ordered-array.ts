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
 * workers. Each worker takes the elements of a range of values out of the file, puts them in order and writes them to their place.
 *
 * Arrays of less than 1 MiB are sorted at once on this thread; those in ordinary memory are copied first. Results lie in memory
 * that threads share. Beside what {@link NumericArray.sort} takes in all workers together, there are 8 bytes and a copy for each
 * element. Elements that are changed while it runs make a StaleError, or an order that was right for what they were.
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
    return this.ownDistinct(await distinctAsync(this.parallelSource, options ?? {}), options);
  }
}

import { maskCount } from "../../compute/index.js";
import type { ArrayView } from "../array-view.js";
import { splitRange } from "../blocks.js";
import { type Comparison, compare, decide, planComparison } from "../numerics/comparison.js";
import { heldBy } from "../numerics/held.js";
import { reduce } from "../numerics/reduce.js";
import { lengthOf } from "../numerics/skipping.js";
import { COMPARED, type Compared, type Conditional, isOfValues } from "../numerics/where.js";
import type { BlockStatistics } from "../statistics.js";
import { STRIDED, type Strided } from "../strided.js";
import { compareAsync } from "./masks.js";
import { reduceAsync } from "./reduce.js";
import { type AsyncOptions, PARALLEL_BYTES, requireAsyncOptions } from "./run.js";
import type { Source } from "./source.js";

/** Whose elements are compared, asked anew at each use. */
export interface ConditionSource {
  source(): Source;
  statistics(): BlockStatistics | undefined;
  own(mask: Strided): ArrayView<"b1", "r+">;
}

/**
 * A comparison of the elements of an array that is made when it is used, of the elements as they are then, and block by block:
 * no mask of them all is stored. It counts; it is the `where` of reductions; and it goes wherever a mask does, where it is made
 * into one.
 *
 * ```ts
 * const late = flights.column("delay").condition("gt", 15);
 * late.count();
 * flights.column("fare").mean({ where: late });
 * flights.filter(late);
 * ```
 */
export class Condition implements Conditional {
  readonly #of: ConditionSource;
  readonly #comparisons: readonly Comparison[];

  /** @internal by `condition` of an array */
  constructor(of: ConditionSource, comparisons: readonly Comparison[]) {
    this.#of = of;
    this.#comparisons = comparisons;
    const { array, label } = of.source();
    // What does not compare is refused where it is written.
    planComparison(array, comparisons, label);
  }

  /**
   * For how many elements it holds. Cost: the elements are read once; an index that counts spares those of the blocks that it decides.
   *
   * @throws ShapeError where it is with an array that does not go together with the elements any more
   */
  count(): number {
    const compared = this[COMPARED]();
    const { array, comparisons, label, statistics } = compared;
    if (!isOfValues(compared)) return maskCount(this[STRIDED]().bytes);
    const held = heldBy(array.dtype, comparisons, label);
    const { certain, unknown } = decide(planComparison(array, comparisons, label), statistics);
    let count = lengthOf(certain);
    for (const [from, to] of unknown) {
      for (const layout of splitRange(array.layout, from, to, Number.POSITIVE_INFINITY)) {
        const reduced = reduce({ ...array, layout }, held, {}, label);
        if ("value" in reduced) count += Number(reduced.value);
      }
    }
    return count;
  }

  /** {@link Condition.count} by workers. @throws as the reductions by workers, such as `countNonzeroAsync` */
  async countAsync(options: AsyncOptions = {}): Promise<number> {
    requireAsyncOptions(options);
    const source = this.#of.source();
    const compared = this[COMPARED]();
    const { array, comparisons, label, statistics } = compared;
    if (!isOfValues(compared)) {
      return maskCount((await compareAsync(source, comparisons, options, statistics)).bytes);
    }
    const { unknown } = decide(planComparison(array, comparisons, label), statistics);
    if (statistics !== undefined && lengthOf(unknown) * array.dtype.itemsize < PARALLEL_BYTES) {
      options.signal?.throwIfAborted();
      return this.count();
    }
    const reduced = await reduceAsync(source, { comparisons }, options);
    return "value" in reduced ? Number(reduced.value) : 0;
  }

  /** The mask of the elements, as `gt` and its like give. */
  mask(): ArrayView<"b1", "r+"> {
    return this.#of.own(this[STRIDED]());
  }

  [STRIDED](): Strided {
    const { array, comparisons, label, statistics } = this[COMPARED]();
    return compare(array, comparisons, label, statistics);
  }

  [COMPARED](): Compared {
    // Asked for first: what maps a column for writing makes its statistics count no more.
    const statistics = this.#of.statistics();
    const { array, label } = this.#of.source();
    return { array, comparisons: this.#comparisons, label, statistics };
  }
}

import type { CompareOp } from "../../compute/index.js";
import { type DTypeLike, showValue } from "../../dtype/index.js";
import { UnsupportedError } from "../../errors.js";
import type { ArrayView } from "../array-view.js";
import type { AccessMode } from "../base.js";
import type { Candidates, Comparand, Mask } from "../numeric-array.js";
import type { Comparison } from "../numerics/comparison.js";
import type { ScalarFor } from "../numerics/result-types.js";
import { maskOf, type RowSelection, rowsNow } from "../rows.js";
import type { Strided, Viewable } from "../strided.js";
import { AsyncReducibleArray } from "./async-reducible-array.js";
import { Condition, type ConditionSource } from "./condition.js";
import { combineAsync, compareAsync, isInAsync, missingAsync, negateAsync } from "./masks.js";
import { filterAsync, takeAsync } from "./rows.js";
import type { AsyncOptions } from "./run.js";

/** What a condition compares. @throws UnsupportedError */
function comparisonsOf(op: CompareOp | "between", others: readonly unknown[]): readonly Comparison[] {
  const ops: readonly CompareOp[] = op === "between" ? ["ge", "le"] : [op];
  if (!ops.every(isComparison)) {
    throw new UnsupportedError(
      `there is no comparison ${showValue(op)}; there are ${COMPARISONS.join(", ")} and between`,
    );
  }
  if (others.length !== ops.length) {
    const values = ops.length === 1 ? "1 value" : `${ops.length} values`;
    throw new UnsupportedError(`${op} takes ${values}, not ${others.length}`);
  }
  return ops.map((each, i) => ({ op: each, other: others[i] }));
}

const COMPARISONS: readonly CompareOp[] = ["eq", "ne", "lt", "le", "gt", "ge"];

function isComparison(op: CompareOp): boolean {
  return COMPARISONS.includes(op);
}

/**
 * Masks and rows by worker threads, as {@link AsyncReducibleArray} has reductions. What workers make lies in memory that threads
 * share, so that other asynchronous forms take it as it is: the `buffer` of `values` is a SharedArrayBuffer, which
 * `postMessage` shares and does not copy, and which `Response` and WebCrypto refuse; `toArray()` copies into ordinary memory. Masks
 * and other operands in ordinary memory are copied for the workers where they are small beside the array; else the mask is made at
 * once on this thread.
 */
export abstract class AsyncArray<
  D extends DTypeLike = DTypeLike,
  M extends AccessMode = AccessMode,
> extends AsyncReducibleArray<D, M> {
  /** @internal An array over a copy. */
  protected abstract adopt(copy: Strided): ArrayView<D, "r">;

  /**
   * A comparison of the elements that is made when it is used, as {@link Condition} says; compared as in {@link NumericArray.eq}.
   *
   * @param op `eq`, `ne`, `lt`, `le`, `gt`, `ge`, or `between`, which takes two values, both included
   * @throws DTypeError and ShapeError as comparing, UnsupportedError for another comparison
   */
  condition(op: "between", low: Comparand<D>, high: Comparand<D>): Condition;
  condition(op: CompareOp, other: Comparand<D>): Condition;
  condition(op: CompareOp | "between", ...others: readonly Comparand<D>[]): Condition {
    const source: ConditionSource = {
      source: () => this.parallelSource,
      statistics: () => this.storage.statistics?.(),
      own: (mask) => this.own(mask),
    };
    return new Condition(source, comparisonsOf(op, others));
  }

  async #compareAsync(comparisons: readonly Comparison[], options: AsyncOptions = {}): Promise<Mask> {
    const statistics = this.storage.statistics?.();
    return this.own(await compareAsync(this.parallelSource, comparisons, options, statistics));
  }

  /** {@link NumericArray.eq} by workers. */
  eqAsync(other: Comparand<D>, options?: AsyncOptions): Promise<Mask> {
    return this.#compareAsync([{ op: "eq", other }], options);
  }

  /** {@link NumericArray.ne} by workers. */
  neAsync(other: Comparand<D>, options?: AsyncOptions): Promise<Mask> {
    return this.#compareAsync([{ op: "ne", other }], options);
  }

  /** {@link NumericArray.lt} by workers. */
  ltAsync(other: Comparand<D>, options?: AsyncOptions): Promise<Mask> {
    return this.#compareAsync([{ op: "lt", other }], options);
  }

  /** {@link NumericArray.le} by workers. */
  leAsync(other: Comparand<D>, options?: AsyncOptions): Promise<Mask> {
    return this.#compareAsync([{ op: "le", other }], options);
  }

  /** {@link NumericArray.gt} by workers. */
  gtAsync(other: Comparand<D>, options?: AsyncOptions): Promise<Mask> {
    return this.#compareAsync([{ op: "gt", other }], options);
  }

  /** {@link NumericArray.ge} by workers. */
  geAsync(other: Comparand<D>, options?: AsyncOptions): Promise<Mask> {
    return this.#compareAsync([{ op: "ge", other }], options);
  }

  /** {@link NumericArray.between} by workers. */
  betweenAsync(low: Comparand<D>, high: Comparand<D>, options?: AsyncOptions): Promise<Mask> {
    const ends: Comparison[] = [
      { op: "ge", other: low },
      { op: "le", other: high },
    ];
    return this.#compareAsync(ends, options);
  }

  /** {@link NumericArray.isin} by workers. */
  async isinAsync(values: Candidates<D> | ScalarFor<D>, options: AsyncOptions = {}): Promise<Mask> {
    return this.own(await isInAsync(this.parallelSource, values, options));
  }

  /** {@link NumericArray.isnan} by workers. */
  async isnanAsync(options: AsyncOptions = {}): Promise<Mask> {
    return this.own(await missingAsync(this.parallelSource, options));
  }

  /** {@link NumericArray.and} by workers. */
  async andAsync(other: MaskLike, options: AsyncOptions = {}): Promise<Mask> {
    return this.own(await combineAsync("and", this.parallelSource, other, options));
  }

  /** {@link NumericArray.or} by workers. */
  async orAsync(other: MaskLike, options: AsyncOptions = {}): Promise<Mask> {
    return this.own(await combineAsync("or", this.parallelSource, other, options));
  }

  /** {@link NumericArray.not} by workers. */
  async notAsync(options: AsyncOptions = {}): Promise<Mask> {
    return this.own(await negateAsync(this.parallelSource, options));
  }

  /** {@link ArrayView.take} by workers. The positions are judged and copied at once. */
  async takeAsync(indices: RowSelection, options: AsyncOptions = {}): Promise<ArrayView<D, "r">> {
    const { parallelSource } = this;
    const rows = rowsNow(indices, this.length, parallelSource.label);
    const { arrays } = await takeAsync([parallelSource], rows, options);
    return this.adopt(arrays[0]);
  }

  /** {@link ArrayView.filter} by workers. A mask is to be left alone until the rows are there. */
  async filterAsync(mask: RowSelection, options: AsyncOptions = {}): Promise<ArrayView<D, "r">> {
    const { parallelSource } = this;
    const { arrays } = await filterAsync(
      [parallelSource],
      maskOf(mask, this.length, parallelSource.label),
      options,
    );
    return this.adopt(arrays[0]);
  }
}

/** What goes together with a mask. */
type MaskLike = Viewable | Uint8Array | readonly unknown[] | boolean;

import type { DType } from "../dtype/index.js";
import { Operation } from "./operation.js";
import type { Origin } from "./origin.js";
import type { RowsView } from "./source.js";
import { Stage, stageBytes } from "./stage.js";
import { StagePool } from "./stage-pool.js";

/** How large a stage is: so many rows of the dataset, or bytes. */
export type StageSize = number | { readonly bytes: number };

/**
 * What a {@link Reader} reads of: a table or an array. It is an operation itself, of all rows; its steps make others.
 *
 * ```ts
 * const dataset = await reader.dataset("/flights");
 * using stage = dataset.createStage(10);
 * const rows = await reader.request(dataset.slice(30, 35), stage).get();
 * ```
 */
export class Dataset<V extends RowsView = RowsView> extends Operation<V> {
  readonly #origin: Origin;

  /** @internal Use `dataset` of readers. */
  constructor(origin: Origin) {
    super({ origin, steps: [], sample: origin.sample, gives: "rows" });
    this.#origin = origin;
  }

  /** What one element is; of a table, a row. */
  get dtype(): DType {
    return this.#origin.source.dtype;
  }

  /** The lengths of the axes, the number of rows first; of a table that alone. */
  get shape(): readonly number[] {
    return this.#origin.source.shape;
  }

  /** Number of rows. */
  get length(): number {
    return this.#origin.source.length;
  }

  /** The names of a table's columns; undefined for an array. */
  get fields(): readonly string[] | undefined {
    return this.#origin.source.fields;
  }

  /**
   * Memory for one result at a time, of this or any other dataset.
   *
   * @throws LimitError for what is no size, and where there is no memory for it
   */
  createStage(size: StageSize): Stage {
    return new Stage(this.#bytesOf(size));
  }

  /** Stages that requests take in turn. @throws LimitError as {@link createStage} */
  createStagePool(size: StageSize, count: number): StagePool {
    return new StagePool(this.#bytesOf(size), count);
  }

  #bytesOf(size: StageSize): number {
    return stageBytes(size, this.#origin.sample.form.rowBytes);
  }

  override toString(): string {
    return `<Dataset ${this.#origin.label}: ${this.dtype}, shape [${this.shape.join(", ")}]>`;
  }
}

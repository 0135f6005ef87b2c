import type { RowSet } from "../hdf5/index.js";
import type { WorkerRun } from "../workers/index.js";
import { type FunctionName, functionName } from "./block-function.js";
import type { BlockSpan } from "./block-plan.js";
import { type MapTask, mapBlock, type SharedRows } from "./block-tasks.js";
import { beginRun } from "./dataset-loader.js";
import type { Loaded, Loader } from "./loader.js";
import { copyShared, type SharedView, shareView } from "./shared-view.js";
import { chosenFields, rowsBetween, type Source } from "./source.js";
import { takeRowSet } from "./view-loader.js";

/** What workers run. */
const MODULE = new URL("./block-tasks.js", import.meta.url).href;

/** Has a function of the user's called with each block, by workers, which read the rows themselves. */
export class MapLoader<T> implements Loader<T> {
  readonly #source: Source;
  readonly #fields: readonly string[] | undefined;
  readonly #name: { readonly module: string; readonly name: string };
  readonly #run: WorkerRun | undefined;
  #isStopped = false;

  constructor(
    source: Source,
    fn: FunctionName,
    { fields, workers }: { readonly fields: readonly string[] | undefined; readonly workers: number },
  ) {
    this.#source = source;
    this.#fields = fields;
    this.#name = functionName(fn);
    this.#run = beginRun(workers);
  }

  async load(span: BlockSpan): Promise<Loaded<T>> {
    const { index, start, length } = span;
    const input: MapTask = {
      ...this.#name,
      source: this.#share(span),
      fields: this.#fields,
      block: { index, start, length },
    };
    const data =
      this.#run === undefined
        ? await this.#here(input)
        : await this.#run.submit<MapTask, T>({ module: MODULE, name: "mapBlock", input });
    return { data, release: () => undefined };
  }

  async #here(task: MapTask): Promise<T> {
    const isStopped = () => this.#isStopped;
    const context = {
      get stopped() {
        return isStopped();
      },
    };
    return (await mapBlock(task, context)) as T;
  }

  #share({ start, length, rows }: BlockSpan): SharedRows {
    const source = this.#source.rows;
    if (source.kind === "dataset") {
      const { dataset } = source;
      const shape = [length, ...dataset.shape.slice(1)];
      return { kind: "dataset", plan: dataset.plan(rows), descr: dataset.dtype.descr, shape };
    }
    const { label } = this.#source;
    const view = this.#fields === undefined ? source.view : chosenFields(source.view, this.#fields, label);
    if (isOneRange(rows)) {
      const part = rowsBetween(view, start, start + length);
      return { kind: "view", view: shareView(part) ?? copyShared(part), rows: undefined };
    }
    const whole: SharedView | undefined = shareView(view);
    if (whole !== undefined) return { kind: "view", view: whole, rows };
    return { kind: "view", view: copyShared(takeRowSet(view, rows, length)), rows: undefined };
  }

  stop(reason: unknown): void {
    this.#isStopped = true;
    this.#run?.cancel(reason);
  }
}

function isOneRange(rows: RowSet): boolean {
  return !(rows instanceof Float64Array) && rows.length === 1;
}

import { MemoryStorage, sharedBuffer } from "../array/index.js";
import { type RowPlan, readRows } from "../hdf5/index.js";
import { canStartWorkers, type WorkerRun, workerPool } from "../workers/index.js";
import type { BlockSpan } from "./block-plan.js";
import type { ReadTask } from "./block-tasks.js";
import type { DatasetRows } from "./dataset-rows.js";
import type { Loan } from "./lent-storage.js";
import type { Loader } from "./loader.js";
import { chosenFields, type RowsView } from "./source.js";
import { lend } from "./view-loader.js";

/** What workers run. */
const MODULE = new URL("./block-tasks.js", import.meta.url).href;

/** Blocks of a dataset are read by workers into memory that is used again; where they lie in the file as they are, they stay there. */
export class DatasetLoader<V extends RowsView> implements Loader<V, Loan<V>> {
  readonly #rows: DatasetRows;
  readonly #fields: readonly string[] | undefined;
  readonly #label: string;
  readonly #run: WorkerRun | undefined;
  readonly #blockBytes: number;
  readonly #free: SharedArrayBuffer[] = [];
  #isStopped = false;

  /** @param workers how many may read; 0: this thread does */
  constructor(
    rows: DatasetRows,
    options: {
      readonly blockSize: number;
      readonly fields: readonly string[] | undefined;
      readonly workers: number;
      readonly label: string;
    },
  ) {
    this.#rows = rows;
    this.#fields = options.fields;
    this.#label = options.label;
    this.#blockBytes = options.blockSize * rows.rowBytes;
    this.#run = beginRun(options.workers);
  }

  load(span: BlockSpan): Loan<V> | Promise<Loan<V>> {
    const { start, length, rows } = span;
    const isAsItIs = !(rows instanceof Float64Array) && rows.length === 1;
    const there = isAsItIs ? this.#rows.inPlace(start, start + length) : undefined;
    return there === undefined ? this.#read(span) : lend(this.#chosen(there));
  }

  async #read({ length, rows }: BlockSpan): Promise<Loan<V>> {
    const plan = this.#rows.plan(rows);
    const bytes = length * this.#rows.rowBytes;
    const buffer = this.#free.pop() ?? sharedBuffer(this.#blockBytes);
    try {
      await this.#readInto(plan, new Uint8Array(buffer, 0, bytes));
    } catch (error) {
      this.#giveBack(buffer);
      throw error;
    }
    const storage = new MemoryStorage(new Uint8Array(buffer, 0, bytes), {
      writable: false,
      label: this.#label,
    });
    const loan = lend(this.#chosen(this.#rows.view(storage, length)));
    return {
      ...loan,
      release: () => {
        loan.release();
        this.#giveBack(buffer);
      },
    };
  }

  async #readInto(plan: RowPlan, target: Uint8Array<SharedArrayBuffer>): Promise<void> {
    if (this.#run === undefined) await readRows(plan, target, () => this.#isStopped);
    else {
      const input: ReadTask = { plan, target };
      await this.#run.submit<ReadTask, void>({ module: MODULE, name: "readBlock", input });
    }
  }

  #giveBack(buffer: SharedArrayBuffer): void {
    if (!this.#isStopped) this.#free.push(buffer);
  }

  #chosen(view: RowsView): V {
    return (this.#fields === undefined ? view : chosenFields(view, this.#fields, this.#label)) as V;
  }

  stop(reason: unknown): void {
    this.#isStopped = true;
    this.#free.length = 0;
    this.#run?.cancel(reason);
  }
}

/** Workers for tasks that fail one by one; undefined where this thread is to do them. */
export function beginRun(workers: number): WorkerRun | undefined {
  return workers > 0 && canStartWorkers() ? workerPool().begin({ workers, independent: true }) : undefined;
}

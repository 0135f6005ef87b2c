import { type AsyncOptions, type ParallelTasks, workersOf } from "../array/index.js";
import { type WorkerRun, workerPool } from "../workers/index.js";

/** What workers do for one call that stores into files: it can be ended at once, in the very call. */
export class StoringRun {
  readonly #run: WorkerRun;

  /** @throws LimitError for a bad number of workers */
  constructor(options: AsyncOptions) {
    this.#run = workerPool().begin({ workers: workersOf(options) });
  }

  /**
   * Has tasks done.
   *
   * @returns the results in the order of the inputs; rejected with the first failure once no worker touches a file any more
   */
  async all<I, O>({ module, act, inputs }: Omit<ParallelTasks<I, O>, keyof AsyncOptions>): Promise<O[]> {
    try {
      return await Promise.all(
        inputs.map((input) => this.#run.submit<I, O>({ module, name: act.name, input })),
      );
    } catch (error) {
      this.#run.fail(error);
      await this.#run.finish().catch(() => undefined);
      throw error;
    }
  }

  /** Ends it: when this returns, no worker touches a file any more. */
  stop(reason: unknown): void {
    this.#run.stop(reason);
  }

  /** Nothing more is to be done. */
  async finish(): Promise<void> {
    await this.#run.finish();
  }
}

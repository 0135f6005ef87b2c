import { openNpy } from "../array/index.js";
import { showValue } from "../dtype/index.js";
import { ClosedError, LimitError, NotFoundError, UnsupportedError } from "../errors.js";
import { MemmapFile } from "../group/index.js";
import { openHdf5 } from "../hdf5/index.js";
import { currentFiles } from "../platform/files.js";
import { inTurn, type Schema, type TableView } from "../table/index.js";
import { defaultWorkers, type WorkerRun } from "../workers/index.js";
import { Answering } from "./answering.js";
import { Dataset } from "./dataset.js";
import { beginRun } from "./dataset-loader.js";
import { Future } from "./future.js";
import { openSource, type Streamable } from "./open-source.js";
import { Operation } from "./operation.js";
import { Origin } from "./origin.js";
import { checkRequest, Pending, type RequestOptions } from "./pending.js";
import { inOrder, type Operations, requireOperations } from "./request-stream.js";
import type { RowsView, Source } from "./source.js";
import { Stage } from "./stage.js";
import { StagePool } from "./stage-pool.js";

/** How a {@link Reader} reads. */
export interface ReaderOptions {
  /**
   * How many worker threads may read at the same time; the processors less one when left out. 0: none; what is too long
   * for one go is read in this thread, bit by bit.
   */
  readonly workers?: number | undefined;
}

/** What a reader holds until nothing is under way any more. */
interface Held {
  close(): void;
}

/** Closes what readers have opened that nobody can reach any more. */
const abandoned = new FinalizationRegistry<Held[]>(letGo);

function letGo(held: Held[]): void {
  // What was opened last stands on what was opened first.
  inTurn(held.splice(0).reverse(), (each) => each.close());
}

/**
 * Reads rows of tables, arrays and HDF5 datasets at random: requests are answered by futures, into memory that is used
 * again and again.
 *
 * ```ts
 * await using reader = await Reader.open("flights.h5");
 * const flights = await reader.dataset<TableView>("/flights");
 * using pool = flights.createStagePool(10, 10);
 * const future = reader.request(flights.slice(30, 40), pool);
 * console.log(await future.get());
 * ```
 *
 * What is small and mapped is copied at once, in this thread; all else is read by worker threads.
 */
export class Reader<V extends RowsView = RowsView> {
  readonly #x: Streamable;
  readonly #workers: number;
  readonly #held: Held[];
  readonly #origins = new WeakSet<Origin>();
  readonly #answering: Answering;
  readonly #unfinished = new Set<Pending>();
  #run: WorkerRun | undefined;
  #isClosed = false;
  #isOver = false;
  /** Called when a request that has a stage is settled. */
  #wake: (() => void)[] = [];

  private constructor(x: Streamable, workers: number, held: Held[]) {
    this.#x = x;
    this.#workers = workers;
    this.#held = held;
    abandoned.register(this, held);
    this.#answering = new Answering(() => {
      // The pool of workers was closed: what comes starts new ones.
      if (this.#run !== undefined && Atomics.load(this.#run.flag, 0) !== 0) this.#run = undefined;
      this.#run ??= beginRun(this.#workers);
      return this.#run;
    });
  }

  /**
   * Opens what is to be read. Worker threads start when they are first needed.
   *
   * @param x what {@link openSource} takes: a table or view, an array, a `MemmapFile` or group, an HDF5 file or dataset, or
   * the path of a file or directory, which is closed with the reader
   * @throws NotFoundError, FormatError; LimitError for what is no number of workers
   */
  static open<S extends Schema>(x: TableView<S>, options?: ReaderOptions): Promise<Reader<TableView>>;
  static open(x: Streamable, options?: ReaderOptions): Promise<Reader>;
  static async open(x: unknown, options: ReaderOptions = {}): Promise<unknown> {
    if (typeof options !== "object" || options === null) {
      throw new UnsupportedError(`options are an object, such as { workers: 2 }, not ${showValue(options)}`);
    }
    const { workers = defaultWorkers() } = options;
    if (!Number.isSafeInteger(workers) || workers < 0) {
      throw new LimitError(`workers is a whole number, at least 0, not ${showValue(workers)}`);
    }
    // What it is, the first dataset tells.
    if (typeof x !== "string") return new Reader(x as Streamable, workers, []);
    const opened = await openPath(x);
    return new Reader(opened, workers, [opened]);
  }

  get closed(): boolean {
    return this.#isClosed;
  }

  #requireOpen(): void {
    if (this.#isClosed) throw new ClosedError("the reader is closed");
  }

  /**
   * A dataset, column, array or group.
   *
   * @param path none where the reader was opened with one thing that has rows
   * @throws NotFoundError, with a guess at what was meant; DTypeError, ShapeError as {@link openSource}; ClosedError
   */
  async dataset<W extends RowsView = V>(path?: string): Promise<Dataset<W>> {
    this.#requireOpen();
    const source: Source = await openSource(this.#x, path);
    if (this.#isOver) {
      source.close();
      this.#requireOpen();
    }
    this.#held.push(source);
    const origin = new Origin(source);
    this.#origins.add(origin);
    return new Dataset<W>(origin);
  }

  /**
   * Asks for what an operation gives. It returns at once; what goes wrong later, the future tells.
   *
   * @param to a stage without a result that is to be read, or a pool: the future waits for a stage then, and those who waited
   * before it come first. Where a worker still writes for a request that has failed, the future waits for that, too
   * @throws LimitError where the stage is busy, ClosedError where reader, stage or pool are; UnsupportedError for an operation
   * of another reader
   */
  request<W>(operation: Operation<W>, to: Stage | StagePool, options?: RequestOptions): Future<W> {
    this.#requireOpen();
    if (!(operation instanceof Operation)) {
      throw new UnsupportedError(
        `an operation is a dataset or made by its steps, not ${showValue(operation)}`,
      );
    }
    if (!(to instanceof Stage || to instanceof StagePool)) {
      throw new UnsupportedError(`a result goes to a stage or a pool of stages, not to ${showValue(to)}`);
    }
    checkRequest(options);
    const { parts } = operation;
    if (!this.#origins.has(parts.origin)) {
      throw new UnsupportedError(`${parts.origin.label}: the operation is of a dataset of another reader`);
    }
    const pending = new Pending((place) => this.#answering.answer(parts, place), this.#settled);
    this.#unfinished.add(pending);
    try {
      if (options !== undefined) pending.limit(options);
      to.serve(pending);
    } catch (error) {
      pending.fail(error);
      throw error;
    }
    return new Future<W>(pending);
  }

  readonly #settled = (pending: Pending): void => {
    this.#unfinished.delete(pending);
    if (!this.#isClosed) return;
    for (const wake of this.#wake.splice(0)) wake();
    this.#endIfIdle();
  };

  /**
   * Copies of the results of operations, in their order. As many are asked for at a time as the pool has stages, and no
   * operation is taken before it can be.
   *
   * @param operations any number of them, from anything that can be iterated
   * @throws UnsupportedError for what cannot be iterated, and no pool; (the iteration) what an operation fails with, at its turn
   */
  requests<W>(
    operations: Operations<W>,
    pool: StagePool,
    options?: RequestOptions,
  ): AsyncGenerator<W, void, void> {
    if (!(pool instanceof StagePool)) {
      throw new UnsupportedError(`results go to a pool of stages, not to ${showValue(pool)}`);
    }
    checkRequest(options);
    requireOperations(operations);
    return inOrder(operations, pool.size, (operation) => this.request(operation, pool, options));
  }

  /**
   * Takes no more requests, and is fulfilled when those that have a stage are answered; their futures can be read after it.
   * Requests that wait for a stage of a pool are answered when one is free.
   */
  async close(): Promise<void> {
    this.#isClosed = true;
    while ([...this.#unfinished].some(({ state }) => state === "running")) {
      await new Promise<void>((resolve) => this.#wake.push(resolve));
    }
    this.#endIfIdle();
  }

  /** Takes no more requests; those that are not answered fail with a ClosedError. Results that are there can be read. */
  stop(): void {
    this.#isClosed = true;
    const error = new ClosedError("the reader was stopped before this request was answered");
    for (const pending of [...this.#unfinished]) pending.fail(error);
    this.#endIfIdle();
  }

  #endIfIdle(): void {
    if (this.#isOver || this.#unfinished.size > 0) return;
    this.#isOver = true;
    letGo(this.#held);
  }

  /** As {@link stop}. */
  [Symbol.dispose](): void {
    this.stop();
  }

  /** As {@link close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

async function openPath(path: string): Promise<Streamable & Held> {
  const there = currentFiles().look(path);
  if (there === undefined) throw new NotFoundError(`${path}: there is no such file or directory`, { path });
  if (there.isDirectory()) return MemmapFile.open(path, { mode: "r" });
  return path.endsWith(".npy") ? openNpy(path) : openHdf5(path);
}

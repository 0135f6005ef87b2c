import type { ArrayView } from "../array/index.js";
import { showValue } from "../dtype/index.js";
import { LimitError } from "../errors.js";
import { turn } from "../platform/turns.js";
import { type Schema, TableView } from "../table/index.js";
import { defaultWorkers } from "../workers/index.js";
import { Block } from "./block.js";
import type { FunctionName } from "./block-function.js";
import {
  type BlockOptions,
  type BlockSpan,
  planBlocks,
  type ResolvedBlocks,
  resolveBlocks,
} from "./block-plan.js";
import { type BlockFlow, BlockQueue, BlockStream, ResultStream, type StreamInfo } from "./block-stream.js";
import { requireCount, requireOptions } from "./checks.js";
import { DatasetLoader } from "./dataset-loader.js";
import { Flow } from "./flow.js";
import { checkFlow, type FlowOptions } from "./flow-options.js";
import type { Loan } from "./lent-storage.js";
import type { Loaded, Loader } from "./loader.js";
import { MapLoader } from "./map-loader.js";
import { openSource, type Streamable } from "./open-source.js";
import type { Place } from "./place.js";
import { checkFields, chosenFields, type RowsView, rowsBetween, type Source } from "./source.js";
import { ViewLoader } from "./view-loader.js";

/** Bytes of a block, where its rows need not be those of chunks. */
const BLOCK_BYTES = 1 << 20;
/** Rows of more bytes come one by one, unless told otherwise. */
const MOST_BYTES = 1 << 26;
/** So many rows are given out between two looks at the clock. */
const TURN_ROWS = 256;
/** Chunks of fewer bytes come several at a time. */
const CHUNK_BYTES = 1 << 18;

/** What a stream is to be: which rows, in which blocks, read how. */
export interface StreamOptions extends BlockOptions, FlowOptions {
  /** The columns that are wanted; all when left out. */
  readonly fields?: readonly string[] | undefined;
  /**
   * How many workers read, of those that the process shares; processors − 1 when left out, at least 1. 0: this thread reads.
   * Rows of tables and of arrays are looked at where they are, and need none, but for `map`.
   */
  readonly workers?: number | undefined;
}

/** What {@link Streamer.rows} gives: of a table an object a row, of an array what `at` gives. */
export type RowOf<V extends RowsView> = V extends { at(row: number): infer R } ? R : never;

/**
 * Reads the rows of a source in blocks, ahead of whoever asks for them. Any number of streams may be under way, each on its
 * own.
 *
 * ```ts
 * const streamer = (await Streamer.open("flights.h5", "/flights")).asTable();
 * for await (const { start, data } of streamer.blocks({ blockSize: 10_000 })) {
 *   console.log(start, data.column("delay").mean());
 * }
 * ```
 */
export class Streamer<V extends RowsView = RowsView> {
  readonly source: Source<V>;

  /** @param source made by {@link openSource} */
  constructor(source: Source<V>) {
    this.source = source;
  }

  /** A streamer over what {@link openSource} opens. */
  static open<S extends Schema>(x: TableView<S>, path?: undefined): Promise<Streamer<TableView>>;
  static open<S extends Schema>(x: TableView<S>, path: string): Promise<Streamer<ArrayView>>;
  static open(x: Streamable, path?: string): Promise<Streamer>;
  static async open(x: unknown, path?: string): Promise<unknown> {
    return new Streamer(await openSource(x as Streamable, path));
  }

  /**
   * Blocks in their order, each released when the next is asked for.
   *
   * Rows of tables, of arrays, and of datasets that lie in their file as they are, are looked at where they lie: nothing is copied,
   * and the pages are read ahead off the main thread. Rows of all other datasets are read by workers into memory that is used
   * again: a copy of each block in the process, `readAhead` of them at most.
   *
   * @param options.blockSize when left out: the rows of a chunk of a dataset that has chunks, or of so many that they are about
   * 256 KiB, and at most 64 MiB; else about 1 MiB of rows
   * @param options.readAhead when left out: 4 × `workers` + 1
   * @throws LimitError, IndexError and ShapeError for options that make no sense; NotFoundError for a field that is not there
   */
  blocks(options: StreamOptions = {}): BlockStream<V> {
    const { flow, info } = this.#begin(options, false);
    return new BlockStream(flow, info);
  }

  /** Blocks for many consumers at once. @param options as of {@link blocks} */
  queue(options: StreamOptions = {}): BlockQueue<V> {
    const { flow, info } = this.#begin(options, true);
    return new BlockQueue(flow, info);
  }

  /**
   * Rows one by one, copies of their own: of a table objects, of an array elements or arrays.
   *
   * @param options as of {@link blocks}
   */
  async *rows(options: StreamOptions = {}): AsyncGenerator<RowOf<V>, void> {
    for await (const { data, length } of this.blocks(options)) {
      for (let row = 0; row < length; row++) {
        // Rows are many, and the clock is not free.
        if (row % TURN_ROWS === 0) await turn();
        yield data.at(row) as RowOf<V>;
      }
    }
  }

  /**
   * Calls a function with each block, in workers, and gives its results in the order of the blocks (or as they come, with
   * `ordered: false`).
   *
   * ```ts
   * // work.js: export const mean = (data) => data.column("delay").mean();
   * for await (const mean of streamer.map({ module: new URL("./work.js", import.meta.url), name: "mean" })) …
   * ```
   *
   * Workers map the files of tables themselves; arrays in memory are copied to them, block by block. They do not see what was
   * assigned to a table that is open for reading.
   *
   * @param fn an export of a module that Node can load as it is: a {@link BlockFunction}
   * @param options as of {@link blocks}; a block that makes it throw counts as one that could not be read
   */
  map<T>(fn: FunctionName, options: StreamOptions = {}): ResultStream<T> {
    const setup = this.#setup(options);
    const { fields, workers } = setup;
    const loader = new MapLoader<T>(this.source as unknown as Source, fn, { fields, workers });
    const flow = this.#flow(
      loader,
      ({ data }: Loaded<T>, _, place) => {
        place.leave();
        return { result: data };
      },
      setup,
      options,
    );
    return new ResultStream(flow, setup.info);
  }

  /**
   * The rows behind the last full block: a copy, of 0 rows where blocks come out even.
   *
   * @throws LimitError where `blockSize` is no whole number of at least 1
   */
  async remainder(blockSize: number): Promise<V> {
    requireCount(blockSize, "blockSize");
    const { length } = this.source;
    const from = length - (length % blockSize);
    const all = { from, to: length, blockSize: Math.max(1, length - from) };
    for await (const { data } of this.blocks(all)) return takeAll(data);
    return this.#emptyRows();
  }

  /** The same streamer, where its source is a table. @throws DTypeError where it is an array */
  asTable(): Streamer<TableView> {
    return new Streamer(this.source.asTable());
  }

  /** The same streamer, where its source is an array. @throws DTypeError where it is a table */
  asArray(): Streamer<ArrayView> {
    return new Streamer(this.source.asArray());
  }

  /** Closes what {@link open} opened for it: a file that was given by its path. */
  close(): void {
    this.source.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #emptyRows(): Promise<V> {
    const { rows } = this.source;
    if (rows.kind === "view") return takeAll(rowsBetween(rows.view, 0, 0)) as V;
    return rows.dataset.emptyRows() as V;
  }

  #begin(options: StreamOptions, isWatched: boolean): { flow: BlockFlow<V>; info: StreamInfo } {
    const setup = this.#setup(options);
    const flow = this.#flow(
      this.#loader(setup),
      (loan: Loan<V>, span, place) => new Block<V>(loan, span, place, isWatched),
      setup,
      options,
    );
    return { flow: flow as unknown as BlockFlow<V>, info: setup.info };
  }

  #loader({ blocks, fields, workers }: Setup): Loader<V, Loan<V>> {
    const { rows, label } = this.source;
    const { blockSize } = blocks;
    if (rows.kind === "dataset") {
      const most = blocks.cyclic ? blockSize : Math.min(blockSize, blocks.to - blocks.from);
      return new DatasetLoader<V>(rows.dataset, { blockSize: most, fields, workers, label });
    }
    const view = fields === undefined ? rows.view : chosenFields(rows.view, fields, label);
    return new ViewLoader(view as V, blockSize);
  }

  #flow<L extends Loaded<unknown>, T>(
    loader: Loader<unknown, L>,
    deliver: (loaded: L, span: BlockSpan, place: Place) => T,
    { blocks, info }: Setup,
    options: StreamOptions,
  ): Flow<L, T> {
    const { from, to, blockSize, cyclic, remainder } = blocks;
    const rest = cyclic || remainder ? 0 : (to - from) % blockSize;
    const course = { spans: planBlocks(blocks), readAhead: info.readAhead, rows: to - from - rest, cyclic };
    return new Flow(loader, deliver, course, options);
  }

  #setup(options: StreamOptions): Setup {
    requireOptions(options);
    const { workers = defaultWorkers(), fields, readAhead = 4 * Math.max(1, workers) + 1 } = options;
    if (!Number.isSafeInteger(workers) || workers < 0) {
      throw new LimitError(`workers is a whole number of at least 0, not ${showValue(workers)}`);
    }
    requireCount(readAhead, "readAhead");
    checkFlow(options);
    const { source } = this;
    if (fields !== undefined) checkFields(source as unknown as Source, fields);
    const blocks = resolveBlocks(options, source.length, this.#defaultSize(), source.label);
    const { blockSize, seed } = blocks;
    return { blocks, fields, workers, info: { blockSize, readAhead, seed } };
  }

  /** As many rows as there are at most: blocks of a cyclic stream are all full. */
  #defaultSize(): number {
    return Math.max(1, Math.min(this.#usualSize(), this.source.length));
  }

  #usualSize(): number {
    const { rows, rowBytes } = this.source;
    const bytes = Math.max(1, rowBytes);
    const chunk = rows.kind === "dataset" ? rows.dataset.chunkRows : undefined;
    if (chunk === undefined) return Math.floor(BLOCK_BYTES / bytes);
    const few = chunk * Math.max(1, Math.floor(CHUNK_BYTES / (chunk * bytes)));
    // Chunks of wide rows are as many as there are beside each other.
    return Math.min(few, Math.floor(MOST_BYTES / bytes));
  }
}

interface Setup {
  readonly blocks: ResolvedBlocks;
  readonly fields: readonly string[] | undefined;
  readonly workers: number;
  readonly info: StreamInfo;
}

/** All rows of a view, copied. */
function takeAll<V extends RowsView>(view: V): V {
  const all = Float64Array.from({ length: view.length }, (_, row) => row);
  return (view instanceof TableView ? view.take(all) : view.take(all)) as V;
}

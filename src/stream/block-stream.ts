import type { Block } from "./block.js";
import type { Flow } from "./flow.js";
import type { SkippedBlock } from "./flow-options.js";
import type { Loaded } from "./loader.js";
import type { RowsView } from "./source.js";

/** What a stream says of itself. */
export interface StreamInfo {
  /** Rows of a block. */
  readonly blockSize: number;
  /** The most blocks that there are at a time. */
  readonly readAhead: number;
  /** What the order of a shuffled stream comes from. */
  readonly seed: number;
}

/** @internal A flow of blocks. */
export type BlockFlow<V extends RowsView> = Flow<Loaded<unknown>, Block<V>>;

/** What there is of every stream. */
abstract class FlowStream<L extends Loaded<unknown>, T> {
  /** Rows of a block. */
  readonly blockSize: number;
  /** The most blocks that there are at a time. */
  readonly readAhead: number;
  /** What the order of a shuffled stream comes from. */
  readonly seed: number;
  /** @internal */
  protected readonly flow: Flow<L, T>;

  /** @internal Streams are made by {@link Streamer}. */
  constructor(flow: Flow<L, T>, { blockSize, readAhead, seed }: StreamInfo) {
    this.flow = flow;
    this.blockSize = blockSize;
    this.readAhead = readAhead;
    this.seed = seed;
  }

  /** What could not be read, or made the function of a `map` throw, and was left out, with `onError: "skip"`. */
  get skipped(): readonly SkippedBlock[] {
    return this.flow.skipped;
  }

  /** Gives up: whoever waits is told the end, and what is under way, or read and not given out, is dropped. */
  stop(): void {
    this.flow.stop(undefined);
  }

  [Symbol.dispose](): void {
    this.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stop();
  }
}

/**
 * Blocks one after another: of {@link Streamer.blocks}. A block is released when the next is asked for, and when the loop ends,
 * by its end, `break` or a throw.
 */
export class BlockStream<V extends RowsView = RowsView>
  extends FlowStream<Loaded<unknown>, Block<V>>
  implements AsyncIterableIterator<Block<V>, undefined>
{
  #last: Block<V> | undefined;
  /** Calls are answered one after the other, as those of generators. */
  #turn: Promise<unknown> | undefined;

  /**
   * The next block; the one before is released.
   *
   * After an error the stream is where it was, behind the block that could not be read: `next()` goes on.
   */
  next(): Promise<IteratorResult<Block<V>, undefined>> {
    const advance = () => this.#advance();
    const turn = this.#turn === undefined ? advance() : this.#turn.then(advance, advance);
    this.#turn = turn;
    return turn;
  }

  async #advance(): Promise<IteratorResult<Block<V>, undefined>> {
    this.#release();
    const block = await this.flow.get();
    if (block === undefined) return { done: true, value: undefined };
    this.#last = block;
    return { done: false, value: block };
  }

  #release(): void {
    this.#last?.release();
    this.#last = undefined;
  }

  /** Ends the stream: what is under way is given up. */
  async return(): Promise<IteratorResult<Block<V>, undefined>> {
    this.stop();
    return { done: true, value: undefined };
  }

  /** Ends the stream: what is under way is given up, and the last block is released. */
  override stop(): void {
    this.#release();
    super.stop();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

/**
 * Blocks for many consumers at once: of {@link Streamer.queue}. Each block goes to one of them, who releases it.
 *
 * ```ts
 * const queue = streamer.queue({ blockSize: 1000 });
 * await Promise.all(consumers.map(async (consumer) => {
 *   for await (const block of queue) await consumer(block.data);
 * }));
 * ```
 */
export class BlockQueue<V extends RowsView = RowsView>
  extends FlowStream<Loaded<unknown>, Block<V>>
  implements AsyncIterable<Block<V>>
{
  /**
   * The next block for this consumer, who releases it: `using block = await queue.get()`. Consumers are served in the order in
   * which they asked. Where all blocks that there may be are held, it waits until one is released.
   *
   * @returns undefined at the end, for every consumer, again and again
   * @throws what kept a block from being read, to one consumer; the queue goes on. TimeoutError; the signal's reason
   */
  get(): Promise<Block<V> | undefined> {
    return this.flow.get();
  }

  /** A consumer that releases each block when it asks for the next. Leaving its loop does not end the queue. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Block<V>, void> {
    for (let block = await this.get(); block !== undefined; block = await this.get()) {
      try {
        yield block;
      } finally {
        block.release();
      }
    }
  }

  /** Begins no more blocks. Those that are begun are still given out, and then the end. */
  close(): void {
    this.flow.close();
  }
}

/** Results one after another: of {@link Streamer.map}. */
export class ResultStream<T>
  extends FlowStream<Loaded<T>, { readonly result: T }>
  implements AsyncIterableIterator<T, undefined>
{
  async next(): Promise<IteratorResult<T, undefined>> {
    const next = await this.flow.get();
    return next === undefined ? { done: true, value: undefined } : { done: false, value: next.result };
  }

  /** Ends the stream: what is under way is given up. */
  async return(): Promise<IteratorResult<T, undefined>> {
    this.stop();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

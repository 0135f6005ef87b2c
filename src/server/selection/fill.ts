import { gather } from "../../compute/index.js";
import { turn } from "../../platform/turns.js";
import type { ServedDataset } from "../served/served.js";
import type { Read } from "./plan-reads.js";

/** Does planned reads one after another, into memory that each time another is given for. */
export class Filler {
  readonly #dataset: ServedDataset;
  readonly #itemsize: number;
  readonly #reads: Iterator<Read>;
  readonly #signal: AbortSignal | undefined;
  /** A read that did not fit any more. */
  #next: Read | undefined;
  #scratch: Uint8Array | undefined;

  constructor(
    dataset: ServedDataset,
    itemsize: number,
    reads: Iterable<Read>,
    signal: AbortSignal | undefined,
  ) {
    this.#dataset = dataset;
    this.#itemsize = itemsize;
    this.#reads = reads[Symbol.iterator]();
    this.#signal = signal;
    this.#advance();
  }

  /** Whether all reads have been done. */
  get isDone(): boolean {
    return this.#next === undefined;
  }

  #advance(): void {
    const { value, done } = this.#reads.next();
    this.#next = done === true ? undefined : value;
  }

  /** Reads as much as fits; returns those bytes. */
  async fill(buffer: Uint8Array): Promise<Uint8Array> {
    let end = 0;
    for (let read = this.#next; read !== undefined; read = this.#next) {
      const to = end + read.count * this.#itemsize;
      if (to > buffer.length) break;
      this.#signal?.throwIfAborted();
      const reading = this.#read(read, buffer.subarray(end, to));
      if (reading !== undefined) await reading;
      end = to;
      this.#advance();
      const due = turn();
      if (due !== undefined) await due;
    }
    return buffer.subarray(0, end);
  }

  #read({ box, size, picked }: Read, target: Uint8Array): void | Promise<void> {
    if (picked === undefined) return this.#dataset.readBox(box, target);
    const length = size * this.#itemsize;
    if (this.#scratch === undefined || this.#scratch.length < length) {
      this.#scratch = new Uint8Array(length);
    }
    const bytes = this.#scratch.subarray(0, length);
    const pick = (): void => gather(bytes, this.#itemsize, picked, this.#itemsize, 0, target);
    const reading = this.#dataset.readBox(box, bytes);
    return reading === undefined ? pick() : reading.then(pick);
  }
}

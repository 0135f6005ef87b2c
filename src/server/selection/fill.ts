import { gather, scatter } from "../../compute/index.js";
import { turn } from "../../platform/turns.js";
import type { Box, ServedDataset } from "../served/served.js";
import type { Read, Run } from "./plan-reads.js";

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
      const to = end + (read.block?.size ?? read.count) * this.#itemsize;
      if (to > buffer.length) break;
      this.#signal?.throwIfAborted();
      const reading = this.#read(read, buffer.subarray(end, to));
      if (reading !== undefined) await reading;
      if (read.block?.isLast !== false) end = to;
      this.#advance();
      const due = turn();
      if (due !== undefined) await due;
    }
    return buffer.subarray(0, end);
  }

  #read(read: Read, target: Uint8Array): undefined | Promise<void> {
    const { box, count, size, picked, runs, block } = read;
    const isWhole = picked === undefined && runs === undefined;
    if (isWhole && block === undefined) return this.#box(box, target);
    const [taken, room] = [count * this.#itemsize, size * this.#itemsize];
    const scratch = this.#memory(block === undefined ? room : room + taken);
    const bytes = scratch.subarray(0, room);
    const move = (): void => {
      const rows = block === undefined ? target : isWhole ? bytes : scratch.subarray(room, room + taken);
      if (runs !== undefined) copyRuns(bytes, this.#itemsize, runs, rows);
      else if (picked !== undefined) gather(bytes, this.#itemsize, picked, this.#itemsize, 0, rows);
      if (block === undefined) return;
      const row = block.row * this.#itemsize;
      scatter(rows, row, block.places, row, 0, target);
    };
    const reading = this.#box(box, bytes);
    return reading === undefined ? void move() : reading.then(move);
  }

  #box(box: Box, target: Uint8Array): undefined | Promise<void> {
    return this.#dataset.readBox(box, target) ?? undefined;
  }

  #memory(length: number): Uint8Array {
    if (this.#scratch === undefined || this.#scratch.length < length) this.#scratch = new Uint8Array(length);
    return this.#scratch;
  }
}

function copyRuns(from: Uint8Array, itemsize: number, runs: readonly Run[], to: Uint8Array): void {
  let at = 0;
  for (const run of runs) {
    const start = run.from * itemsize;
    const length = run.count * itemsize;
    to.set(from.subarray(start, start + length), at);
    at += length;
  }
}

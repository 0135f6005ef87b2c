import { argsort, gather, type Indices, scatter } from "../../compute/index.js";
import { turn } from "../../platform/turns.js";
import type { TableColumn } from "./table-columns.js";

/** Rows that are at most so many bytes apart are read together, with what lies between. */
const GAP_BYTES = 8192;
/** The most bytes that are read together; one row may have more. */
const SPAN_BYTES = 2 ** 20;

/**
 * Reads rows of one column by their numbers, in any order and repeated or not: neighbours together, and each place at most once
 * where they ascend.
 */
export class RowReader {
  readonly column: TableColumn;
  readonly #gap: number;
  readonly #span: number;
  #scratch = new Uint8Array(0);

  constructor(column: TableColumn) {
    const { rowBytes, dataset } = column;
    this.column = column;
    this.#span = Math.max(1, Math.floor(SPAN_BYTES / Math.max(1, rowBytes)));
    // What a chunk holds is read with it, whatever is asked for.
    this.#gap = Math.max(1, Math.floor(GAP_BYTES / Math.max(1, rowBytes)), dataset.chunkShape?.[0] ?? 1);
  }

  /** @param target of exactly as many bytes. @throws what `readBox` throws, and the reason of the signal */
  async read(rows: Float64Array, target: Uint8Array, signal?: AbortSignal): Promise<void> {
    if (isAscending(rows)) return this.#readAscending(rows, target, signal);
    const order: Indices = isDescending(rows) ? backwards(rows.length) : argsort(rows);
    const sorted = new Float64Array(rows.length);
    for (let i = 0; i < rows.length; i++) sorted[i] = rows[order[i] ?? 0] ?? 0;
    const bytes = new Uint8Array(target.length);
    await this.#readAscending(sorted, bytes, signal);
    const { rowBytes } = this.column;
    scatter(bytes, rowBytes, order, rowBytes, 0, target);
  }

  async #readAscending(rows: Float64Array, target: Uint8Array, signal?: AbortSignal): Promise<void> {
    const { rowBytes } = this.column;
    if (rowBytes === 0) return;
    for (let from = 0; from < rows.length; ) {
      signal?.throwIfAborted();
      const to = this.#spanEnd(rows, from);
      const first = rows[from] ?? 0;
      const count = (rows[to - 1] ?? 0) - first + 1;
      const part = target.subarray(from * rowBytes, to * rowBytes);
      if (isDense(rows, from, to)) await this.#box(first, count, part);
      else {
        const span = this.#room(count * rowBytes);
        await this.#box(first, count, span);
        const places = new Int32Array(to - from);
        for (let i = 0; i < places.length; i++) places[i] = (rows[from + i] ?? 0) - first;
        gather(span, rowBytes, places, rowBytes, 0, part);
      }
      from = to;
      await turn();
    }
  }

  /** How far rows are read together. */
  #spanEnd(rows: Float64Array, from: number): number {
    const last = (rows[from] ?? 0) + this.#span;
    let to = from + 1;
    while (to < rows.length && (rows[to] ?? 0) < last && (rows[to] ?? 0) - (rows[to - 1] ?? 0) <= this.#gap)
      to++;
    return to;
  }

  #box(start: number, count: number, target: Uint8Array): void | Promise<void> {
    const { dataset, itemShape } = this.column;
    const zeros = itemShape.map(() => 0);
    return dataset.readBox({ start: [start, ...zeros], count: [count, ...itemShape] }, target);
  }

  #room(length: number): Uint8Array {
    if (this.#scratch.length < length) this.#scratch = new Uint8Array(length);
    return this.#scratch.subarray(0, length);
  }
}

function isAscending(rows: Float64Array): boolean {
  for (let i = 1; i < rows.length; i++) if ((rows[i] ?? 0) < (rows[i - 1] ?? 0)) return false;
  return true;
}

function isDescending(rows: Float64Array): boolean {
  for (let i = 1; i < rows.length; i++) if ((rows[i] ?? 0) > (rows[i - 1] ?? 0)) return false;
  return true;
}

function backwards(count: number): Indices {
  const order = new Int32Array(count);
  for (let i = 0; i < count; i++) order[i] = count - 1 - i;
  return order;
}

/** Whether ascending rows follow each other without gaps and repetitions. */
function isDense(rows: Float64Array, from: number, to: number): boolean {
  if ((rows[to - 1] ?? 0) - (rows[from] ?? 0) !== to - from - 1) return false;
  for (let i = from + 1; i < to; i++) if (rows[i] === rows[i - 1]) return false;
  return true;
}

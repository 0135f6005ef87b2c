import { ArrayView, denseLayout, MemoryStorage } from "../../array/index.js";
import { maskCount } from "../../compute/index.js";
import { LimitError } from "../../errors.js";
import { packBits } from "../../frame/arrow/bits.js";
import { turn } from "../../platform/turns.js";
import { columnsOf, maskFor, type Predicate } from "../../stream/predicate.js";
import { bindWhere, type Condition } from "../where/index.js";
import type { RowOrder } from "./row-order.js";
import { RowReader } from "./row-reader.js";
import type { TableColumn, TableColumns } from "./table-columns.js";

/** The most rows that a condition looks at together, and about the most bytes of them; what is done with them keeps others waiting. */
const BLOCK_ROWS = 32768;
const BLOCK_BYTES = 2 ** 20;
/** From this many comparisons on, blocks have fewer rows. */
const FEW_COMPARISONS = 4;

/** A condition whose columns have been found, and found to be comparable. */
export interface BoundWhere {
  readonly predicate: Predicate;
  readonly columns: readonly TableColumn[];
  /** Bytes of the columns in one row. */
  readonly rowBytes: number;
}

/**
 * Finds the columns of a condition, and tries it on no rows.
 *
 * @throws NotFoundError, DTypeError, CastError, ShapeError for columns whose rows have several elements
 */
export function boundWhere(condition: Condition, table: TableColumns): BoundWhere {
  const predicate = bindWhere(condition, (name) => table.column(name).dtype);
  const columns = columnsOf(predicate).map((name) => table.column(name));
  maskFor(
    predicate,
    new Map(columns.map((column) => [column.name, viewOf(column, new Uint8Array(0), 0)])),
    0,
  );
  return { predicate, columns, rowBytes: columns.reduce((sum, { rowBytes }) => sum + rowBytes, 0) };
}

function viewOf({ name, dtype, itemShape }: TableColumn, bytes: Uint8Array, rows: number): ArrayView {
  const storage = new MemoryStorage(bytes, { writable: false, label: `column ${JSON.stringify(name)}` });
  return new ArrayView(storage, dtype, denseLayout([rows, ...itemShape], dtype.itemsize));
}

function comparisonsIn(predicate: Predicate): number {
  if ("left" in predicate) return comparisonsIn(predicate.left) + comparisonsIn(predicate.right);
  return "of" in predicate ? comparisonsIn(predicate.of) : 1;
}

export interface MatchOptions {
  /** The most rows that may hold. */
  readonly maxRows: number;
  readonly signal?: AbortSignal | undefined;
}

/** For which of the rows asked for a condition holds: one bit for each, and none where none of a block does. */
export class Matches implements Pick<RowOrder, "count"> {
  readonly #order: RowOrder;
  readonly #blockRows: number;
  readonly #blocks: (Uint8Array | undefined)[] = [];
  #count = 0;

  private constructor(order: RowOrder, blockRows: number) {
    this.#order = order;
    this.#blockRows = blockRows;
  }

  get count(): number {
    return this.#count;
  }

  /**
   * Reads the condition's columns, block by block.
   *
   * @throws LimitError where it holds for more rows than are allowed, what reading throws, and the reason of the signal
   */
  static async find(
    { predicate, columns, rowBytes }: BoundWhere,
    order: RowOrder,
    { maxRows, signal }: MatchOptions,
  ): Promise<Matches> {
    const work = Math.max(1, comparisonsIn(predicate) / FEW_COMPARISONS);
    const most = Math.min(BLOCK_ROWS / work, BLOCK_BYTES / Math.max(1, rowBytes));
    const blockRows = Math.max(1, Math.floor(most));
    const matches = new Matches(order, blockRows);
    const readers = columns.map((column) => ({
      reader: new RowReader(column),
      bytes: new Uint8Array(Math.min(order.count, blockRows) * column.rowBytes),
    }));
    for (let from = 0; from < order.count; from += blockRows) {
      signal?.throwIfAborted();
      const rows = order.rows(from, Math.min(order.count, from + blockRows));
      const views = new Map<string, ArrayView>();
      for (const { reader, bytes } of readers) {
        const { column } = reader;
        const part = bytes.subarray(0, rows.length * column.rowBytes);
        await reader.read(rows, part, signal);
        views.set(column.name, viewOf(column, part, rows.length));
      }
      matches.#add(maskFor(predicate, views, rows.length), maxRows);
      await turn();
    }
    return matches;
  }

  #add(mask: Uint8Array, maxRows: number): void {
    const found = maskCount(mask);
    this.#count += found;
    if (this.#count > maxRows) {
      throw new LimitError(
        `the condition holds for more than ${maxRows} rows, the most that one answer may have; ask for fewer rows or columns`,
      );
    }
    this.#blocks.push(found === 0 ? undefined : packBits(mask));
  }

  /** The rows for which it holds, in their order, at most `size` at a time. What is given lasts until the next is asked for. */
  async *rows(size: number): AsyncGenerator<Float64Array, void, undefined> {
    const found = new Float64Array(Math.min(size, this.#count));
    let count = 0;
    for (const [block, bits] of this.#blocks.entries()) {
      if (bits === undefined) continue;
      for (const place of placesOf(bits, block * this.#blockRows)) {
        found[count++] = this.#order.row(place);
        if (count < found.length) continue;
        yield found;
        count = 0;
      }
      await turn();
    }
    if (count > 0) yield found.subarray(0, count);
  }
}

/** The places of the bits that are set, counted from `first`. */
function* placesOf(bits: Uint8Array, first: number): Generator<number> {
  for (let byte = 0; byte < bits.length; byte++) {
    let left = bits[byte] ?? 0;
    for (; left !== 0; left &= left - 1) yield first + byte * 8 + (31 - Math.clz32(left & -left));
  }
}

import { denseLayout, isTypedArray, isViewable, planAssign, zeros } from "../array/index.js";
import { codecOf } from "../dtype/index.js";
import { CastError } from "../errors.js";
import { type Catalog, type RowBlock, rowBytes } from "../store/index.js";
import { checkRows, type Target } from "./row-source.js";

/** Rows that buffers are made for at first. */
const FIRST_ROWS = 16;

/**
 * Rows on their way into a table, packed as its columns are. Nothing of the caller's is kept: what a row holds is judged
 * and stored when it is given.
 */
export class GatheredRows {
  readonly #columns: readonly GatheredColumn[];
  readonly #targets: readonly Target[];
  /** The catalog's columns that these were last found to be. */
  #known: Catalog["columns"];
  /** How many rows there is room for. */
  #capacity = 0;

  constructor({ columns }: Catalog) {
    this.#known = columns;
    this.#targets = Array.from(columns, ([name, { dtype, itemShape }]) => ({ name, dtype, itemShape }));
    this.#columns = this.#targets.map((target) => new GatheredColumn(target));
  }

  get capacity(): number {
    return this.#capacity;
  }

  /** Whether these are a catalog's columns. */
  fits({ columns }: Catalog): boolean {
    if (columns === this.#known) return true;
    const isSame =
      columns.size === this.#targets.length &&
      this.#targets.every(({ name, dtype, itemShape }) => {
        const column = columns.get(name);
        return column?.dtype.equals(dtype) === true && column.itemShape.join() === itemShape.join();
      });
    if (isSame) this.#known = columns;
    return isSame;
  }

  /**
   * Stores rows behind the first `count`. They are the caller's to count, when all are there.
   *
   * @throws CastError, ShapeError, NotFoundError naming column, row (of those given) and value
   */
  put(rows: readonly unknown[], count: number): void {
    this.#reserve(count + rows.length, count);
    checkRows(rows, this.#targets);
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as { readonly [name: string]: unknown };
      for (const column of this.#columns) column.put(count + i, row[column.target.name], i);
    }
  }

  /** The first rows, for a draft. */
  block(count: number): RowBlock {
    const byName = new Map(this.#columns.map((column) => [column.target.name, column]));
    return {
      count,
      bytesOf: (name) => {
        const column = byName.get(name);
        return column === undefined ? [] : [column.bytes(count)];
      },
    };
  }

  #reserve(rows: number, used: number): void {
    if (rows <= this.#capacity) return;
    const capacity = Math.max(rows, 2 * this.#capacity, FIRST_ROWS);
    for (const column of this.#columns) column.grow(capacity, used);
    this.#capacity = capacity;
  }
}

/** The cells of one column. */
class GatheredColumn {
  readonly target: Target;
  readonly #codec;
  readonly #isSingle: boolean;
  readonly #rowBytes: number;
  #bytes: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(this.#bytes.buffer);

  constructor(target: Target) {
    this.target = target;
    this.#codec = codecOf(target.dtype);
    this.#isSingle = target.itemShape.length === 0;
    this.#rowBytes = rowBytes(target);
  }

  bytes(rows: number): Uint8Array {
    return this.#bytes.subarray(0, rows * this.#rowBytes);
  }

  grow(rows: number, used: number): void {
    const { dtype, itemShape } = this.target;
    const { bytes } = zeros(dtype, [rows, ...itemShape]);
    bytes.set(this.bytes(used));
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }

  /** @param given the row's number for messages */
  put(row: number, value: unknown, given: number): void {
    const at = row * this.#rowBytes;
    // One plain value is judged as in an array's assignment, without what that costs.
    if (this.#isSingle && !isArrayLike(value)) {
      const problem = this.#codec.problem(value);
      if (problem !== undefined) throw new CastError(`${this.#label}, row ${given}: ${problem}`);
      this.#codec.write(this.#view, at, value);
      return;
    }
    const { dtype, itemShape } = this.target;
    const layout = { ...denseLayout([1, ...itemShape], dtype.itemsize), offset: at };
    planAssign({ dtype, layout, bytes: this.#bytes }, [value], { label: this.#label, firstRow: given })();
  }

  get #label(): string {
    return `column ${JSON.stringify(this.target.name)}`;
  }
}

/** Whether a value is more than one element, or may be. */
function isArrayLike(value: unknown): boolean {
  return typeof value === "object" && (Array.isArray(value) || isTypedArray(value) || isViewable(value));
}

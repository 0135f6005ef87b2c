import {
  ArrayView,
  denseLayout,
  isTypedArray,
  MemoryStorage,
  type TypedArray,
  wrap,
  zeros,
} from "../array/index.js";
import { type DType, parseDType } from "../dtype/index.js";
import type { NewColumn, Part } from "./new-table.js";
import { nullError, substituteFor } from "./nulls.js";
import { type ImportOptions, isTextKind, type TextKind } from "./options.js";
import { textWidth } from "./text-width.js";

/** One column's rows of a batch, in memory. */
export class ColumnBuffer {
  readonly source: string;
  readonly name: string;
  readonly itemShape: readonly number[];
  /** Where rows of the batch have nulls; undefined before the first null of the column. */
  nulls: Uint8Array | undefined;
  readonly #options: ImportOptions;
  readonly #text: TextKind | undefined;
  /** Of a text column without a width of its own: the widest value so far. */
  #widest = 1;
  #dtype: DType;
  #view: ArrayView;

  constructor({ name: source, type, itemShape = [] }: NewColumn, name: string, options: ImportOptions) {
    this.source = source;
    this.name = name;
    this.itemShape = itemShape;
    this.#options = options;
    this.#text = isTextKind(type) ? type : undefined;
    this.#dtype = isTextKind(type) ? parseDType(`${type}1`) : type;
    this.#view = arrayOf(this.#dtype, [0, ...itemShape], this.#label);
  }

  /** What it holds now; text becomes wider. */
  get dtype(): DType {
    return this.#dtype;
  }

  /** What it holds when all rows have been seen. */
  get finalType(): DType {
    return this.#text === undefined ? this.#dtype : parseDType(`${this.#text}${this.#widest}`);
  }

  /** The first rows of the batch. */
  rows(count: number): ArrayView {
    return this.#view.slice(0, count);
  }

  /** Begins a batch of so many rows at most. */
  begin(capacity: number): void {
    this.#view = arrayOf(this.#dtype, [capacity, ...this.itemShape], this.#label);
    if (this.nulls !== undefined) this.nulls = new Uint8Array(capacity);
  }

  /**
   * The part with what stands for nulls in its lists.
   *
   * @param firstRow the number of the first row in the whole
   * @throws CastError naming the first null, where nothing stands for it
   */
  prepare({ values, nulls }: Part, firstRow: number): Part {
    if (nulls?.includes(1) !== true) return { values };
    const substitute = this.#substitute(nulls, firstRow);
    if (!Array.isArray(values) && this.#text === undefined) return { values, nulls };
    const cell = this.itemShape.reduceRight((part, axis) => new Array(axis).fill(part), substitute);
    const list = Array.from(values as Iterable<unknown>, (value, i) => (nulls[i] === 1 ? cell : value));
    return { values: list, nulls };
  }

  /** Looks how wide text is. @returns whether it is wider than the batch, which cannot take it then */
  widen({ values }: Part): boolean {
    if (this.#text === undefined) return false;
    this.#widest = textWidth(values, this.#text, this.#widest);
    const { width } = this.#dtype;
    if (this.#widest <= width) return false;
    // By steps, so that the file is not written anew for each of them.
    const step = width === 1 ? 1 : Math.ceil(width * 1.5);
    this.#dtype = parseDType(`${this.#text}${Math.max(this.#widest, step)}`);
    return true;
  }

  /**
   * Takes rows that are prepared.
   *
   * @param at their place in the batch
   * @param firstRow the number of the first of them in the whole
   * @throws CastError naming column, row and value
   */
  put({ values, nulls }: Part, at: number, count: number, firstRow: number): void {
    const rows = this.#view.slice(at, at + count);
    const present = nulls !== undefined && isTypedArray(values) ? zeroed(values, nulls, count) : values;
    rows.planAssign(present, { firstRow })();
    if (nulls === undefined) {
      this.nulls?.fill(0, at, at + count);
      return;
    }
    if (!Array.isArray(values)) {
      const one = arrayOf(this.#dtype, [1, ...this.itemShape], `the fill of ${this.#label}`);
      one.fill(this.#substitute(nulls, firstRow) as never);
      rows.put(booleans(nulls.subarray(0, count)), one);
    }
    if (this.#options.masks !== true) return;
    this.nulls ??= new Uint8Array(this.#view.length);
    this.nulls.set(nulls.subarray(0, count), at);
  }

  get #label(): string {
    return `column ${JSON.stringify(this.source)}`;
  }

  /** What nulls become. @throws CastError naming the first of them, where nothing does */
  #substitute(nulls: Uint8Array, firstRow: number): unknown {
    const substitute = substituteFor(this.#dtype, this.source, this.#options);
    if (substitute !== undefined) return substitute;
    throw nullError(this.source, firstRow + nulls.indexOf(1), this.#text ?? String(this.#dtype));
  }
}

function arrayOf(dtype: DType, shape: readonly number[], label: string): ArrayView {
  const { bytes, layout } = zeros(dtype, shape);
  return new ArrayView(new MemoryStorage(bytes, { label }), dtype, layout);
}

/** A mask, of bytes that are 0 and 1. */
export function booleans(bytes: Uint8Array): ArrayView {
  const dtype = parseDType("b1");
  return wrap({ dtype, layout: denseLayout([bytes.length], 1), bytes }, false);
}

/** The values with zeros in the place of nulls: what lies there may be anything. */
function zeroed(values: TypedArray, nulls: Uint8Array, count: number): TypedArray {
  const copy = values.slice();
  const width = copy.length / count;
  for (let i = nulls.indexOf(1); i !== -1; i = nulls.indexOf(1, i + 1)) {
    new Uint8Array(copy.buffer).fill(
      0,
      i * width * copy.BYTES_PER_ELEMENT,
      (i + 1) * width * copy.BYTES_PER_ELEMENT,
    );
  }
  return copy;
}

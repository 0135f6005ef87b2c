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
  readonly #capacity: number;
  readonly #text: TextKind | undefined;
  /** Of a text column without a width of its own: the widest value so far. */
  #widest = 1;
  #view: ArrayView;

  constructor(
    { name: source, type, itemShape = [] }: NewColumn,
    name: string,
    capacity: number,
    options: ImportOptions,
  ) {
    this.source = source;
    this.name = name;
    this.itemShape = itemShape;
    this.#options = options;
    this.#capacity = capacity;
    this.#text = isTextKind(type) ? type : undefined;
    this.#view = this.#make(isTextKind(type) ? parseDType(`${type}1`) : type);
  }

  /** What it holds now; text becomes wider. */
  get dtype(): DType {
    return this.#view.dtype;
  }

  /** What it holds when all rows have been seen. */
  get finalType(): DType {
    return this.#text === undefined ? this.dtype : parseDType(`${this.#text}${this.#widest}`);
  }

  rows(count: number): ArrayView {
    return this.#view.slice(0, count);
  }

  /**
   * Takes rows.
   *
   * @param at their place in the batch
   * @param firstRow the number of the first of them in the whole
   * @throws CastError naming column, row and value
   */
  put({ values, nulls }: Part, at: number, count: number, firstRow: number): void {
    if (nulls?.includes(1) !== true) {
      this.#store(values, at, count, firstRow);
      this.nulls?.fill(0, at, at + count);
      return;
    }
    const substitute = this.#substitute(nulls, firstRow);
    if (Array.isArray(values) || this.#text !== undefined) {
      const cell = this.itemShape.reduceRight((part, axis) => new Array(axis).fill(part), substitute);
      const list = Array.from(values as Iterable<unknown>, (value, i) => (nulls[i] === 1 ? cell : value));
      this.#store(list, at, count, firstRow);
    } else {
      const present = isTypedArray(values) ? zeroed(values, nulls, count) : values;
      const label = `the fill of ${this.#label}`;
      const one = arrayOf(this.dtype, [1, ...this.itemShape], label).fill(substitute as never);
      this.#store(present, at, count, firstRow).put(booleans(nulls.subarray(0, count)), one);
    }
    if (this.#options.masks !== true) return;
    this.nulls ??= new Uint8Array(this.#capacity);
    this.nulls.set(nulls.subarray(0, count), at);
  }

  #store(values: unknown, at: number, count: number, firstRow: number): ArrayView {
    if (this.#text !== undefined) this.#widen(textWidth(values, this.#text, this.#widest), at);
    const rows = this.#view.slice(at, at + count);
    rows.planAssign(values, { firstRow })();
    return rows;
  }

  /** What nulls become. @throws CastError naming the first of them, where nothing does */
  #substitute(nulls: Uint8Array, firstRow: number): unknown {
    const substitute = substituteFor(this.dtype, this.source, this.#options);
    if (substitute !== undefined) return substitute;
    throw nullError(this.source, firstRow + nulls.indexOf(1), this.#text ?? String(this.dtype));
  }

  #widen(width: number, used: number): void {
    this.#widest = Math.max(this.#widest, width);
    if (this.#widest <= this.dtype.width) return;
    // By steps, so that the file is not written anew for each of them.
    const before = this.rows(used);
    const step = used === 0 && this.dtype.width === 1 ? width : Math.ceil(this.dtype.width * 1.5);
    this.#view = this.#make(parseDType(`${this.#text}${Math.max(width, step)}`));
    this.#view.slice(0, used).assign(before);
  }

  get #label(): string {
    return `column ${JSON.stringify(this.source)}`;
  }

  #make(dtype: DType): ArrayView {
    return arrayOf(dtype, [this.#capacity, ...this.itemShape], this.#label);
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

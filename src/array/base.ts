import {
  type ArrayOf,
  type Casting,
  type Cell,
  type DType,
  type DTypeLike,
  type ElementOf,
  type ReadonlyValues,
  readCell,
  showValue,
  sizeOf,
  type ValuesOf,
} from "../dtype/index.js";
import { CastError, IndexError, isMemmapError, ReadOnlyError, ShapeError } from "../errors.js";
import { type ArraySource, planAssign } from "./assign.js";
import { denseCopy } from "./copy.js";
import { formatArray } from "./display.js";
import { extent, isContiguous, type Layout, rowLayout, type Selector, select } from "./layout.js";
import { SingleElements } from "./single.js";
import { resolveIndex } from "./slice.js";
import type { Storage } from "./storage.js";
import { dataView, STRIDED, type Strided } from "./strided.js";
import { numbersOf, valuesOver } from "./values.js";

/** Whether the compiler lets the values of an array be stored into: `"r"` no, `"r+"` yes. */
export type AccessMode = "r" | "r+";

/** The typed array of `values`, read-only to the compiler where the array is. */
export type ValuesIn<D extends DTypeLike, M extends AccessMode> = M extends "r+"
  ? ValuesOf<D>
  : ReadonlyValues<ValuesOf<D>>;

/** What may be stored at one index. */
export interface SetOptions {
  /** `"checked"` (the default) refuses what does not fit; `"unsafe"` is NumPy's. */
  readonly casting?: Casting | undefined;
}

/** Any type again, by way of its members. */
type Memberwise<T> = { readonly [K in keyof T]-?: T[K] };

/**
 * The elements of an array, one by one or as a typed array. {@link ArrayView} adds selections, assignment and
 * numerics.
 */
export class ElementArray<D extends DTypeLike = DTypeLike, M extends AccessMode = AccessMode> {
  /**
   * Never there. Element types are conditional types, by which alone the compiler would take no `ArrayView<"i4">` where an
   * `ArrayView` of any dtype is wanted; this makes it compare members instead.
   */
  declare protected readonly memberwise?: Memberwise<D>;
  /** What one element is. */
  readonly dtype: DType;
  readonly #storage: Storage;
  readonly #source: Layout | (() => Layout);
  #layout: Layout;
  /** The storage's version that the layout was found good for. */
  #version: number | undefined;
  #strided: Strided | undefined;
  #values: ValuesIn<D, M> | undefined;
  #single: SingleElements | undefined;

  /** @internal Arrays are made by tables, files, `RecordArray` and other arrays. */
  constructor(storage: Storage, dtype: DType, layout: Layout | (() => Layout)) {
    this.#storage = storage;
    this.dtype = dtype;
    this.#source = layout;
    this.#layout = typeof layout === "function" ? layout() : layout;
  }

  /** The layout of now: of a column, all rows that there are; of a slice, those that it was made with. */
  #current(): Layout {
    const { version } = this.#storage;
    if (version !== this.#version) {
      const { byteLength, label } = this.#storage;
      this.#strided = undefined;
      this.#values = undefined;
      this.#single = undefined;
      if (typeof this.#source === "function") this.#layout = this.#source();
      else if (extent(this.#layout, this.dtype.itemsize)[1] > byteLength) {
        throw new IndexError(`rows of this slice of ${label} have been discarded`);
      }
      this.#version = version;
    }
    return this.#layout;
  }

  /** @internal */
  get storage(): Storage {
    return this.#storage;
  }

  /** How arrays tell the functions of this package what they are made of. */
  [STRIDED](): Strided {
    const strided = this.#now();
    this.#storage.verify?.();
    return strided;
  }

  /** What single elements are read by: the file is not looked at for each of them. */
  #now(): Strided {
    const layout = this.#current();
    this.#strided ??= { dtype: this.dtype, layout, bytes: this.#storage.bytes() };
    return this.#strided;
  }

  /** @internal The layout without touching the bytes. */
  get layout(): Layout {
    return this.#current();
  }

  /** Elements along each axis; the first axis is the rows. */
  get shape(): readonly number[] {
    return this.#current().shape;
  }

  /** Bytes from one element to the next along each axis. */
  get strides(): readonly number[] {
    return this.#current().strides;
  }

  /** Number of axes. */
  get ndim(): number {
    return this.#layout.shape.length;
  }

  /** Number of elements: the product of the shape. */
  get size(): number {
    return sizeOf(this.#current().shape);
  }

  /** Number of rows. @throws ShapeError for an array without axes */
  get length(): number {
    const length = this.#current().shape[0];
    if (length === undefined) throw new ShapeError("an array without axes has no length");
    return length;
  }

  /** Bytes of one element. */
  get itemsize(): number {
    return this.dtype.itemsize;
  }

  /** Bytes of all elements; what they would take without gaps. */
  get nbytes(): number {
    return this.size * this.itemsize;
  }

  /** Whether assignments throw {@link ReadOnlyError}. */
  get readonly(): boolean {
    return !this.#storage.writable;
  }

  /**
   * The typed array over these very bytes, in C order; see the table of elements in the README for its type. The same
   * object until the array grows, shrinks or is closed; then it keeps its length or, when closed, becomes empty.
   *
   * @throws DTypeError for structured and byte-swapped elements, ShapeError for strided or unaligned ones: `toArray()`
   * copies them
   */
  get values(): ValuesIn<D, M> {
    this.#current();
    this.#values ??= valuesOver(this[STRIDED](), this.#storage.label) as ValuesIn<D, M>;
    return this.#values;
  }

  #elements(): SingleElements {
    const strided = this.#now();
    this.#single ??= new SingleElements(strided, this.#storage);
    return this.#single;
  }

  /**
   * One element, by one index for each axis; negative ones count from the end. Fewer indices give a copy of all that
   * lies below: a typed array for native numbers, else nested arrays.
   *
   * @throws IndexError outside the array, CastError for text that is not Unicode (`bytes(i)` gives it)
   */
  at(...index: readonly number[]): ElementOf<D>;
  at(row: number): unknown {
    // A rest parameter, or an `arguments` that is handed on, would be allocated at every call.
    const count = arguments.length;
    if (count !== 1 || this.#layout.shape.length !== 1) {
      const index: number[] = [];
      for (let k = 0; k < count; k++) index.push(arguments[k]);
      return this.#atAll(index);
    }
    const known = this.#version === this.#storage.version ? this.#single : undefined;
    return (known ?? this.#elements()).get(row);
  }

  #atAll(index: readonly number[]): unknown {
    if (index.length !== this.#layout.shape.length) return this.#cell(index);
    return this.#elements().getAt(index);
  }

  #cell(index: readonly Selector[]): Cell {
    const layout = select(this.#current(), index);
    const strided = this.#now();
    const solid = isContiguous(layout, this.itemsize) ? { ...strided, layout } : denseCopy(strided, layout);
    return readCell(this.dtype, layout.shape, dataView(solid.bytes), solid.layout.offset);
  }

  /**
   * Stores one element, or with fewer indices all that lies below: one value for all, nested arrays, or a typed array.
   *
   * @param index a row, or one index for each axis
   * @throws CastError where the value does not fit, ShapeError, IndexError, ReadOnlyError; nothing is stored then
   */
  set(index: number | readonly number[], value: ArraySource<D>, options?: SetOptions): void {
    if (!this.#storage.writable) throw this.readOnlyError();
    const count = typeof index === "number" ? 1 : lengthOf(index);
    const checked = options?.casting === undefined || options.casting === "checked";
    if (count !== this.#layout.shape.length || !checked) {
      this.#setCell(typeof index === "number" ? [index] : index, value, options);
      return;
    }
    const known = this.#version === this.#storage.version ? this.#single : undefined;
    const elements = known ?? this.#elements();
    const problem = typeof index === "number" ? elements.put(index, value) : elements.putAt(index, value);
    if (problem !== undefined) throw new CastError(`${this.#nameOf(index)}: ${problem}`);
  }

  #setCell(index: readonly number[], value: unknown, options: SetOptions | undefined): void {
    const layout = select(this.#current(), index);
    const to: Strided = { ...this.#now(), layout };
    planAssign(to, value, { casting: options?.casting, label: this.#nameOf(index) })();
  }

  /** What messages call an element or cell: by its row where that says all. */
  #nameOf(index: number | readonly number[]): string {
    const { label } = this.#storage;
    const [row, ...more] = typeof index === "number" ? [index] : index;
    if (row === undefined) return label;
    if (more.length > 0) return `${label}, at [${[row, ...more].join(", ")}]`;
    return `${label}, row ${row < 0 ? row + this.length : row}`;
  }

  /** @internal */
  protected readOnlyError(): ReadOnlyError {
    // Of what is closed or gone, that comes first.
    this.#current();
    const label = this.#storage.label;
    return new ReadOnlyError(`${label} is read-only; open it with mode "r+", or copy it, to assign to it`);
  }

  /** The bytes of one row, a copy: what lies there when a string is no Unicode, or everything else is of no use. */
  bytes(row: number): Uint8Array {
    const layout = this.#current();
    const at = resolveIndex(row, this.length, this.#storage.label);
    return denseCopy(this.#now(), rowLayout(layout, at)).bytes;
  }

  /**
   * A copy that outlives the array: a typed array for numbers along one axis (`f2` as Float32Array, byte order
   * converted), an array of elements for everything else, and of cells where there are more axes. Of an array without
   * axes these have the one element.
   */
  toArray(): ArrayOf<D> {
    const isNumbers = "iuf".includes(this.dtype.kind) && this.ndim <= 1;
    if (isNumbers) return numbersOf(this[STRIDED]()) as ArrayOf<D>;
    return (this.ndim === 0 ? [this.at()] : Array.from(this)) as ArrayOf<D>;
  }

  /** The rows in order: elements, or cells where there are more axes. */
  *[Symbol.iterator](): IterableIterator<ElementOf<D>> {
    this[STRIDED]();
    for (let row = 0; row < this.length; row++) yield this.at(row);
  }

  /** The shape, the dtype, and the first and last elements; of an array that cannot be read any more, why. */
  toString(): string {
    try {
      return formatArray(this[STRIDED](), this.#storage.label);
    } catch (error) {
      if (isMemmapError(error)) return `<${error.message}>`;
      throw error;
    }
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

function lengthOf(index: unknown): number {
  if (Array.isArray(index)) return index.length;
  throw new IndexError(`an index is a whole number or a list of them, not ${showValue(index)}`);
}

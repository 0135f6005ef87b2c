import {
  type ArrayView,
  type Bound,
  maskedRows,
  type RowSelection,
  rowsOf,
  type Selection,
  type SelectionPart,
  type Selector,
  type Strided,
  showShape,
  slice,
  wrap,
} from "../array/index.js";
import { type ArrayOf, type DType, type DTypeLike, type ElementOf, nest, sizeOf } from "../dtype/index.js";
import { DTypeError, ShapeError } from "../errors.js";
import type { MemmapGroup } from "../group/index.js";
import type { AttrValue } from "../store/index.js";
import { type CopyArrayOptions, type CopyResult, copyDataset } from "./copy-array.js";
import { attributesOf, attrOf, type RemoteAttributes } from "./remote-attributes.js";
import type { DatasetFacts, RemoteElement } from "./remote-facts.js";
import { nameOf } from "./remote-links.js";
import type { RemoteTree } from "./remote-tree.js";
import { RenewedSource } from "./renewal.js";
import type { FetchOptions } from "./selection/fetch.js";
import { type Frame, frameShape, sliceOf, wholeFrame } from "./selection/frame.js";
import { type IntoOptions, type ReadTarget, readInto } from "./selection/into.js";
import { narrowed } from "./selection/narrow.js";
import {
  type DatasetSource,
  dtypeOf,
  planRead,
  type ReadResult,
  readItems,
  readPlan,
} from "./selection/read.js";
import { planSlices } from "./selection/slices.js";
import { viewOf } from "./wire/index.js";

/** Bytes of the rows that are read at a time where they are wanted one after another. */
const ROWS_BYTES = 2 ** 20;

/** Options of a reading. */
export type ReadOptions = Omit<FetchOptions, "ifMatch">;

/** Options of {@link RemoteDataset.readInto}. */
export interface ReadIntoOptions extends Omit<IntoOptions, "ifMatch"> {
  /** What is read; all when left out. */
  readonly source?: Selection | undefined;
}

/**
 * A dataset on a server, or a view of one, in the words of {@link ArrayView}: what crosses the network is a promise, and what
 * was read is an array in memory, read-only.
 *
 * ```ts
 * const delay = await file.getArray("/flights/delay");
 * delay.shape;                                  // [231083]; known without a request
 * const last = await delay.slice(-10).get();    // ten elements
 * const some = await delay.get([5, 3, 5]);      // NumPy's selections, as of arrays in memory
 * for await (const part of delay.chunks()) sum += part.sum();
 * ```
 */
export class RemoteDataset<D extends DTypeLike = DTypeLike> implements AsyncIterable<ElementOf<D>> {
  /** Never there: by it the compiler takes a dataset of one dtype where one of any dtype is wanted; see `ArrayView`. */
  declare protected readonly memberwise?: { readonly [K in keyof D]-?: D[K] };
  readonly #source: DatasetSource;
  readonly #frame: Frame;

  /** @internal Datasets are opened by groups. */
  constructor(source: DatasetSource, frame: Frame = wholeFrame(source.facts.shape)) {
    this.#source = source;
    this.#frame = frame;
  }

  /** Its path in the file, without links. */
  get path(): string {
    return this.#source.object;
  }

  /** The last part of the path. */
  get name(): string {
    return nameOf(this.path);
  }

  /** What one element is: of a dtype, or a text or list of any length. */
  get element(): RemoteElement {
    return this.#source.facts.element;
  }

  /** What one element is. @throws DTypeError for texts and lists of any length, UnsupportedError where there is no dtype */
  get dtype(): DType {
    return dtypeOf(this.#source);
  }

  /** Elements along each axis. */
  get shape(): readonly number[] {
    return frameShape(this.#frame);
  }

  /** Number of axes. */
  get ndim(): number {
    return this.shape.length;
  }

  /** Number of elements. */
  get size(): number {
    return sizeOf(this.shape);
  }

  /** Number of rows. @throws ShapeError for a dataset without axes */
  get length(): number {
    const [length] = this.shape;
    if (length === undefined) throw new ShapeError(`${this.#source.label} has no axes, and so no length`);
    return length;
  }

  /** Bytes of one element. @throws as {@link RemoteDataset.dtype} */
  get itemsize(): number {
    return this.dtype.itemsize;
  }

  /** Bytes of all elements. @throws as {@link RemoteDataset.dtype} */
  get nbytes(): number {
    return this.size * this.itemsize;
  }

  /** The attributes by their names. */
  get attrs(): RemoteAttributes {
    return attributesOf(this.#source.facts.attributes);
  }

  /** The attribute as a whole, as the store on the server has it; of other files, the attributes as an object. @throws CorruptError */
  get attr(): AttrValue {
    const { attributes, attr } = this.#source.facts;
    return attrOf(attributes, attr, this.#source.label);
  }

  /** @internal What says which elements of which file these are. */
  get identity(): string {
    const { file, object } = this.#source;
    const ranges = this.#frame.map(({ range }) => sliceOf(range).toString());
    return `${file}:${object}[${ranges.join(",")}]`;
  }

  /** @internal What it is read of. */
  get source(): DatasetSource {
    return this.#source;
  }

  /** @internal Whether it is what a description is of. */
  isAs({ etag, shape }: DatasetFacts): boolean {
    const { facts } = this.#source;
    return facts.etag === etag && facts.shape.join() === shape.join();
  }

  /** Whether all elements came with the group: then reading asks nobody. */
  get isHere(): boolean {
    return this.#source.facts.data !== undefined;
  }

  /**
   * What a selection selects, by the rules of `select` of arrays in memory: positions, `slice()`, `"..."`, `null`, index
   * arrays and masks; none at all selects everything. Texts come as `U`, as wide as the longest.
   *
   * Of several requests, all find one version of the file. Index arrays along the first axis ask for no more than they
   * select; along others the server must be one of this package's, else what lies between is read as well.
   *
   * @throws IndexError, ShapeError, DTypeError before anything is asked; StaleError where the file changes again and again;
   * what a request throws
   */
  get(...selection: readonly SelectionPart[]): Promise<ArrayView<D, "r">> {
    const [only] = selection;
    return this.#read(selection.length === 1 && only !== undefined ? tupleOf(only as Selection) : selection);
  }

  /** The same with options. */
  read(selection?: Selection, options: ReadOptions = {}): Promise<ArrayView<D, "r">> {
    return this.#read(tupleOf(selection), options);
  }

  async #read(parts: readonly unknown[], options: ReadOptions = {}): Promise<ArrayView<D, "r">> {
    return wrap<D, "r">((await this.readVersion(parts, options)).value, false);
  }

  /** @internal What a selection selects, and the version that it is of. */
  async readVersion(
    parts: readonly unknown[] = [],
    options: FetchOptions = {},
  ): Promise<ReadResult<Strided>> {
    return readPlan(this.#source, planRead(this.#source, this.#frame, parts), options);
  }

  /**
   * Lists of any length, nested as deep as there are axes; of a dataset without axes, the one. @throws DTypeError for a
   * dataset of anything else, and as {@link RemoteDataset.get}
   */
  async lists(selection?: Selection, options: ReadOptions = {}): Promise<unknown> {
    if (this.element.kind !== "list")
      throw new DTypeError(`${this.#source.label} holds no lists; get() reads it`);
    const plan = planRead(this.#source, this.#frame, tupleOf(selection));
    const { value } = await readItems(this.#source, plan, options);
    const lists = value.map((item) => (typeof item === "string" ? item : viewOf(item)));
    return plan.uses.shape.length === 0 ? lists[0] : nest(plan.uses.shape, (i) => lists[i]);
  }

  /**
   * Several slices in as few requests as there may be, joined along the first axis, which does not fall away. They may come in
   * any order and overlap; those that ascend cost no more than themselves.
   *
   * @param list for each a slice or position of the first axis, or a list of parts for each axis, equal but for the first
   * @throws IndexError, ShapeError, and as {@link RemoteDataset.get}
   */
  async requestSlices(
    list: readonly (Selector | readonly Selector[])[],
    options: ReadOptions = {},
  ): Promise<ArrayView<D, "r">> {
    const { value } = await readPlan(this.#source, this.#planSlices(list), options);
    return wrap<D, "r">(value, false);
  }

  /** The same into an array, as {@link RemoteDataset.readInto}. */
  async requestSlicesInto(
    list: readonly (Selector | readonly Selector[])[],
    target: ReadTarget,
    options: Omit<ReadIntoOptions, "source"> = {},
  ): Promise<void> {
    await readInto(this.#source, this.#planSlices(list), target, options);
  }

  #planSlices(list: readonly (Selector | readonly Selector[])[]) {
    return planSlices(this.#source, this.#frame, list);
  }

  /**
   * Reads into an array or typed array that is there already: straight into its memory where dtype and order are the same,
   * else block by block, judged by the rules of `assign`. An array over a file is written block by block. After an error on the
   * way the target holds anything.
   *
   * @throws CastError, ShapeError, ReadOnlyError before anything is asked where dtypes or shapes do not go together; CastError
   * naming the row of a value that does not fit; and as {@link RemoteDataset.get}
   */
  async readInto(target: ReadTarget, { source, ...options }: ReadIntoOptions = {}): Promise<void> {
    await readInto(this.#source, planRead(this.#source, this.#frame, tupleOf(source)), target, options);
  }

  /** The rows from `start` to before `stop`, every `step`-th, by Python's rules: a view; nothing is asked. @throws IndexError, ShapeError */
  slice(start?: Bound, stop?: Bound, step?: Bound): RemoteDataset<D> {
    const rows = slice(start, stop, step);
    if (this.ndim === 0) throw new ShapeError("an array without axes cannot be sliced");
    return this.view(rows);
  }

  /** NumPy's basic indexing: positions, `slice()` and `"..."`. A view; nothing is asked. @throws IndexError */
  view(...selection: readonly Selector[]): RemoteDataset<D> {
    return new RemoteDataset<D>(this.#source, narrowed(this.#frame, selection, this.#source.label));
  }

  /** One element, by one index for each axis; with fewer, all that lies below. @throws IndexError */
  async at(...index: readonly number[]): Promise<ElementOf<D>> {
    return (await this.view(...index).get()).at();
  }

  /** The rows at these positions, in their order. @throws IndexError */
  async take(indices: RowSelection): Promise<ArrayView<D, "r">> {
    return this.#read([rowsOf(indices, this.length, this.#source.label)]);
  }

  /** The rows where a mask is true. @throws ShapeError where it has another length */
  async filter(mask: RowSelection): Promise<ArrayView<D, "r">> {
    return this.#read([maskedRows(mask, this.length, this.#source.label)]);
  }

  /** All of it: a typed array for numbers along one axis, an array of elements or cells for everything else. */
  async toArray(): Promise<ArrayOf<D>> {
    return (await this.get()).toArray();
  }

  /**
   * Successive rows as arrays, all of one version of the file: where it changes meanwhile, a StaleError.
   *
   * @param rows the most rows of each; about 1 MiB when left out
   * @throws ShapeError
   */
  async *chunks(
    rows?: number,
    options: ReadOptions = {},
  ): AsyncGenerator<ArrayView<D, "r">, void, undefined> {
    const most = rows ?? this.#usualRows();
    if (!Number.isSafeInteger(most) || most < 1)
      throw new ShapeError(`a chunk has a whole number of rows, at least 1, not ${most}`);
    let ifMatch: string | undefined;
    for (let start = 0; start < this.length; start += most) {
      const { value, etag } = await this.slice(start, start + most).readVersion([], { ...options, ifMatch });
      ifMatch ??= etag;
      yield wrap<D, "r">(value, false);
    }
  }

  #usualRows(): number {
    const itemsize = this.element.kind === "fixed" ? this.itemsize : 64;
    return Math.max(1, Math.floor(ROWS_BYTES / Math.max(1, sizeOf(this.shape.slice(1)) * itemsize)));
  }

  /** The rows in order: elements, or cells where there are more axes. They are read in blocks. */
  async *[Symbol.asyncIterator](): AsyncGenerator<ElementOf<D>, void, undefined> {
    for await (const chunk of this.chunks()) yield* chunk;
  }

  /**
   * Copies this dataset into a group of a local file, block by block, with its attributes. A copy that broke off goes on where
   * it was, if it is begun again with the same target and name and the server still has the same version.
   *
   * @throws ExistsError where an array of the name is there that is no such copy; NameError, DiskError, ReadOnlyError; what
   * requests throw
   */
  copyTo(target: MemmapGroup, options: CopyArrayOptions = {}): Promise<CopyResult> {
    return copyDataset(this as unknown as RemoteDataset, target, options);
  }

  /** What it is; nothing is read. */
  toString(): string {
    const { element } = this;
    const type =
      element.kind === "fixed"
        ? element.dtype
        : element.kind === "list"
          ? `lists of ${element.dtype}`
          : element.kind;
    return `<RemoteDataset ${JSON.stringify(this.path)}: ${type} ${showShape(this.shape)}>`;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

/** The dataset that is at a path of a file. */
export function datasetAt(tree: RemoteTree, path: string, facts: DatasetFacts): RemoteDataset {
  return tree.object(
    path,
    RemoteDataset,
    () => new RemoteDataset(new RenewedSource(tree, path, facts)),
    (known) => known.isAs(facts),
  );
}

/** The parts of a selection; a list of positions or booleans is one of them. */
function tupleOf(selection: Selection | undefined): readonly unknown[] {
  if (selection === undefined) return [];
  const isTuple =
    Array.isArray(selection) &&
    selection.some((part) => part === null || part === "..." || typeof part === "object");
  return isTuple ? selection : [selection];
}

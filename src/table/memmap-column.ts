import {
  type AccessMode,
  ArrayView,
  denseLayout,
  type Layout,
  type Range,
  rangeRows,
} from "../array/index.js";
import type { DTypeLike } from "../dtype/index.js";
import {
  type AttrInput,
  type AttrValue,
  type ColumnState,
  decodeAttr,
  rowBytes,
  shapeOf,
} from "../store/index.js";
import type { ColumnIndex } from "./column-index.js";
import type { ColumnStorage } from "./column-storage.js";

/** What a column asks of its table. */
export interface ColumnOwner {
  setAttr(name: string, attr: AttrInput): void;
}

/**
 * A column of a table, or an array of a hierarchy: its bytes are a file. It follows the table's growth; after its
 * deletion it throws NotFoundError, after closing ClosedError.
 *
 * ```ts
 * const delay = table.column("delay");
 * delay.values;           // Int16Array over the file
 * delay.attr = { unit: "min" };
 * ```
 */
export class MemmapColumn<
  D extends DTypeLike = DTypeLike,
  M extends AccessMode = AccessMode,
> extends ArrayView<D, M> {
  readonly #storage: ColumnStorage;
  readonly #owner: ColumnOwner;
  readonly #prefix: string;

  /** @internal Columns are made by tables. */
  constructor(storage: ColumnStorage, owner: ColumnOwner, prefix: string) {
    const { dtype } = storage.state;
    super(storage, dtype, () => layoutOf(storage.state));
    this.#storage = storage;
    this.#owner = owner;
    this.#prefix = prefix;
  }

  /** The name, groups before it: `"coordinates/x"`. In the table of a group, from the group on. */
  get name(): string {
    const { name } = this.#storage;
    return name.startsWith(this.#prefix) ? name.slice(this.#prefix.length) : name;
  }

  /** @internal The name of now in the store; undefined when the column is no more. */
  get currentName(): string | undefined {
    return this.#storage.gone === undefined ? this.#storage.name : undefined;
  }

  /**
   * The attribute: any JSON value, and dates, bigints, NaN, infinities and typed arrays; `null` where there is none.
   * What is read is deeply frozen; assigning writes it at once.
   *
   * @throws CastError for values that are no attribute, ReadOnlyError
   */
  get attr(): AttrValue {
    return decodeAttr(this.#storage.state.attr);
  }

  set attr(attr: AttrInput) {
    // Another column may have the name by now.
    void this.#storage.state;
    this.#owner.setAttr(this.#storage.name, attr);
  }

  /** The shape of each row's cell; `[]` for one element, and of an array without axes. */
  get itemShape(): readonly number[] {
    return this.#storage.state.itemShape;
  }

  /**
   * The index of the column, and whether comparisons use it now; undefined where none was built. It counts only where nothing can
   * have been stored into the file since it was built, by whatever program: of what the file holds it is never wrong, only absent.
   * What was stored into `values` of a table that is open for reading is not in the file, and comparisons by an index do not see it.
   */
  get index(): ColumnIndex | undefined {
    return this.#storage.index.info;
  }

  /**
   * Notes the least and the greatest element of each block of 65,536 rows, in a file of its own. Comparisons with a value and `between`
   * then need not read the blocks of which these say enough: on a column in order, nearly none. All results stay
   * what they are.
   *
   * The index counts until the column's file is changed, also by other software and through maps; then it is to be built
   * again, as after the system was started anew. While this process has the column mapped for writing, it does not
   * count: a table that is open with mode `"r"` uses it. A file system that does not tell of stores through maps, such as tmpfs or
   * one of a network, can have none, nor can one that is mounted in a table's directory; columns of no more than 65,536
   * rows are compared without. Comparisons by an index do not see what was stored into a read-only table's private
   * pages.
   *
   * It reads the file once, and waits for the disk; of a file that was just stored into, up to a quarter of a second more.
   *
   * ```ts
   * const { usable, reason } = table.column("time").buildIndex();
   * ```
   *
   * @returns the index; `usable` is false, with the reason, where it could not be built, or does not count yet
   * @throws DTypeError for strings, complex numbers, records and bytes, ReadOnlyError in mode `"r"`, ShapeError,
   * UnsupportedError for columns in Fortran order and within a transaction that changes the column, ExistsError where something
   * else has the place of the index below `.memmap`
   */
  buildIndex(): ColumnIndex {
    return this.#storage.index.build(this.#storage.label);
  }

  /**
   * As `buildIndex`, in between turns of the event loop. Of two at once, the later one waits for the other.
   *
   * @param options `signal` ends it early: it is rejected with the signal's reason
   * @throws as `buildIndex`, and UnsupportedError for what is no signal, by rejecting
   */
  async buildIndexAsync(options: { readonly signal?: AbortSignal | undefined } = {}): Promise<ColumnIndex> {
    return this.#storage.index.buildAsync(this.#storage.label, options);
  }

  /** Removes the index. @returns whether there was one. @throws ReadOnlyError in mode `"r"` */
  dropIndex(): boolean {
    return this.#storage.index.drop();
  }

  /** @internal Of a column without rows too, those that are not there lie where they will once there are so many again. */
  override rows(range: Range): ArrayView<D, M> {
    const { state } = this.#storage;
    if (state.rows > 0 || range.length === 0) return super.rows(range);
    return this.derive(rangeRows(layoutOf({ ...state, rows: 1 }), range));
  }

  /** The shape, the dtype, and the first and last elements; of a column that is gone, that it is. */
  override toString(): string {
    const { gone, label } = this.#storage;
    return gone === undefined ? super.toString() : `<${gone} ${label}>`;
  }
}

function layoutOf(column: ColumnState): Layout {
  const shape = shapeOf(column);
  if (column.isScalar === true) return denseLayout(shape, column.dtype.itemsize);
  if (column.fortran) return denseLayout(shape, column.dtype.itemsize, true);
  const { strides } = denseLayout(shape, column.dtype.itemsize);
  return { shape, strides: strides.with(0, rowBytes(column)), offset: 0 };
}

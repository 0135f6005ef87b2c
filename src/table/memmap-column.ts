import { type AccessMode, ArrayView, denseLayout, type Layout } from "../array/index.js";
import type { DTypeLike } from "../dtype/index.js";
import {
  type AttrInput,
  type AttrValue,
  type ColumnState,
  decodeAttr,
  rowBytes,
  shapeOf,
} from "../store/index.js";
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

import { type AccessMode, type ArrayView, type Selection, select } from "../array/index.js";
import { type DTypeLike, parseDType, sizeOf } from "../dtype/index.js";
import { LimitError } from "../errors.js";
import { type AttrInput, type AttrValue, encodeAttr } from "../store/index.js";
import {
  type ColumnsOption,
  checkRowCount,
  MemmapColumn,
  MemmapTable,
  OpenTable,
  parseColumns,
  requireColumns,
  requireRows,
  type Schema,
  type SchemaOf,
} from "../table/index.js";
import { type ArrayOptions, arrayInput, requireShape } from "./array-input.js";
import { registeredAt, stackedFrame } from "./frames/read-frame.js";
import type { Hierarchy } from "./hierarchy.js";
import { copyNode, deleteNode, renameNode } from "./moves.js";
import { NodeAttributes } from "./node-attributes.js";
import { lastPart, resolvePath, showPath } from "./node-path.js";
import { printTree } from "./print-tree.js";
import type { NodeInfo } from "./tree-index.js";

/** Options of {@link MemmapGroup.setArray}. */
export interface SetArrayOptions<D extends DTypeLike = DTypeLike> extends ArrayOptions<D> {
  /** The array's attributes; those of the array that it replaces when left out. */
  readonly attrs?: { readonly [key: string]: AttrInput } | undefined;
  /** Whether an array of that name is replaced; true when left out. */
  readonly overwrite?: boolean | undefined;
}

/** Options of {@link MemmapGroup.table}. */
export interface GroupTableOptions<C extends ColumnsOption = ColumnsOption> {
  /** The rows that it must have; of a group without arrays, those that its columns will have. */
  readonly rows?: number | undefined;
  /** Columns that it must have, with these dtypes. */
  readonly columns?: C | undefined;
}

/**
 * A group of a {@link MemmapFile}: a directory of arrays and further groups.
 *
 * Paths that begin with `/` start at the root of the file, all others at this group; `.` and `..` are refused. Every change
 * is a transaction, or a part of one: see {@link MemmapFile.transaction}.
 */
export class MemmapGroup<M extends AccessMode = AccessMode>
  implements Iterable<[name: string, node: MemmapGroup<M> | MemmapColumn<DTypeLike, M>]>
{
  /** @internal */
  protected readonly hierarchy: Hierarchy;
  readonly #name: string;

  /** @internal Groups are opened by files and other groups. */
  constructor(hierarchy: Hierarchy, name: string) {
    this.hierarchy = hierarchy;
    this.#name = name;
  }

  /** The path from the root: `/` or `/groupA/groupB`. */
  get path(): string {
    return showPath(this.#name);
  }

  /** The last part of the path; empty for the root. */
  get name(): string {
    return lastPart(this.#name);
  }

  #resolve(path: string): string {
    return resolvePath(this.#name, path);
  }

  /** The name in the store of this very group, which must be there. */
  #own(): string {
    this.hierarchy.requireGroup(this.#name);
    return this.#name;
  }

  #open(name: string): MemmapGroup<M> {
    return new MemmapGroup<M>(this.hierarchy, name);
  }

  #column<D extends DTypeLike>(column: MemmapColumn): MemmapColumn<D, M> {
    return column as unknown as MemmapColumn<D, M>;
  }

  /** Makes a group, and the groups that it lies in, where they are missing. @throws NameError, ExistsError, ReadOnlyError */
  setGroup(path: string): MemmapGroup<M> {
    const name = this.#resolve(path);
    this.hierarchy.setGroup(name);
    return this.#open(name);
  }

  /** A group that is there. @throws NotFoundError, with a guess at what was meant; UnsupportedError for an array */
  getGroup(path: string): MemmapGroup<M> {
    const name = this.#resolve(path);
    this.hierarchy.requireGroup(name);
    return this.#open(name);
  }

  /**
   * Writes an array, and makes the groups that it lies in. An array of that name is replaced as a whole, and readers that
   * have it open keep the old one.
   *
   * ```ts
   * file.setArray("/groupA/array1", Float64Array.of(1, 2, 3, 4, 5, 6), { shape: [2, 3], attrs: { unit: "m" } });
   * file.setArray("/groupA/answer", 42);                    // one element, shape []
   * file.setArray("names", ["Ada", "Grace"], { dtype: "U16" });
   * ```
   *
   * @param data a typed array, an array of this package, records, lists nested as deep as there are axes, or one value,
   * which fills the shape. Lists without a `dtype` become what their values are: whole numbers `i4`, others `f8`, bigints
   * `i8`, booleans `b1`, Dates `M8[ms]`, strings `U` as wide as the widest
   * @throws CastError naming the value that does not fit, ShapeError, DTypeError, NameError, ExistsError where a group has
   * the name, DiskError, ReadOnlyError; nothing has changed then
   */
  setArray<const D extends DTypeLike>(
    path: string,
    data: unknown,
    options: SetArrayOptions<D> = {},
  ): MemmapColumn<D, M> {
    const name = this.#resolve(path);
    const { attrs, overwrite = true, dtype, shape } = options;
    this.hierarchy.session.store.requireWritable();
    const attr = attrs === undefined ? undefined : encodeAttr(attrs);
    const input = arrayInput(data, { dtype, shape }, `array ${showPath(name)}`);
    return this.#column(this.hierarchy.setArray(name, input, attr, overwrite));
  }

  /**
   * Makes an array of zeros, to be written through its view.
   *
   * @throws ExistsError, ShapeError, DTypeError, NameError, LimitError, DiskError, ReadOnlyError
   */
  createArray<const D extends DTypeLike>(
    path: string,
    dtype: D,
    shape: readonly number[],
    { attrs }: Pick<SetArrayOptions, "attrs"> = {},
  ): MemmapColumn<D, M> {
    const name = this.#resolve(path);
    const label = `array ${showPath(name)}`;
    const parsed = parseDType(dtype);
    requireShape(shape, label);
    if (!Number.isSafeInteger(sizeOf(shape) * parsed.itemsize)) {
      throw new LimitError(`${label} would have over 2^53 - 1 bytes`);
    }
    const attr = attrs === undefined ? undefined : encodeAttr(attrs);
    return this.#column(this.hierarchy.createArray(name, { dtype: parsed, shape: [...shape] }, attr));
  }

  /**
   * An array, mapped at its first use, or what is selected of it.
   *
   * ```ts
   * const array = file.getArray("/groupA/array1");
   * file.getArray("/groupA/array1", slice(0, 2));   // a view of the first two rows
   * file.getArray("/groupA/array1", [0, 2]);        // a copy of rows 0 and 2
   * ```
   *
   * Of the path of a data frame that was registered, it is a read-only copy: rows × columns, of the dtype that NumPy makes of
   * those of the columns.
   *
   * @param selection NumPy's, basic (views) and advanced (read-only copies): see {@link Selection}
   * @throws NotFoundError, with a guess at what was meant; UnsupportedError for a group; what a selection throws
   */
  getArray<D extends DTypeLike = DTypeLike>(path: string, selection?: Selection): ArrayView<D, M> {
    const array = this.#arrayAt(this.#resolve(path)) as unknown as ArrayView<D, M>;
    return selection === undefined ? array : (select(array, selection) as ArrayView<D, M>);
  }

  /** An array; of a data frame that was registered, its columns beside each other. */
  #arrayAt(name: string): ArrayView {
    const frame = this.hierarchy.kindOf(name) === "group" ? registeredAt(name, this.hierarchy) : undefined;
    if (frame !== undefined) return stackedFrame(this.hierarchy, name, frame);
    return this.hierarchy.array(name) as unknown as ArrayView;
  }

  /** Whether there is a group or array of that path. @throws NameError for a path that none can have */
  has(path: string): boolean {
    return this.hierarchy.kindOf(this.#resolve(path)) !== undefined;
  }

  /**
   * Deletes an array, or a group. The groups that it lies in stay, empty or not.
   *
   * @param options.recursive whether a group goes with all that is in it
   * @throws NotFoundError; UnsupportedError for a group that is not empty; ReadOnlyError
   */
  deleteNode(path: string, { recursive = false } = {}): void {
    deleteNode(this.hierarchy, this.#resolve(path), recursive);
  }

  /**
   * Gives an array or group another name: files are renamed, and no data are read. The time does not depend on their
   * size; that of a group grows with the number of its arrays.
   *
   * @throws NotFoundError, ExistsError, NameError, ReadOnlyError
   */
  renameNode(from: string, to: string): void {
    renameNode(this.hierarchy, this.#resolve(from), this.#resolve(to));
  }

  /** Copies an array, or a group with all below it, and the attributes. @throws as `renameNode`, and DiskError */
  copyNode(from: string, to: string): void {
    copyNode(this.hierarchy, this.#resolve(from), this.#resolve(to));
  }

  /** The attribute of this group as a whole; `null` where there is none. See {@link MemmapColumn.attr}. */
  get attr(): AttrValue {
    return this.hierarchy.attrOf(this.#own());
  }

  set attr(attr: AttrInput) {
    this.hierarchy.setAttr(this.#own(), attr);
  }

  /** The attributes of a group or array by their keys; this group's when left out. @throws NotFoundError */
  attrs(path?: string): NodeAttributes {
    const name = path === undefined ? this.#own() : this.#resolve(path);
    this.hierarchy.requireNode(name);
    return new NodeAttributes({
      path: showPath(name),
      read: () => this.hierarchy.attrOf(name),
      write: (attr) => this.hierarchy.setAttr(name, attr),
    });
  }

  /**
   * Sets one attribute of a group or array.
   *
   * @throws NotFoundError where there is no such node; ShapeError where its attribute is no object; CastError, ReadOnlyError
   */
  setNodeAttr(path: string, key: string, value: AttrInput): void {
    this.attrs(path).set(key, value);
  }

  /**
   * One attribute of a group or array.
   *
   * @param fallback what stands for an attribute that is not there
   * @throws NotFoundError where there is no such node, or no such attribute and no fallback; ShapeError
   */
  getNodeAttr(path: string, key: string): AttrValue;
  getNodeAttr<T>(path: string, key: string, fallback: T): AttrValue | T;
  getNodeAttr<T>(path: string, key: string, ...fallback: readonly T[]): AttrValue | T {
    const attrs = this.attrs(path);
    if (fallback.length === 0) return attrs.require(key);
    const value = attrs.get(key);
    return value === undefined ? (fallback[0] as T) : value;
  }

  /**
   * The arrays below this group, of whatever groups, as a table inside this file: they have equal lengths. Closing it leaves
   * the file open.
   *
   * @throws ShapeError naming arrays whose lengths differ, and for other rows than asked for; NotFoundError and DTypeError for
   * columns that differ from those asked for
   */
  table<const C extends ColumnsOption = Schema>(
    options: GroupTableOptions<C> = {},
  ): MemmapTable<SchemaOf<C>, M> {
    const group = this.#own();
    const { rows } = options;
    if (rows !== undefined) checkRowCount(rows);
    const columns = parseColumns(options.columns);
    const { session, mode, layout } = this.hierarchy;
    const open = new OpenTable(session, { group, emptyRows: rows ?? 0 });
    const { catalog, path } = open;
    if (rows !== undefined) requireRows(rows, catalog.rows, path);
    requireColumns(columns, catalog.columns, path);
    return MemmapTable.of<SchemaOf<C>, M>(open, mode, layout);
  }

  /** The names of the groups and arrays in this group, in the order of their code points. */
  keys(): IterableIterator<string> {
    return this.hierarchy.index.keysOf(this.#own()).values();
  }

  /** The names of the groups and arrays in this group, with them. */
  *entries(): IterableIterator<[name: string, node: MemmapGroup<M> | MemmapColumn<DTypeLike, M>]> {
    for (const name of this.hierarchy.index.childrenOf(this.#own())) {
      const isGroup = this.hierarchy.kindOf(name) === "group";
      yield [lastPart(name), isGroup ? this.#open(name) : this.#column(this.hierarchy.array(name))];
    }
  }

  [Symbol.iterator](): IterableIterator<[name: string, node: MemmapGroup<M> | MemmapColumn<DTypeLike, M>]> {
    return this.entries();
  }

  /** This group and all below it, each group before what is in it: paths, and of arrays dtype, shape and size. */
  walk(): IterableIterator<NodeInfo> {
    return this.hierarchy.index.walk(this.#own());
  }

  /** The tree below this group, as `h5ls -r` prints one. */
  toString(): string {
    if (this.hierarchy.session.store.closed) return `<closed ${this.constructor.name} ${this.path}>`;
    if (this.hierarchy.kindOf(this.#name) !== "group") return `<deleted MemmapGroup ${this.path}>`;
    return printTree(this.walk());
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

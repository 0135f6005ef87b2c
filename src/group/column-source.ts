import {
  ArrayView,
  dtypeOf,
  isTypedArray,
  isViewable,
  STRIDED,
  showShape,
  type Viewable,
  viewTyped,
  wrap,
} from "../array/index.js";
import { showValue } from "../dtype/index.js";
import { CastError, DTypeError, NameError, NotFoundError, ShapeError } from "../errors.js";
import { didYouMean } from "../store/index.js";
import { plainColumn } from "./plain-column.js";

/**
 * Columns of equal length, by name: a table or view, or what an adapter makes of a data frame (`columnSource` of
 * `memmap-table/danfo` and `memmap-table/arrow`).
 */
export interface ColumnSource {
  readonly columnNames: readonly string[];
  /** Number of rows. */
  readonly length: number;
  /** A column; a view whose names the compiler knows takes only those. */
  column(name: never): Viewable;
  /** 1 where the source has null; undefined where a column has none. */
  nulls?(name: string): Uint8Array | undefined;
}

/**
 * Columns as plain values: arrays, typed arrays, ArrayViews, or lists of plain values, in a plain object (of any interface)
 * or a Map.
 */
export type FrameSource = ColumnSource | Viewable | ReadonlyMap<string, unknown> | object;

/** One column of a frame. */
export interface FrameColumn {
  readonly name: string;
  readonly array: ArrayView;
  /** 1 where the source has null; undefined where the column has none. */
  readonly nulls: Uint8Array | undefined;
}

/** Columns of equal length. */
export interface Frame {
  readonly names: readonly string[];
  /** Number of rows. */
  readonly length: number;
  /**
   * A column, the same object each time.
   *
   * @throws NotFoundError with a guess at what was meant; ShapeError where it has another length than the frame; CastError,
   * ShapeError for lists that are no column
   */
  column(name: string): FrameColumn;
}

/** What a column is made of at its first use. */
type ColumnParts = Pick<FrameColumn, "array" | "nulls">;

/**
 * Takes any source without changing it.
 *
 * | source | its columns |
 * | --- | --- |
 * | a table or view, an adapter's `columnSource` | its columns as they are, with its nulls |
 * | a `RecordArray`, a structured array of one axis | its fields, without a copy |
 * | a `Map`, a plain object | by name: arrays and typed arrays as they are, lists of plain values by {@link plainColumn} |
 *
 * Lists are judged and copied once, when their column is first asked for.
 *
 * @throws ShapeError for no columns, and naming two whose lengths differ; NameError for two of one name; CastError for what is
 * no source, and naming a column that is no list
 */
export function frameOf(source: FrameSource): Frame {
  if (typeof source !== "object" || source === null) throw notASource(source);
  if (isColumnSource(source)) return sourceFrame(source);
  if (isViewable(source)) return recordFrame(source);
  if (source instanceof Map) return entriesFrame(source);
  if (!isPlain(source)) throw notASource(source);
  return entriesFrame(new Map(Object.entries(source)));
}

function notASource(source: unknown): CastError {
  return new CastError(
    `a frame comes from a table or view, records, or an object or Map of columns, not from ${nameOf(source)}; columnSource() of memmap-table/danfo and memmap-table/arrow makes one of theirs`,
  );
}

/** What messages call a value: instances by their class, since they may be large. */
function nameOf(value: unknown): string {
  const isInstance = typeof value === "object" && value !== null && !Array.isArray(value);
  if (!isInstance || ArrayBuffer.isView(value) || isPlain(value)) return showValue(value);
  const { constructor } = value;
  return typeof constructor === "function" && constructor.name !== "" ? `a ${constructor.name}` : "an object";
}

function isColumnSource(source: object): source is ColumnSource & { column(name: string): Viewable } {
  return (
    "columnNames" in source &&
    Array.isArray(source.columnNames) &&
    "column" in source &&
    typeof source.column === "function"
  );
}

/** Whether an object is no instance of a class; plain ones of other realms count. */
function isPlain(source: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(source);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function sourceFrame(source: ColumnSource & { column(name: string): Viewable }): Frame {
  return frame(source.columnNames, source.length, (name) => ({
    array: arrayOf(source.column(name)),
    nulls: source.nulls?.(name),
  }));
}

function recordFrame(source: Viewable): Frame {
  const records = arrayOf(source);
  const { dtype, shape } = records;
  if (dtype.fields === undefined) {
    throw new DTypeError(
      `a frame comes from records, whose fields are its columns, not from an array of ${dtype}`,
    );
  }
  if (shape.length !== 1) {
    throw new ShapeError(`a frame comes from records along one axis, not from shape ${showShape(shape)}`);
  }
  const names = dtype.fields.map(({ name }) => name);
  return frame(names, records.length, (name) => ({ array: records.field(name), nulls: undefined }));
}

function entriesFrame(entries: ReadonlyMap<string, unknown>): Frame {
  let first: { readonly name: string; readonly rows: number } | undefined;
  for (const [name, values] of entries) {
    if (typeof name !== "string") throw new NameError(`a column's name is a string, not ${showValue(name)}`);
    const rows = rowsIn(name, values);
    first ??= { name, rows };
    if (rows !== first.rows) {
      throw new ShapeError(
        `columns have different lengths: ${JSON.stringify(first.name)} has ${first.rows} rows, ${JSON.stringify(name)} has ${rows}`,
      );
    }
  }
  return frame([...entries.keys()], first?.rows ?? 0, (name) => partsOf(name, entries.get(name)));
}

/** @throws ShapeError for an array without axes, CastError for what is no list */
function rowsIn(name: string, values: unknown): number {
  if (Array.isArray(values) || isTypedArray(values)) return values.length;
  if (isViewable(values)) return rowsOf(name, arrayOf(values));
  throw new CastError(
    `column ${JSON.stringify(name)} is ${nameOf(values)}; a column is an array, a typed array or a list of plain values`,
  );
}

function rowsOf(name: string, { shape }: ArrayView): number {
  const [rows] = shape;
  if (rows !== undefined) return rows;
  throw new ShapeError(`column ${JSON.stringify(name)} is an array without axes, which has no rows`);
}

function partsOf(name: string, values: unknown): ColumnParts {
  if (isViewable(values)) return { array: arrayOf(values), nulls: undefined };
  if (!isTypedArray(values))
    return plainColumn(`column ${JSON.stringify(name)}`, values as readonly unknown[]);
  const target = { dtype: dtypeOf(values), shape: [values.length] };
  return { array: wrap(viewTyped(values, target), false), nulls: undefined };
}

function arrayOf(source: Viewable): ArrayView {
  return source instanceof ArrayView ? (source as ArrayView) : wrap(source[STRIDED](), false);
}

function frame(names: readonly string[], length: number, make: (name: string) => ColumnParts): Frame {
  if (names.length === 0) throw new ShapeError("a frame has at least one column, and this source has none");
  const known = new Set<string>();
  for (const name of names) {
    if (known.has(name)) throw new NameError(`two columns are called ${JSON.stringify(name)}`);
    known.add(name);
  }
  const made = new Map<string, FrameColumn>();
  return {
    names: [...known],
    length,
    column: (name) => {
      const before = made.get(name);
      if (before !== undefined) return before;
      if (!known.has(name)) {
        throw new NotFoundError(`there is no column ${JSON.stringify(name)}${didYouMean(name, known)}`);
      }
      const column: FrameColumn = { name, ...make(name) };
      checkLengths(column, length);
      made.set(name, column);
      return column;
    },
  };
}

function checkLengths({ name, array, nulls }: FrameColumn, length: number): void {
  const rows = rowsOf(name, array);
  if (rows !== length) {
    throw new ShapeError(`column ${JSON.stringify(name)} has ${rows} rows, and its frame has ${length}`);
  }
  if (nulls !== undefined && nulls.length !== length) {
    throw new ShapeError(
      `column ${JSON.stringify(name)} has ${nulls.length} marks of nulls for ${length} rows`,
    );
  }
}

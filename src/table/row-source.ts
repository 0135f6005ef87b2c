import {
  isTypedArray,
  isViewable,
  type Range,
  STRIDED,
  type Strided,
  type Viewable,
  wrap,
} from "../array/index.js";
import { type DType, showValue, sizeOf } from "../dtype/index.js";
import { CastError, NotFoundError, ShapeError } from "../errors.js";
import { didYouMean } from "../store/index.js";

/** A column that rows go into, as far as a source must know it. */
export interface Target {
  readonly name: string;
  readonly dtype: DType;
  readonly itemShape: readonly number[];
}

/** Rows on their way into a table, column by column. */
export interface RowSource {
  /** How many rows there are; undefined where every column is one value for all rows. */
  readonly length: number | undefined;
  /** Whether the parts are whole columns, which may be taken at once without a copy. */
  readonly columnar: boolean;
  /** The rows `start` to before `end` of one column, as an array's assignment takes them. */
  part(target: Target, start: number, end: number): unknown;
}

/** What every source of columns can be asked; a view whose names the compiler knows takes only those. */
export interface ColumnSet {
  readonly columnNames: readonly string[];
  readonly length: number;
  column(name: never): Viewable;
}

function isColumnSet(source: object): source is ColumnSet & { column(name: string): Viewable } {
  return "columnNames" in source && "column" in source && typeof source.column === "function";
}

function requireNames(targets: readonly Target[], names: Iterable<string>, what: string): void {
  const known = new Set(targets.map(({ name }) => name));
  const given = new Set(names);
  const unknown = [...given].filter((name) => !known.has(name));
  if (unknown.length > 0) {
    const list = unknown.map((name) => JSON.stringify(name)).join(", ");
    throw new NotFoundError(
      `${what} has ${list}, but there is no such column${didYouMean(unknown[0] ?? "", known)}`,
    );
  }
  const missing = targets.filter(({ name }) => !given.has(name));
  if (missing.length > 0) {
    const list = missing.map(({ name }) => JSON.stringify(name)).join(", ");
    throw new NotFoundError(`${what} lacks ${missing.length === 1 ? "the column" : "the columns"} ${list}`);
  }
}

/**
 * Takes what rows can be given as: another table or view, records, an array of row objects, a `Map` or an object of
 * columns.
 *
 * @throws NotFoundError naming missing and unknown columns, ShapeError, CastError for what is none of these
 */
export function rowSource(source: unknown, targets: readonly Target[]): RowSource {
  if (typeof source !== "object" || source === null) {
    throw new CastError(
      `rows are a view, records, row objects or an object of columns, not ${showValue(source)}`,
    );
  }
  if (isColumnSet(source)) {
    requireNames(targets, source.columnNames, "the table");
    return fromColumns(
      new Map(source.columnNames.map((name) => [name, source.column(name)])),
      targets,
      source.length,
    );
  }
  if (isViewable(source)) return fromRecords(source[STRIDED](), targets);
  if (Array.isArray(source)) return fromRows(source);
  if (source instanceof Map) {
    requireNames(targets, source.keys(), "the map");
    return fromColumns(source, targets);
  }
  if (isTypedArray(source) || Symbol.iterator in source) {
    throw new CastError(
      `rows are a view, records, row objects or an object of columns, not ${showValue(source)}; gather an iterator in an array first`,
    );
  }
  const names = Object.keys(source);
  requireNames(targets, names, "the object");
  return fromColumns(
    new Map(names.map((name): [string, unknown] => [name, Reflect.get(source, name)])),
    targets,
  );
}

/** Records by their fields. */
function fromRecords({ dtype, layout, bytes }: Strided, targets: readonly Target[]): RowSource {
  const { fields } = dtype;
  if (fields === undefined || layout.shape.length !== 1) {
    throw new ShapeError(`rows come from records along one axis, not from an array of ${dtype}`);
  }
  requireNames(
    targets,
    fields.map(({ name }) => name),
    "a record",
  );
  const records = wrap({ dtype, layout, bytes }, false);
  return fromColumns(
    new Map(fields.map(({ name }) => [name, records.field(name)])),
    targets,
    layout.shape[0],
  );
}

function fromRows(rows: readonly unknown[]): RowSource {
  return {
    length: rows.length,
    columnar: false,
    part: ({ name }, start, end) => rows.slice(start, end).map((row) => cellOf(row, name)),
  };
}

/** Checks that row objects have all columns and no others. @throws CastError, NotFoundError naming the row */
export function checkRows(rows: readonly unknown[], targets: readonly Target[], firstRow = 0): void {
  rows.forEach((row, i) => {
    if (typeof row !== "object" || row === null || Array.isArray(row) || ArrayBuffer.isView(row)) {
      throw new CastError(`row ${firstRow + i} is ${showValue(row)}, which is no object of cells`);
    }
    let known = 0;
    for (const { name } of targets) if (Object.hasOwn(row, name)) known += 1;
    if (known !== targets.length || Object.keys(row).length !== known) {
      requireNames(targets, Object.keys(row), `row ${firstRow + i}`);
    }
  });
}

function cellOf(row: unknown, name: string): unknown {
  return typeof row === "object" && row !== null ? Reflect.get(row, name) : undefined;
}

function fromColumns(
  columns: ReadonlyMap<string, unknown>,
  targets: readonly Target[],
  length: number | undefined = commonLength(columns, targets),
): RowSource {
  return {
    length,
    columnar: true,
    part: (target, start, end) => {
      const column = columns.get(target.name);
      if (length === undefined || rowsIn(column, target) === undefined || (start === 0 && end === length))
        return column;
      return partOf(column, start, end, length);
    },
  };
}

function commonLength(columns: ReadonlyMap<string, unknown>, targets: readonly Target[]): number | undefined {
  let first: { readonly name: string; readonly rows: number } | undefined;
  for (const target of targets) {
    const rows = rowsIn(columns.get(target.name), target);
    if (rows === undefined) continue;
    if (!Number.isInteger(rows)) {
      throw new ShapeError(
        `what is given for column ${JSON.stringify(target.name)} is no whole number of rows: ${showValue(columns.get(target.name))} for cells of shape [${target.itemShape.join(", ")}]`,
      );
    }
    first ??= { name: target.name, rows };
    if (rows !== first.rows) {
      throw new ShapeError(
        `columns have different lengths: ${JSON.stringify(first.name)} has ${first.rows} rows, ${JSON.stringify(target.name)} has ${rows}`,
      );
    }
  }
  return first?.rows;
}

/** The rows that a source of one column stands for; undefined where it is one value for all. */
function rowsIn(source: unknown, { dtype, itemShape }: Target): number | undefined {
  if (isViewable(source)) {
    const { shape } = source[STRIDED]().layout;
    return shape.length > itemShape.length ? shape[0] : undefined;
  }
  if (isTypedArray(source)) {
    // No number of empty cells is another than any other.
    if (sizeOf(itemShape) === 0) return undefined;
    const bytes = sizeOf(itemShape) * dtype.itemsize;
    const raw =
      "SUV".includes(dtype.kind) || (dtype.kind === "c" && source.BYTES_PER_ELEMENT === dtype.itemsize / 2);
    if (raw) return source.byteLength / bytes;
    const perRow = sizeOf(itemShape);
    return itemShape.length > 0 && source.length === perRow ? undefined : source.length / perRow;
  }
  if (!Array.isArray(source)) return undefined;
  // No cell, unless cells themselves are empty.
  if (source.length === 0 && sizeOf(itemShape) > 0) return 0;
  return depthOf(source, dtype, itemShape) > itemShape.length ? source.length : undefined;
}

/**
 * How deep arrays are nested, by their first elements; bytes are elements of strings and void, and a typed array that
 * fills a cell is as deep as the cell, whose numbers it holds one after the other.
 */
function depthOf(source: unknown, { kind, fields, itemsize }: DType, itemShape: readonly number[]): number {
  let depth = 0;
  let part = source;
  while (Array.isArray(part)) {
    depth += 1;
    part = part[0];
  }
  if (!isTypedArray(part) || ("SV".includes(kind) && fields === undefined)) return depth;
  const size = sizeOf(itemShape);
  const isCell = part.length === size || part.byteLength === size * itemsize;
  return depth + (isCell ? itemShape.length : 1);
}

function partOf(source: unknown, start: number, end: number, length: number): unknown {
  if (isViewable(source)) {
    const range: Range = { start, length: end - start, step: 1 };
    return wrap(source[STRIDED](), false).rows(range);
  }
  if (isTypedArray(source)) {
    const perRow = source.length / length;
    return source.subarray(start * perRow, end * perRow);
  }
  return Array.isArray(source) ? source.slice(start, end) : source;
}

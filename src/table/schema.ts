import { type CellOf, type DType, type DTypeLike, type ElementOf, parseDType } from "../dtype/index.js";
import { DTypeError, NotFoundError } from "../errors.js";
import { didYouMean } from "../store/index.js";

/** The dtypes of columns by name, where the compiler knows them. */
export type Schema = { readonly [name: string]: DTypeLike };

/** A dtype with the shape of each row's cell. */
export interface ColumnSpec<D extends DTypeLike = DTypeLike> {
  readonly dtype: D;
  /** The shape of the cell in each row; `[]` for one element. */
  readonly itemShape?: readonly number[];
}

/** Columns by name: an object, pairs (whose order is kept whatever the names), or a `Map`. */
export type ColumnsOption =
  | { readonly [name: string]: DTypeLike | ColumnSpec }
  | readonly (readonly [name: string, dtype: DTypeLike | ColumnSpec])[]
  | ReadonlyMap<string, DTypeLike | ColumnSpec>;

type DTypeIn<C> = C extends ColumnSpec<infer D> ? D : C extends DTypeLike ? C : DTypeLike;

/** The schema that a `columns` option says. */
export type SchemaOf<C> =
  C extends ReadonlyMap<string, unknown>
    ? Schema
    : C extends readonly (readonly [string, unknown])[]
      ? { readonly [P in C[number] as P[0]]: DTypeIn<P[1]> }
      : C extends { readonly [name: string]: unknown }
        ? { readonly [K in keyof C & string]: DTypeIn<C[K]> }
        : Schema;

/** A row as an object: an element or a cell for each column. */
export type Row<S extends Schema> = {
  -readonly [K in keyof S]: ElementOf<S[K]> | (string extends keyof S ? CellOf<S[K]> : never);
};

/** What a mode of opening lets the compiler store into. */
export type AccessOf<M extends string> = M extends "r" ? "r" : "r+";

/** Columns with their dtypes parsed, in order. */
export interface ParsedColumn {
  readonly name: string;
  readonly dtype: DType;
  readonly itemShape: readonly number[];
}

function isSpec(value: DTypeLike | ColumnSpec): value is ColumnSpec {
  return typeof value === "object" && !Array.isArray(value) && "dtype" in value && !("kind" in value);
}

/** Reads a `columns` option. @throws DTypeError naming the column */
export function parseColumns(columns: ColumnsOption | undefined): ParsedColumn[] {
  if (columns === undefined) return [];
  const pairs: Iterable<readonly [string, DTypeLike | ColumnSpec]> =
    columns instanceof Map || Array.isArray(columns) ? columns : Object.entries(columns);
  return Array.from(pairs, ([name, value]) => {
    try {
      return isSpec(value)
        ? { name, dtype: parseDType(value.dtype), itemShape: value.itemShape ?? [] }
        : { name, dtype: parseDType(value), itemShape: [] };
    } catch (cause) {
      if (!(cause instanceof DTypeError)) throw cause;
      throw new DTypeError(`column ${JSON.stringify(name)}: ${cause.message}`, { cause });
    }
  });
}

/** Checks that columns are there with these dtypes. @throws NotFoundError, DTypeError */
export function requireColumns(
  wanted: readonly ParsedColumn[],
  there: ReadonlyMap<string, { readonly dtype: DType }>,
  path: string,
): void {
  for (const { name, dtype } of wanted) {
    const column = there.get(name);
    if (column === undefined) {
      throw new NotFoundError(`there is no column ${JSON.stringify(name)}${didYouMean(name, there.keys())}`, {
        path,
      });
    }
    if (!column.dtype.equals(dtype)) {
      throw new DTypeError(`column ${JSON.stringify(name)} holds ${column.dtype}, not ${dtype}`, { path });
    }
  }
}

import { type CellOf, type DType, type DTypeLike, type ElementOf, parseDType } from "../dtype/index.js";
import { DTypeError, NameError, NotFoundError, ShapeError } from "../errors.js";
import { checkName, didYouMean } from "../store/index.js";
import { checkItemShape } from "./options.js";

/** What columns are, by name, where the compiler knows them. */
export type Schema = { readonly [name: string]: DTypeLike | ColumnSpec };

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

/** The dtype of a column, however it was said. */
export type DTypeIn<C> = C extends ColumnSpec<infer D> ? D : C extends DTypeLike ? C : DTypeLike;

/** The schema that a `columns` option says. */
export type SchemaOf<C> =
  C extends ReadonlyMap<string, unknown>
    ? Schema
    : C extends readonly (readonly [string, unknown])[]
      ? { readonly [P in C[number] as P[0]]: P[1] }
      : C extends { readonly [name: string]: DTypeLike | ColumnSpec }
        ? { readonly [K in keyof C & string]: C[K] }
        : Schema;

/** What a row holds of one column: a cell where there is an item shape, else an element; where it is not known, either. */
type CellIn<C> = [DTypeLike] extends [C]
  ? ElementOf<DTypeLike> | CellOf<DTypeLike>
  : C extends { readonly itemShape: infer Shape }
    ? Shape extends readonly []
      ? ElementOf<DTypeIn<C>>
      : CellOf<DTypeIn<C>>
    : ElementOf<DTypeIn<C>>;

/** A row as an object: an element or a cell for each column. */
export type Row<S extends Schema> = { -readonly [K in keyof S]: CellIn<S[K]> };

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

/** Reads a `columns` option. @throws DTypeError naming the column, ShapeError, NameError for bad and repeated names */
export function parseColumns(columns: ColumnsOption | undefined): ParsedColumn[] {
  if (columns === undefined) return [];
  const pairs: Iterable<readonly [string, DTypeLike | ColumnSpec]> =
    columns instanceof Map || Array.isArray(columns) ? columns : Object.entries(columns);
  const names = new Set<string>();
  return Array.from(pairs, ([name, value]) => {
    checkName(name, "column");
    if (names.has(name)) throw new NameError(`the columns have ${JSON.stringify(name)} twice`);
    names.add(name);
    const { dtype, itemShape = [] } = isSpec(value) ? value : { dtype: value };
    checkItemShape(itemShape);
    try {
      return { name, dtype: parseDType(dtype), itemShape };
    } catch (cause) {
      if (!(cause instanceof DTypeError)) throw cause;
      throw new DTypeError(`column ${JSON.stringify(name)}: ${cause.message}`, { cause });
    }
  });
}

/** Checks that columns are there with these dtypes and cells. @throws NotFoundError, DTypeError, ShapeError */
export function requireColumns(
  wanted: readonly ParsedColumn[],
  there: ReadonlyMap<string, Omit<ParsedColumn, "name">>,
  path: string,
): void {
  for (const { name, dtype, itemShape } of wanted) {
    const column = there.get(name);
    if (column === undefined) {
      throw new NotFoundError(`there is no column ${JSON.stringify(name)}${didYouMean(name, there.keys())}`, {
        path,
      });
    }
    if (!column.dtype.equals(dtype)) {
      throw new DTypeError(`column ${JSON.stringify(name)} holds ${column.dtype}, not ${dtype}`, { path });
    }
    if (column.itemShape.join() !== itemShape.join()) {
      throw new ShapeError(
        `column ${JSON.stringify(name)} has cells of shape [${column.itemShape.join(", ")}], not [${itemShape.join(", ")}]`,
        { path },
      );
    }
  }
}

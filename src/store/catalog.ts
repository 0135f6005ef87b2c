import type { DType } from "../dtype/index.js";
import { rewriteRows } from "../npy/index.js";
import type { FileIdentity } from "../platform/index.js";
import type { JsonValue } from "./json.js";

/** How a column's file is laid out: NumPy's header before the elements, or none. */
export type FileLayout = "npy" | "raw";

/** A column as the store knows it: what its bytes mean, and where they are. A value, never changed. */
export interface ColumnState {
  /** Stays with a column through renaming and growing; a replaced column has another. */
  readonly id: number;
  readonly layout: FileLayout;
  readonly dtype: DType;
  readonly itemShape: readonly number[];
  /** The length of the first axis; 1 where there is no axis. */
  readonly rows: number;
  /** Whether it is one element without axes, as arrays in a tree can be. */
  readonly isScalar?: boolean | undefined;
  /** Whether the file runs along the first axis first; such a column cannot change its rows. */
  readonly fortran: boolean;
  /** Bytes from the start of the file to the data. */
  readonly dataOffset: number;
  /** These very bytes, with the rows of now; undefined in the raw layout. */
  readonly header: Uint8Array | undefined;
  /** Where the bytes are now: the column's own path, or a staged file. */
  readonly path: string;
  /** The column's own path, where a reader found the file still in a writer's stage. */
  readonly later?: string | undefined;
  readonly file: FileIdentity;
  /** Whether the file has not yet got its name. */
  readonly staged: boolean;
  /** Whether its rows are those of a change that is yet to be applied: header or sidecar say others until then. */
  readonly isPending?: boolean | undefined;
  /** The attribute as it stands in JSON. */
  readonly attr: JsonValue;
  /** The sidecar's path, where there is one. */
  readonly sidecar: string | undefined;
}

/** What a store holds at one generation. */
export interface Catalog {
  /** The rows of every column; null where the root is no table but a tree of arrays, each of its own shape. */
  readonly rows: number | null;
  /** In the table's order. */
  readonly columns: ReadonlyMap<string, ColumnState>;
  /** Attributes of groups that have a sidecar, by name; `""` is the table. */
  readonly groups: ReadonlyMap<string, JsonValue>;
}

/** The lengths of all axes. */
export function shapeOf({
  rows,
  itemShape,
  isScalar,
}: Pick<ColumnState, "rows" | "itemShape" | "isScalar">): readonly number[] {
  return isScalar === true ? [] : [rows, ...itemShape];
}

/** Bytes of one row. */
export function rowBytes({ dtype, itemShape }: Pick<ColumnState, "dtype" | "itemShape">): number {
  return itemShape.reduce((product, axis) => product * axis, dtype.itemsize);
}

/** Bytes from the start of the file to the end of the data. */
export function dataEnd(column: ColumnState, rows = column.rows): number {
  return column.dataOffset + rows * rowBytes(column);
}

/**
 * The column with another number of rows.
 *
 * @returns undefined where its header has no room for so many digits
 */
export function withRows(column: ColumnState, rows: number): ColumnState | undefined {
  const { header, path, fortran } = column;
  // In Fortran order the rows are those that the file has.
  if (header === undefined || fortran) return { ...column, rows, isPending: true };
  const rewritten = rewriteRows(header, rows, path);
  return rewritten === undefined ? undefined : { ...column, rows, header: rewritten, isPending: true };
}

let ids = 0;

export function nextId(): number {
  ids += 1;
  return ids;
}

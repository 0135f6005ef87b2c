import type { ArrayView, Range } from "../array/index.js";
import type { ClosedError } from "../errors.js";

/** Where a view's columns come from. */
export interface Columns {
  /** The number of rows. @throws ClosedError */
  readonly rows: number;
  names(): readonly string[];
  /** The column of that name, the same object each time; undefined where there is none. */
  get(name: string): ArrayView | undefined;
  /** The name of now of a column that `get` gave; undefined where it is no more. @throws ClosedError */
  nameOf(column: ArrayView): string | undefined;
  /**
   * Lets workers store into the columns, see `Session.storingAsync`; undefined where these are of no table.
   *
   * @param stop ends at once what they do, which fails with that error then
   */
  readonly storingAsync?:
    | (<T>(work: () => Promise<T>, stop: (why: ClosedError) => void) => Promise<T>)
    | undefined;
}

/** Columns of others by their names; one that was renamed by its new name, as long as no other took the old one. */
export function selected(source: Columns, chosen: ReadonlyMap<string, ArrayView>): Columns {
  const nameNow = ([name, column]: readonly [string, ArrayView]) =>
    source.get(name) === undefined ? (source.nameOf(column) ?? name) : name;
  return {
    get rows() {
      return source.rows;
    },
    names: () => [...new Set(Array.from(chosen, nameNow))],
    get: (name) => {
      const column = source.get(name);
      const isChosen = chosen.has(name) || Array.from(chosen, nameNow).includes(name);
      return isChosen ? column : undefined;
    },
    nameOf: (column) => source.nameOf(column),
    storingAsync: source.storingAsync,
  };
}

/** The same rows of other columns, each made at its first use. */
export function sliced(source: Columns, range: Range): Columns {
  const made = new WeakMap<ArrayView, ArrayView>();
  const origins = new WeakMap<ArrayView, ArrayView>();
  return {
    get rows() {
      // Of a closed table there are no slices.
      void source.rows;
      return range.length;
    },
    names: () => source.names(),
    get: (name) => {
      const column = source.get(name);
      if (column === undefined) return undefined;
      const known = made.get(column);
      if (known !== undefined) return known;
      const own = column.rows(range);
      made.set(column, own);
      origins.set(own, column);
      return own;
    },
    nameOf: (own) => {
      const column = origins.get(own);
      return column === undefined ? undefined : source.nameOf(column);
    },
    storingAsync: source.storingAsync,
  };
}

/** Columns of their own. */
export function copied(copies: ReadonlyMap<string, ArrayView>, rows: number): Columns {
  const names = new Map(Array.from(copies, ([name, column]) => [column, name]));
  return {
    rows,
    names: () => [...copies.keys()],
    get: (name) => copies.get(name),
    nameOf: (column) => names.get(column),
  };
}

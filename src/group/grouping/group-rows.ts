import {
  ascendingRuns,
  type Codes,
  factorize,
  type Indices,
  joinKeys,
  keysOf,
  orderByCodes,
  orderedRuns,
  orderOf,
  type RangedKeys,
  rangedKeys,
} from "../../compute/index.js";
import { LimitError } from "../../errors.js";
import { type KeyColumn, keyAt, type SortableColumn, sortableColumn } from "./key-column.js";

export type { KeyColumn } from "./key-column.js";

/** A column that rows are ordered by. */
export interface OrderKey extends KeyColumn {
  /** The least first, or the greatest. Nulls come last either way. */
  readonly ascending: boolean;
}

/** Rows in groups. */
export interface Grouping {
  /** Row numbers of the source in their new order; undefined where rows stay as they are. */
  readonly order: Uint32Array<SharedArrayBuffer> | undefined;
  /** Where, along the order, each group begins; one more for the end. `[0, rows]` without keys to group by. */
  readonly starts: readonly number[];
  /**
   * The keys of each group: one element for each column, as `ArrayView.at` gives it; null for nulls, NaN and NaT, and 0
   * for -0. One group without any key where there is nothing to group by.
   */
  readonly values: readonly (readonly unknown[])[];
}

/**
 * Groups rows by some columns, and orders those of a group by others.
 *
 * Groups are ascending: numbers and dates by value, strings by code point, false before true. What is null, NaN or NaT in
 * a column is one value of it and comes last, in groups and orders, ascending or descending. -0 is 0. Rows that are equal
 * in all keys keep their order.
 *
 * Cost: where there are few distinct keys, two passes over the rows; otherwise a radix sort. Rows that are in order
 * already are only looked at. Memory: 4 bytes a row for the result; at most 32 bytes a row while it is made, 5 more for
 * each column, and a copy of the columns that are not native, not side by side, or of `f2` or `b1`.
 *
 * @param groupBy the columns that make a group, the most significant first
 * @param orderBy the columns that order the rows of a group, the most significant first
 * @param rows how many rows there are
 * @throws DTypeError for columns of records, raw bytes, or several elements a row; ShapeError for one of another length;
 * LimitError from 2³² rows on; CastError where the key of a group is no Unicode
 */
export function groupRows(
  groupBy: readonly KeyColumn[],
  orderBy: readonly OrderKey[],
  rows: number,
): Grouping {
  if (rows >= 2 ** 32) {
    throw new LimitError(`cannot group or order ${rows} rows: the limit is ${2 ** 32 - 1}`);
  }
  // Without keys all rows are one group, and so are no rows.
  if (groupBy.length + orderBy.length === 0) return { order: undefined, starts: [0, rows], values: [[]] };
  const groups = groupBy.map((column) => sortableColumn(column, rows, true));
  const orders = orderBy.map((column) => sortableColumn(column, rows, column.ascending));
  const { order, starts } = arrange(keysIn(groups), keysIn(orders), rows);
  if (groups.length === 0) return { order, starts: [0, rows], values: [[]] };
  const values: unknown[][] = [];
  for (let group = 0; group + 1 < starts.length; group++) {
    const row = order === undefined ? starts[group] : order[starts[group]];
    values.push(keysAt(groups, row));
  }
  return { order, starts, values };
}

/** The keys of one row; in a loop, because a callback would take most of the time where there are many groups. */
function keysAt(columns: readonly SortableColumn[], row: number): unknown[] {
  const keys = new Array<unknown>(columns.length);
  for (let i = 0; i < columns.length; i++) keys[i] = keyAt(columns[i], row);
  return keys;
}

function keysIn(columns: readonly SortableColumn[]): readonly RangedKeys[] {
  return columns.map(({ keys }) => keys);
}

type Arrangement = Pick<Grouping, "order" | "starts">;

function arrange(groups: readonly RangedKeys[], orders: readonly RangedKeys[], rows: number): Arrangement {
  const group = joinKeys(groups, rows);
  const runs = ascendingRuns(joinKeys([group, ...orders], rows), group.words);
  if (runs !== undefined) return { order: undefined, starts: runs };
  const [coded, codes] = codesOf(groups, rows);
  const codedOrders = orders.map((keys) => codesOf([keys], rows)[0]);
  const order = sharedOrder(rows);
  if (codes === undefined) {
    const found = orderOf(joinKeys([coded, ...codedOrders], rows));
    order.set(found);
    return { order, starts: orderedRuns(coded, found) };
  }
  const before = orderUnless(joinKeys(codedOrders, rows));
  return { order, starts: orderByCodes(codes.codes, codes.firsts.length, before, order) };
}

/** The order of elements; undefined where they are in order already. */
function orderUnless(keys: RangedKeys): Indices | undefined {
  return ascendingRuns(keys, 0) === undefined ? orderOf(keys) : undefined;
}

/** Keys as numbers of the distinct ones, where there are few of these; else, as they are. */
function codesOf(parts: readonly RangedKeys[], rows: number): readonly [RangedKeys, Codes | undefined] {
  const coded =
    parts.length > 1
      ? joinKeys(
          parts.map((part) => codesOf([part], rows)[0]),
          rows,
        )
      : joinKeys(parts, rows);
  const codes = factorize(coded);
  if (codes === undefined) return [coded, undefined];
  return [rangedKeys(rows, (start, end) => keysOf(codes.codes.subarray(start, end))), codes];
}

/** @throws LimitError where there is no memory for it */
function sharedOrder(rows: number): Uint32Array<SharedArrayBuffer> {
  const bytes = rows * Uint32Array.BYTES_PER_ELEMENT;
  try {
    return new Uint32Array(new SharedArrayBuffer(bytes));
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new LimitError(`the order of ${rows} rows takes ${bytes} bytes, which this process cannot have`, {
      cause,
    });
  }
}

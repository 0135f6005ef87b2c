import { type ArrayView, STRIDED, type Strided, takeRows, wrap, zeros } from "../array/index.js";
import { orderByCodes } from "../compute/index.js";
import { codecOf, type DType, parseDType, showValue, sizeOf } from "../dtype/index.js";
import { LimitError, NameError, ShapeError, UnsupportedError } from "../errors.js";
import { checkName } from "../store/index.js";
import { copied, type Schema, TableView } from "../table/index.js";
import { requireOptions, requireView } from "./arguments.js";
import { columnOf } from "./group-plan.js";
import { type JoinKeys, joinKeys } from "./join-keys.js";
import type { JoinedSchema, JoinOn, RightKeys } from "./join-types.js";
import { KeyNumbering, NO_KEY } from "./key-numbering.js";
import { checkKey } from "./key-rows.js";

const B1 = parseDType("b1");

/** Options of {@link join}. */
export interface JoinOptions<On, Suffix extends string = string, Indicator extends string = string> {
  /** The columns that are equal in rows that match: a name that both views have, several, or `{ left: right }`. */
  readonly on: On;
  /** `"inner"` (the default): rows that match. `"left"`: all rows of the left view, also those without a match. */
  readonly how?: "inner" | "left" | undefined;
  /** What is added to the name of a right column where the left view has one of that name: `"_right"` when left out. */
  readonly suffix?: Suffix | undefined;
  /** The name of a further column of bools: whether the row has a match. */
  readonly indicator?: Indicator | undefined;
}

/**
 * Rows of two views whose keys are equal, side by side: pandas' `merge`. Rows of the left view stay in their order, the matches
 * of each in theirs; several matches make several rows. Missing keys (NaN, NaT) match one another, as in pandas.
 *
 * ```ts
 * const named = join(flights, airports, { on: { origin: "iata" }, how: "left", indicator: "known" });
 * ```
 *
 * The columns of the left view come first, the keys among them in their dtype; then those of the right view but its keys. Where
 * a row of a left join has no match, these hold NaN, NaT (`null`), and zeros in columns that have no such element: 0, false,
 * empty strings; `indicator` tells them from elements. Keys of different dtypes match by value, exactly.
 *
 * Cost: a hash table of the right view's keys. Memory: 12 bytes for each row of the right view, 4 of the left one, 16 of the
 * result beside it.
 *
 * @returns a view in memory of its own, which `saveTable` makes a table of
 * @throws NotFoundError for columns that are not there, with a guess at what was meant; DTypeError for keys that cannot be equal;
 * NameError for columns of the result with one name; CastError for what is no view, UnsupportedError for what are no
 * options; LimitError where the result, or the table of keys, is too large
 */
export function join<
  S extends Schema,
  T extends Schema,
  const On extends JoinOn<S, T>,
  const Suffix extends string = "_right",
  const Indicator extends string = never,
>(
  view: TableView<S>,
  other: TableView<T>,
  options: JoinOptions<On, Suffix, Indicator>,
): TableView<JoinedSchema<S, T, RightKeys<On>, Suffix, Indicator>, "r+"> {
  requireView(view, "join()");
  requireView(other, "join()");
  requireOptions(options, "join()", '{ on: "name" }');
  const { how = "inner", suffix = "_right", indicator } = options;
  if (how !== "inner" && how !== "left") {
    throw new UnsupportedError(`how is "inner" or "left", not ${showValue(how)}`);
  }
  if (typeof suffix !== "string") {
    throw new NameError(`a suffix is a string, such as "_right", not ${showValue(suffix)}`);
  }
  const [left, right] = [view as unknown as TableView, other as unknown as TableView];
  const pairs = pairsOf(options.on);
  const names = namesOf(left, right, pairs, suffix, indicator);
  const rows = matches(keysOf(left, right, pairs), left.length, right.length, how === "left");
  const columns = new Map<string, ArrayView>();
  for (const [name, column] of left.columns()) {
    columns.set(name, wrap(takeRows(column[STRIDED](), rows.left), true));
  }
  for (const [name, result] of names) {
    columns.set(result, wrap(takeOrFill(right.column(name)[STRIDED](), rows), true));
  }
  if (indicator !== undefined) columns.set(indicator, wrap(matched(rows), true));
  return new TableView<JoinedSchema<S, T, RightKeys<On>, Suffix, Indicator>, "r+">(
    copied(columns, rows.left.length),
  );
}

type Pair = readonly [left: string, right: string];

/** @throws ShapeError without a key */
function pairsOf(on: unknown): Pair[] {
  const pairs: Pair[] =
    typeof on === "string"
      ? [[on, on]]
      : Array.isArray(on)
        ? on.map((name) => [name, name])
        : Object.entries(on ?? {});
  if (pairs.length === 0) throw new ShapeError('a join is on one column at least: { on: "name" }');
  return pairs;
}

/** The columns of the right view that the result has, and their names in it. @throws NameError */
function namesOf(
  left: TableView,
  right: TableView,
  pairs: readonly Pair[],
  suffix: string,
  indicator: string | undefined,
): Map<string, string> {
  const keys = new Set(pairs.map(([, name]) => name));
  const taken = new Set<string>(left.columnNames);
  const add = (name: string) => {
    checkName(name, "column");
    if (taken.has(name)) {
      throw new NameError(
        `there are two columns ${JSON.stringify(name)} in the result; say another suffix, or select columns`,
      );
    }
    taken.add(name);
    return name;
  };
  const names = new Map<string, string>();
  for (const name of right.columnNames) {
    if (!keys.has(name)) names.set(name, add(left.has(name) ? `${name}${suffix}` : name));
  }
  if (indicator !== undefined) add(indicator);
  return names;
}

function keysOf(left: TableView, right: TableView, pairs: readonly Pair[]): JoinKeys {
  const keys = pairs.map(([name, other]) => {
    const [a, b] = [columnOf(left, name), columnOf(right, other)];
    checkKey(name, a.dtype, a.shape, "match rows");
    checkKey(other, b.dtype, b.shape, "match rows");
    return joinKeys(a, b, name);
  });
  return { left: keys.flatMap((key) => key.left), right: keys.flatMap((key) => key.right) };
}

/** Rows that stand side by side. */
interface Matches {
  readonly left: Float64Array;
  /** -1 where there is no match. */
  readonly right: Float64Array;
}

function matches(keys: JoinKeys, leftRows: number, rightRows: number, keepsAll: boolean): Matches {
  if (Math.max(leftRows, rightRows) >= NO_KEY) {
    throw new LimitError(`cannot join ${Math.max(leftRows, rightRows)} rows: the limit is ${NO_KEY - 1}`);
  }
  const numbering = new KeyNumbering(
    keys.right.map(({ dtype }) => dtype),
    Math.max(leftRows, rightRows),
  );
  const order = new Uint32Array(rightRows);
  const starts = orderByCodes(numbering.number(keys.right, rightRows), numbering.length, undefined, order);
  numbering.freeze();
  const numbers = numbering.number(keys.left, leftRows);
  const alone = Number(keepsAll);
  let count = 0;
  for (const number of numbers) count += number === NO_KEY ? alone : starts[number + 1] - starts[number];
  const [left, right] = [doubles(count), doubles(count)];
  let at = 0;
  for (let row = 0; row < leftRows; row++) {
    const number = numbers[row];
    if (number === NO_KEY) {
      if (!keepsAll) continue;
      left[at] = row;
      right[at++] = -1;
      continue;
    }
    for (let k = starts[number]; k < starts[number + 1]; k++) {
      left[at] = row;
      right[at++] = order[k];
    }
  }
  return { left, right };
}

/** @throws LimitError */
function doubles(length: number): Float64Array {
  try {
    return new Float64Array(length);
  } catch (cause) {
    throw new LimitError(`the join has ${length} rows, which this process cannot have`, { cause });
  }
}

/** Rows of an array, and what stands for missing ones. */
function takeOrFill(array: Strided, { right }: Matches): Strided {
  const { dtype, layout } = array;
  if (!right.includes(-1)) return takeRows(array, right);
  if (layout.shape[0] === 0) {
    const result = zeros(dtype, layout.shape.with(0, right.length));
    fillMissing(result, right);
    return result;
  }
  const taken = takeRows(
    array,
    right.map((row) => Math.max(row, 0)),
  );
  fillMissing(taken, right);
  return taken;
}

function fillMissing({ dtype, layout, bytes }: Strided, rows: Float64Array): void {
  const size = sizeOf(layout.shape.slice(1)) * dtype.itemsize;
  const filler = missingElements(dtype, size);
  for (let i = 0; i < rows.length; i++) if (rows[i] < 0) bytes.set(filler, i * size);
}

/** NaN, NaT or zeros, so many bytes of them. */
function missingElements(dtype: DType, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  const value = missingElement(dtype);
  if (value === undefined) return bytes;
  const view = new DataView(bytes.buffer);
  const { write } = codecOf(dtype);
  for (let at = 0; at < size; at += dtype.itemsize) write(view, at, value);
  return bytes;
}

function missingElement({ kind, step }: DType): unknown {
  if (step !== undefined) return null;
  if (kind === "c") return { re: Number.NaN, im: Number.NaN };
  return kind === "f" ? Number.NaN : undefined;
}

function matched({ right }: Matches): Strided {
  const mask = zeros(B1, [right.length]);
  for (let i = 0; i < right.length; i++) mask.bytes[i] = Number(right[i] >= 0);
  return mask;
}

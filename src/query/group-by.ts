import {
  type AsyncOptions,
  inParallel,
  isMuch,
  type SharedArray,
  STRIDED,
  type Strided,
  shareForTasks,
  takeRows,
  whileThere,
  wrap,
} from "../array/index.js";
import { type Indices, joinKeys, orderOf } from "../compute/index.js";
import { LimitError } from "../errors.js";
import { copied, type Schema, TableView } from "../table/index.js";
import type { Aggregate } from "./aggregates.js";
import { requireOptions, requireView } from "./arguments.js";
import { CHUNK_ROWS, type Chunk, ChunkGrouper, chunksOf, type GroupSources } from "./group-chunk.js";
import { checkKeys, type GroupPlan, planGroups } from "./group-plan.js";
import { groupChunk } from "./group-task.js";
import { GroupTotals } from "./group-totals.js";
import type { AggregatesOf, GroupedSchema } from "./group-types.js";
import { missingKeys, type NamedArray, sortableKeys } from "./key-rows.js";
import { NO_ROW } from "./part-rule.js";

/** What workers run. */
const MODULE = new URL("./group-task.js", import.meta.url).href;

/** Options of {@link groupBy}. */
export interface GroupOptions {
  /** Leave out rows that have no key: NaN or NaT in one of the key's columns. They are groups of their own otherwise. */
  readonly skipNaN?: boolean | undefined;
}

/**
 * Rows of a view in groups of equal keys.
 *
 * ```ts
 * const byOrigin = groupBy(flights, "origin").agg({ n: count(), late: mean("delay"), worst: max("delay") });
 * saveTable("by-origin", byOrigin);
 * ```
 *
 * Keys are integers, bools, strings, dates, durations and floats; equal are 0 and -0, all NaN, and all NaT.
 *
 * @param columns one name, or several, whose elements together are the key
 * @throws NotFoundError with a guess at what was meant; DTypeError for a column that cannot group rows (complex numbers, bytes,
 * records, several elements a row); NameError for one that is named twice; ShapeError without any; CastError for what is no view,
 * UnsupportedError for what are no options
 */
export function groupBy<S extends Schema, const K extends keyof S & string>(
  view: TableView<S>,
  columns: K | readonly K[],
  options: GroupOptions = {},
): GroupBy<S, K> {
  requireView(view, "groupBy()");
  requireOptions(options, "groupBy()", "{ skipNaN: true }");
  const keys: readonly K[] = typeof columns === "string" ? [columns] : columns;
  return new GroupBy(view, keys, options);
}

/** What {@link groupBy} gives. */
export class GroupBy<S extends Schema = Schema, K extends keyof S & string = keyof S & string> {
  /** The columns whose elements together are the key. */
  readonly keys: readonly K[];
  readonly #view: TableView;
  readonly #options: GroupOptions;
  readonly #chunkRows: number;

  /** @internal Made by {@link groupBy}. */
  constructor(view: TableView<S>, keys: readonly K[], options: GroupOptions, chunkRows = CHUNK_ROWS) {
    this.#view = view as unknown as TableView;
    // What is no list cannot be a name either, and is shown as such.
    this.keys = Array.isArray(keys) ? [...keys] : [keys];
    this.#options = options;
    this.#chunkRows = chunkRows;
    checkKeys(this.#view, this.keys);
  }

  /**
   * One row for each group, in ascending order of the keys (strings by code point, NaN and NaT last): the columns of the keys,
   * and one for each aggregate. A view in memory of its own, which `saveTable` makes a table of.
   *
   * Missing elements (NaN, NaT) propagate, as in the reductions of arrays, or are left out with `{ skipNaN: true }`; counts
   * leave them out. Floats are added in double precision with what rounding takes away; integers exactly.
   *
   * Cost: the rows are read once, in chunks; keys that are integers within some 2²⁰ of one another cost least, others are
   * looked up. Aggregates of strings and complex numbers, and `nunique`, cost some passes more. Memory: some 30 MiB, and some
   * 100 bytes for each group and aggregate; for those aggregates 8 bytes for each row and a copy of the column.
   *
   * @param aggregates by the names of their columns, in an object or, where names are numbers, a `Map`
   * @throws NotFoundError, DTypeError for aggregates that a dtype has not, NameError for names that keys have or no column can
   * have, UnsupportedError for what are no aggregates by name, CastError for a `ddof` that is no number, and where a sum of integers
   * leaves 64 bits, LimitError from 2³² - 1 rows on, and where the tables of groups and of their keys take more than 4 GiB
   */
  agg<const A extends AggregatesOf<S>>(aggregates: A): TableView<GroupedSchema<S, K, A>, "r+">;
  agg(aggregates: ReadonlyMap<string, Aggregate>): TableView<Schema, "r+">;
  agg(aggregates: AggregatesOf<S> | ReadonlyMap<string, Aggregate>): unknown {
    const plan = planGroups(this.#view, this.keys, entriesOf(aggregates));
    const { sources, rows } = this.#sourcesOf(plan);
    return this.#finish(plan, totalsOf(sources, chunksOf(rows, this.#chunkRows)));
  }

  /**
   * As {@link GroupBy.agg}, on all processors where there are many rows in files or shared memory; with the same result.
   * Workers map the files themselves: they do not see what was stored into columns of a table that is open for reading.
   *
   * @throws as `agg`, by rejecting; WorkerError where a worker dies; StaleError where a file is replaced, IndexError where rows
   * are discarded meanwhile
   */
  aggAsync<const A extends AggregatesOf<S>>(
    aggregates: A,
    options?: AsyncOptions,
  ): Promise<TableView<GroupedSchema<S, K, A>, "r+">>;
  aggAsync(
    aggregates: ReadonlyMap<string, Aggregate>,
    options?: AsyncOptions,
  ): Promise<TableView<Schema, "r+">>;
  async aggAsync(
    aggregates: AggregatesOf<S> | ReadonlyMap<string, Aggregate>,
    options: AsyncOptions = {},
  ): Promise<unknown> {
    // What is wrong with the options is said whatever there is to do.
    isMuch(0, options);
    const plan = planGroups(this.#view, this.keys, entriesOf(aggregates));
    const { sources, rows } = this.#sourcesOf(plan);
    const parts = chunksOf(rows, this.#chunkRows);
    const shared = parts.length < 2 ? undefined : share(plan, sources, rows, options);
    if (shared === undefined) return this.#finish(plan, totalsOf(sources, parts));
    const inputs = parts.map((chunk) => ({ ...shared, ...chunk }));
    const run = { ...options, module: MODULE, act: groupChunk, inputs };
    const chunks = await whileThere([...sources.keys, ...sources.columns], options, () => inParallel(run));
    // The columns may have gone, or moved, since.
    const totals = new GroupTotals(this.#sourcesOf(plan).sources, parts);
    for (const chunk of chunks) totals.absorb(chunk);
    return this.#finish(plan, totals);
  }

  #sourcesOf(plan: GroupPlan): { readonly sources: GroupSources; readonly rows: number } {
    const rows = this.#view.length;
    if (rows >= NO_ROW) throw new LimitError(`cannot group ${rows} rows: the limit is ${NO_ROW - 1}`);
    const { parts, wantsGroups } = plan;
    return {
      rows,
      sources: {
        keys: plan.keys.map((name) => plan.column(name)[STRIDED]()),
        columns: plan.columns.map((name) => plan.column(name)[STRIDED]()),
        parts,
        wantsGroups,
      },
    };
  }

  #finish(plan: GroupPlan, totals: GroupTotals): TableView {
    const grouped = { totals, array: (name: string) => plan.column(name)[STRIDED]() };
    const keys = plan.keys.map((name) => ({
      name,
      array: takeRows(grouped.array(name), totals.firsts),
    }));
    const order = this.#orderOf(keys, totals.length);
    const isInOrder = order.length === totals.length && order.every((group, i) => group === i);
    const inOrder = (array: Strided) => wrap(isInOrder ? array : takeRows(array, order), true);
    const columns = new Map(keys.map(({ name, array }) => [name, inOrder(array)]));
    for (const { name, make } of plan.outputs) columns.set(name, inOrder(make(grouped)));
    return new TableView(copied(columns, order.length));
  }

  /** The groups in ascending order of their keys, without those that are left out. */
  #orderOf(keys: readonly NamedArray[], groups: number): Indices {
    const joined = joinKeys(
      keys.map(({ array }) => sortableKeys(array)),
      groups,
    );
    const order = orderOf(joined);
    if (this.#options.skipNaN !== true) return order;
    const tests = keys.map(missingKeys);
    return order.filter((group) => !tests.some((isMissing) => isMissing?.(group) === true));
  }
}

/** Gathers the rows on this thread. */
function totalsOf(sources: GroupSources, chunks: readonly Chunk[]): GroupTotals {
  // The memory that is spare is for chunks, which take most.
  using grouper = new ChunkGrouper(sources, chunks[0]?.end ?? 0);
  const totals = new GroupTotals(sources, chunks);
  for (const chunk of chunks) totals.absorb(grouper.group(chunk));
  return totals;
}

/** The sources for workers; undefined where there is little to do, or no other thread can see them. */
function share(
  plan: GroupPlan,
  { keys, columns, parts, wantsGroups }: GroupSources,
  rows: number,
  options: AsyncOptions,
) {
  const bytes = [...keys, ...columns].reduce((sum, { dtype }) => sum + rows * dtype.itemsize, 0);
  if (!isMuch(bytes, options)) return undefined;
  const shareAll = (names: readonly string[], arrays: readonly Strided[]): SharedArray[] | undefined => {
    const shared = arrays.flatMap(
      (array, i) => shareForTasks(array, plan.column(names[i]).storage.path) ?? [],
    );
    return shared.length === arrays.length ? shared : undefined;
  };
  const [sharedKeys, sharedColumns] = [shareAll(plan.keys, keys), shareAll(plan.columns, columns)];
  if (sharedKeys === undefined || sharedColumns === undefined) return undefined;
  return { keys: sharedKeys, columns: sharedColumns, parts, wantsGroups };
}

function entriesOf(
  aggregates: { readonly [name: string]: Aggregate } | ReadonlyMap<string, Aggregate>,
): Iterable<readonly [string, Aggregate]> {
  requireOptions(aggregates, "agg()", "{ n: count() }");
  return aggregates instanceof Map ? aggregates : Object.entries(aggregates);
}

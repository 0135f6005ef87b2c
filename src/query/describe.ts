import {
  type ArrayView,
  type AsyncOptions,
  isMuch,
  STRIDED,
  whileThere,
  wrap,
  zeros,
} from "../array/index.js";
import { codecOf, parseDType } from "../dtype/index.js";
import { NameError } from "../errors.js";
import { copied, type Schema, TableView } from "../table/index.js";
import { requireView } from "./arguments.js";

const STATISTICS = ["count", "mean", "std", "min", "25%", "50%", "75%", "max"] as const;

/** The name of the column that says what each row is. */
const STATISTIC = "statistic";

/** The columns of a description. */
export type DescribedSchema<S extends Schema> = { readonly statistic: "U5" } & {
  readonly [K in keyof S]: "f8";
};

/**
 * The distribution of the numbers in each column: how many there are, mean, standard deviation (of an estimate, with `ddof` 1, as
 * pandas), least, quartiles (with NumPy's linear interpolation) and greatest, as a view of eight rows: `statistic`, and a
 * column of doubles for each column of integers or floats with one element a row. NaN is left out. Other columns are too.
 *
 * ```ts
 * console.log(describe(flights));
 * ```
 *
 * Cost: two passes over each column, and sorting it. Memory: that of sorting one column, and a copy of it.
 *
 * @throws NameError where a column is called `statistic`: select the others; CastError for what is no view
 */
export function describe<S extends Schema>(view: TableView<S>): TableView<DescribedSchema<S>, "r+"> {
  requireView(view, "describe()");
  return described(
    numericColumns(view as unknown as TableView).map(([name, column]) => [name, statisticsOf(column)]),
  );
}

/**
 * As {@link describe}, with the passes over columns in files on all processors, which see what the files hold and not what was
 * stored into a table that is open for reading. The same result.
 *
 * @throws as `describe`, by rejecting; WorkerError where a worker dies; IndexError where rows are discarded meanwhile
 */
export async function describeAsync<S extends Schema>(
  view: TableView<S>,
  options: AsyncOptions = {},
): Promise<TableView<DescribedSchema<S>, "r+">> {
  requireView(view, "describeAsync()");
  // What is wrong with the options is said whatever there is to do.
  isMuch(0, options);
  // Rows that come meanwhile are none of theirs.
  const columns = numericColumns(view as unknown as TableView).map(
    ([name, column]) => [name, column.rows({ start: 0, length: column.length, step: 1 })] as const,
  );
  const arrays = columns.map(([, column]) => column[STRIDED]());
  return whileThere(arrays, options, async () => {
    const results: (readonly [string, readonly number[]])[] = [];
    for (const [name, column] of columns) results.push([name, await statisticsAsync(column, options)]);
    return described<S>(results);
  });
}

function numericColumns(view: TableView): (readonly [name: string, column: ArrayView])[] {
  const columns = [...view.columns()].filter(
    ([, { dtype, ndim }]) => "iuf".includes(dtype.kind) && ndim === 1,
  );
  if (columns.some(([name]) => name === STATISTIC)) {
    throw new NameError(
      `the description has a column "${STATISTIC}" of its own: select() the other columns, and describe those`,
    );
  }
  return columns;
}

function statisticsOf(column: ArrayView): readonly number[] {
  const sorted = column.sort();
  const moments = { ddof: 1, skipNaN: true };
  return statistics(sorted, column.mean(moments), column.std(moments));
}

async function statisticsAsync(column: ArrayView, options: AsyncOptions): Promise<readonly number[]> {
  const sorted = await column.sortAsync(options);
  const moments = { ddof: 1, skipNaN: true, ...options };
  return statistics(sorted, await column.meanAsync(moments), await column.stdAsync(moments));
}

/** @param sorted the elements in ascending order, NaN last */
function statistics(sorted: ArrayView, mean: unknown, std: unknown): readonly number[] {
  const count = sorted.length - Number(sorted.isnan().countNonzero());
  const at = (position: number) => (count === 0 ? Number.NaN : Number(sorted.at(position)));
  const quantile = (part: number) => {
    const place = part * (count - 1);
    const [low, high] = [Math.floor(place), Math.ceil(place)];
    return interpolate(at(Math.max(low, 0)), at(Math.max(high, 0)), place - low);
  };
  return [
    count,
    count === 0 ? Number.NaN : Number(mean),
    count < 2 ? Number.NaN : Number(std),
    at(0),
    ...[0.25, 0.5, 0.75].map(quantile),
    at(Math.max(0, count - 1)),
  ];
}

/** From whichever end is nearer, as NumPy, so that it is no less than the one and no more than the other. */
function interpolate(a: number, b: number, part: number): number {
  if (a === b) return a;
  return part < 0.5 ? a + (b - a) * part : b - (b - a) * (1 - part);
}

function described<S extends Schema>(
  results: readonly (readonly [name: string, statistics: readonly number[]])[],
): TableView<DescribedSchema<S>, "r+"> {
  const names = zeros(parseDType("U5"), [STATISTICS.length]);
  const view = new DataView(names.bytes.buffer);
  const { write } = codecOf(names.dtype);
  for (const [i, name] of STATISTICS.entries()) write(view, i * names.dtype.itemsize, name);
  const columns = new Map<string, ArrayView>([[STATISTIC, wrap(names, true)]]);
  for (const [name, values] of results) {
    const array = zeros(parseDType("f8"), [values.length]);
    new Float64Array(array.bytes.buffer).set(values);
    columns.set(name, wrap(array, true));
  }
  return new TableView<DescribedSchema<S>, "r+">(copied(columns, STATISTICS.length));
}

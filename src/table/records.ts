import {
  type AsyncOptions,
  inParallel,
  isMuch,
  lendForTasks,
  RecordArray,
  room,
  type SharedArray,
  STRIDED,
  sharedZeros,
  shareForTasks,
  spansOf,
  whileThere,
} from "../array/index.js";
import { type DType, type DTypeLike, structOf } from "../dtype/index.js";
import type { NamedColumn } from "./assign-rows.js";
import { packInto, packSpan } from "./records-task.js";

/** What workers run. */
const MODULE = new URL("./records-task.js", import.meta.url).href;

/** The structured dtype of these columns' rows, packed. */
export function recordDType(columns: readonly NamedColumn[]): DType {
  return structOf(columns.map(([name, { dtype, shape }]) => [name, dtype, shape.slice(1)] as const));
}

/** The rows as records, in NumPy's packed layout: a copy. */
export function packRecords<D extends DTypeLike>(
  columns: readonly NamedColumn[],
  length: number,
): RecordArray<D, "r+"> {
  const records = room(recordDType(columns), [length]);
  packInto(
    columns.map(([, column]) => column[STRIDED]()),
    records,
  );
  return RecordArray.over<D>(records);
}

/**
 * As {@link packRecords}, by workers where that pays and they see all columns.
 *
 * @throws IndexError, NotFoundError, ClosedError where rows, columns or the table went meanwhile, and what `inParallel` throws
 */
export async function packRecordsAsync<D extends DTypeLike>(
  columns: readonly NamedColumn[],
  length: number,
  options: AsyncOptions,
): Promise<RecordArray<D, "r+">> {
  const dtype = recordDType(columns);
  const shared = isMuch(dtype.itemsize * length, options) ? sharedColumns(columns) : undefined;
  if (shared === undefined) return packRecords<D>(columns, length);
  const records = sharedZeros(dtype, [length]);
  const task = { columns: shared, records: lendForTasks(records) };
  const inputs = spansOf(length, options).map((span) => ({ ...span, ...task }));
  const run = { ...options, module: MODULE, act: packSpan, inputs };
  const arrays = columns.map(([, column]) => column[STRIDED]());
  await whileThere(arrays, options, () => inParallel(run));
  // Of a column that is gone, or a closed table, there are no records.
  for (const [, column] of columns) column[STRIDED]();
  return RecordArray.over<D>(records);
}

function sharedColumns(columns: readonly NamedColumn[]): SharedArray[] | undefined {
  const shared = columns.flatMap(([, column]) => {
    const { array, path } = column.parallelSource;
    return shareForTasks(array, path) ?? [];
  });
  return shared.length === columns.length ? shared : undefined;
}

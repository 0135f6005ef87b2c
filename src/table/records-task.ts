import {
  type Copy,
  copyAll,
  fieldOf,
  holdingBytes,
  openArray,
  rangeRows,
  type SharedArray,
  type Span,
  type Strided,
} from "../array/index.js";
import type { TaskContext } from "../workers/index.js";

/** So many rows are packed before it is looked whether the rest is wanted. */
const STEP = 1 << 17;

/** Some rows of columns that become records. */
export interface RecordsTask extends Span {
  /** In the order of the records' fields. */
  readonly columns: readonly SharedArray[];
  readonly records: SharedArray;
}

/** Packs the rows of a span. */
export function packSpan(task: RecordsTask, context: TaskContext): Promise<void> {
  return holdingBytes(async () => {
    const records = openArray(task.records);
    const columns = task.columns.map(openArray);
    for (let from = task.from; from < task.to && !context.stopped; from += STEP) {
      const to = Math.min(from + STEP, task.to);
      packInto(
        columns.map((column) => someRows(column, from, to)),
        someRows(records, from, to),
      );
    }
  });
}

/** Stores columns into the fields of as many records, one into each in their order. */
export function packInto(columns: readonly Strided[], records: Strided): void {
  const fields = records.dtype.fields ?? [];
  copyAll(columns.map((column, i): Copy => [column, fieldOf(records, fields[i])]));
}

/** The rows `from` to before `to` of an array. */
export function someRows(array: Strided, from: number, to: number): Strided {
  return { ...array, layout: rangeRows(array.layout, { start: from, length: to - from, step: 1 }) };
}

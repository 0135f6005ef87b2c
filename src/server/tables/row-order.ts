import { IndexError } from "../../errors.js";
import type { AxisSelection } from "../../remote/wire/index.js";

/** The rows that are asked for, one after the other, by their places in the answer. */
export interface RowOrder {
  readonly count: number;
  /** The numbers of the rows at places `from` to before `to`. */
  rows(from: number, to: number): Float64Array;
}

/** @throws IndexError naming a row that is not there */
export function rowOrder(selection: AxisSelection | undefined, rows: number): RowOrder {
  const order = orderOf(selection ?? { kind: "range", start: 0, count: rows, step: 1 });
  for (const row of order.ends()) {
    if (!Number.isSafeInteger(row) || row < 0 || row >= rows) {
      throw new IndexError(`row ${row} is not among the ${rows} rows of the table`);
    }
  }
  return order;
}

interface CheckedOrder extends RowOrder {
  /** Rows between which all the others are. */
  ends(): Iterable<number>;
}

function orderOf(selection: AxisSelection): CheckedOrder {
  switch (selection.kind) {
    case "range": {
      const { start, count, step } = selection;
      return {
        count,
        rows: (from, to) => Float64Array.from({ length: to - from }, (_, i) => start + (from + i) * step),
        ends: () => (count === 0 ? [] : [start, start + (count - 1) * step]),
      };
    }
    case "indices": {
      const { indices } = selection;
      return {
        count: indices.length,
        rows: (from, to) => indices.subarray(from, to),
        ends: () => indices,
      };
    }
    case "runs":
      return runsOrder(selection.starts, selection.counts);
    default:
      return selection satisfies never;
  }
}

function runsOrder(starts: Float64Array, counts: Float64Array): CheckedOrder {
  /** Where each run ends in the answer. */
  const stops = new Float64Array(starts.length);
  let count = 0;
  for (let i = 0; i < stops.length; i++) {
    count += counts[i] ?? 0;
    stops[i] = count;
  }
  return {
    count,
    rows(from, to) {
      const rows = new Float64Array(to - from);
      let run = firstBehind(stops, from);
      for (let place = from; place < to; place++) {
        while (place >= (stops[run] ?? count)) run += 1;
        rows[place - from] = (starts[run] ?? 0) + place - ((stops[run] ?? 0) - (counts[run] ?? 0));
      }
      return rows;
    },
    *ends() {
      for (let i = 0; i < starts.length; i++) {
        const [start = 0, length = 0] = [starts[i], counts[i]];
        if (length > 0) yield start;
        if (length > 0) yield start + length - 1;
      }
    },
  };
}

/** The first of ascending numbers that is greater. */
function firstBehind(ascending: Float64Array, number: number): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if ((ascending[middle] ?? 0) > number) high = middle;
    else low = middle + 1;
  }
  return low;
}

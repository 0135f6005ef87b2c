import { type AxisSelection, checkSelection } from "../../remote/wire/index.js";

/** The rows that are asked for, one after the other, by their places in the answer. */
export interface RowOrder {
  readonly count: number;
  /** The numbers of the rows at places `from` to before `to`. */
  rows(from: number, to: number): Float64Array;
  /** The number of the row at one place. */
  row(place: number): number;
}

/** @throws IndexError for rows that are not there, and runs that overlap or go down */
export function rowOrder(selection: AxisSelection | undefined, rows: number): RowOrder {
  if (selection === undefined) return rangeOrder(0, rows, 1);
  checkSelection([selection], [rows]);
  switch (selection.kind) {
    case "range":
      return rangeOrder(selection.start, selection.count, selection.step);
    case "indices":
      return {
        count: selection.indices.length,
        rows: (from, to) => selection.indices.subarray(from, to),
        row: (place) => selection.indices[place] ?? 0,
      };
    case "runs":
      return runsOrder(selection.starts, selection.counts);
    default:
      return selection satisfies never;
  }
}

function rangeOrder(start: number, count: number, step: number): RowOrder {
  return {
    count,
    rows(from, to) {
      const rows = new Float64Array(to - from);
      for (let i = 0; i < rows.length; i++) rows[i] = start + (from + i) * step;
      return rows;
    },
    row: (place) => start + place * step,
  };
}

function runsOrder(starts: Float64Array, counts: Float64Array): RowOrder {
  /** Where each run ends in the answer. */
  const stops = new Float64Array(starts.length);
  let count = 0;
  for (let i = 0; i < stops.length; i++) {
    count += counts[i] ?? 0;
    stops[i] = count;
  }
  const rowIn = (run: number, place: number) =>
    (starts[run] ?? 0) + place - ((stops[run] ?? 0) - (counts[run] ?? 0));
  return {
    count,
    rows(from, to) {
      const rows = new Float64Array(to - from);
      let run = firstBehind(stops, from);
      for (let place = from; place < to; place++) {
        while (place >= (stops[run] ?? count)) run += 1;
        rows[place - from] = rowIn(run, place);
      }
      return rows;
    },
    row: (place) => rowIn(firstBehind(stops, place), place),
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

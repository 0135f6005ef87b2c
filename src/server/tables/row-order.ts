import { type AxisSelection, checkSelection } from "../../remote/wire/index.js";
import { axisOf } from "../selection/axis.js";

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
  const asked = selection ?? { kind: "range", start: 0, count: rows, step: 1 };
  checkSelection([asked], [rows]);
  const { count, at } = axisOf(asked);
  return {
    count,
    rows(from, to) {
      const numbers = new Float64Array(to - from);
      for (let i = 0; i < numbers.length; i++) numbers[i] = at(from + i);
      return numbers;
    },
    row: at,
  };
}

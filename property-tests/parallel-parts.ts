import fc from "fast-check";
import type { ArrayView } from "../src/index.js";
import { COLUMNS } from "../test/array/parallel-columns.js";
import { slice } from "../test/array/parallel-support.js";

/** Some pages of a mask, so that there are tasks for all workers. */
export const ROWS = 13_001;

type Bound = number | null;

/** Rows of a column, and of the axes behind them the first place or all. */
export interface Part {
  readonly column: number;
  readonly start: Bound;
  readonly stop: Bound;
  readonly step: number;
  readonly inner: boolean;
}

const bound = fc.option(fc.integer({ min: -ROWS - 2, max: ROWS + 2 }), { freq: 2 });
export const parts: fc.Arbitrary<Part> = fc.record({
  column: fc.nat(COLUMNS.length - 1),
  start: bound,
  stop: bound,
  step: fc.constantFrom(1, 1, 1, 2, 7, -1, -3),
  inner: fc.boolean(),
});

export function partOf(column: ArrayView, { start, stop, step, inner }: Part): ArrayView {
  const rows = slice(start, stop, step);
  return inner && column.ndim > 1 ? column.view(rows, 0) : column.view(rows);
}

/** What a method gives, or throws, in words that say each bit. */
export async function outcomeOf(act: () => unknown): Promise<unknown> {
  try {
    const result = await act();
    if (typeof result !== "object" || result === null || !("storage" in result)) return result;
    const array = result as ArrayView;
    const { buffer, byteOffset, byteLength } = (
      array.dtype.native ? array.values : array.toArray()
    ) as Uint8Array;
    // Text, since to compare long arrays element by element takes seconds.
    const elements = Buffer.from(buffer, byteOffset, byteLength).toString("base64");
    return { dtype: array.dtype.str, shape: array.shape, elements };
  } catch (error) {
    const { name, message } = error as Error;
    return { name, message };
  }
}

/** An index of zeros behind the rows. */
export function zerosOf({ ndim }: ArrayView): number[] {
  return new Array<number>(ndim - 1).fill(0);
}

import { type ArrayView, copyElements, denseLayout, STRIDED } from "../array/index.js";
import type { Descr } from "../dtype/index.js";
import { LimitError } from "../errors.js";
import type { RowColumns } from "./predicate.js";

/** Where a column of a result begins, as plain data. */
export interface PlainFormColumn {
  readonly name: string;
  readonly descr: Descr;
  readonly cell: readonly number[];
  /** Bytes of one row. */
  readonly bytes: number;
  /** Bytes of one row of the columns before it. */
  readonly before: number;
}

/** @throws LimitError where a result does not fit its stage */
export function requireRoom(shape: readonly number[], bytes: number, room: number): void {
  if (bytes <= room) return;
  throw new LimitError(
    `the result, of shape [${shape.join(", ")}], takes ${bytes} bytes, and the stage has ${room}: ask for less, or use a larger stage`,
  );
}

/** Where rows go: behind `start` others, in columns of `rows`. */
interface Place {
  readonly start: number;
  readonly length: number;
  readonly rows: number;
}

/** Lays rows of columns where they go in a result. */
export function fill(
  form: readonly PlainFormColumn[],
  columns: RowColumns,
  { start, length, rows }: Place,
  target: Uint8Array,
): void {
  for (const { name, cell, before, bytes } of form) {
    // Without bytes there may be any number of rows.
    if (bytes === 0) continue;
    const column = columnFor(columns, name);
    const { dtype } = column;
    const dense = denseLayout([length, ...cell], dtype.itemsize);
    const offset = rows * before + start * bytes;
    copyElements(column[STRIDED](), { dtype, layout: { ...dense, offset }, bytes: target });
  }
}

function columnFor(columns: RowColumns, name: string): ArrayView {
  const column = columns.get(name);
  if (column === undefined) throw new TypeError(`no column ${JSON.stringify(name)} was read`);
  return column;
}

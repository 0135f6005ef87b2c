import { maskChanged, maskCount } from "../../compute/index.js";
import type { TaskContext } from "../../workers/index.js";
import { rangeRows } from "../layout.js";
import { filterInto, takeInto } from "../pick.js";
import { MaskedRows, type Rows } from "../rows.js";
import { holdingBytes, openBytes, type SharedBytes } from "../shared-bytes.js";
import type { Strided } from "../strided.js";
import { openArray, type SharedArray } from "./share.js";
import type { Span } from "./source.js";

/** Rows of an array that become rows of another. */
export interface Picked {
  readonly from: SharedArray;
  readonly to: SharedArray;
}

/** So many rows are moved before it is looked whether the rest is wanted. */
const STEP = 1 << 18;

/** How many rows of a span a mask selects. */
export function countMasked({ mask, from, to }: Span & { readonly mask: SharedBytes }): Promise<number> {
  return holdingBytes(async () => maskCount(openBytes(mask).subarray(from, to)));
}

/** The rows of a span that a mask selects. */
export interface FilterTask extends Span {
  readonly mask: SharedBytes;
  readonly columns: readonly Picked[];
  /** How many rows those before it give, and how many it gives. */
  readonly before: number;
  readonly count: number;
}

/** Moves the rows of a span that a mask selects. */
export function filterSpan(
  { columns, before, count, ...task }: FilterTask,
  context: TaskContext,
): Promise<void> {
  return holdingBytes(async () => {
    const mask = openBytes(task.mask);
    const pairs = openPairs(columns);
    let at = before;
    for (const { from, to } of steps(task)) {
      if (context.stopped) return;
      const chosen = new MaskedRows(mask.subarray(from, to));
      if (at + chosen.count > before + count) throw maskChanged();
      for (const pair of pairs) {
        const rows = rowsIn(pair.from, from, to);
        filterInto(rows, chosen, denseRows(pair.to, at, at + chosen.count));
      }
      at += chosen.count;
    }
    if (at < before + count) throw maskChanged();
  });
}

/** The rows at some of the places. */
export interface TakeTask extends Span {
  /** Of `Rows`. */
  readonly rows: SharedArray;
  readonly columns: readonly Picked[];
}

/** Moves the rows at a span of the places. */
export function takeSpan({ columns, ...task }: TakeTask, context: TaskContext): Promise<void> {
  return holdingBytes(async () => {
    const rows = rowsOf(openArray(task.rows));
    const pairs = openPairs(columns);
    for (const { from, to } of steps(task)) {
      for (const pair of pairs) {
        if (context.stopped) return;
        takeInto(pair.from, rows.subarray(from, to), denseRows(pair.to, from, to));
      }
    }
  });
}

function rowsOf({ dtype, bytes: { buffer, byteOffset, length } }: Strided): Rows {
  const count = length / dtype.itemsize;
  return dtype.kind === "i"
    ? new Int32Array(buffer, byteOffset, count)
    : new Float64Array(buffer, byteOffset, count);
}

function openPairs(columns: readonly Picked[]) {
  return columns.map(({ from, to }) => ({ from: openArray(from), to: openArray(to) }));
}

function* steps({ from, to }: Span): Generator<Span> {
  for (let at = from; at < to; at += STEP) yield { from: at, to: Math.min(at + STEP, to) };
}

function rowsIn({ dtype, layout, bytes }: Strided, from: number, to: number): Strided {
  const part = rangeRows(layout, { start: from, length: to - from, step: 1 });
  return { dtype, layout: part, bytes };
}

/** Rows of an array without gaps, as an array of its own. */
function denseRows(array: Strided, from: number, to: number): Strided {
  const { dtype, layout } = rowsIn(array, from, to);
  const rowBytes = layout.strides[0] ?? 0;
  const bytes = array.bytes.subarray(from * rowBytes, to * rowBytes);
  return { dtype, layout: { ...layout, offset: 0 }, bytes };
}

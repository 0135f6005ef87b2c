import { parseDType } from "../../dtype/index.js";
import { denseLayout } from "../layout.js";
import { filterRows, takeRows } from "../pick.js";
import { MaskedRows, type Rows } from "../rows.js";
import type { Strided } from "../strided.js";
import { countMasked, filterSpan, maskChanged, type Picked, takeSpan } from "./rows-task.js";
import { type AsyncOptions, inParallel, PARALLEL_BYTES } from "./run.js";
import { copyShared, shareArray, sharedBuffer, sharedZeros, shareMemory } from "./share.js";
import { byteLength, isMuch, type Source, spansOf } from "./source.js";

/** What workers run. */
const MODULE = new URL("./rows-task.js", import.meta.url).href;

/** Rows here and there cost more than their bytes: workers take them from so many bytes on. */
const TAKEN_BYTES = PARALLEL_BYTES / 8;

/** A page of a mask is one worker's. */
const PAGE = 4096;

/** Copies of rows of arrays. */
export interface PickedRows {
  readonly arrays: readonly Strided[];
  readonly rows: number;
}

/** Copies of the rows of arrays that a mask selects. @param mask one byte a row, 0 for false, of all arrays' length */
export async function filterAsync(
  sources: readonly Source[],
  mask: Uint8Array,
  options: AsyncOptions,
): Promise<PickedRows> {
  const bytes = sources.reduce((sum, { array }) => sum + byteLength(array), 0);
  const chosen = () => new MaskedRows(mask);
  if (!isMuch(bytes, options)) {
    const here = chosen();
    return { arrays: sources.map(({ array }) => filterRows(array, here)), rows: here.count };
  }
  const array: Strided = { dtype: parseDType("b1"), layout: denseLayout([mask.length], 1), bytes: mask };
  const { bytes: shared } = shareArray(array) ?? copyShared(array);
  const spans = spansOf(mask.length, options, { least: PAGE });
  const inputs = spans.map((span) => ({ ...span, mask: shared }));
  const run = { ...options, module: MODULE };
  const counts = await inParallel({ ...run, act: countMasked, inputs });
  let rows = 0;
  const tasks = inputs.map((input, i) => {
    const before = rows;
    rows += counts[i];
    return { ...input, before, count: counts[i] };
  });
  const byWorkers = (columns: readonly Picked[]) =>
    inParallel({ ...run, act: filterSpan, inputs: tasks.map((task) => ({ ...task, columns })) });
  const here = (one: Strided) => {
    const now = chosen();
    if (now.count !== rows) throw maskChanged();
    return filterRows(one, now);
  };
  return { arrays: await picked(sources, rows, byWorkers, here), rows };
}

/** Copies of the rows of arrays at some places, which have been found to be there. */
export async function takeAsync(
  sources: readonly Source[],
  rows: Rows,
  options: AsyncOptions,
): Promise<PickedRows> {
  const rowBytes = ({ array: { dtype, layout } }: Source) =>
    layout.shape.slice(1).reduce((a, b) => a * b, dtype.itemsize);
  const bytes = sources.reduce((sum, source) => sum + rowBytes(source) * rows.length, 0);
  const here = (array: Strided) => takeRows(array, rows);
  if (!isMuch(bytes, options, TAKEN_BYTES)) {
    return { arrays: sources.map(({ array }) => here(array)), rows: rows.length };
  }
  const places = sharedRows(rows);
  const byWorkers = (columns: readonly Picked[]) => {
    const inputs = spansOf(rows.length, options).map((span) => ({ ...span, rows: places, columns }));
    return inParallel({ ...options, module: MODULE, act: takeSpan, inputs });
  };
  return { arrays: await picked(sources, rows.length, byWorkers, here), rows: rows.length };
}

function sharedRows(rows: Rows): Rows {
  const buffer = sharedBuffer(rows.byteLength);
  const shared = rows instanceof Int32Array ? new Int32Array(buffer) : new Float64Array(buffer);
  shared.set(rows);
  return shared;
}

/** Has workers pick rows from the arrays that they see, while this thread picks from the others. */
async function picked(
  sources: readonly Source[],
  rows: number,
  byWorkers: (columns: readonly Picked[]) => Promise<unknown>,
  here: (array: Strided) => Strided,
): Promise<Strided[]> {
  const columns: Picked[] = [];
  const results = sources.map(({ array, path }) => {
    const from = shareArray(array, path);
    if (from === undefined) return undefined;
    const result = sharedZeros(array.dtype, array.layout.shape.with(0, rows));
    columns.push({ from, to: shareMemory(result) });
    return result;
  });
  const done = columns.length === 0 ? Promise.resolve() : byWorkers(columns);
  // Whoever throws first here is heard; the workers end in any case.
  done.catch(() => undefined);
  const all = sources.map(({ array }, i) => results[i] ?? here(array));
  await done;
  return all;
}

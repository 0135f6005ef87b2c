import { maskChanged } from "../../compute/index.js";
import { dtypeFromDescr, parseDType } from "../../dtype/index.js";
import { denseLayout } from "../layout.js";
import { filterRows, takeRows } from "../pick.js";
import { MaskedRows, type Rows } from "../rows.js";
import type { Strided } from "../strided.js";
import { whileThere } from "./reading.js";
import { countMasked, filterSpan, type Picked, takeSpan } from "./rows-task.js";
import { type AsyncOptions, inParallel, PARALLEL_BYTES } from "./run.js";
import { copyLent, freeCopy, lendForTasks, type SharedArray, sharedZeros, shareForTasks } from "./share.js";
import { byteLength, isMuch, type Source, spansOf, workersFor } from "./source.js";

/** What workers run. */
const MODULE = new URL("./rows-task.js", import.meta.url).href;

/** Rows here and there cost more than their bytes: workers take them from so many bytes on. */
const TAKEN_BYTES = PARALLEL_BYTES / 8;

/** So much of what makes workers pay is worth the while of one of them. */
const SHARE = 1 / 8;

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
  if (!isMuch(bytes, options)) {
    const chosen = new MaskedRows(mask);
    return { arrays: sources.map(({ array }) => filterRows(array, chosen)), rows: chosen.count };
  }
  const array: Strided = { dtype: parseDType("b1"), layout: denseLayout([mask.length], 1), bytes: mask };
  const byWorkers = async (seen: readonly SharedArray[]) => {
    const chosen = shareForTasks(array) ?? copyLent(array);
    const workers = workersFor(bytes, options, SHARE * PARALLEL_BYTES);
    const spans = spansOf(mask.length, { workers }, { least: PAGE });
    const inputs = spans.map((span) => ({ ...span, mask: chosen.bytes }));
    const run = { ...options, workers, module: MODULE };
    try {
      const counts = await inParallel({ ...run, act: countMasked, inputs });
      const total = counts.reduce((sum, count) => sum + count, 0);
      const { results, columns } = room(seen, total);
      let before = 0;
      const tasks = inputs.map((input, i) => {
        const task = { ...input, columns, before, count: counts[i] };
        before += counts[i];
        return task;
      });
      await inParallel({ ...run, act: filterSpan, inputs: tasks });
      return results;
    } finally {
      freeCopy(chosen);
    }
  };
  let chosen: MaskedRows | undefined;
  const here = (one: Strided) => {
    chosen ??= new MaskedRows(mask);
    return filterRows(one, chosen);
  };
  return whileThere([array, ...sources.map((source) => source.array)], options, async () => {
    const arrays = await picked(sources, byWorkers, here);
    const rows = arrays[0]?.layout.shape[0] ?? 0;
    if (arrays.some(({ layout }) => layout.shape[0] !== rows)) throw maskChanged();
    return { arrays, rows };
  });
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
  const byWorkers = async (seen: readonly SharedArray[]) => {
    const { results, columns } = room(seen, rows.length);
    const places = sharedRows(rows);
    const workers = workersFor(bytes, options, SHARE * TAKEN_BYTES);
    const inputs = spansOf(rows.length, { workers }).map((span) => ({ ...span, rows: places, columns }));
    try {
      await inParallel({ ...options, workers, module: MODULE, act: takeSpan, inputs });
      return results;
    } finally {
      freeCopy(places);
    }
  };
  const arrays = sources.map(({ array }) => array);
  return whileThere(arrays, options, async () => ({
    arrays: await picked(sources, byWorkers, here),
    rows: rows.length,
  }));
}

/** A copy: nobody changes places that were judged. */
function sharedRows(rows: Rows): SharedArray {
  const bytes = new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength);
  const dtype = parseDType(rows instanceof Int32Array ? "=i4" : "=f8");
  return copyLent({ dtype, layout: denseLayout([rows.length], dtype.itemsize), bytes });
}

/** Memory for so many rows of each array. */
function room(
  seen: readonly SharedArray[],
  rows: number,
): { readonly results: readonly Strided[]; readonly columns: readonly Picked[] } {
  const results = seen.map(({ descr, layout }) =>
    sharedZeros(dtypeFromDescr(descr), layout.shape.with(0, rows)),
  );
  return { results, columns: seen.map((from, i) => ({ from, to: lendForTasks(results[i]) })) };
}

/** Has workers pick rows from the arrays that they see, while this thread picks from the others. */
async function picked(
  sources: readonly Source[],
  byWorkers: (seen: readonly SharedArray[]) => Promise<readonly Strided[]>,
  here: (array: Strided) => Strided,
): Promise<Strided[]> {
  // All at once: what is mapped now need not be so later.
  const shared = sources.map(({ array, path }) => shareForTasks(array, path));
  const seen = shared.flatMap((one) => one ?? []);
  const working = seen.length === 0 ? Promise.resolve([]) : byWorkers(seen);
  // Whoever throws first here is heard; the workers end in any case.
  working.catch(() => undefined);
  const own = sources.map(({ array }, i) => (shared[i] === undefined ? here(array) : undefined));
  const theirs = await working;
  let next = 0;
  return own.map((one) => one ?? theirs[next++]);
}

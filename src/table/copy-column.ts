import { type AsyncOptions, isMuch, type SeenBytes, shareBytes, spansOf } from "../array/index.js";
import type { ColumnState } from "../store/index.js";
import { canStartWorkers } from "../workers/index.js";
import { copySpan } from "./assign-task.js";
import type { OpenTable } from "./open-table.js";
import { StoringRun } from "./storing-run.js";

/** What workers run. */
const MODULE = new URL("./assign-task.js", import.meta.url).href;

const COPYING = "a column is being copied; wait for copyColumnAsync() before the next change";

/** Parts of so many bytes begin at pages of the file. */
const PART = 1 << 20;

/** Copies a column with its attribute, by workers where that pays. */
export async function copyColumnAsync(
  table: OpenTable,
  from: string,
  to: string,
  options: { readonly overwrite?: boolean } & AsyncOptions,
): Promise<void> {
  // What is bad is refused before anything begins.
  isMuch(0, options);
  const { overwrite = false } = options;
  let run: StoringRun | undefined;
  await table.changeAsync(
    async (draft) => {
      const source = draft.find(from);
      const bytes = source && sharedBytes(table, from, source, options);
      if (source === undefined || bytes === undefined) {
        draft.copy(from, to, overwrite);
        return;
      }
      const { dtype, itemShape, layout, attr, rows } = source;
      const copy = draft.add(to, { dtype, itemShape, layout, attr, rows, overwrite, isFilled: true });
      run = new StoringRun(options);
      const task = { source: bytes, path: copy.path, at: copy.dataOffset };
      const inputs = spansOf(bytes.length, options, { least: PART }).map((span) => ({ ...span, ...task }));
      const stop = () => run?.stop(options.signal?.reason);
      options.signal?.addEventListener("abort", stop);
      try {
        await run.all({ module: MODULE, act: copySpan, inputs });
        await run.finish();
      } finally {
        options.signal?.removeEventListener("abort", stop);
      }
    },
    () => run?.stop(table.session.closedError()),
    COPYING,
  );
}

/** A column's bytes for workers; undefined where its file is copied as it is: it is small, or its axes are turned. */
function sharedBytes(
  table: OpenTable,
  name: string,
  state: ColumnState,
  options: AsyncOptions,
): SeenBytes | undefined {
  const column = table.columnFor(name, state);
  if (state.fortran || !isMuch(column.nbytes, options) || !canStartWorkers()) return undefined;
  const { array, path } = column.parallelSource;
  return shareBytes(array.bytes, table.store.files, path);
}

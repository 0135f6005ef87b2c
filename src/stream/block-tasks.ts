import { holdingBytes, MemoryStorage } from "../array/index.js";
import { type Descr, dtypeFromDescr, sizeOf } from "../dtype/index.js";
import { type RowPlan, type RowSet, readRows } from "../hdf5/index.js";
import type { TaskContext } from "../workers/index.js";
import { loadFunction } from "./block-function.js";
import { rowsOver } from "./dataset-rows.js";
import { detached } from "./detached.js";
import { openView, type SharedView } from "./shared-view.js";
import { chosenFields } from "./source.js";
import { takeRowSet } from "./view-loader.js";

/** Rows to be read into memory that threads share. */
export interface ReadTask {
  readonly plan: RowPlan;
  readonly target: Uint8Array<SharedArrayBuffer>;
}

/** Reads the rows of one block. */
export async function readBlock({ plan, target }: ReadTask, context: TaskContext): Promise<void> {
  await readRows(plan, target, () => context.stopped);
}

/** The rows of one block, for another thread. */
export type SharedRows =
  | { readonly kind: "view"; readonly view: SharedView; readonly rows: RowSet | undefined }
  | {
      readonly kind: "dataset";
      readonly plan: RowPlan;
      readonly descr: Descr;
      readonly shape: readonly number[];
    };

/** A function of the user's, and what it is to be called with. */
export interface MapTask {
  readonly module: string;
  readonly name: string;
  readonly source: SharedRows;
  readonly fields: readonly string[] | undefined;
  readonly block: { readonly index: number; readonly start: number; readonly length: number };
}

/** Memory that was used before, for whoever comes next. */
let scratch: Uint8Array<ArrayBuffer> | undefined;

/** Calls a function with one block. Its result is a copy: the rows that it was made of are not good for long. */
export async function mapBlock(task: MapTask, context: TaskContext): Promise<unknown> {
  const act = await loadFunction(task.module, task.name);
  const { source, fields, block } = task;
  if (source.kind === "view") {
    return holdingBytes(async () => {
      const view = openView(source.view);
      const rows = source.rows === undefined ? view : takeRowSet(view, source.rows, block.length);
      return detached(await act(rows, block));
    });
  }
  const dtype = dtypeFromDescr(source.descr);
  const length = sizeOf(source.shape) * dtype.itemsize;
  const kept = scratch;
  scratch = undefined;
  const memory = kept !== undefined && kept.length >= length ? kept : new Uint8Array(length);
  try {
    const target = memory.subarray(0, length);
    await readRows(source.plan, target, () => context.stopped);
    if (context.stopped) return undefined;
    const view = rowsOver(new MemoryStorage(target), dtype, source.shape);
    return detached(
      await act(fields === undefined ? view : chosenFields(view, fields, "the dataset"), block),
    );
  } finally {
    scratch = memory;
  }
}

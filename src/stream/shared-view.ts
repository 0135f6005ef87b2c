import {
  ArrayView,
  copyShared as copyArray,
  openArray,
  type SharedArray,
  STRIDED,
  shareArray,
  wrap,
} from "../array/index.js";
import { LimitError } from "../errors.js";
import { copied, TableView } from "../table/index.js";
import type { RowsView } from "./source.js";

/** A view for another thread. */
export type SharedView =
  | { readonly kind: "array"; readonly array: SharedArray }
  | {
      readonly kind: "table";
      readonly rows: number;
      readonly columns: readonly (readonly [name: string, array: SharedArray])[];
    };

/**
 * The view, for other threads, which map its files themselves. They do not see what was assigned to arrays that are open
 * for reading, which stays in this thread's private pages.
 *
 * @returns undefined where it lies in memory that no other thread can see, or in files that have another name by now
 */
export function shareView(view: RowsView): SharedView | undefined {
  return sharedBy(view, (array) => shareArray(array[STRIDED](), array.storage.path));
}

/** A copy of the view, in memory that other threads see. @throws LimitError where there is no such memory */
export function copyShared(view: RowsView): SharedView {
  const shared = sharedBy(view, (array) => copyArray(array[STRIDED]()));
  if (shared === undefined) throw new LimitError("no memory to share");
  return shared;
}

function sharedBy(
  view: RowsView,
  share: (array: ArrayView) => SharedArray | undefined,
): SharedView | undefined {
  if (view instanceof ArrayView) {
    const array = share(view);
    return array && { kind: "array", array };
  }
  const columns: [string, SharedArray][] = [];
  for (const [name, column] of view.named()) {
    const array = share(column);
    if (array === undefined) return undefined;
    columns.push([name, array]);
  }
  return { kind: "table", rows: view.length, columns };
}

/**
 * The view, in any thread, to be used at once: what it maps is let go soon after.
 *
 * @throws StaleError where a file was replaced, CorruptError where it became shorter
 */
export function openView(shared: SharedView): RowsView {
  if (shared.kind === "array") return viewOf(shared.array);
  const columns = new Map(shared.columns.map(([name, array]) => [name, viewOf(array)]));
  return new TableView(copied(columns, shared.rows));
}

function viewOf(shared: SharedArray): ArrayView {
  return wrap(openArray(shared), false);
}

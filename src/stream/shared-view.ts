import {
  ArrayView,
  copyElements,
  type Layout,
  MemoryStorage,
  openBytes,
  type SharedBytes,
  STRIDED,
  shareBytes,
  zeros,
} from "../array/index.js";
import { type Descr, dtypeFromDescr } from "../dtype/index.js";
import { LimitError } from "../errors.js";
import { currentFiles } from "../platform/files.js";
import { copied, TableView } from "../table/index.js";
import type { RowsView } from "./source.js";

/** An array for another thread; a structured clone of it says the same. */
interface SharedArray {
  readonly descr: Descr;
  readonly layout: Layout;
  readonly bytes: SharedBytes;
}

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
  return sharedBy(view, (array) => {
    const { bytes, layout } = array[STRIDED]();
    const shared = shareBytes(bytes, currentFiles(), array.storage.path);
    return shared && { descr: array.dtype.descr, layout, bytes: shared };
  });
}

/** A copy of the view, in memory that other threads see. @throws LimitError where there is no such memory */
export function copyShared(view: RowsView): SharedView {
  const shared = sharedBy(view, (array) => {
    const strided = array[STRIDED]();
    const copy = zeros(array.dtype, strided.layout.shape);
    const buffer = sharedBuffer(copy.bytes.length);
    copyElements(strided, { ...copy, bytes: new Uint8Array(buffer) });
    const bytes: SharedBytes = { kind: "memory", buffer, offset: 0, length: buffer.byteLength };
    return { descr: array.dtype.descr, layout: copy.layout, bytes };
  });
  if (shared === undefined) throw new LimitError("no memory to share");
  return shared;
}

/** What threads share counts for nothing when it is decided to collect garbage. These, which nobody touches, count for it. */
const counted = new WeakMap<SharedArrayBuffer, Uint8Array>();
/** So much makes itself felt. */
const MOST_COUNTED = 1 << 26;

/** @throws LimitError where there is no memory for it */
export function sharedBuffer(length: number): SharedArrayBuffer {
  try {
    const buffer = new SharedArrayBuffer(length);
    counted.set(buffer, Buffer.allocUnsafeSlow(Math.min(length, MOST_COUNTED)));
    return buffer;
  } catch (cause) {
    throw new LimitError(`no memory for ${length} bytes that threads share`, { cause });
  }
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
  if (shared.kind === "array") return openArray(shared.array);
  const columns = new Map(shared.columns.map(([name, array]) => [name, openArray(array)]));
  return new TableView(copied(columns, shared.rows));
}

function openArray({ descr, layout, bytes }: SharedArray): ArrayView {
  const storage = new MemoryStorage(openBytes(bytes), { writable: false });
  return new ArrayView(storage, dtypeFromDescr(descr), layout);
}

import { setImmediate, setTimeout } from "node:timers/promises";
import { type AsyncOptions, type BlockStatistics, requireAsyncOptions } from "../array/index.js";
import { stampOf } from "../platform/index.js";
import {
  building,
  type ColumnState,
  indexDirectory,
  indexFile,
  readIndex,
  requirePlace,
  type SideFile,
  type Store,
  unusableBecause,
} from "../store/index.js";

/** The index of a column: what is known of each block of its rows, and whether that counts. */
export interface ColumnIndex {
  /** The rows that it is of. */
  readonly rows: number;
  /** Blocks of 65,536 rows, of each of which the least and the greatest element are known. */
  readonly blocks: number;
  /** Whether comparisons use it now. */
  readonly usable: boolean;
  /** Why they do not; undefined where they do. */
  readonly reason: string | undefined;
}

/** What an index needs of the store. */
export type IndexedStore = Pick<Store, "files" | "paths" | "requireWritable">;

/** A column with no more rows is compared as quickly as its index is looked for. */
const FEW_ROWS = 1 << 16;
const FEW = `the column has no more than ${FEW_ROWS.toLocaleString("en")} rows, which are compared as quickly without it`;

const UNDER_WAY = "it is being built already; await that";

/** Milliseconds between two looks at whether another build has ended. */
const TURN = 10;

/** A synchronous wait has nothing to wake it. */
const asleep = new Int32Array(new SharedArrayBuffer(4));

/** Finds and makes the index of one column. */
export class IndexedColumn {
  readonly #store: IndexedStore;
  readonly #column: () => ColumnState;
  #directory: string | undefined;
  #isBuilding = false;
  /** What was read last, and the stamp of the side file that it was read from. */
  #known: { readonly index: SideFile | undefined; readonly from: string } | undefined;

  /** @param column as it is now. @throws ClosedError, NotFoundError where it is gone */
  constructor(store: IndexedStore, column: () => ColumnState) {
    this.#store = store;
    this.#column = column;
  }

  /** What is known of its elements, where that counts now. Costs a look at the file. */
  statistics(): BlockStatistics | undefined {
    const column = this.#column();
    if (column.rows <= FEW_ROWS) return undefined;
    // What was read is good for as long as the column is as it was then, whatever became of the side file.
    const index = this.#known?.index;
    if (index !== undefined && this.#reason(index, column) === undefined) return index.statistics;
    const found = this.#read(column);
    const isGood = found !== undefined && found !== index && this.#reason(found, column) === undefined;
    return isGood ? found.statistics : undefined;
  }

  #reason(index: SideFile, column: ColumnState): string | undefined {
    return unusableBecause(index, column, stampOf(column.path));
  }

  /** The index that there is; read again where its file is another. */
  #read(column: ColumnState): SideFile | undefined {
    const { files, paths } = this.#store;
    this.#directory ??= indexDirectory(paths, files);
    const path = indexFile(this.#directory, column);
    const stamp = stampOf(path);
    if (stamp === undefined) this.#known = undefined;
    else {
      const from = `${stamp.ino} ${stamp.ctimeNs}`;
      if (this.#known?.from !== from) this.#known = { index: readIndex(path, files), from };
    }
    return this.#known?.index;
  }

  /** The index that there is; undefined where there is none. */
  get info(): ColumnIndex | undefined {
    const column = this.#column();
    const index = this.#read(column);
    if (index === undefined) return undefined;
    const reason = this.#reason(index, column) ?? (column.rows <= FEW_ROWS ? FEW : undefined);
    return {
      rows: index.rows,
      blocks: index.statistics.missing.length,
      usable: reason === undefined,
      reason,
    };
  }

  /** @throws ReadOnlyError, and what {@link building} throws */
  build(label: string): ColumnIndex {
    const work = this.#begin(label);
    if (this.#isBuilding) return this.#built(UNDER_WAY);
    for (;;) {
      const step = work.next();
      if (step.done === true) return this.#built(step.value);
      if (step.value > 0) Atomics.wait(asleep, 0, 0, step.value);
    }
  }

  /** As `build`, in between turns of the event loop. */
  async buildAsync(label: string, options: Pick<AsyncOptions, "signal">): Promise<ColumnIndex> {
    requireAsyncOptions(options);
    const { signal } = options;
    signal?.throwIfAborted();
    // Two at once would take one another for somebody who changes the file.
    while (this.#isBuilding) {
      await setTimeout(TURN);
      signal?.throwIfAborted();
    }
    const work = this.#begin(label);
    this.#isBuilding = true;
    try {
      for (;;) {
        const step = work.next();
        if (step.done === true) return this.#built(step.value);
        await (step.value > 0 ? setTimeout(step.value) : setImmediate());
        signal?.throwIfAborted();
      }
    } finally {
      this.#isBuilding = false;
      // What was opened is closed where it ends early.
      work.return(undefined);
    }
  }

  #begin(label: string): ReturnType<typeof building> {
    const { files, paths } = this.#store;
    this.#column();
    this.#store.requireWritable();
    this.#directory = indexDirectory(paths, files);
    return building({ files, directory: this.#directory, column: this.#column, label });
  }

  #built(reason: string | undefined): ColumnIndex {
    const none = { rows: this.#column().rows, blocks: 0, usable: false, reason };
    return reason === undefined ? (this.info ?? none) : none;
  }

  /** @returns whether there was one. @throws ReadOnlyError, DiskError, ExistsError where something else has its name */
  drop(): boolean {
    const column = this.#column();
    this.#store.requireWritable();
    const { files, paths } = this.#store;
    const directory = indexDirectory(paths, files);
    requirePlace(directory, column, files);
    const path = indexFile(directory, column);
    this.#known = undefined;
    if (files.look(path) === undefined) return false;
    files.unlink(path);
    return true;
  }
}

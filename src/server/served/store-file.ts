import { StaleError } from "../../errors.js";
import { currentFiles, type Files } from "../../platform/files.js";
import { Store } from "../../store/index.js";
import type { ServedFile, ServedNode } from "./served.js";
import { StoreDataset } from "./store-dataset.js";
import { Descriptors } from "./store-descriptors.js";
import { StoreRecords } from "./store-records.js";
import { StoreStamps } from "./store-stamps.js";
import { StoreTree } from "./store-tree.js";

/** So often a store is opened again that a writer changes meanwhile. */
const TRIES = 20;

/**
 * One generation of a store, read by descriptors of its files and never through a mapping: what becomes of the files is
 * an answer and no signal. Assignments of a writer to its mapping are seen as they come; rows that he discards make it
 * stale.
 */
export class StoreFile implements ServedFile {
  readonly pin: string;
  readonly #tree: StoreTree;
  readonly #records: StoreRecords;
  readonly #stamps: StoreStamps;
  readonly #descriptors: Descriptors;

  /** @internal See {@link openStoreFile}. */
  constructor(store: Store, records: StoreRecords, stamps: StoreStamps) {
    const { files } = store;
    const descriptors = new Descriptors(files);
    this.pin = `${records.generation}-${records.transaction}-${stamps.digest()}`;
    this.#tree = new StoreTree(
      store.catalog,
      (path, column) => new StoreDataset(path, column, descriptors, files),
    );
    this.#records = records;
    this.#stamps = stamps;
    this.#descriptors = descriptors;
  }

  node(path: string): ServedNode | undefined {
    return this.#tree.node(path);
  }

  /**
   * Where nobody keeps records, a file that was written to since is no longer what it was: other software may have
   * changed any of it.
   */
  isIntact(): boolean {
    if (!this.#records.areRowsWhole()) return false;
    if (this.#records.hasRecords) return true;
    for (const path of this.#descriptors.touched) if (!this.#stamps.isSame(path)) return false;
    return true;
  }

  /** Whether a store that is opened now would be the same. */
  isCurrent(): boolean {
    return this.#records.isLatest() && this.#stamps.areSame();
  }

  /** How many files it has open. */
  get openFiles(): number {
    return this.#descriptors.size;
  }

  release(): void {
    this.#records.close();
    this.#descriptors.close();
  }
}

/**
 * Opens a table, a hierarchy, or a directory of arrays for reading, as it is now. Files are opened when they are first
 * read.
 *
 * @param root the directory
 * @throws NotFoundError, FormatError, ShapeError, CorruptError, DiskError; StaleError where a writer changes it all the time
 */
export function openStoreFile(root: string, { files = currentFiles() }: { files?: Files } = {}): StoreFile {
  let before: StoreStamps | undefined;
  for (let tries = 0; tries < TRIES; tries++) {
    const store = Store.open(root, { writable: false, kind: "tree", files });
    const stamps = new StoreStamps(store.paths, store.catalog, store.files);
    const records = StoreRecords.of(store);
    if (records === undefined) continue;
    // Without records, only what was read between two equal looks at the files is of one moment.
    if (records.hasRecords || before?.equals(stamps) === true) return new StoreFile(store, records, stamps);
    records.close();
    before = stamps;
  }
  throw new StaleError(`${root}: a writer changes it faster than it can be read; try again when it rests`, {
    path: root,
  });
}

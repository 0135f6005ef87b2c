import {
  type BlockStatistics,
  type MapFileOptions,
  mapFile,
  noteDiscarded,
  noteMoved,
  reopen,
  type Storage,
} from "../array/index.js";
import { ClosedError, isMemmapError, NotFoundError, StaleError } from "../errors.js";
import { type FileIdentity, isSameFile, type Mapping } from "../platform/index.js";
import { type ColumnState, dataEnd, rowBytes, type Store } from "../store/index.js";
import { IndexedColumn, type IndexedStore } from "./column-index.js";
import { FileWatch } from "./file-watch.js";
import { inTurn } from "./in-turn.js";

/** What a column's bytes need of the store. */
export type StorageOwner = Pick<Store, "writable" | "files" | "hasMovedOn"> & IndexedStore;

/**
 * The bytes of one column of a table, mapped at first use. It follows the column through growth, renaming, replacement
 * of its file, deletion and closing; a mapping covers the file's capacity, so that most growth needs no new one.
 */
export class ColumnStorage implements Storage {
  version = 0;
  readonly writable: boolean;
  readonly #store: StorageOwner;
  readonly #watch: FileWatch;
  readonly index: IndexedColumn;
  #state: ColumnState;
  /** As it was after the last change that was not undone. */
  #settled: ColumnState;
  #name: string;
  /** Made when it is asked for, which every operation does. */
  #label: string | undefined;
  #bytes: Uint8Array | undefined;
  /** Mappings of this column's files. Older ones stay for the typed arrays over them. */
  #mappings: { readonly mapping: Mapping; readonly file: FileIdentity }[] = [];
  #gone: "deleted" | "closed" | undefined;

  constructor(name: string, state: ColumnState, store: StorageOwner) {
    this.#store = store;
    this.#watch = new FileWatch(store);
    this.index = new IndexedColumn(store, () => this.state);
    this.#name = name;
    this.#state = state;
    this.#settled = state;
    this.writable = store.writable;
  }

  get label(): string {
    this.#label ??= `column ${JSON.stringify(this.#name)}`;
    return this.#label;
  }

  get name(): string {
    return this.#name;
  }

  get path(): string {
    return this.#state.path;
  }

  /** What became of it; undefined while it is there. */
  get gone(): "deleted" | "closed" | undefined {
    return this.#gone;
  }

  get state(): ColumnState {
    this.#requireThere();
    return this.#state;
  }

  get byteLength(): number {
    const { state } = this;
    return state.rows * rowBytes(state);
  }

  #requireThere(): void {
    const { path } = this.#state;
    if (this.#gone === "closed") throw new ClosedError(`${this.label}: the table is closed`, { path });
    if (this.#gone === "deleted") throw this.#deleted();
  }

  #deleted(): NotFoundError {
    return new NotFoundError(`${this.label} was deleted or replaced`, { path: this.#state.path });
  }

  bytes(): Uint8Array {
    this.#requireThere();
    this.#bytes ??= this.#map();
    return this.#bytes;
  }

  /** Before many bytes are read: see {@link FileWatch.verify}. */
  verify(): void {
    if (this.#bytes !== undefined && this.#bytes.length > 0) this.#watch.verify(this.#state);
  }

  statistics(): BlockStatistics | undefined {
    return this.index.statistics();
  }

  #map(): Uint8Array {
    const { file, dataOffset } = this.#state;
    if (this.byteLength === 0) return new Uint8Array(0);
    const end = dataEnd(this.#state);
    let mapping = this.#mappings.find(
      (known) => isSameFile(known.file, file) && known.mapping.length >= end,
    )?.mapping;
    if (mapping === undefined) {
      mapping = this.#mapFile(end);
      this.#mappings.push({ mapping, file });
    }
    return new Uint8Array(mapping.buffer, dataOffset, this.byteLength);
  }

  #mapFile(end: number): Mapping {
    const { path, later, file } = this.#state;
    const options: MapFileOptions = {
      shared: this.writable,
      files: this.#store.files,
      inspect: (fd, stat) => this.#watch.inspect(this.#state, fd, stat),
    };
    // `later`: its writer has given it its name since it was found.
    for (const name of later === undefined ? [path] : [path, later]) {
      try {
        return mapFile(name, file, end, options);
      } catch (error) {
        if (!isMemmapError(error, "NOT_FOUND")) throw error;
      }
    }
    throw new StaleError(
      `${later ?? path}: the file was deleted or renamed since it was opened; call refresh(), or open it again`,
      { path: later ?? path },
    );
  }

  /** Takes up what the column is now; typed arrays over an older file stay until `settle`. */
  update(name: string, state: ColumnState): void {
    const before = this.#state;
    const moved =
      before.rows !== state.rows ||
      !isSameFile(before.file, state.file) ||
      before.dataOffset !== state.dataOffset ||
      before.fortran !== state.fortran;
    this.#name = name;
    this.#label = undefined;
    this.#state = state;
    if (!moved && this.#gone === undefined) return;
    this.#gone = undefined;
    this.#changed();
  }

  /** The column is no more; typed arrays over it stay until `settle`. */
  drop(): void {
    if (this.#gone !== undefined) return;
    this.#gone = "deleted";
    this.#changed();
  }

  /** Tells who is reading in other threads what became of the file that the column had. */
  #noteChange(): void {
    const { file, path, rows } = this.#settled;
    const now = this.#state;
    if (this.#gone !== undefined) noteMoved(file, this.#deleted());
    else if (path !== now.path) {
      noteMoved(
        file,
        new StaleError(`the file of ${this.label} got another name while it was read; read it again`, {
          path,
        }),
      );
    }
    if (now.rows < rows && isSameFile(file, now.file)) noteDiscarded(this.label, file, dataEnd(now));
    this.#settled = now;
  }

  /** After a commit or its undoing: says what became of the column, and lets go of files that are not its own. */
  settle(): void {
    this.#noteChange();
    this.#watch.reset();
    const kept = this.#mappings.filter(
      ({ file }) => this.#gone === undefined && isSameFile(file, this.#state.file),
    );
    const released = this.#mappings.filter((entry) => !kept.includes(entry));
    this.#mappings = kept;
    for (const { mapping } of released) {
      try {
        mapping.close();
      } catch {
        // Somebody moved the bytes elsewhere: there is no typed array left to detach.
      }
    }
  }

  /** Waits until all stores are on the disk. */
  flush(): void {
    inTurn(this.#mappings, ({ mapping }) => mapping.sync());
  }

  async flushAsync(): Promise<void> {
    await Promise.all(this.#mappings.map(({ mapping }) => mapping.syncAsync()));
  }

  /** @throws ClosedError where the bytes were moved to another ArrayBuffer; everything is closed all the same */
  close(): void {
    if (this.#gone === "closed") return;
    this.#gone = "closed";
    this.#changed();
    const { path } = this.#state;
    inTurn(this.#mappings.splice(0), ({ mapping, file }) => mapping.close(() => reopen(path, file)));
  }

  #changed(): void {
    this.version += 1;
    this.#watch.reset();
    this.#bytes = undefined;
  }
}

import type { Stats } from "node:fs";
import { CorruptError, StaleError } from "../errors.js";
import { identityOf, isSameFile } from "../platform/index.js";
import { type ColumnState, dataEnd, describes, type Store } from "../store/index.js";

/** What a watch is told of the store. */
export type WatchedStore = Pick<Store, "files" | "hasMovedOn">;

/**
 * Notices what other software does to the file of a mapped column: a map shows zeros, or ends the process, where its file
 * was cut short, and old bytes for ever where it was replaced. What a writer of this package does to a reader's file is
 * no such thing: the rows of the map stay readable.
 */
export class FileWatch {
  readonly #store: WatchedStore;
  /** The file as it was when it was last found to be right. */
  #known: Stats | undefined;

  constructor(store: WatchedStore) {
    this.#store = store;
  }

  /** Forgets what was found: the column has another file, or rows. */
  reset(): void {
    this.#known = undefined;
  }

  /**
   * At the first use of a file that is open: what was found when the table was opened may be another generation's by now.
   *
   * @throws StaleError where it describes other rows
   */
  inspect(state: ColumnState, fd: number, stat: Stats): void {
    const { path, staged, later } = state;
    if (!staged && later === undefined && !describes(state, this.#store.files, fd)) {
      throw new StaleError(`${path}: its rows were changed since the table was opened; call refresh()`, {
        path,
      });
    }
    this.#known = stat;
  }

  /**
   * Compares the file's inode and size, and where it was written to also its header, with what is mapped.
   *
   * @throws CorruptError where it is shorter than its rows, StaleError where it was replaced or describes other rows
   */
  verify(state: ColumnState): void {
    const { files } = this.#store;
    const { path, later } = state;
    const stat = files.look(path) ?? (later === undefined ? undefined : files.look(later));
    if (stat !== undefined && isUnchanged(stat, this.#known)) return;
    if (stat === undefined || !isSameFile(identityOf(stat), state.file)) {
      this.#refuseUnlessMovedOn(`${path}: the file was ${stat === undefined ? "removed" : "replaced"}`, path);
    } else if (stat.size < dataEnd(state)) {
      throw new CorruptError(
        `${path}: the file has ${stat.size} bytes, but its rows need ${dataEnd(state)}; other software cut it short`,
        { path },
      );
    } else if (!state.staged && later === undefined && !describes(state, files)) {
      this.#refuseUnlessMovedOn(`${path}: its header or sidecar was changed`, path);
    }
    this.#known = stat;
  }

  /** A map that a later transaction has left behind is whole. */
  #refuseUnlessMovedOn(problem: string, path: string): void {
    if (this.#store.hasMovedOn()) return;
    throw new StaleError(
      `${problem} by other software since the table was opened; call refresh(), or open it again`,
      {
        path,
      },
    );
  }
}

function isUnchanged(stat: Stats, known: Stats | undefined): boolean {
  return (
    known !== undefined &&
    stat.ino === known.ino &&
    stat.dev === known.dev &&
    stat.size === known.size &&
    stat.ctimeMs === known.ctimeMs &&
    stat.mtimeMs === known.mtimeMs
  );
}

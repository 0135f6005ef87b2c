import { ClosedError, CorruptError, isMemmapError, StaleError } from "../../errors.js";
import type { Files } from "../../platform/files.js";
import { identityOf, isSameFile } from "../../platform/index.js";
import { type ColumnState, dataEnd } from "../../store/index.js";
import type { OpenFile } from "./positioned-read.js";

/** Files of one store that are kept open between two reads. */
const MOST_OPEN = 64;

/** The file of a column, open for reading. */
export interface Descriptor extends OpenFile {
  /** Reads that are going on. */
  uses: number;
  /** When it was last used, by a count of uses. */
  used: number;
  isOpen: boolean;
}

/**
 * The open files of a store's columns. A file that is open stays what it was, whatever becomes of its name; it is never
 * closed while it is read, since its number would be another file's at once.
 */
export class Descriptors {
  readonly #files: Files;
  readonly #open = new Map<number, Descriptor>();
  readonly #touched = new Set<string>();
  #clock = 0;
  #closed = false;

  constructor(files: Files) {
    this.#files = files;
  }

  /** How many files are open. */
  get size(): number {
    return this.#open.size;
  }

  /** The files that were ever opened. */
  get touched(): Iterable<string> {
    return this.#touched;
  }

  /**
   * The open file of a column, to be released.
   *
   * @throws StaleError where it is not the file that the catalogue knows, CorruptError where it is shorter than its rows,
   * ClosedError, DiskError
   */
  acquire(column: ColumnState): Descriptor {
    const descriptor = this.#open.get(column.id) ?? this.#add(column);
    this.#clock += 1;
    descriptor.used = this.#clock;
    descriptor.uses += 1;
    return descriptor;
  }

  release(descriptor: Descriptor): void {
    descriptor.uses -= 1;
    if (this.#closed && descriptor.uses === 0) this.#shut(descriptor);
  }

  /** Closes all files, those that are being read when that has ended. */
  close(): void {
    this.#closed = true;
    for (const [id, descriptor] of this.#open) {
      this.#open.delete(id);
      if (descriptor.uses === 0) this.#shut(descriptor);
    }
  }

  #add(column: ColumnState): Descriptor {
    const { path } = column;
    if (this.#closed) throw new ClosedError(`${path}: the store was given back`, { path });
    const descriptor = openColumn(column, this.#files);
    this.#open.set(column.id, descriptor);
    this.#touched.add(descriptor.path);
    if (this.#open.size > MOST_OPEN) this.#dropOldest(descriptor);
    return descriptor;
  }

  #dropOldest(except: Descriptor): void {
    let oldest: [number, Descriptor] | undefined;
    for (const entry of this.#open) {
      const [, { uses, used }] = entry;
      if (uses === 0 && entry[1] !== except && used < (oldest?.[1].used ?? Number.POSITIVE_INFINITY)) {
        oldest = entry;
      }
    }
    if (oldest === undefined) return;
    this.#open.delete(oldest[0]);
    this.#shut(oldest[1]);
  }

  #shut(descriptor: Descriptor): void {
    if (!descriptor.isOpen) return;
    descriptor.isOpen = false;
    this.#files.close(descriptor.fd);
  }
}

function openColumn(column: ColumnState, files: Files): Descriptor {
  const [fd, path] = openNamed(column, files);
  try {
    const stat = files.stat(fd, path);
    if (!isSameFile(identityOf(stat), column.file)) throw replaced(path);
    if (stat.size < dataEnd(column)) {
      throw new CorruptError(
        `${path}: the file has ${stat.size} bytes, but its rows need ${dataEnd(column)}; it was cut short`,
        { path },
      );
    }
    return { fd, path, uses: 0, used: 0, isOpen: true };
  } catch (error) {
    files.close(fd);
    throw error;
  }
}

/** By the name that it had, or the one that it has got from its writer meanwhile. */
function openNamed({ path, later }: ColumnState, files: Files): [fd: number, path: string] {
  for (const name of later === undefined ? [path] : [path, later]) {
    try {
      return [files.open(name, "r"), name];
    } catch (error) {
      if (!isMemmapError(error, "NOT_FOUND")) throw error;
    }
  }
  throw replaced(path);
}

function replaced(path: string): StaleError {
  return new StaleError(`${path}: the file was replaced or removed since the store was opened; ask again`, {
    path,
  });
}

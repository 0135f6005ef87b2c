import type { Stats } from "node:fs";
import { isMemmapError } from "../../errors.js";
import type { Files } from "../../platform/files.js";
import type { Store } from "../../store/index.js";
import { type LastRecord, parseLast } from "../../store/last.js";
import { latest } from "../../store/look.js";
import type { StorePaths } from "../../store/paths.js";
import { authorityOf } from "../../store/read-store.js";
import { parseCommit } from "../../store/record.js";

/** The file `last`, kept open: while it is, no other file can have its inode, so that a look at the name says all. */
interface HeldRecord {
  readonly fd: number;
  readonly stat: Stats;
}

/**
 * Tells, for two looks at names, whether the rows that a reader of a store took are still whole in their files. A writer
 * discards rows in place after its record `commit-<g + 1>` is complete and before that record becomes `last`: so the record
 * is looked for first, and `last` after it.
 *
 * A change that discards no rows, such as an append or a rename, leaves what a descriptor reads as it was. Each record
 * says what it did and which one it followed: as long as none is missed, they are followed.
 */
export class StoreRecords {
  readonly #paths: StorePaths;
  readonly #files: Files;
  /** What the reader shows; undefined where there is no record. */
  readonly #shown: LastRecord | undefined;
  /** The latest record up to which nothing was discarded: of `last`, or the one that was shown. */
  #followed: LastRecord | undefined;
  #held: HeldRecord | undefined;
  /** The record of the next change. */
  #next: string;
  #closed = false;

  /** @returns undefined where a writer has changed the store since it was opened */
  static of(store: Store): StoreRecords | undefined {
    const { paths, look } = authorityOf(store.paths, store.files);
    // The names of transactions never come back: what was the store's after this look and when it was opened was so at the look.
    if (store.hasMovedOn()) return undefined;
    return new StoreRecords(paths, store.files, latest(look));
  }

  private constructor(paths: StorePaths, files: Files, shown: LastRecord | undefined) {
    this.#paths = paths;
    this.#files = files;
    this.#shown = shown;
    this.#followed = shown;
    this.#next = paths.commit(this.generation + 1);
    this.#hold();
  }

  /** Whether there are records at all, and not only arrays in a directory. */
  get hasRecords(): boolean {
    return this.#shown !== undefined;
  }

  get generation(): number {
    return this.#shown?.generation ?? 0;
  }

  /** The name of the transaction that is shown; empty where there was none. */
  get transaction(): string {
    return this.#shown?.txid ?? "";
  }

  /** Whether no rows that were shown have been discarded since. @throws DiskError */
  areRowsWhole(): boolean {
    return this.#isUnchanged() || this.#follow();
  }

  /** Whether what is shown is what the store says now. @throws DiskError */
  isLatest(): boolean {
    if (this.#followed === this.#shown && this.#isUnchanged()) return true;
    const found = authorityOf(this.#paths, this.#files);
    return latest(found.look)?.txid === this.#shown?.txid;
  }

  close(): void {
    this.#closed = true;
    this.#drop();
  }

  #isUnchanged(): boolean {
    if (this.#files.look(this.#next) !== undefined) return false;
    const now = this.#files.look(this.#paths.last);
    if (now === undefined) return this.#followed === undefined;
    const known = this.#held?.stat;
    return (
      known !== undefined &&
      now.ino === known.ino &&
      now.dev === known.dev &&
      now.size === known.size &&
      now.mtimeMs === known.mtimeMs
    );
  }

  /** Reads the records, and goes on from one to the next where nothing was discarded. */
  #follow(): boolean {
    const { paths, look } = authorityOf(this.#paths, this.#files);
    if (paths.root !== this.#paths.root) return false;
    const { last, pending, bytes } = look;
    if (last !== undefined && last.txid !== this.#followed?.txid && pending?.txid !== this.#followed?.txid) {
      if (!keepsRows(bytes, this.#followed, paths.last)) return false;
      this.#followed = last;
      this.#next = paths.commit(last.generation + 1);
    }
    if (last?.txid === this.#followed?.txid) this.#hold();
    if (pending === undefined || pending.txid === this.#followed?.txid) {
      return (pending ?? last)?.txid === this.#followed?.txid;
    }
    return pending.prev === (this.#followed?.txid ?? null) && !discards(pending.operations);
  }

  /** Keeps `last` open, if it is the record that was followed. */
  #hold(): void {
    this.#drop();
    if (this.#closed || this.#followed === undefined) return;
    const path = this.#paths.last;
    try {
      const fd = this.#files.open(path, "r");
      const stat = this.#files.stat(fd, path);
      this.#held = { fd, stat };
      const bytes = new Uint8Array(stat.size);
      const count = this.#files.read(fd, bytes, 0, path);
      if (parseLast(bytes.subarray(0, count), path).txid !== this.#followed.txid) this.#drop();
    } catch (error) {
      // There is none yet, or another one.
      this.#drop();
      if (!isMemmapError(error) || error.code === "DISK") throw error;
    }
  }

  #drop(): void {
    const held = this.#held;
    this.#held = undefined;
    if (held !== undefined) this.#files.close(held.fd);
  }
}

/** Whether the record in these bytes follows another one, and discards no rows. */
function keepsRows(bytes: Uint8Array | undefined, before: LastRecord | undefined, path: string): boolean {
  if (bytes === undefined) return false;
  try {
    // A record that is applied becomes `last` as it is.
    const { prev, operations } = parseCommit(bytes, path);
    return prev === (before?.txid ?? null) && !discards(operations);
  } catch (error) {
    if (isMemmapError(error)) return false;
    throw error;
  }
}

function discards(operations: readonly { readonly op: string }[]): boolean {
  return operations.some(({ op }) => op === "punch");
}

import { isNativeError } from "node:util/types";
import { CorruptError, DiskError } from "../errors.js";
import { type Files, overFiles } from "../platform/files.js";

/** Whether an open store can still be used, and if not, why, and what to do. */
export class Health {
  readonly #root: string;
  #failure: Error | undefined;
  #mayBeCommitted = false;

  constructor(root: string) {
    this.#root = root;
  }

  /** @throws what made the store unusable */
  require(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Whether a change of this handle is on the disk, or may be, that is not applied. */
  get mayBeCommitted(): boolean {
    return this.#mayBeCommitted;
  }

  /** The store is of no more use. The first cause stays. @returns the error to throw */
  fail<E extends Error>(error: E): E {
    this.#failure ??= error;
    return error;
  }

  /** A sync failed: the system may have dropped what it should have written, and nothing after it can be believed. */
  syncFailed(cause: unknown): void {
    this.fail(
      new DiskError(
        `${this.#root}: a sync failed (${messageOf(cause)}), and what was written before it may be lost; close the table, look after the disk, and open it again`,
        { path: this.#root, cause },
      ),
    );
  }

  /** A change went past its point of no return, or may have, and was not finished. @returns the error to throw */
  unfinished(state: "committed" | "unknown", cause: unknown): CorruptError {
    this.#mayBeCommitted = true;
    const what =
      state === "committed"
        ? "a change is committed, but could not be applied"
        : "a change failed, and it is not known whether it is committed";
    const error = new CorruptError(
      `${this.#root}: ${what} (${messageOf(cause)}); close the table and open it again, which brings it in order`,
      { path: this.#root, cause },
    );
    this.#failure = error;
    return error;
  }

  /** The same file system, each of whose failed syncs is noticed, whatever becomes of the error. */
  watch(files: Files): Files {
    const watched =
      <A extends unknown[], R>(sync: (...args: A) => R) =>
      (...args: A): R => {
        try {
          return sync(...args);
        } catch (cause) {
          this.syncFailed(cause);
          throw cause;
        }
      };
    return overFiles(files, {
      sync: watched((fd, path) => files.sync(fd, path)),
      syncDirectory: watched((path) => files.syncDirectory(path)),
      syncAll: watched((path) => files.syncAll(path)),
    });
  }
}

function messageOf(cause: unknown): string {
  return isNativeError(cause) ? cause.message : String(cause);
}

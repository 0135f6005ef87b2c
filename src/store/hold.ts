import { dirname, join } from "node:path";
import { FormatError, isMemmapError, UnsupportedError } from "../errors.js";
import type { Files } from "../platform/files.js";
import { leaseOf, takeLease } from "./lease.js";
import { takeKernelLock } from "./lock.js";
import type { StorePaths } from "./paths.js";
import { type Durability, removeStage } from "./stage.js";
import { isStore } from "./vacancy.js";
import { type Locking, lockFiles, refusedWriting, type WriterLock } from "./writer-lock.js";

export interface HoldOptions {
  readonly locking?: Locking | undefined;
  readonly timeout?: number | undefined;
  readonly durability: Durability;
}

/** Gives back the lock of a writer that was dropped unclosed. */
const abandoned = new FinalizationRegistry<WriterLock>((lock) => {
  try {
    lock.release();
  } catch {
    // An error here would end the process; a descriptor that cannot be closed is closed.
  }
});

const TAKE = { kernel: takeKernelLock, lease: takeLease };

/** A writer's hold on a store: the control directory, and the lock in it. */
export class Hold {
  readonly #paths: StorePaths;
  readonly #files: Files;
  readonly #locking: Locking;
  /** Whether this hold made the control directory, so that it may take it back. */
  #made = false;
  #lock: WriterLock | undefined;

  /** @throws LockedError, UnsupportedError, DiskError */
  constructor(paths: StorePaths, files: Files, options: HoldOptions) {
    const { locking = "kernel", timeout = 0, durability } = options;
    if (locking !== "kernel" && locking !== "lease" && locking !== "none") {
      throw new UnsupportedError(`locking is "kernel", "lease" or "none", not ${JSON.stringify(locking)}`);
    }
    this.#paths = paths;
    this.#files = files;
    this.#locking = locking;
    try {
      const deadline = performance.now() + timeout;
      do {
        this.#makeControl(durability);
        if (locking === "none") break;
        this.#lock = TAKE[locking](paths.lock, lockFiles(files), deadline);
      } while (this.#lock === undefined);
      if (this.#lock !== undefined) abandoned.register(this, this.#lock, this);
    } catch (error) {
      this.abandon();
      throw error;
    }
  }

  #makeControl(durability: Durability): void {
    const { control } = this.#paths;
    const there = this.#files.look(control);
    if (there?.isDirectory() === true) {
      // Whoever made it may have died before it was on the disk.
      if (durability === "full" && this.#files.look(this.#paths.last) === undefined) this.#syncControl();
      return;
    }
    if (there?.isSymbolicLink() === true) {
      throw new UnsupportedError(`${control}: a table with symbolic links can only be read`, {
        path: control,
      });
    }
    if (there !== undefined) {
      throw new FormatError(`${control}: the control directory is a directory, and this is none`, {
        path: control,
      });
    }
    try {
      this.#files.mkdir(control);
    } catch (error) {
      // Another writer was quicker.
      if (isMemmapError(error, "EXISTS")) return this.#makeControl(durability);
      throw refusedWriting(control, error);
    }
    this.#made = true;
    if (durability === "full") this.#syncControl();
  }

  #syncControl(): void {
    const { root } = this.#paths;
    this.#files.syncDirectory(root);
    this.#files.syncDirectory(dirname(root));
  }

  /** Whether the kernel keeps every other writer out: only then may files be changed in place. */
  get isSure(): boolean {
    return this.#locking === "kernel";
  }

  /**
   * To be asked before each change, and again before it is committed.
   *
   * @throws LockedError where the store may be another writer's by now
   */
  check(): void {
    this.#lock?.check();
  }

  release(): void {
    if (this.#lock === undefined) return;
    abandoned.unregister(this);
    const lock = this.#lock;
    this.#lock = undefined;
    lock.release();
  }

  /** Releases a store that never came to be, and takes back the control directory if this hold made it. */
  abandon(): void {
    try {
      if (this.#made) this.#removeControl();
    } catch {
      // What led here says more; what is left is cleaned by the next writer.
    } finally {
      this.release();
    }
  }

  #removeControl(): void {
    const { root, control, lock } = this.#paths;
    if (isStore(root, this.#files)) return;
    // Without the lock, what is in it may be another writer's: then it is not empty, and stays.
    const own = this.#locking === "none" || this.#lock !== undefined;
    for (const { name, kind } of own ? this.#files.list(control) : []) {
      const path = join(control, name);
      if (path === leaseOf(lock)) continue;
      if (kind === "directory") removeStage(path, this.#files);
      else this.#files.unlink(path);
    }
    // A lease is a directory in here, and is given up last.
    if (this.#locking === "lease") this.release();
    this.#files.rmdir(control);
  }
}

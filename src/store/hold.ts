import { dirname, join } from "node:path";
import { FormatError, UnsupportedError } from "../errors.js";
import type { Files } from "../platform/files.js";
import { acquireLock, type Locking } from "./lock.js";
import type { StorePaths } from "./paths.js";
import { type Durability, removeStage } from "./stage.js";

export interface HoldOptions {
  readonly locking?: Locking | undefined;
  readonly timeout?: number | undefined;
  readonly durability: Durability;
}

/** Gives back the lock of a writer that was dropped unclosed. */
const abandoned = new FinalizationRegistry<{ fd: number; files: Files }>(({ fd, files }) => {
  try {
    files.close(fd);
  } catch {
    // An error here would end the process; a descriptor that cannot be closed is closed.
  }
});

/** A writer's hold on a store: the control directory, and the lock in it. */
export class Hold {
  readonly #paths: StorePaths;
  readonly #files: Files;
  readonly #locking: Locking;
  /** Whether this hold made the control directory, so that it may take it back. */
  #made = false;
  #lock: number | undefined;

  /** @throws LockedError, UnsupportedError, DiskError */
  constructor(paths: StorePaths, files: Files, options: HoldOptions) {
    const { locking = "kernel", timeout = 0, durability } = options;
    if (locking !== "kernel" && locking !== "none") {
      throw new UnsupportedError(`locking is "kernel" or "none", not ${JSON.stringify(locking)}`);
    }
    this.#paths = paths;
    this.#files = files;
    this.#locking = locking;
    try {
      const deadline = performance.now() + timeout;
      do {
        this.#makeControl(durability);
        if (locking === "none") break;
        this.#lock = acquireLock(paths.lock, files, deadline);
      } while (this.#lock === undefined);
      if (this.#lock !== undefined) abandoned.register(this, { fd: this.#lock, files }, this);
      this.#clean();
    } catch (error) {
      this.abandon();
      throw error;
    }
  }

  #makeControl(durability: Durability): void {
    const { root, control } = this.#paths;
    const there = this.#files.look(control);
    if (there?.isDirectory() === true) return;
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
    this.#files.mkdir(control);
    this.#made = true;
    if (durability !== "full") return;
    this.#files.syncDirectory(root);
    this.#files.syncDirectory(dirname(root));
  }

  /** Removes what an interrupted change left behind before anything had its name. */
  #clean(): void {
    const { control } = this.#paths;
    for (const { name, kind } of this.#files.list(control)) {
      const path = join(control, name);
      if (kind === "directory" && name.startsWith("stage-")) removeStage(path, this.#files);
      else if (kind === "file" && /^last-\d+$/.test(name)) this.#files.unlink(path);
    }
  }

  release(): void {
    if (this.#lock === undefined) return;
    abandoned.unregister(this);
    const lock = this.#lock;
    this.#lock = undefined;
    this.#files.close(lock);
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
    const { control, last } = this.#paths;
    if (this.#files.look(last) !== undefined) return;
    // Without the lock, what is in it may be another writer's: then it is not empty, and stays.
    const own = this.#locking === "none" || this.#lock !== undefined;
    for (const { name, kind } of own ? this.#files.list(control) : []) {
      if (kind === "directory") removeStage(join(control, name), this.#files);
      else this.#files.unlink(join(control, name));
    }
    this.#files.rmdir(control);
  }
}

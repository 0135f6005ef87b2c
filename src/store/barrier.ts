import { dirname } from "node:path";
import type { Files } from "../platform/files.js";

/** Whether changes wait for the disk: `"full"` survives power loss, `"process"` the end of the process. */
export type Durability = "full" | "process";

/** The most files and directories that are waited for one by one: for more, one call for all that there is takes less. */
const FEW = 16;

type Kind = "file" | "directory";

/**
 * What has to be on the disk before anything else happens. It is gathered first, so that many files are waited for at
 * once: by one call for their whole file system, where there is one. At durability `"process"` nothing waits.
 */
export class Barrier {
  readonly #home: string;
  readonly #files: Files;
  readonly #isFull: boolean;
  readonly #paths = new Map<string, Kind>();

  /** @param home a directory that is there, on the file system that nearly everything is on */
  constructor(home: string, files: Files, durability: Durability) {
    this.#home = home;
    this.#files = files;
    this.#isFull = durability === "full";
  }

  /** Waits for these bytes. */
  file(path: string): void {
    if (this.#isFull) this.#paths.set(path, "file");
  }

  /** Waits for the names in a directory, if it is there by then. */
  directory(path: string): void {
    if (this.#isFull) this.#paths.set(path, "directory");
  }

  /** @throws DiskError: what was gathered may be lost */
  wait(): void {
    const isDone = this.#waitForAll();
    for (const [path, kind] of this.#paths) if (!isDone(path, kind)) this.#sync(path, kind);
    this.#paths.clear();
  }

  /** Waits for the file system. @returns whether something needs no wait of its own */
  #waitForAll(): (path: string, kind: Kind) => boolean {
    if (this.#paths.size <= FEW || !this.#files.syncAll(this.#home)) return () => false;
    const home = this.#files.look(this.#home)?.dev;
    const known = new Map<string, boolean>();
    return (path, kind) => {
      const directory = kind === "file" ? dirname(path) : path;
      const isSame = known.get(directory) ?? (this.#files.look(directory)?.dev ?? home) === home;
      known.set(directory, isSame);
      return isSame; // Something else may be mounted on a group's directory.
    };
  }

  #sync(path: string, kind: Kind): void {
    if (kind === "directory") {
      if (this.#files.look(path) !== undefined) this.#files.syncDirectory(path);
      return;
    }
    const fd = this.#files.open(path, "r+");
    try {
      this.#files.sync(fd, path);
    } finally {
      this.#files.close(fd);
    }
  }
}

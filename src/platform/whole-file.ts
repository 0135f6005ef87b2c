import { randomBytes } from "node:crypto";
import { dirname, join } from "node:path";
import { ExistsError, NotFoundError } from "../errors.js";
import type { Files } from "./files.js";

/**
 * A file that is written under another name beside its place, and gets its own when it is whole and on the disk. One that has
 * the name already stays until then.
 *
 * ```ts
 * using file = new WholeFile(path, files);
 * write(file.temporary);
 * file.publish();
 * ```
 */
export class WholeFile {
  /** Where it is to be written. */
  readonly temporary: string;
  readonly #path: string;
  readonly #files: Files;
  #isPublished = false;

  /** @throws NotFoundError where its directory is missing, ExistsError where a directory has its name */
  constructor(path: string, files: Files) {
    const directory = dirname(path);
    if (files.look(directory) === undefined) {
      throw new NotFoundError(`${path}: there is no directory ${directory}`, { path });
    }
    if (files.look(path)?.isDirectory() === true) {
      throw new ExistsError(`${path}: this is a directory, which a file cannot replace`, { path });
    }
    // Not the file's own name with something added, which might be too long.
    this.temporary = join(directory, `.memmap-${randomBytes(8).toString("hex")}.tmp`);
    this.#path = path;
    this.#files = files;
  }

  /** Gives it its name. @throws DiskError: what had the name before has it still */
  publish(): void {
    const fd = this.#files.open(this.temporary, "r+");
    try {
      this.#files.sync(fd, this.temporary);
    } finally {
      this.#files.close(fd);
    }
    this.#files.rename(this.temporary, this.#path);
    this.#isPublished = true;
    this.#files.syncDirectory(dirname(this.#path));
  }

  /** Removes it, unless it has its name. */
  [Symbol.dispose](): void {
    if (this.#isPublished) return;
    try {
      if (this.#files.look(this.temporary) !== undefined) this.#files.unlink(this.temporary);
    } catch {
      // The caller hears of what went wrong before this.
    }
  }
}

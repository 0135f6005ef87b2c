import { openSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { isMemmapError, nodeFiles } from "../dist.mjs";

/** A file that takes whatever room a file system has, but for so many bytes. */
export class Filler {
  #directory;
  #path;
  #fd;

  constructor(directory) {
    this.#directory = directory;
    this.#path = join(directory, "filler");
    this.#fd = openSync(this.#path, "w+");
  }

  /** The free bytes, after everything that was given back is really free. */
  free() {
    nodeFiles.sync(this.#fd, this.#path);
    const { bavail, bsize } = statfsSync(this.#directory);
    return bavail * bsize;
  }

  /** Leaves so many bytes free, as exactly as the file system's own needs allow. */
  leave(bytes) {
    this.#resize(0);
    for (let i = 0; i < 8; i += 1) {
      const excess = this.free() - bytes;
      if (excess === 0) return;
      this.#resize(this.#size() + excess);
    }
  }

  #size() {
    return nodeFiles.stat(this.#fd, this.#path).size;
  }

  #resize(size) {
    const now = this.#size();
    if (size <= now) return nodeFiles.truncate(this.#fd, Math.max(size, 0), this.#path);
    // The file system may need some of its free room for itself.
    for (let to = size; to > now; to -= 4096) {
      try {
        return nodeFiles.extend(this.#fd, now, to, this.#path);
      } catch (error) {
        if (!isMemmapError(error, "DISK")) throw error;
      }
    }
  }
}

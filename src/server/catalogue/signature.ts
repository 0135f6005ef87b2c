import type { Stats } from "node:fs";
import { isMemmapError } from "../../errors.js";
import { SIGNATURE } from "../../hdf5/format/superblock.js";
import type { Files } from "../../platform/files.js";
import { identityOf, isSameFile } from "../../platform/index.js";
import { openIn, type Place } from "./place.js";

/** Files of which it is kept whether they are HDF5. */
const MAX_KEPT = 10_000;
/** No file has a longer block of its user's before the signature. */
const MAX_USER_BLOCK = 2 ** 40;

interface Seen {
  readonly stat: Stats;
  readonly isHdf5: boolean;
}

/** Tells files of HDF5 by their first bytes, which are read again when a file is another or has changed. */
export class Signatures {
  readonly #files: Files;
  readonly #seen = new Map<string, Seen>();

  constructor(files: Files) {
    this.#files = files;
  }

  /** Whether a file begins as HDF5 does; false for one that cannot be read. */
  isHdf5(place: Place, path: string, stat: Stats): boolean {
    const seen = this.#seen.get(path);
    if (seen !== undefined && isUnchanged(seen.stat, stat)) return seen.isHdf5;
    const isHdf5 = this.#look(place, path, stat);
    if (this.#seen.size >= MAX_KEPT) this.#seen.clear();
    this.#seen.set(path, { stat, isHdf5 });
    return isHdf5;
  }

  #look(place: Place, path: string, stat: Stats): boolean {
    try {
      const { fd } = openIn(place, path, identityOf(stat), this.#files);
      try {
        return this.#hasSignature(fd, path, stat.size);
      } finally {
        this.#files.close(fd);
      }
    } catch (error) {
      if (isMemmapError(error)) return false;
      throw error;
    }
  }

  #hasSignature(fd: number, path: string, size: number): boolean {
    const found = Buffer.alloc(SIGNATURE.length);
    const end = Math.min(size - SIGNATURE.length, MAX_USER_BLOCK);
    for (let at = 0; at <= end; at = Math.max(512, 2 * at)) {
      if (this.#files.read(fd, found, at, path) === found.length && found.equals(SIGNATURE)) return true;
    }
    return false;
  }
}

function isUnchanged(one: Stats, other: Stats): boolean {
  return (
    one.size === other.size && one.mtimeMs === other.mtimeMs && isSameFile(identityOf(one), identityOf(other))
  );
}

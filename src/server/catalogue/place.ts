import { readlinkSync, type Stats } from "node:fs";
import { NotFoundError, StaleError } from "../../errors.js";
import type { Files } from "../../platform/files.js";
import { type FileIdentity, identityOf, isSameFile } from "../../platform/index.js";

/** A real directory as it was found, and the ones that it lies in, up to that of a root. */
export interface Place {
  readonly path: string;
  readonly identity: FileIdentity;
  /** When names in it last changed, as of that moment. */
  readonly mtimeMs: number;
  readonly parent: Place | undefined;
}

/** A file that is open for reading; whoever opened it closes it. */
export interface OpenEntry {
  readonly fd: number;
  readonly stat: Stats;
}

/** The place that a path is, by a look at it; undefined where no directory was there, links included. */
export function placeOf(path: string, stat: Stats | undefined, parent?: Place): Place | undefined {
  if (stat?.isDirectory() !== true) return undefined;
  return { path, identity: identityOf(stat), mtimeMs: stat.mtimeMs, parent };
}

/** Whether all directories up to the root are still the ones that were found, and none has become a link. */
export function isInPlace(place: Place, files: Files): boolean {
  for (let at: Place | undefined = place; at !== undefined; at = at.parent) {
    const stat = files.look(at.path);
    if (stat?.isDirectory() !== true || !isSameFile(identityOf(stat), at.identity)) return false;
  }
  return true;
}

/** @throws StaleError where a directory on the way is another by now */
export function requireInPlace(place: Place, files: Files): void {
  if (isInPlace(place, files)) return;
  throw new StaleError(`${place.path}: this directory, or one that it lies in, was replaced`, {
    path: place.path,
  });
}

/**
 * Opens a file of a place, and looks at where it was found once it is open: a directory that was turned into
 * a link before, and turned back since, does not lead anywhere else.
 *
 * @param identity of the file that is meant
 * @throws NotFoundError where there is no regular file, StaleError where it is another one or lies elsewhere,
 * DiskError
 */
export function openIn(place: Place, path: string, identity: FileIdentity, files: Files): OpenEntry {
  const fd = files.open(path, "r");
  try {
    const stat = files.stat(fd, path);
    if (!stat.isFile()) throw new NotFoundError(`${path}: this is no regular file`, { path });
    if (!isSameFile(identityOf(stat), identity) || !isAt(fd, path)) {
      throw new StaleError(`${path}: the file was replaced since it was found`, { path });
    }
    requireInPlace(place, files);
    return { fd, stat };
  } catch (error) {
    files.close(fd);
    throw error;
  }
}

/** Whether an open file has this very path, as far as the system tells. */
function isAt(fd: number, path: string): boolean {
  if (process.platform !== "linux") return true;
  try {
    return readlinkSync(`/proc/self/fd/${fd}`) === path;
  } catch {
    // A system without this directory.
    return true;
  }
}

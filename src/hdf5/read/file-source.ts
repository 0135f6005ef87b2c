import { fstatSync } from "node:fs";
import { CorruptError, StaleError } from "../../errors.js";
import { fileError, nodeFiles } from "../../platform/files.js";
import { type FileIdentity, identityOf, isSameFile } from "../../platform/index.js";
import { IdleCache } from "./idle-cache.js";

/** A file that any thread can read, as a structured clone. */
export interface FileSource {
  /** The path without links. */
  readonly path: string;
  readonly identity: FileIdentity;
  /** When its bytes were last changed, in milliseconds: what is kept of it is not kept for a later state. */
  readonly changed: number;
}

/** What other threads need to know of an open file. @throws DiskError */
export function fileSourceOf(fd: number, path: string): FileSource {
  try {
    const stat = fstatSync(fd);
    return { path, identity: identityOf(stat), changed: stat.mtimeMs };
  } catch (cause) {
    throw fileError("look at it", path, cause);
  }
}

/** What stands for one state of one file in keys. */
export function keyOf({ path, identity, changed }: FileSource): string {
  return `${identity.dev}:${identity.ino}:${identity.born}:${changed}:${path}`;
}

/** Files that stay open between two reads. */
const MOST_OPEN = 8;
const open = new IdleCache<number>(MOST_OPEN, (fd) => nodeFiles.close(fd));

/** Descriptors that this thread holds at the moment. */
export function openDescriptors(): number {
  return open.size;
}

/**
 * A descriptor of the file, for the very next reads: it is closed by itself some time after its last use.
 *
 * @throws StaleError where another file has the name, NotFoundError, DiskError
 */
function descriptorOf(file: FileSource): number {
  const key = keyOf(file);
  const known = open.get(key);
  if (known !== undefined) return known;
  const fd = nodeFiles.open(file.path, "r");
  try {
    if (!isSameFile(identityOf(nodeFiles.stat(fd, file.path)), file.identity)) throw staleFile(file);
  } catch (error) {
    nodeFiles.close(fd);
    throw error;
  }
  open.put(key, fd, 1);
  return fd;
}

/** The error where another file has the name by now. */
export function staleFile({ path }: FileSource): StaleError {
  return new StaleError(`${path}: the file was replaced since it was opened; open it again`, { path });
}

/**
 * Reads bytes of a file until the memory is full.
 *
 * @throws CorruptError where the file ends before, StaleError where another file has the name, NotFoundError, DiskError
 */
export function readExactly(file: FileSource, into: Uint8Array, offset: number): void {
  const count = nodeFiles.read(descriptorOf(file), into, offset, file.path);
  if (count === into.length) return;
  throw new CorruptError(
    `${file.path}: the file ends at byte ${offset + count}, but bytes up to ${offset + into.length} are needed; it was cut short`,
    { path: file.path },
  );
}

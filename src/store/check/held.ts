import { hostname } from "node:os";
import { isMemmapError, systemCode } from "../../errors.js";
import type { Files } from "../../platform/files.js";
import { isLeased } from "../lease.js";
import type { StorePaths } from "../paths.js";
import { lockFiles, readHolder } from "../writer-lock.js";

/** Where Linux lists every lock: its kind, the inode of its file, and more, a line for each. */
const LOCKS = "/proc/locks";

/**
 * Whether a writer has a store open, found out without taking its lock, which would keep a writer out. Linux lists its
 * locks. Elsewhere the process that held it last is taken for its holder while it lives.
 */
export function isHeld(paths: StorePaths, files: Files): boolean {
  const calls = lockFiles(files);
  if (isLeased(paths.lock, calls)) return true;
  const lock = files.look(paths.lock);
  if (lock?.isFile() !== true) return false;
  // By the inode alone: some file systems have a device here that their files do not have.
  const inodes = lockedInodes(files);
  if (inodes !== undefined) return inodes.has(String(lock.ino));
  const holder = readHolder(paths.lock, calls);
  return holder !== undefined && holder.host === hostname() && isAlive(holder.pid);
}

/** The inodes of all files that are locked; undefined where the system does not tell. */
function lockedInodes(files: Files): ReadonlySet<string> | undefined {
  const text = readText(LOCKS, files);
  if (text === undefined) return undefined;
  return new Set([...text.matchAll(/ [0-9a-f]+:[0-9a-f]+:(\d+) /g)].map(([, inode = ""]) => inode));
}

/** A file that has no size, as those of the system have none. */
function readText(path: string, files: Files): string | undefined {
  try {
    const fd = files.open(path, "r");
    try {
      for (let size = 65_536; ; size *= 4) {
        const bytes = new Uint8Array(size);
        const count = files.read(fd, bytes, 0, path);
        if (count < size) return Buffer.from(bytes.subarray(0, count)).toString("latin1");
      }
    } finally {
      files.close(fd);
    }
  } catch (error) {
    if (isMemmapError(error)) return undefined;
    throw error;
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === "EPERM";
  }
}

import { hostname } from "node:os";
import { DiskError, isMemmapError, LockedError, type LockHolder, systemCode } from "../errors.js";
import type { Files } from "../platform/files.js";

/**
 * How writers keep one another out: by a lock of the kernel, by a lease that its holder renews, or not at all
 * (read-only media, locks kept elsewhere).
 */
export type Locking = "kernel" | "lease" | "none";

/** A writer's lock. */
export interface WriterLock {
  /** @throws LockedError where it may be somebody else's by now */
  check(): void;
  /** Gives the lock back, if it still is this writer's. */
  release(): void;
}

/** The calls that locks make. */
export type LockFiles = Pick<
  Files,
  | "create"
  | "open"
  | "close"
  | "stat"
  | "look"
  | "read"
  | "write"
  | "truncate"
  | "touch"
  | "mkdir"
  | "rmdir"
  | "lock"
>;

/**
 * The calls alone: whatever else a file system does may lead back to its writer, which could then never be collected, as
 * it would be held by its own lock.
 */
export function lockFiles(files: Files): LockFiles {
  const { create, open, close, stat, look, read, write, truncate, touch, mkdir, rmdir, lock } = files;
  return { create, open, close, stat, look, read, write, truncate, touch, mkdir, rmdir, lock };
}

/** Waits between tries, in milliseconds: longer each time, and never long. */
const LONGEST_WAIT = 100;

/** What a lock's file may hold: more is not read. */
const HOLDER_BYTES = 1024;

/**
 * Tries until it succeeds, at least once.
 *
 * @param deadline when to give up, by `performance.now()`
 * @returns whether it succeeded
 */
export function tryUntil(deadline: number, attempt: () => boolean): boolean {
  for (let wait = 1; !attempt(); wait = Math.min(wait * 2, LONGEST_WAIT)) {
    const left = deadline - performance.now();
    if (left <= 0) return false;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Math.min(wait, left));
  }
  return true;
}

/** Opens the lock's file, made where it is missing; undefined where another writer was quicker, with it or without. */
export function openLockFile(path: string, files: LockFiles): number | undefined {
  try {
    return files.look(path) === undefined ? files.create(path) : files.open(path, "r+");
  } catch (error) {
    if (isMemmapError(error, "EXISTS") || isMemmapError(error, "NOT_FOUND")) return undefined;
    throw refusedWriting(path, error);
  }
}

/** The same error, with advice where it is that nothing can be written there. */
export function refusedWriting(path: string, error: unknown): unknown {
  if (!isMemmapError(error, "DISK")) return error;
  const code = systemCode(error.cause);
  if (code !== "EROFS" && code !== "EACCES" && code !== "EPERM") return error;
  return new DiskError(
    `${path}: a writer's lock cannot be taken where nothing can be written (${code}); open the table with mode "r", or make its directory writable`,
    { path, cause: error.cause },
  );
}

/** Writes down who holds the lock, for the messages of others. A full disk must not keep a writer from making room. */
export function sign(fd: number, path: string, files: LockFiles): void {
  const holder: LockHolder = { pid: process.pid, host: hostname(), since: new Date().toISOString() };
  const bytes = new TextEncoder().encode(`${JSON.stringify(holder)}\n`);
  try {
    files.write(fd, bytes, 0, path);
    files.truncate(fd, bytes.length, path);
  } catch {
    // The lock holds without a name.
  }
}

/** The error that says who holds a lock. */
export function heldError(path: string, files: LockFiles): LockedError {
  const holder = readHolder(path, files);
  const who =
    holder === undefined ? "another writer" : `process ${holder.pid} on ${holder.host} since ${holder.since}`;
  return new LockedError(
    `${path}: the table is open for writing by ${who}; wait with timeout, or open it with mode "r"`,
    { path, holder },
  );
}

/** Who holds a lock; undefined where the file does not say, cannot be read, or says nothing sensible. */
export function readHolder(path: string, files: LockFiles): LockHolder | undefined {
  try {
    const bytes = new Uint8Array(HOLDER_BYTES);
    const fd = files.open(path, "r");
    try {
      // Behind the line may be the rest of a longer one, which the holder is about to cut off.
      const [line = ""] = new TextDecoder()
        .decode(bytes.subarray(0, files.read(fd, bytes, 0, path)))
        .split("\n", 1);
      const { pid, host, since } = JSON.parse(line) as Record<string, unknown>;
      if (typeof pid !== "number" || typeof host !== "string" || typeof since !== "string") return undefined;
      return { pid, host, since };
    } finally {
      files.close(fd);
    }
  } catch {
    return undefined;
  }
}

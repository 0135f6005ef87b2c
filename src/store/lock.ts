import { hostname } from "node:os";
import { isMemmapError, LockedError } from "../errors.js";
import type { Files } from "../platform/files.js";

/** How writers keep one another out: by a lock of the kernel, or not at all (read-only media, locks kept elsewhere). */
export type Locking = "kernel" | "none";

/** Waits between tries, in milliseconds: longer each time, and never long. */
const LONGEST_WAIT = 100;

/** What a lock's file may hold: more is not read. */
const HOLDER_BYTES = 1024;

/**
 * Takes the one writer's lock. The kernel gives it back when the descriptor is closed or the process ends.
 *
 * @param deadline when to give up, by `performance.now()`; it is tried once in any case
 * @returns the descriptor that holds the lock; undefined where its file was taken away meanwhile, by a writer whose store
 * never came to be: try again with a new one
 * @throws LockedError saying who holds it
 */
export function acquireLock(path: string, files: Files, deadline: number): number | undefined {
  const fd = openLock(path, files);
  if (fd === undefined) return undefined;
  try {
    for (let wait = 1; !files.lock(fd, path); wait = Math.min(wait * 2, LONGEST_WAIT)) {
      const left = deadline - performance.now();
      if (left <= 0) throw held(path, fd, files);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Math.min(wait, left));
    }
    const { dev, ino } = files.stat(fd, path);
    const named = files.look(path);
    if (named?.ino !== ino || named.dev !== dev) {
      files.close(fd);
      return undefined;
    }
  } catch (error) {
    files.close(fd);
    throw error;
  }
  sign(fd, path, files);
  return fd;
}

function openLock(path: string, files: Files): number | undefined {
  try {
    return files.look(path) === undefined ? files.create(path) : files.open(path, "r+");
  } catch (error) {
    // Another writer was quicker, in making it or in taking it away.
    if (isMemmapError(error, "EXISTS") || isMemmapError(error, "NOT_FOUND")) return undefined;
    throw error;
  }
}

/** Writes down who holds the lock, for the messages of others. A full disk must not keep a writer from making room. */
function sign(fd: number, path: string, files: Files): void {
  const holder = JSON.stringify({ pid: process.pid, host: hostname(), since: new Date().toISOString() });
  const bytes = new TextEncoder().encode(`${holder}\n`);
  try {
    files.write(fd, bytes, 0, path);
    files.truncate(fd, bytes.length, path);
  } catch {
    // The lock holds without a name.
  }
}

function held(path: string, fd: number, files: Files): LockedError {
  const bytes = new Uint8Array(HOLDER_BYTES);
  const text = new TextDecoder().decode(bytes.subarray(0, files.read(fd, bytes, 0, path)));
  let who = "another writer";
  // Behind the line may be the rest of a longer one, which the holder is about to cut off.
  try {
    const { pid, host, since } = JSON.parse(text.split("\n", 1)[0] ?? "") as Record<string, unknown>;
    who = `process ${String(pid)} on ${String(host)} since ${String(since)}`;
  } catch {
    // The holder has not written its name yet.
  }
  return new LockedError(
    `${path}: the table is open for writing by ${who}; wait with timeout, or open it with mode "r"`,
    { path },
  );
}

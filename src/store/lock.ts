import { createRequire } from "node:module";
import { hostname } from "node:os";
import { LockedError, UnsupportedError } from "../errors.js";
import type { Files } from "../platform/files.js";

/** How writers keep one another out: by a lock of the kernel, or not at all (read-only media, locks kept elsewhere). */
export type Locking = "kernel" | "none";

interface LockModule {
  tryLock(fd: number): boolean;
}

let module: LockModule | undefined;

/** Loaded at the first writer: a reader needs no lock, and restricted runtimes refuse native code. */
function lockModule(path: string): LockModule {
  if (module === undefined) {
    try {
      module = createRequire(import.meta.url)("fs-native-extensions") as LockModule;
    } catch (cause) {
      throw new UnsupportedError(
        `${path}: kernel locks need the package fs-native-extensions, which does not load here; say locking: "none" if nobody else writes`,
        { path, cause },
      );
    }
  }
  return module;
}

/** Waits between tries, in milliseconds: longer each time, and never long. */
const LONGEST_WAIT = 100;

/**
 * Takes the one writer's lock. The kernel gives it back when the descriptor is closed or the process ends.
 *
 * @param timeout milliseconds to try for; 0 tries once
 * @returns the descriptor that holds the lock
 * @throws LockedError saying who holds it
 */
export function acquireLock(path: string, files: Files, timeout: number): number {
  const { tryLock } = lockModule(path);
  const fd = files.look(path) === undefined ? createOrOpen(path, files) : files.open(path, "r+");
  try {
    const deadline = performance.now() + timeout;
    for (let wait = 1; !tryLock(fd); wait = Math.min(wait * 2, LONGEST_WAIT)) {
      const left = deadline - performance.now();
      if (left <= 0) throw held(path, fd, files);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Math.min(wait, left));
    }
    const holder = JSON.stringify({ pid: process.pid, host: hostname(), since: new Date().toISOString() });
    files.truncate(fd, 0, path);
    files.write(fd, new TextEncoder().encode(`${holder}\n`), 0, path);
    return fd;
  } catch (error) {
    files.close(fd);
    throw error;
  }
}

function createOrOpen(path: string, files: Files): number {
  try {
    return files.create(path);
  } catch {
    // Another writer was quicker; if not, opening says what is wrong.
    return files.open(path, "r+");
  }
}

function held(path: string, fd: number, files: Files): LockedError {
  const bytes = new Uint8Array(1024);
  const text = new TextDecoder().decode(bytes.subarray(0, files.read(fd, bytes, 0, path)));
  let who = "another writer";
  try {
    const { pid, host, since } = JSON.parse(text) as Record<string, unknown>;
    who = `process ${String(pid)} on ${String(host)} since ${String(since)}`;
  } catch {
    // The holder has not written its name yet.
  }
  return new LockedError(
    `${path}: the table is open for writing by ${who}; wait with timeout, or open it with mode "r"`,
    {
      path,
    },
  );
}

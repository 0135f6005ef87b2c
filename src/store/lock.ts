import { isLeased } from "./lease.js";
import { heldError, type LockFiles, openLockFile, sign, tryUntil, type WriterLock } from "./writer-lock.js";

/**
 * Takes the kernel's lock on a store's `lock` file. The kernel gives it back when the descriptor is closed or the process ends.
 *
 * @param deadline when to give up, by `performance.now()`; it is tried once in any case
 * @returns undefined where the lock's file was taken away meanwhile, by a writer whose store never came to be: try again
 * with a new one
 * @throws LockedError saying who holds it; DiskError; UnsupportedError where the kernel's locks cannot be had
 */
export function takeKernelLock(path: string, files: LockFiles, deadline: number): WriterLock | undefined {
  const fd = openLockFile(path, files);
  if (fd === undefined) return undefined;
  try {
    if (!tryUntil(deadline, () => !isLeased(path, files) && files.lock(fd, path))) {
      throw heldError(path, files);
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
  return new KernelLock(fd, files);
}

/** Once taken, it cannot be lost. */
class KernelLock implements WriterLock {
  readonly #files: LockFiles;
  #fd: number | undefined;

  constructor(fd: number, files: LockFiles) {
    this.#fd = fd;
    this.#files = files;
  }

  check(): void {}

  release(): void {
    if (this.#fd === undefined) return;
    const fd = this.#fd;
    this.#fd = undefined;
    this.#files.close(fd);
  }
}

import { createRequire } from "node:module";
import { UnsupportedError } from "../errors.js";

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
        `${path}: kernel locks need the package fs-native-extensions, which does not load here; say locking: "lease", or "none" if nobody else writes`,
        { path, cause },
      );
    }
  }
  return module;
}

/**
 * Takes the kernel's exclusive lock on an open file. It is given back when the descriptor is closed or the process ends.
 *
 * @returns whether it was free; another descriptor of this very process counts as anybody else's
 * @throws UnsupportedError where locks cannot be had
 */
export function tryLock(fd: number, path: string): boolean {
  return lockModule(path).tryLock(fd);
}

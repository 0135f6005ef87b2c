import { constants as os } from "node:os";
import { LimitError, UnsupportedError } from "../errors.js";
import { diskError, SystemError } from "./system-error.js";

/** Why `mmap` failed, and what to do about it. */
export function mapError(errno: number, length: number, path: string): Error {
  const cause = new SystemError(errno, "mmap");
  if (errno === os.errno.ENOMEM) {
    return new LimitError(
      `no room in this process to map the ${length} bytes of ${path}; the limits are the address space, ` +
        "`ulimit -v`, for files open for reading `ulimit -d` and vm.overcommit_memory, and vm.max_map_count",
      { path, cause },
    );
  }
  if (errno === os.errno.ENODEV) {
    return new UnsupportedError(`the file system of ${path} cannot map files`, { path, cause });
  }
  return diskError(`cannot map ${path}`, path, cause);
}

export function tooManyMaps(limit: number, path: string): LimitError {
  return new LimitError(
    `${path} cannot be mapped: this process has ${limit} maps already, half of what the system allows; ` +
      "close some, or raise vm.max_map_count",
    { path },
  );
}

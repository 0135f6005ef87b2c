import { join } from "node:path";
import type { Files } from "../platform/files.js";
import type { StorePaths } from "./paths.js";

/**
 * Waits until everything of a store is on the disk: what was written without waiting becomes as safe as the rest. By one
 * call for the whole file system where there is one, else file by file.
 *
 * @throws DiskError
 */
export function syncStore({ root }: StorePaths, files: Files): void {
  if (!files.syncAll(root)) syncBelow(root, files);
}

function syncBelow(directory: string, files: Files): void {
  for (const { name, kind } of files.list(directory)) {
    const path = join(directory, name);
    if (kind === "directory") syncBelow(path, files);
    if (kind !== "file") continue;
    const fd = files.open(path, "r");
    try {
      files.sync(fd, path);
    } finally {
      files.close(fd);
    }
  }
  files.syncDirectory(directory);
}

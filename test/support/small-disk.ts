import { spawnSync } from "node:child_process";
import { mkdtempSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

/** A file system of 8 MB in memory, where this process may make one; undefined elsewhere. */
export function smallDisk(): string | undefined {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return undefined;
  const directory = mkdtempSync(join(tmpdir(), "memmap-disk-"));
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=8m", "tmpfs", directory]).status === 0;
  if (!mounted) {
    rmdirSync(directory);
    return undefined;
  }
  afterAll(() => {
    if (spawnSync("umount", ["-l", directory]).status === 0) rmdirSync(directory);
  });
  return directory;
}

/** Whether this process may mount file systems: root may, but not in every container. */
export function mayMount(): boolean {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return false;
  const directory = mkdtempSync(join(tmpdir(), "memmap-disk-"));
  try {
    const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", directory]).status === 0;
    return mounted && spawnSync("umount", [directory]).status === 0;
  } finally {
    rmdirSync(directory);
  }
}

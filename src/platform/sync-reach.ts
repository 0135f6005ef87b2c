import { statfsSync } from "node:fs";
import { release } from "node:os";

/** File systems whose `syncfs` waits for the disk itself: ext2 to ext4, XFS, Btrfs, F2FS, tmpfs. */
const OWN_DISK: ReadonlySet<number> = new Set([0xef53, 0x58465342, 0x9123683e, 0xf2f52010, 0x01021994]);

/** Linux from which on `syncfs` reports writes that failed. */
const REPORTS_SINCE = [5, 8] as const;

/**
 * Whether one `syncfs` is as good as an `fsync` of each file of the file system that a path is on. FUSE hands it on to
 * nobody, and an overlay hides what failed below it; neither older kernels nor file systems that nobody has looked at are
 * believed.
 */
export function isSyncedWhole(path: string, kernel = release()): boolean {
  if (process.platform !== "linux") return false;
  const [major = 0, minor = 0] = kernel.split(".").map(Number.parseFloat);
  const [least, then] = REPORTS_SINCE;
  if (major < least || (major === least && minor < then)) return false;
  return OWN_DISK.has(statfsSync(path).type >>> 0);
}

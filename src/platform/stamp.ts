import { type BigIntStats, fchownSync, fstatSync, lstatSync, readFileSync, statfsSync } from "node:fs";

/** What a file system notes of a file's last changes, as exactly as it does. Times are nanoseconds. */
export interface FileStamp {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly size: bigint;
  /** When bytes were last stored. */
  readonly mtimeNs: bigint;
  /** When anything was last changed, the time of the last store included: nobody can set it back. */
  readonly ctimeNs: bigint;
}

/**
 * File systems whose own kernel sees every store, in whichever process, container or map: ext2 to ext4, XFS, Btrfs, F2FS, and
 * an overlay of them. What others store into a file of a network or of FUSE is seen late.
 */
const LOCAL: ReadonlySet<number> = new Set([0xef53, 0x58465342, 0x9123683e, 0xf2f52010, 0x794c7630]);

/** Whether a path is on a file system that is believed when it says that a file was not changed. */
export function isLocal(path: string): boolean {
  try {
    return process.platform === "linux" && LOCAL.has(statfsSync(path).type >>> 0);
  } catch {
    return false;
  }
}

/** The stamp of what has a name; undefined where nothing has, or the system does not say. */
export function stampOf(path: string): FileStamp | undefined {
  try {
    const stat = lstatSync(path, { bigint: true, throwIfNoEntry: false });
    return stat && stampIn(stat);
  } catch {
    return undefined;
  }
}

/** The stamp of an open file. */
export function stampOfOpen(fd: number): FileStamp {
  return stampIn(fstatSync(fd, { bigint: true }));
}

function stampIn({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): FileStamp {
  return { dev, ino, size, mtimeNs, ctimeNs };
}

/** Whether nothing was stored into a file between two stamps. */
export function isSameStamp(one: FileStamp, other: FileStamp): boolean {
  return (
    one.ino === other.ino &&
    one.dev === other.dev &&
    one.size === other.size &&
    one.mtimeNs === other.mtimeNs &&
    one.ctimeNs === other.ctimeNs
  );
}

/**
 * Waits for every write to an open file that has begun: it is stamped when it begins. It asks for an owner that is the same,
 * for which the system takes the lock that writes hold; `ctime` becomes that of now.
 *
 * @returns whether the system does that
 */
export function awaitWrites(fd: number): boolean {
  try {
    fchownSync(fd, -1, -1);
    return true;
  } catch {
    return false;
  }
}

let boot: string | undefined;

/** What tells this run of the system from others; empty where that is not known. */
export function bootId(): string {
  boot ??= readBootId();
  return boot;
}

function readBootId(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
  } catch {
    return "";
  }
}

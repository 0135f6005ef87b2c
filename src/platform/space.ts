import { fstatSync, ftruncateSync, type Stats, statfsSync } from "node:fs";
import { constants as os } from "node:os";
import { IndexError } from "../errors.js";
import { checkBytes } from "./checks.js";
import type { Errno, FileSpace } from "./libc.js";
import { diskError, isNotSupported, SystemError } from "./system-error.js";
import { writeZeros } from "./zeros.js";

/** `Stats.blocks` are of this many bytes on every system. */
const BLOCK = 512;
/** The largest page of any system that is known: Linux on ARM and POWER. */
const LARGEST_PAGE = 65_536;

/**
 * See `Platform.extend`. The bytes behind the end of the file come first: where the disk is full, it shows there,
 * before a byte of the file is touched.
 *
 * @param space undefined where the system cannot allocate: zeros are written then, which allocates as well
 */
export function extend(
  space: FileSpace | undefined,
  fd: number,
  from: number,
  to: number,
  path: string,
): void {
  checkBytes("the start of a growth", from, path);
  checkBytes("the end of a growth", to, path);
  if (to < from)
    throw new IndexError(`the growth of ${path} ends at ${to}, before its start ${from}`, { path });
  const before = statOf(fd, path);
  const { size } = before;
  checkFree(before, fd, to, path);
  const inside = Math.min(to, size);
  /** From here on bytes were changed. */
  let changed = Math.max(from, size);
  try {
    if (changed < to) allocateBehind(space, fd, changed, to);
    if (from < inside) {
      changed = from;
      zeroInside(space, fd, from, inside);
    }
    if (size < to) {
      ftruncateSync(fd, to);
      zeroLastPage(fd, size, from, to);
    }
  } catch (cause) {
    giveBack(space, fd, size, changed, to);
    throw diskError(`cannot give ${path} ${to} bytes, it keeps its ${size}`, path, cause);
  }
}

/** See `Platform.reserve`. */
export function reserve(space: FileSpace | undefined, fd: number, length: number, path: string): void {
  checkBytes("a length to reserve", length, path);
  const before = statOf(fd, path);
  const held = before.blocks * BLOCK;
  // Only sparse files have fewer blocks than bytes; a compressing file system's are taken for such, and stay so.
  if (space === undefined || length === 0 || held >= Math.min(length, before.size)) return;
  const free = freeBytes(fd, path);
  const needed = length - held;
  const errno = needed > free ? os.errno.ENOSPC : space.allocate(fd, 0, length);
  if (errno === 0) return;
  const cause = new SystemError(errno, "fallocate");
  if (isNotSupported(cause)) return;
  throw diskError(
    `cannot give the holes of ${path} the ${needed} bytes that they need to be written`,
    path,
    cause,
  );
}

/** See `Platform.punch`. */
export function punch(
  space: FileSpace | undefined,
  fd: number,
  from: number,
  length: number,
  path: string,
): void {
  checkBytes("the start of a hole", from, path);
  checkBytes("the length of a hole", length, path);
  const to = Math.min(from + length, statOf(fd, path).size);
  if (from >= to) return;
  try {
    orZeros(space, (holes) => holes.punch(fd, from, to - from), fd, from, to);
  } catch (cause) {
    throw diskError(`cannot punch a hole at ${from} to ${to} of ${path}`, path, cause);
  }
}

function statOf(fd: number, path: string): Stats {
  try {
    return fstatSync(fd);
  } catch (cause) {
    throw diskError(`cannot read the size of ${path}`, path, cause);
  }
}

/**
 * Refuses a growth that cannot fit before anything is tried: a call that fails for want of space may have filled the
 * disk, and everybody's, until it is undone.
 */
function checkFree({ size, blocks }: Stats, fd: number, to: number, path: string): void {
  // What is behind the end and has no blocks yet. Holes inside are not counted: they are found when they are filled.
  const needed = to - Math.max(size, (blocks || 0) * BLOCK); // Windows has no blocks
  if (needed <= 0) return;
  const free = freeBytes(fd, path);
  if (needed <= free) return;
  const cause = new SystemError(os.errno.ENOSPC, "statfs");
  throw diskError(
    `cannot give ${path} ${to} bytes, which needs ${needed} more: its file system has ${free}`,
    path,
    cause,
  );
}

/** The free bytes of the file's file system; Infinity where it does not say. */
function freeBytes(fd: number, path: string): number {
  const ask = (name: string): number => {
    const { blocks, bsize, bavail, bfree } = statfsSync(name);
    if (blocks === 0) return Number.POSITIVE_INFINITY;
    return bsize * (process.geteuid?.() === 0 ? bfree : bavail); // root may use the reserve
  };
  try {
    return ask(process.platform === "linux" ? `/proc/self/fd/${fd}` : path);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

/** Allocates [from, to), all of it behind the end of the file. */
function allocateBehind(space: FileSpace | undefined, fd: number, from: number, to: number): void {
  orZeros(space, ({ allocate }) => allocate(fd, from, to - from), fd, from, to);
}

/** Makes [from, to), all of it in the file, allocated zeros. */
function zeroInside(space: FileSpace | undefined, fd: number, from: number, to: number): void {
  const punched = ({ punch, allocate }: FileSpace): Errno =>
    punch(fd, from, to - from) || allocate(fd, from, to - from);
  const zeroed = (calls: FileSpace): Errno => {
    const errno = calls.zero(fd, from, to - from);
    return errno === os.errno.EOPNOTSUPP ? punched(calls) : errno;
  };
  orZeros(space, zeroed, fd, from, to);
}

/** Does `change` to [from, to), or writes zeros where the system or the file system knows no such thing. */
function orZeros(
  space: FileSpace | undefined,
  change: (space: FileSpace) => Errno,
  fd: number,
  from: number,
  to: number,
): void {
  if (space !== undefined) {
    const errno = change(space);
    if (errno === 0) return;
    const error = new SystemError(errno, "fallocate");
    if (!isNotSupported(error)) throw error;
  }
  writeZeros(fd, from, to);
}

/** tmpfs shows what a map stored behind the old end of the file, in its last page, once the file is longer. */
function zeroLastPage(fd: number, size: number, from: number, to: number): void {
  const start = Math.max(size, from);
  const end = Math.min(to, Math.ceil(size / LARGEST_PAGE) * LARGEST_PAGE);
  if (start < end) writeZeros(fd, start, end);
}

/** After a failure: the old size, and no blocks that were not there before. What fails here is left as it is. */
function giveBack(space: FileSpace | undefined, fd: number, size: number, changed: number, to: number): void {
  try {
    ftruncateSync(fd, size); // frees what KEEP_SIZE allocated behind the end, too
  } catch {
    // The failure that led here says more.
  }
  space?.punch(fd, changed, to - changed);
}

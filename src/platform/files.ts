import {
  closeSync,
  constants,
  copyFileSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
  renameSync,
  rmdirSync,
  type Stats,
  unlinkSync,
  utimesSync,
  writeSync,
} from "node:fs";
import { DiskError, ExistsError, isMemmapError, NotFoundError, systemCode } from "../errors.js";
import { platform } from "./choose.js";
import { tryLock } from "./kernel-lock.js";
import { isSyncedWhole } from "./sync-reach.js";

/** An entry of a directory. */
export interface DirectoryEntry {
  readonly name: string;
  readonly kind: "file" | "directory" | "link" | "other";
}

/**
 * The calls that change or read the file system, each of which names its path, so that a test can record, count,
 * fail or stop any of them. All are synchronous; all throw tagged errors: NotFoundError where nothing has the name,
 * ExistsError where something has, DiskError for everything else that the system refuses.
 */
export interface Files {
  /** A new file for reading and writing; never an existing one. */
  create(path: string): number;
  /** An existing file, no link. */
  open(path: string, flags: "r" | "r+"): number;
  close(fd: number): void;
  stat(fd: number, path: string): Stats;
  /** What has this name, links themselves; undefined where nothing has. */
  look(path: string): Stats | undefined;
  /** Reads from `at` until the buffer is full or the file ends; how many bytes were read. */
  read(fd: number, into: Uint8Array, at: number, path: string): number;
  /** Writes all bytes from `at`. */
  write(fd: number, bytes: Uint8Array, at: number, path: string): void;
  /** Only for files that nobody else can have mapped. */
  truncate(fd: number, size: number, path: string): void;
  sync(fd: number, path: string): void;
  syncDirectory(path: string): void;
  rename(from: string, to: string): void;
  /** Two files swap their names in one step. @returns whether the system can do that; else nothing is done */
  exchange(one: string, other: string): boolean;
  link(from: string, to: string): void;
  unlink(path: string): void;
  mkdir(path: string): void;
  rmdir(path: string): void;
  list(path: string): DirectoryEntry[];
  /** Copies a file's bytes to a new file, sharing blocks where the file system can. */
  copy(from: string, to: string): void;
  /** Sets when a directory was last changed. */
  touch(path: string, time: Date): void;
  /** The path of the same file without links; undefined where nothing is at its end. */
  realPath(path: string): string | undefined;
  /** Makes [from, to) zeros with blocks of the disk behind them; see `Platform.extend`. */
  extend(fd: number, from: number, to: number, path: string): void;
  /** Makes a part of the file zeros and gives its blocks back; see `Platform.punch`. */
  punch(fd: number, from: number, length: number, path: string): void;
  /** Gives the holes among the first bytes blocks of the disk; see `Platform.reserve`. */
  reserve(fd: number, length: number, path: string): void;
  /**
   * Waits for everything of the file system that a directory is on, as surely as `sync` and `syncDirectory` would for each
   * file and directory of it. @returns whether the system can do that; else nothing is done
   */
  syncAll(path: string): boolean;
  /** Takes the kernel's exclusive lock on a file. @returns whether it was free */
  lock(fd: number, path: string): boolean;
}

/** The system takes at most 2 GiB in one call. */
const MAX_CALL = 1 << 30;

/** The error of this package for one that Node threw. */
export function fileError(action: string, path: string, cause: unknown): Error {
  if (isMemmapError(cause)) return cause;
  const code = systemCode(cause);
  if (code === "ENOENT" || code === "ENOTDIR") {
    return new NotFoundError(`${path}: there is nothing of this name to ${action}`, { path, cause });
  }
  if (code === "EEXIST")
    return new ExistsError(`${path}: something of this name is there already`, { path, cause });
  const why =
    code === "ENOSPC" || code === "EDQUOT"
      ? `the disk is full (${code})`
      : (code ?? (cause instanceof Error ? cause.message : String(cause)));
  return new DiskError(`${path}: could not ${action}: ${why}`, { path, cause });
}

function attempt<T>(action: string, path: string, call: () => T): T {
  try {
    return call();
  } catch (cause) {
    throw fileError(action, path, cause);
  }
}

const NO_FOLLOW = constants.O_NOFOLLOW ?? 0;
const NO_BLOCK = constants.O_NONBLOCK ?? 0;

function withDirectory<T>(path: string, use: (fd: number) => T): T {
  const fd = openSync(path, constants.O_RDONLY | (constants.O_DIRECTORY ?? 0));
  try {
    return use(fd);
  } finally {
    closeSync(fd);
  }
}

/** The real file system. */
export const nodeFiles: Files = {
  create: (path) =>
    attempt("create it", path, () =>
      openSync(path, constants.O_CREAT | constants.O_EXCL | constants.O_RDWR | NO_FOLLOW, 0o666),
    ),
  open: (path, flags) =>
    attempt("open it", path, () =>
      openSync(path, (flags === "r" ? constants.O_RDONLY : constants.O_RDWR) | NO_FOLLOW | NO_BLOCK),
    ),
  close: (fd) => closeSync(fd),
  stat: (fd, path) => attempt("look at it", path, () => fstatSync(fd)),
  look: (path) =>
    attempt("look at it", path, () => {
      try {
        return lstatSync(path, { throwIfNoEntry: false });
      } catch (error) {
        if (systemCode(error) === "ENOTDIR") return undefined;
        throw error;
      }
    }),
  read: (fd, into, at, path) =>
    attempt("read it", path, () => {
      let done = 0;
      while (done < into.length) {
        const count = readSync(fd, into, done, Math.min(into.length - done, MAX_CALL), at + done);
        if (count === 0) break;
        done += count;
      }
      return done;
    }),
  write: (fd, bytes, at, path) =>
    attempt("write to it", path, () => {
      let done = 0;
      while (done < bytes.length) {
        done += writeSync(fd, bytes, done, Math.min(bytes.length - done, MAX_CALL), at + done);
      }
    }),
  truncate: (fd, size, path) => attempt("set its size", path, () => ftruncateSync(fd, size)),
  sync: (fd, path) => attempt("sync it", path, () => fsyncSync(fd)),
  syncDirectory: (path) =>
    attempt("sync it", path, () => {
      // Windows has no descriptors of directories, and writes their entries through.
      if (process.platform === "win32") return;
      withDirectory(path, fsyncSync);
    }),
  rename: (from, to) => attempt("rename it", from, () => renameSync(from, to)),
  exchange: (one, other) => attempt("exchange it", one, () => platform().exchange(one, other)),
  link: (from, to) => attempt("link it", from, () => linkSync(from, to)),
  unlink: (path) => attempt("remove it", path, () => unlinkSync(path)),
  mkdir: (path) => attempt("make it", path, () => mkdirSync(path)),
  rmdir: (path) => attempt("remove it", path, () => rmdirSync(path)),
  list: (path) =>
    attempt("list it", path, () =>
      readdirSync(path, { withFileTypes: true }).map((entry) => ({
        name: entry.name,
        kind: entry.isFile()
          ? "file"
          : entry.isDirectory()
            ? "directory"
            : entry.isSymbolicLink()
              ? "link"
              : "other",
      })),
    ),
  copy: (from, to) =>
    attempt("copy it", from, () =>
      copyFileSync(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE),
    ),
  touch: (path, time) => attempt("touch it", path, () => utimesSync(path, time, time)),
  realPath: (path) =>
    attempt("look at it", path, () => {
      try {
        return realpathSync(path);
      } catch (error) {
        const code = systemCode(error);
        if (code === "ENOENT" || code === "ENOTDIR") return undefined;
        throw error;
      }
    }),
  extend: (fd, from, to, path) => platform().extend(fd, from, to, path),
  punch: (fd, from, length, path) => platform().punch(fd, from, length, path),
  reserve: (fd, length, path) => platform().reserve(fd, length, path),
  syncAll: (path) =>
    attempt("sync it", path, () => {
      if (!isSyncedWhole(path)) return false;
      return withDirectory(path, (fd) => platform().syncFileSystem(fd, path));
    }),
  lock: (fd, path) => attempt("lock it", path, () => tryLock(fd, path)),
};

/** A file system that does some calls in another way. */
export function overFiles(files: Files, over: Partial<Files>): Files {
  const names = Object.keys(nodeFiles) as (keyof Files)[];
  const bound = names.map((name) => [name, over[name] ?? files[name].bind(files)]);
  return Object.fromEntries(bound) as Files;
}

let current: Files = nodeFiles;

/** The file system that stores are opened over: the real one, but within {@link withFiles}. */
export function currentFiles(): Files {
  return current;
}

/** Opens the stores of `work` over another file system, which they keep. For tests of failures. */
export function withFiles<T>(files: Files, work: () => T): T {
  const before = current;
  current = files;
  try {
    return work();
  } finally {
    current = before;
  }
}

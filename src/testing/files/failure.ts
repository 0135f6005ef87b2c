import { constants } from "node:os";
import { fileError } from "../../platform/files.js";
import { diskError, SystemError } from "../../platform/system-error.js";
import type { FileCall } from "./intercept.js";

/** A refusal of the operating system, by its own name: `EIO`, `ENOSPC`, `EDQUOT`, `EMFILE`, `EACCES`, … */
export type SystemCode = keyof typeof constants.errno;

/** The words that the real file system has for what it could not do. */
const ACTIONS: Readonly<Partial<Record<FileCall["name"], string>>> = {
  create: "create it",
  open: "open it",
  close: "close it",
  read: "read it",
  write: "write to it",
  truncate: "set its size",
  rename: "rename it",
  link: "link it",
  unlink: "remove it",
  mkdir: "make it",
  rmdir: "remove it",
  list: "list it",
  copy: "copy it",
  touch: "touch it",
  sync: "sync it",
  syncDirectory: "sync it",
  syncAll: "sync it",
  lock: "lock it",
};

const SYSTEM_CALLS: Readonly<Partial<Record<FileCall["name"], string>>> = {
  create: "open",
  stat: "fstat",
  look: "lstat",
  truncate: "ftruncate",
  sync: "fsync",
  syncDirectory: "fsync",
  syncAll: "syncfs",
  list: "scandir",
  copy: "copyfile",
  exchange: "renameat2",
  touch: "utime",
  realPath: "lstat",
  extend: "fallocate",
  punch: "fallocate",
  reserve: "fallocate",
  lock: "fcntl",
};

/** The error that the real file system's call throws where the operating system refuses with a code. */
export function failure(name: FileCall["name"], path: string, code: SystemCode): Error {
  const cause = new SystemError(constants.errno[code], SYSTEM_CALLS[name] ?? name);
  switch (name) {
    case "extend":
      return diskError(`cannot give ${path} the bytes asked for, it keeps its size`, path, cause);
    case "exchange":
      return diskError(`cannot exchange ${path} and another file`, path, cause);
    case "punch":
      return diskError(`cannot punch a hole into ${path}`, path, cause);
    case "reserve":
      return diskError(
        `cannot give the holes of ${path} the bytes that they need to be written`,
        path,
        cause,
      );
    default:
      return fileError(ACTIONS[name] ?? "look at it", path, cause);
  }
}

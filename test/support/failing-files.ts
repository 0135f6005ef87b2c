import { DiskError } from "../../src/errors.js";
import { type Files, nodeFiles } from "../../src/platform/files.js";

/** The real file system, of which chosen calls fail. */
export interface FailingFiles {
  readonly files: Files;
  /** The calls since the last `failAt`, by name and path. */
  readonly calls: readonly string[];
  /** Whether a call has failed since the last `failAt`. */
  readonly hasFailed: boolean;
  /** Makes the call of this number, from 1 on, fail; and all that follow, if so many are to. */
  failAt(call: number, howMany?: number): void;
}

/** Closing is not counted: whoever holds a descriptor lets it go. */
export function failingFiles(): FailingFiles {
  let [first, last, failed] = [0, 0, false];
  const calls: string[] = [];
  /** @param at which argument is the path */
  const counted =
    <A extends unknown[], R>(name: string, at: number, call: (...args: A) => R) =>
    (...args: A): R => {
      const path = String(args[at]);
      calls.push(`${name} ${path}`);
      if (calls.length >= first && calls.length < last) {
        failed = true;
        throw new DiskError(`${path}: could not ${name}: ENOSPC`, { path });
      }
      return call(...args);
    };
  const files: Files = {
    create: counted("create", 0, nodeFiles.create),
    open: counted("open", 0, nodeFiles.open),
    close: nodeFiles.close,
    stat: counted("stat", 1, nodeFiles.stat),
    look: counted("look", 0, nodeFiles.look),
    read: counted("read", 3, nodeFiles.read),
    write: counted("write", 3, nodeFiles.write),
    truncate: counted("truncate", 2, nodeFiles.truncate),
    sync: counted("sync", 1, nodeFiles.sync),
    syncDirectory: counted("syncDirectory", 0, nodeFiles.syncDirectory),
    rename: counted("rename", 0, nodeFiles.rename),
    link: counted("link", 0, nodeFiles.link),
    unlink: counted("unlink", 0, nodeFiles.unlink),
    mkdir: counted("mkdir", 0, nodeFiles.mkdir),
    rmdir: counted("rmdir", 0, nodeFiles.rmdir),
    list: counted("list", 0, nodeFiles.list),
    copy: counted("copy", 0, nodeFiles.copy),
    realPath: counted("realPath", 0, nodeFiles.realPath),
    extend: counted("extend", 3, nodeFiles.extend),
    punch: counted("punch", 3, nodeFiles.punch),
    reserve: counted("reserve", 2, nodeFiles.reserve),
    syncAll: counted("syncAll", 0, nodeFiles.syncAll),
    lock: counted("lock", 1, nodeFiles.lock),
  };
  return {
    files,
    calls,
    get hasFailed() {
      return failed;
    },
    failAt(call, howMany = 1) {
      [first, last, failed] = [call, call + howMany, false];
      calls.length = 0;
    },
  };
}

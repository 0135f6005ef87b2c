import type { Files } from "../../platform/files.js";

/** The name of one of the calls that reach the file system. */
export type FilesCall = keyof Files;

/** One call: its name, its arguments, and the file or directory that it is about. */
export type FileCall = {
  readonly [Name in FilesCall]: {
    readonly name: Name;
    /** Where a call has two paths, the first; that of the descriptor for `close`. */
    readonly path: string;
    readonly args: Readonly<Parameters<Files[Name]>>;
  };
}[FilesCall];

/** Which argument is the path; for `close` none is. */
const PATH_AT: Readonly<Record<FilesCall, number>> = {
  create: 0,
  open: 0,
  close: -1,
  stat: 1,
  look: 0,
  read: 3,
  write: 3,
  truncate: 2,
  sync: 1,
  syncDirectory: 0,
  rename: 0,
  exchange: 0,
  link: 0,
  unlink: 0,
  mkdir: 0,
  rmdir: 0,
  list: 0,
  copy: 0,
  touch: 0,
  realPath: 0,
  extend: 3,
  punch: 3,
  reserve: 2,
  syncAll: 0,
  lock: 1,
};

const CALLS = Object.keys(PATH_AT) as FilesCall[];

/** Calls after which something may be other than before, syncing included: a state of the disk, if not of the files. */
const CHANGING: ReadonlySet<FilesCall> = new Set<FilesCall>([
  "create",
  "write",
  "truncate",
  "sync",
  "syncDirectory",
  "rename",
  "exchange",
  "link",
  "unlink",
  "mkdir",
  "rmdir",
  "copy",
  "extend",
  "punch",
  "reserve",
  "syncAll",
]);

/** Whether a call changes files, directories, or what of them is on the disk. */
export function isChanging(name: FilesCall): boolean {
  return CHANGING.has(name);
}

/**
 * A file system of which every call goes through a function first.
 *
 * ```ts
 * const files = interceptFiles(nodeFiles, (call, proceed) => {
 *   console.log(call.name, call.path);
 *   return proceed();
 * });
 * ```
 *
 * @param files what carries the calls out
 * @param around what is done instead of each call: `proceed` carries it out. What it returns the call returns, so it
 * leaves `proceed` out only for calls that return nothing, or returns what fits
 */
export function interceptFiles(
  files: Files,
  around: (call: FileCall, proceed: () => unknown) => unknown,
): Files {
  /** The paths of open descriptors. */
  const open = new Map<unknown, string>();
  const intercepted = CALLS.map((name) => {
    const carryOut = files[name].bind(files) as (...args: readonly unknown[]) => unknown;
    const call = (...args: readonly unknown[]): unknown => {
      const path =
        name === "close" ? (open.get(args[0]) ?? `descriptor ${args[0]}`) : String(args[PATH_AT[name]]);
      const result = around({ name, path, args } as unknown as FileCall, () => carryOut(...args));
      if (name === "create" || name === "open") open.set(result, path);
      else if (name === "close") open.delete(args[0]);
      return result;
    };
    return [name, call];
  });
  return Object.fromEntries(intercepted) as unknown as Files;
}

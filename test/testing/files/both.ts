import { symlinkSync } from "node:fs";
import { join, relative } from "node:path";
import fc from "fast-check";
import { isMemmapError, systemCode } from "../../../src/errors.js";
import { type Files, nodeFiles } from "../../../src/platform/files.js";
import { MemoryFiles } from "../../../src/testing/files/index.js";

/** A file system to compare: where its paths begin, and what is open. */
export interface Side {
  readonly files: Files;
  readonly root: string;
  readonly open: { fd: number; path: string }[];
  readonly symlink: (target: string, path: string) => void;
}

/** @param directory where nothing is yet */
export function realSide(directory: string): Side {
  const root = join(directory, "r");
  nodeFiles.mkdir(directory);
  nodeFiles.mkdir(root);
  return { files: nodeFiles, root, open: [], symlink: symlinkSync };
}

export function memorySide(files = new MemoryFiles()): Side {
  files.mkdir("/m");
  files.mkdir("/m/r");
  return { files, root: "/m/r", open: [], symlink: (target, path) => files.symlink(target, path) };
}

export function closeAll({ files, open }: Side): void {
  for (const { fd } of open.splice(0)) files.close(fd);
}

/** One call on either side; what it gives is compared. */
export type Step = (side: Side) => unknown;

const NAMES = ["a", "b", "d", "d/a", "d/e", "d/e/a", "l", "l/a", "a/x", "missing/a", "dangling", "loop", ""];
const path = fc.constantFrom(...NAMES);
const size = fc.constantFrom(0, 1, 3, 511, 512, 700, 4096, 5000, 9000);
const which = fc.nat(5);
const bytes = fc.tuple(size, fc.nat(255)).map(([length, value]) => new Uint8Array(length).fill(value));
const flags = fc.constantFrom("r" as const, "r+" as const);

/** What an open descriptor is used for; one that is not open now and then. */
function withFd(use: (files: Files, fd: number, path: string) => unknown) {
  return (index: number): Step =>
    ({ files, open }) => {
      const at = open[index % Math.max(open.length, 1)];
      return at === undefined ? "nothing open" : use(files, at.fd, at.path);
    };
}

/** The same for files alone: how long a directory is, each file system decides for itself. */
const withFile = (use: (files: Files, fd: number, path: string) => unknown) =>
  withFd((files, fd, path) => (files.stat(fd, path).isFile() ? use(files, fd, path) : "no file"));

const opened =
  (call: (files: Files, path: string) => number) =>
  (name: string): Step => {
    return ({ files, root, open }) => {
      const full = join(root, name);
      open.push({ fd: call(files, full), path: full });
      return "opened";
    };
  };
const onPath =
  (call: (files: Files, path: string, other: string) => unknown) =>
  (name: string, other = name): Step => {
    return ({ files, root }) => call(files, join(root, name), join(root, other));
  };

/** What `lstat` says that is the same everywhere. */
const shown = (stat: ReturnType<Files["look"]>) =>
  stat && {
    kind: stat.isFile()
      ? "file"
      : stat.isDirectory()
        ? "directory"
        : stat.isSymbolicLink()
          ? "link"
          : "other",
    size: stat.isFile() ? stat.size : 0,
    nlink: stat.isFile() ? stat.nlink : 0,
  };

const named = (name: string, arbitrary: fc.Arbitrary<Step>): fc.Arbitrary<Step> =>
  arbitrary.map((step) => Object.assign((side: Side) => step(side), { toString: () => name }));

/** Any call. */
export const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: named("create", path.map(opened((files, at) => files.create(at)))) },
  { weight: 4, arbitrary: named("mkdir", path.map(onPath((files, at) => files.mkdir(at)))) },
  {
    weight: 3,
    arbitrary: named(
      "open",
      fc.tuple(path, flags).map(([at, how]) => opened((files, p) => files.open(p, how))(at)),
    ),
  },
  named(
    "close",
    which.map((index) => ({ files, open }: Side) => {
      const [at] = open.splice(index % Math.max(open.length, 1), 1);
      if (at !== undefined) files.close(at.fd);
    }),
  ),
  named("stat", which.map(withFd((files, fd, at) => shown(files.stat(fd, at))))),
  named("look", path.map(onPath((files, at) => shown(files.look(at))))),
  named(
    "read",
    fc.tuple(which, size, size).map(([index, at, length]) =>
      withFd((files, fd, full) => {
        const into = new Uint8Array(length);
        return [files.read(fd, into, at, full), brief(into)];
      })(index),
    ),
  ),
  {
    weight: 4,
    arbitrary: named(
      "write",
      fc
        .tuple(which, bytes, size)
        .map(([index, what, at]) => withFd((files, fd, full) => files.write(fd, what, at, full))(index)),
    ),
  },
  named(
    "truncate",
    fc.tuple(which, size).map(([index, to]) => withFd((files, fd, at) => files.truncate(fd, to, at))(index)),
  ),
  named(
    "extend",
    fc
      .tuple(which, size, size)
      .map(([index, one, other]) => withFile((files, fd, at) => files.extend(fd, one, other, at))(index)),
  ),
  named(
    "punch",
    fc
      .tuple(which, size, size)
      .map(([index, from, length]) => withFile((files, fd, at) => files.punch(fd, from, length, at))(index)),
  ),
  named(
    "reserve",
    fc.tuple(which, size).map(([index, to]) => withFile((files, fd, at) => files.reserve(fd, to, at))(index)),
  ),
  named("sync", which.map(withFd((files, fd, at) => files.sync(fd, at)))),
  named("lock", which.map(withFd((files, fd, at) => files.lock(fd, at)))),
  named("syncDirectory", path.map(onPath((files, at) => files.syncDirectory(at)))),
  {
    weight: 3,
    arbitrary: named(
      "rename",
      fc.tuple(path, path).map(([a, b]) => onPath((files, from, to) => files.rename(from, to))(a, b)),
    ),
  },
  {
    weight: 2,
    arbitrary: named(
      "link",
      fc.tuple(path, path).map(([a, b]) => onPath((files, from, to) => files.link(from, to))(a, b)),
    ),
  },
  {
    weight: 2,
    arbitrary: named(
      "copy",
      fc.tuple(path, path).map(([a, b]) => onPath((files, from, to) => files.copy(from, to))(a, b)),
    ),
  },
  { weight: 2, arbitrary: named("unlink", path.map(onPath((files, at) => files.unlink(at)))) },
  { weight: 2, arbitrary: named("rmdir", path.map(onPath((files, at) => files.rmdir(at)))) },
  named(
    "list",
    path.map(
      onPath((files, at) =>
        files
          .list(at)
          .map(({ name, kind }) => `${name} ${kind}`)
          .sort(),
      ),
    ),
  ),
  named(
    "touch",
    path.map(
      onPath((files, at) => {
        files.touch(at, new Date(1e12));
        return files.look(at)?.isDirectory() === true ? files.look(at)?.mtimeMs : undefined;
      }),
    ),
  ),
  named(
    "realPath",
    path.map((name) => ({ files, root }: Side) => {
      const real = files.realPath(join(root, name));
      return real && relative(files.realPath(root) ?? "", real);
    }),
  ),
  named(
    "symlink",
    fc
      .constantFrom<[string, string]>(["d", "l"], ["nowhere", "dangling"], ["loop", "loop"])
      .map(([target, at]) => ({ root, symlink, files }: Side) => {
        if (files.look(root)?.isDirectory() === true && files.look(join(root, at)) === undefined)
          symlink(target, join(root, at));
      }),
  ),
);

/** Swaps names, which not every system can. */
export const exchangeStep: fc.Arbitrary<Step> = named(
  "exchange",
  fc.tuple(path, path).map(([a, b]) => onPath((files, one, other) => files.exchange(one, other))(a, b)),
);

/** What a step gives: a value, or the class and the system's code of the error. */
export function outcome(step: Step, side: Side): unknown {
  try {
    return { gives: step(side) };
  } catch (error) {
    if (!isMemmapError(error)) throw error;
    return {
      throws: error.name,
      code: systemCode(error.cause),
      path: error.path && relative(side.root, error.path),
    };
  }
}

/** Everything below a directory, with bytes and with which names are one file. */
export function everything(files: Files, root: string): unknown[] {
  const inodes = new Map<number, string>();
  const walk = (directory: string): unknown[] =>
    files
      .list(directory)
      .sort((one, other) => (one.name < other.name ? -1 : 1))
      .flatMap(({ name, kind }) => {
        const at = join(directory, name);
        const own = relative(root, at);
        if (kind === "directory") return [[own, kind], ...walk(at)];
        if (kind !== "file") return [[own, kind]];
        const ino = files.look(at)?.ino ?? 0;
        const first = inodes.get(ino) ?? own;
        inodes.set(ino, first);
        return [[own, kind, first, brief(contentOf(files, at))]];
      });
  return walk(root);
}

/** Bytes in runs: `1x512+0x3`. */
export function brief(bytes: Uint8Array): string {
  const runs: [value: number, count: number][] = [];
  for (const value of bytes) {
    const last = runs.at(-1);
    if (last?.[0] === value) last[1] += 1;
    else runs.push([value, 1]);
  }
  return runs.map(([value, count]) => `${value}x${count}`).join("+");
}

export function contentOf(files: Files, path: string): Uint8Array {
  const fd = files.open(path, "r");
  try {
    const into = new Uint8Array(files.stat(fd, path).size);
    return into.subarray(0, files.read(fd, into, 0, path));
  } finally {
    files.close(fd);
  }
}

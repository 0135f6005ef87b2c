import { basename, dirname, join, relative, sep } from "node:path";
import { currentFiles, type Files } from "../../platform/files.js";
import { type FileCall, interceptFiles } from "./intercept.js";
import { FileData } from "./memory/file-data.js";
import { MemoryFiles } from "./memory/memory-files.js";
import { DirectoryNode } from "./memory/nodes.js";
import { MemoryTree } from "./memory/tree.js";
import { type Trace, type TraceEvent } from "./trace.js";

/** A file system of which every change below a directory is written down. */
export interface RecordingFiles {
  /** To be given to `withFiles` or to a store. */
  readonly files: Files;
  /** What has happened so far, for {@link replay}. */
  readonly trace: Trace;
  /** Notes something among the events: that a change was acknowledged, say. */
  mark(label: string): void;
}

/**
 * Records what happens to a directory, so that every state can be had again in which a kill or a loss of power might have
 * left it:
 *
 * ```ts
 * const recording = recordingFiles("flights");
 * withFiles(recording.files, () => program());
 * for (let count = 0; count <= recording.trace.events.length; count++) {
 *   for (const state of replay(recording.trace, count).crashStates()) {
 *     // `state` is a file system that holds what a loss of power then might have left
 *   }
 * }
 * ```
 *
 * Stores through mappings make no calls: they are found in the files' bytes when these are synced or copied. A
 * call that throws is not recorded.
 *
 * @param root a directory, or where one is to be; it and what is below it is read now, and taken to be on the disk
 * @param files what carries the calls out; the real file system when left out, or that of `withFiles` around
 */
export function recordingFiles(root: string, files: Files = currentFiles()): RecordingFiles {
  const parent = files.realPath(dirname(root)) ?? dirname(root);
  const recorder = new Recorder(files.realPath(root) ?? join(parent, basename(root)), files);
  return {
    files: interceptFiles(files, (call, proceed) => {
      recorder.before(call);
      const result = proceed();
      recorder.after(call, result);
      return result;
    }),
    trace: recorder,
    mark: (label) => recorder.events.push({ kind: "mark", label }),
  };
}

class Recorder implements Trace {
  readonly initial: MemoryFiles;
  readonly events: TraceEvent[] = [];
  readonly #root: string;
  readonly #files: Files;
  /** The inodes of open descriptors of files below the root. */
  readonly #inodes = new Map<number, number>();

  constructor(root: string, files: Files) {
    this.#root = root;
    this.#files = files;
    this.initial = load(root, files);
  }

  #isBelow(path: string): boolean {
    return path === this.#root || path.startsWith(this.#root + sep);
  }

  /** A descriptor is forgotten before its number can be another's. */
  before(call: FileCall): void {
    if (call.name === "close") this.#inodes.delete(call.args[0]);
  }

  after(call: FileCall, result: unknown): void {
    switch (call.name) {
      case "create":
      case "open":
        this.#opened(call.name, call.path, result as number);
        break;
      case "mkdir":
        if (this.#isBelow(call.path)) {
          this.events.push({ kind: "mkdir", path: call.path, ino: this.#files.look(call.path)?.ino ?? 0 });
        }
        break;
      case "copy":
        this.#copied(call.args[1]);
        break;
      case "rename":
      case "exchange":
      case "link":
        if (result !== false && call.args.every((path) => this.#isBelow(path))) {
          this.events.push({ kind: call.name, from: call.args[0], to: call.args[1] });
        }
        break;
      case "unlink":
      case "rmdir":
        if (this.#isBelow(call.path)) this.events.push({ kind: call.name, path: call.path });
        break;
      case "syncDirectory":
        if (this.#isBelow(call.path) || relative(call.path, this.#root).split(sep)[0] !== "..") {
          this.events.push({ kind: "syncDirectory", path: call.path });
        }
        break;
      case "syncAll":
        for (const [ino, bytes] of contents(this.#root, this.#files))
          this.events.push({ kind: "content", ino, bytes });
        this.events.push({ kind: "syncAll", path: call.path });
        break;
      case "write":
      case "truncate":
      case "extend":
      case "punch":
      case "reserve":
      case "sync": {
        const ino = this.#inodes.get(call.args[0]);
        if (ino !== undefined) this.#changed(call, ino);
        break;
      }
      default:
    }
  }

  #opened(kind: "create" | "open", path: string, fd: number): void {
    if (!this.#isBelow(path)) return;
    const { ino } = this.#files.stat(fd, path);
    this.#inodes.set(fd, ino);
    if (kind === "create") this.events.push({ kind, path, ino });
  }

  #copied(path: string): void {
    if (!this.#isBelow(path)) return;
    const { ino, bytes } = contentOf(path, this.#files);
    this.events.push({ kind: "create", path, ino }, { kind: "content", ino, bytes });
  }

  #changed(
    call: Extract<FileCall, { name: "write" | "truncate" | "extend" | "punch" | "reserve" | "sync" }>,
    ino: number,
  ): void {
    switch (call.name) {
      case "write":
        if (call.args[1].length === 0) break;
        this.events.push({ kind: "write", ino, at: call.args[2], bytes: call.args[1].slice() });
        break;
      case "truncate":
        this.events.push({ kind: "truncate", ino, size: call.args[1] });
        break;
      case "extend":
        this.events.push({ kind: "extend", ino, from: call.args[1], to: call.args[2] });
        break;
      case "punch":
        this.events.push({ kind: "punch", ino, from: call.args[1], to: call.args[1] + call.args[2] });
        break;
      case "reserve":
        this.events.push({ kind: "reserve", ino, length: call.args[1] });
        break;
      case "sync": {
        const { bytes } = contentOf(call.path, this.#files, call.args[0]);
        this.events.push({ kind: "content", ino, bytes }, { kind: "sync", ino });
        break;
      }
      default:
        call satisfies never;
    }
  }
}

/** A file's bytes, through its descriptor or by its name. */
function contentOf(path: string, files: Files, fd?: number): { ino: number; bytes: Uint8Array } {
  const own = fd ?? files.open(path, "r");
  try {
    const { ino, size } = files.stat(own, path);
    const bytes = new Uint8Array(size);
    return { ino, bytes: bytes.subarray(0, files.read(own, bytes, 0, path)) };
  } finally {
    if (fd === undefined) files.close(own);
  }
}

/** The bytes of all files below a directory, by inode. */
function contents(root: string, files: Files): Map<number, Uint8Array> {
  const found = new Map<number, Uint8Array>();
  const walk = (directory: string): void => {
    for (const { name, kind } of files.list(directory)) {
      const path = join(directory, name);
      if (kind === "directory") walk(path);
      if (kind !== "file") continue;
      const { ino, bytes } = contentOf(path, files);
      found.set(ino, bytes);
    }
  };
  if (files.look(root)?.isDirectory() === true) walk(root);
  return found;
}

/** A copy in memory of a directory with what is below it, and of the directories that it is in, without what else these hold. */
function load(root: string, files: Files): MemoryFiles {
  const ancestors: string[] = [];
  for (let at = dirname(root); ; at = dirname(at)) {
    ancestors.unshift(at);
    if (at === dirname(at)) break;
  }
  const [top = "/", ...rest] = ancestors;
  const tree = new MemoryTree(2 ** 40, new DirectoryNode(files.look(top)?.ino ?? 2));
  for (const path of rest) tree.mkdir(path, files.look(path)?.ino);
  /** The first name of each file. */
  const names = new Map<number, string>();
  const walk = (path: string): void => {
    const stat = files.look(path);
    if (stat === undefined) return;
    if (stat.isDirectory()) {
      tree.mkdir(path, stat.ino);
      for (const { name } of files.list(path)) walk(join(path, name));
    } else if (stat.isFile()) {
      const first = names.get(stat.ino);
      if (first !== undefined) tree.link(first, path);
      else tree.create(path, stat.ino, new FileData(contentOf(path, files).bytes));
      names.set(stat.ino, first ?? path);
    }
  };
  walk(root);
  tree.syncAll();
  return new MemoryFiles({ dev: files.look(root)?.dev ?? files.look(dirname(root))?.dev }, tree);
}

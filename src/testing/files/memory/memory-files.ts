import type { Stats } from "node:fs";
import { IndexError } from "../../../errors.js";
import { checkBytes } from "../../../platform/checks.js";
import type { DirectoryEntry, Files } from "../../../platform/files.js";
import { failure } from "../failure.js";
import type { FilesCall } from "../intercept.js";
import { copyWhole } from "./copies.js";
import { type CrashOptions, crashedRoots } from "./crash.js";
import { Descriptors } from "./descriptors.js";
import { Refusal } from "./refusal.js";
import { statsOf } from "./stats.js";
import { MemoryTree } from "./tree.js";

/** What a file system in memory is like. */
export interface MemoryOptions {
  /** The most bytes that its files may take, in blocks of 4096: 256 MiB when left out. */
  readonly capacity?: number | undefined;
  /** The number of its device. */
  readonly dev?: number | undefined;
}

/**
 * A file system in memory that knows what of it a disk would still have after a loss of power.
 *
 * Stores work on it as on the real one, but for mapping: their elements are read and written through
 * descriptors. It behaves as Linux does, links included. Nothing ever gets an inode again that something had.
 *
 * ```ts
 * const files = new MemoryFiles();
 * files.mkdir("/data");
 * // … something that calls files, as a store does …
 * for (const state of files.crashStates()) {
 *   // Open the store on `state`: it must be as before the last change, or as after it.
 * }
 * ```
 */
export class MemoryFiles implements Files {
  /** @internal */
  readonly tree: MemoryTree;
  readonly dev: number;
  readonly #descriptors = new Descriptors();

  constructor({ capacity = 2 ** 28, dev = 7 }: MemoryOptions = {}, tree = new MemoryTree(capacity)) {
    this.tree = tree;
    this.dev = dev;
  }

  /** How many descriptors are open. */
  get openCount(): number {
    return this.#descriptors.count;
  }

  /** Bytes that are not taken. */
  get free(): number {
    return this.tree.free;
  }

  /**
   * What is left when the process that made all calls is killed now: everything, for the system goes on, but no descriptor
   * and no lock. What is not on the disk still is not.
   */
  killState(): MemoryFiles {
    return this.#with(copyWhole(this.tree.root));
  }

  /**
   * What may be left when the power fails now, each state once, with no descriptor and no lock, all of it on the disk.
   *
   * Whatever was not synced is lost, or whole, or in parts: of a file its writes one by one, its sectors of 512 bytes, and
   * its size; of a directory each name by itself. What was moved is under its old name, under its new one, or under both.
   * All states are given where they are not too many, else a sample of them.
   */
  *crashStates(options: CrashOptions = {}): Generator<MemoryFiles> {
    for (const root of crashedRoots(this.tree.root, options)) yield this.#with(root);
  }

  #with(root: MemoryTree["root"]): MemoryFiles {
    const { capacity, lastIno } = this.tree;
    return new MemoryFiles({ dev: this.dev }, new MemoryTree(capacity, root, lastIno));
  }

  /** Makes a symbolic link, which no store does. */
  symlink(target: string, path: string): void {
    this.#attempt("link", path, () => this.tree.symlink(target, path));
  }

  #attempt<T>(name: FilesCall, path: string, call: () => T): T {
    try {
      return call();
    } catch (error) {
      if (error instanceof Refusal) throw failure(name, path, error.code);
      throw error;
    }
  }

  #stat(fd: number): Stats {
    return statsOf(this.#descriptors.get(fd).node, this.dev);
  }

  create(path: string): number {
    return this.#attempt("create", path, () => this.#descriptors.open(this.tree.create(path), true));
  }

  open(path: string, flags: "r" | "r+"): number {
    return this.#attempt("open", path, () => {
      const node = this.tree.get(path);
      if (node.kind === "link") throw new Refusal("ELOOP");
      if (node.kind === "directory" && flags === "r+") throw new Refusal("EISDIR");
      return this.#descriptors.open(node, flags === "r+");
    });
  }

  close(fd: number): void {
    this.#attempt("close", `descriptor ${fd}`, () => this.tree.release(this.#descriptors.close(fd)));
  }

  stat(fd: number, path: string): Stats {
    return this.#attempt("stat", path, () => this.#stat(fd));
  }

  look(path: string): Stats | undefined {
    return this.#attempt("look", path, () => {
      try {
        const { node } = this.tree.find(path);
        return node && statsOf(node, this.dev);
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    });
  }

  read(fd: number, into: Uint8Array, at: number, path: string): number {
    if (into.length === 0) return 0;
    return this.#attempt("read", path, () => {
      const { node } = this.#descriptors.get(fd);
      if (node.kind !== "file") throw new Refusal("EISDIR");
      return node.data.read(into, at);
    });
  }

  write(fd: number, bytes: Uint8Array, at: number, path: string): void {
    if (bytes.length === 0) return;
    this.#attempt("write", path, () => {
      const node = this.#descriptors.writable(fd);
      this.tree.checkSize(at + bytes.length);
      const { length } = bytes;
      const fitting = this.tree.fitting(node, at, at + length) - at;
      if (fitting > 0) node.data.write(bytes.subarray(0, fitting), at);
      node.touch();
      if (fitting < length) throw new Refusal("ENOSPC");
    });
  }

  truncate(fd: number, size: number, path: string): void {
    this.#attempt("truncate", path, () => {
      const node = this.#descriptors.writable(fd, "EINVAL");
      this.tree.checkSize(size);
      node.data.setSize(size);
      node.touch();
    });
  }

  sync(fd: number, path: string): void {
    this.#attempt("sync", path, () => {
      const { node } = this.#descriptors.get(fd);
      if (node.kind === "file") node.data.sync();
      else if (node.kind === "directory") node.sync();
    });
  }

  syncDirectory(path: string): void {
    this.#attempt("syncDirectory", path, () => this.tree.directory(path).sync());
  }

  rename(from: string, to: string): void {
    this.#attempt("rename", from, () => this.tree.rename(from, to));
  }

  exchange(one: string, other: string): boolean {
    return this.#attempt("exchange", one, () => {
      try {
        this.tree.exchange(one, other);
        return true;
      } catch (error) {
        if (error instanceof Refusal && error.code === "EINVAL") return false;
        throw error;
      }
    });
  }

  link(from: string, to: string): void {
    this.#attempt("link", from, () => this.tree.link(from, to));
  }

  unlink(path: string): void {
    this.#attempt("unlink", path, () => this.tree.unlink(path));
  }

  mkdir(path: string): void {
    this.#attempt("mkdir", path, () => this.tree.mkdir(path));
  }

  rmdir(path: string): void {
    this.#attempt("rmdir", path, () => this.tree.rmdir(path));
  }

  list(path: string): DirectoryEntry[] {
    return this.#attempt("list", path, () =>
      Array.from(this.tree.directory(path).entries, ([name, { kind }]) => ({ name, kind })),
    );
  }

  copy(from: string, to: string): void {
    this.#attempt("copy", from, () => {
      const source = this.tree.get(from, true);
      const target = this.tree.create(to);
      try {
        if (source.kind !== "file") throw new Refusal("EISDIR");
        const bytes = source.data.content();
        this.tree.allocate(target, 0, bytes.length);
        if (bytes.length > 0) target.data.write(bytes, 0);
      } catch (error) {
        this.tree.unlink(to);
        throw error;
      }
    });
  }

  touch(path: string, time: Date): void {
    this.#attempt("touch", path, () => {
      const node = this.tree.get(path, true);
      node.touch();
      node.modified = time.getTime();
    });
  }

  realPath(path: string): string | undefined {
    return this.#attempt("realPath", path, () => {
      try {
        return this.tree.realPath(path);
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    });
  }

  extend(fd: number, from: number, to: number, path: string): void {
    checkBytes("the start of a growth", from, path);
    checkBytes("the end of a growth", to, path);
    if (to < from) {
      throw new IndexError(`the growth of ${path} ends at ${to}, before its start ${from}`, { path });
    }
    this.#attempt("extend", path, () => {
      if (from === to && to <= this.#stat(fd).size) return;
      const file = this.#descriptors.writable(fd, from === to ? "EINVAL" : "EBADF");
      this.tree.checkSize(to);
      this.tree.allocate(file, from, to);
      file.data.extend(from, to);
      file.touch();
    });
  }

  punch(fd: number, from: number, length: number, path: string): void {
    checkBytes("the start of a hole", from, path);
    checkBytes("the length of a hole", length, path);
    this.#attempt("punch", path, () => {
      const to = Math.min(from + length, this.#stat(fd).size);
      if (from >= to) return;
      this.#descriptors.writable(fd).data.punch(from, to);
    });
  }

  reserve(fd: number, length: number, path: string): void {
    checkBytes("a length to reserve", length, path);
    this.#attempt("reserve", path, () => {
      const { size, blocks } = this.#stat(fd);
      if (length === 0 || blocks * 512 >= Math.min(length, size)) return;
      this.tree.allocate(this.#descriptors.writable(fd), 0, length);
    });
  }

  syncAll(path: string): boolean {
    return this.#attempt("syncAll", path, () => {
      this.tree.directory(path);
      this.tree.syncAll();
      return true;
    });
  }

  lock(fd: number, path: string): boolean {
    return this.#attempt("lock", path, () => {
      const handle = this.#descriptors.get(fd);
      const file = this.#descriptors.writable(fd);
      file.lockedBy ??= handle;
      return file.lockedBy === handle;
    });
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Refusal && (error.code === "ENOENT" || error.code === "ENOTDIR");
}

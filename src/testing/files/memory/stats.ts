import type { Stats } from "node:fs";
import { BLOCK } from "./file-data.js";
import type { MemoryNode } from "./nodes.js";

/** What `lstat` says of something in memory. */
export function statsOf(node: MemoryNode, dev: number): Stats {
  return new MemoryStats(node, dev);
}

const MODES = { file: 0o100644, directory: 0o040755, link: 0o120777 } as const;

/** As it was when it was asked for: what changes of the node afterwards is not seen. */
class MemoryStats implements Stats {
  readonly #kind: MemoryNode["kind"];
  readonly dev: number;
  readonly ino: number;
  readonly mode: number;
  readonly nlink: number;
  readonly uid = 0;
  readonly gid = 0;
  readonly rdev = 0;
  readonly size: number;
  readonly blksize = BLOCK;
  readonly blocks: number;
  readonly atimeMs: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  readonly birthtimeMs: number;

  constructor(node: MemoryNode, dev: number) {
    this.#kind = node.kind;
    this.dev = dev;
    this.ino = node.ino;
    this.mode = MODES[node.kind];
    this.nlink = node.kind === "directory" ? 2 : node.links;
    const [size, blocks] = extentOf(node);
    this.size = size;
    this.blocks = (blocks * BLOCK) / 512;
    this.atimeMs = node.modified;
    this.mtimeMs = node.modified;
    this.ctimeMs = node.changed;
    this.birthtimeMs = node.born;
  }

  get atime(): Date {
    return new Date(this.atimeMs);
  }
  get mtime(): Date {
    return new Date(this.mtimeMs);
  }
  get ctime(): Date {
    return new Date(this.ctimeMs);
  }
  get birthtime(): Date {
    return new Date(this.birthtimeMs);
  }

  isFile(): boolean {
    return this.#kind === "file";
  }
  isDirectory(): boolean {
    return this.#kind === "directory";
  }
  isSymbolicLink(): boolean {
    return this.#kind === "link";
  }
  isBlockDevice(): boolean {
    return false;
  }
  isCharacterDevice(): boolean {
    return false;
  }
  isFIFO(): boolean {
    return false;
  }
  isSocket(): boolean {
    return false;
  }
}

/** Bytes and blocks. */
function extentOf(node: MemoryNode): [size: number, blocks: number] {
  if (node.kind === "file") return [node.data.size, node.data.blocks];
  if (node.kind === "directory") return [BLOCK, 1];
  return [Buffer.byteLength(node.target), 0];
}

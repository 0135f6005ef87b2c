import { resolve, sep } from "node:path";
import { BLOCK, FileData } from "./file-data.js";
import { DirectoryNode, FileNode, LinkNode, type MemoryNode } from "./nodes.js";
import { partsOf, ROOT } from "./path-parts.js";
import { Refusal } from "./refusal.js";

/** Where a name is, and what it stands for. */
export interface Place {
  readonly parent: DirectoryNode;
  readonly name: string;
  /** Without links. */
  readonly path: string;
  readonly node: MemoryNode | undefined;
}

/** Symbolic links that are followed on the way of one path. */
const MAX_LINKS = 40;
/** Bytes of one name. */
const MAX_NAME = 255;
/** The longest file, in bytes: holes are held in memory. */
const MAX_FILE = 2 ** 31;

/** Directories, files and links by path. Everything here throws {@link Refusal}. */
export class MemoryTree {
  readonly root: DirectoryNode;
  /** The most bytes that all files together may take. */
  readonly capacity: number;
  /** Everything that has a name or is open, by inode. */
  readonly #nodes = new Map<number, MemoryNode>();
  #lastIno: number;

  constructor(capacity: number, root = new DirectoryNode(2), lastIno = 10) {
    this.capacity = capacity;
    this.root = root;
    this.#lastIno = lastIno;
    this.#collect(root);
  }

  #collect(node: MemoryNode): void {
    if (this.#nodes.has(node.ino)) return;
    this.#nodes.set(node.ino, node);
    this.#lastIno = Math.max(this.#lastIno, node.ino);
    if (node.kind === "directory") for (const entry of node.entries.values()) this.#collect(entry);
  }

  /** The last inode that was given away: none is given twice. */
  get lastIno(): number {
    return this.#lastIno;
  }

  #nextIno(): number {
    this.#lastIno += 1;
    return this.#lastIno;
  }

  /** What has an inode. */
  node(ino: number): MemoryNode | undefined {
    return this.#nodes.get(ino);
  }

  /** Where a path leads: what has its last name, or could have it. */
  find(path: string, follow = false): Place {
    return this.#find(path, follow, { left: MAX_LINKS });
  }

  #find(path: string, follow: boolean, links: { left: number }): Place {
    const parts = partsOf(path);
    let place: Place = { parent: this.root, name: "", path: ROOT, node: this.root };
    for (const [i, name] of parts.entries()) {
      const { node: parent, path: directory } = place;
      if (parent === undefined) throw new Refusal("ENOENT");
      if (parent.kind !== "directory") throw new Refusal("ENOTDIR");
      if (name.length * 3 > MAX_NAME && Buffer.byteLength(name) > MAX_NAME) throw new Refusal("ENAMETOOLONG");
      const here = directory === ROOT ? ROOT + name : directory + sep + name;
      place = { parent, name, path: here, node: parent.entries.get(name) };
      if (place.node?.kind === "link" && (follow || i < parts.length - 1)) {
        links.left -= 1;
        if (links.left < 0) throw new Refusal("ELOOP");
        place = this.#find(resolve(directory, place.node.target), true, links);
      }
    }
    return place;
  }

  /** What a path stands for. */
  get(path: string, follow = false): MemoryNode {
    const { node } = this.find(path, follow);
    if (node === undefined) throw new Refusal("ENOENT");
    return node;
  }

  directory(path: string): DirectoryNode {
    const node = this.get(path, true);
    if (node.kind !== "directory") throw new Refusal("ENOTDIR");
    return node;
  }

  /** The path of what is there, without links. */
  realPath(path: string): string {
    const place = this.find(path, true);
    if (place.node === undefined) throw new Refusal("ENOENT");
    return place.path;
  }

  /** A name that nothing has yet. */
  #vacant(path: string): Place {
    const place = this.find(path);
    if (place.node !== undefined) throw new Refusal("EEXIST");
    return place;
  }

  create(path: string, ino = this.#nextIno(), data = new FileData()): FileNode {
    return this.#add(this.#vacant(path), new FileNode(ino, data));
  }

  mkdir(path: string, ino = this.#nextIno()): DirectoryNode {
    return this.#add(this.#vacant(path), new DirectoryNode(ino));
  }

  symlink(target: string, path: string, ino = this.#nextIno()): LinkNode {
    return this.#add(this.#vacant(path), new LinkNode(ino, target));
  }

  #add<N extends MemoryNode>({ parent, name }: Place, node: N): N {
    this.#lastIno = Math.max(this.#lastIno, node.ino);
    parent.set(name, node);
    this.#nodes.set(node.ino, node);
    return node;
  }

  link(from: string, to: string): void {
    const node = this.get(from);
    const { parent, name } = this.#vacant(to);
    if (node.kind === "directory") throw new Refusal("EPERM");
    parent.set(name, node);
    node.changed = parent.modified;
  }

  rename(from: string, to: string): void {
    const source = this.find(from);
    const target = this.find(to);
    const { node } = source;
    if (source.name === "" || target.name === "") throw new Refusal("EBUSY");
    if (node === undefined) throw new Refusal("ENOENT");
    if (node.kind === "directory" && contains(node, target.parent)) throw new Refusal("EINVAL");
    if (target.node?.kind === "directory" && contains(target.node, source.parent)) {
      throw new Refusal("ENOTEMPTY");
    }
    if (target.node === node) return;
    if (target.node !== undefined) refuseReplacing(target.node, node);
    const version = target.parent.set(target.name, node);
    source.parent.set(source.name, undefined, { directory: target.parent, name: target.name, version });
    node.changed = source.parent.modified;
    this.release(target.node);
  }

  /** Two files swap their names. */
  exchange(one: string, other: string): void {
    const here = this.find(one);
    const there = this.find(other);
    if (here.name === "" || there.name === "") throw new Refusal("EBUSY");
    if (here.node === undefined || there.node === undefined) throw new Refusal("ENOENT");
    for (const [{ node }, { parent }] of [
      [here, there],
      [there, here],
    ] as const) {
      if (node?.kind === "directory" && contains(node, parent)) throw new Refusal("EINVAL");
    }
    if (here.node === there.node) return;
    const first = here.parent.set(here.name, there.node);
    const second = there.parent.set(there.name, here.node);
    first.needs = { directory: there.parent, name: there.name, version: second };
    second.needs = { directory: here.parent, name: here.name, version: first };
  }

  unlink(path: string): void {
    const { parent, name, node } = this.find(path);
    if (node === undefined) throw new Refusal("ENOENT");
    if (node.kind === "directory") throw new Refusal("EISDIR");
    parent.set(name, undefined);
    node.changed = parent.modified;
    this.release(node);
  }

  rmdir(path: string): void {
    const { parent, name, node } = this.find(path);
    if (node === undefined) throw new Refusal("ENOENT");
    if (node.kind !== "directory") throw new Refusal("ENOTDIR");
    if (name === "") throw new Refusal("EBUSY");
    if (node.entries.size > 0) throw new Refusal("ENOTEMPTY");
    parent.set(name, undefined);
    this.release(node);
  }

  /** Forgets what has no name and is not open. */
  release(node: MemoryNode | undefined): void {
    if (node === undefined || node.links > 0) return;
    if (node.kind === "file" && node.opened > 0) return;
    this.#nodes.delete(node.ino);
  }

  /** Bytes that are not taken. */
  get free(): number {
    let taken = 0;
    for (const node of this.#nodes.values()) if (node.kind === "file") taken += node.data.blocks;
    return this.capacity - taken * BLOCK;
  }

  /** Gives a part of a file its room, or refuses. */
  allocate({ data }: FileNode, from: number, to: number): void {
    const needed = data.missing(from, to);
    if (needed > 0 && needed * BLOCK > this.free) throw new Refusal("ENOSPC");
    data.give(from, to);
  }

  /** Gives a part of a file as much room as there is. @returns where that ends */
  fitting(file: FileNode, from: number, to: number): number {
    const { free } = this;
    for (let end = to; ; end = Math.ceil(end / BLOCK - 1) * BLOCK) {
      if (end <= from) return from;
      if (file.data.missing(from, end) * BLOCK > free) continue;
      file.data.give(from, end);
      return end;
    }
  }

  /** Refuses files so long that memory could not hold them. */
  checkSize(size: number): void {
    if (size > MAX_FILE) throw new Refusal("EFBIG");
  }

  /** Puts everything on the disk. */
  syncAll(): void {
    const syncBelow = (directory: DirectoryNode): void => {
      directory.sync();
      for (const node of directory.entries.values()) if (node.kind === "directory") syncBelow(node);
    };
    for (const node of this.#nodes.values()) if (node.kind === "file") node.data.sync();
    syncBelow(this.root);
  }
}

/** Whether a directory is another, or has it below it. */
function contains(directory: DirectoryNode, other: DirectoryNode): boolean {
  if (directory === other) return true;
  for (const node of directory.entries.values()) {
    if (node.kind === "directory" && contains(node, other)) return true;
  }
  return false;
}

function refuseReplacing(target: MemoryNode, by: MemoryNode): void {
  if (by.kind === "directory") {
    if (target.kind !== "directory") throw new Refusal("ENOTDIR");
    if (target.entries.size > 0) throw new Refusal("ENOTEMPTY");
  } else if (target.kind === "directory") throw new Refusal("EISDIR");
}

import { FileData } from "./file-data.js";

/** What a name can stand for. */
export type MemoryNode = FileNode | DirectoryNode | LinkNode;

/** A value that a name had, or has. */
export interface EntryVersion {
  /** undefined where nothing had the name. */
  readonly node: MemoryNode | undefined;
  /** A name that must be on the disk before this one may be: a file that was moved is not lost on its way. */
  needs: EntryNeed | undefined;
}

export interface EntryNeed {
  readonly directory: DirectoryNode;
  readonly name: string;
  readonly version: EntryVersion;
}

let lastTime = 0;

/** Milliseconds since 1970, later at each call. */
function now(): number {
  lastTime = Math.max(Date.now(), lastTime + 2 ** -10);
  return lastTime;
}

abstract class Node {
  readonly ino: number;
  links = 0;
  readonly born = now();
  modified = this.born;
  changed = this.born;

  constructor(ino: number) {
    this.ino = ino;
  }

  touch(): void {
    this.modified = now();
    this.changed = this.modified;
  }
}

export class FileNode extends Node {
  readonly kind = "file";
  readonly data: FileData;
  /** The descriptor that holds the lock. */
  lockedBy: object | undefined;
  /** How many descriptors are open: without names, the room is theirs. */
  opened = 0;

  constructor(ino: number, data = new FileData()) {
    super(ino);
    this.data = data;
  }
}

export class LinkNode extends Node {
  readonly kind = "link";
  readonly target: string;

  constructor(ino: number, target: string) {
    super(ino);
    this.target = target;
  }
}

/** A directory: what its names stand for, and what the disk may yet say that they do. */
export class DirectoryNode extends Node {
  readonly kind = "directory";
  readonly entries = new Map<string, MemoryNode>();
  /** Of names that were changed and not synced: what the disk has for certain, then every later value. */
  readonly pending = new Map<string, EntryVersion[]>();

  /** Gives a name to something, or takes it. @returns the version that this makes */
  set(name: string, node: MemoryNode | undefined, needs?: EntryNeed): EntryVersion {
    const before = this.entries.get(name);
    const version: EntryVersion = { node, needs };
    const versions = this.pending.get(name);
    if (versions === undefined) this.pending.set(name, [{ node: before, needs: undefined }, version]);
    else versions.push(version);
    if (before !== undefined) before.links -= 1;
    if (node === undefined) this.entries.delete(name);
    else {
      this.entries.set(name, node);
      node.links += 1;
    }
    this.touch();
    return version;
  }

  /** Puts all names on the disk. */
  sync(): void {
    for (const [name, versions] of [...this.pending]) {
      const newest = versions.at(-1);
      if (newest !== undefined) this.#settle(name, newest);
    }
  }

  /** Puts a name on the disk, up to some version, with what that needs. */
  #settle(name: string, version: EntryVersion): void {
    const versions = this.pending.get(name) ?? [];
    const at = versions.indexOf(version);
    if (at <= 0) return;
    const settled = versions.splice(0, at);
    if (versions.length === 1) this.pending.delete(name);
    for (const { needs } of [...settled, version]) {
      if (needs !== undefined) needs.directory.#settle(needs.name, needs.version);
    }
  }
}

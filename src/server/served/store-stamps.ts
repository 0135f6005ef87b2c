import { createHash } from "node:crypto";
import type { Files } from "../../platform/files.js";
import type { Catalog } from "../../store/index.js";
import { parentOf, type StorePaths } from "../../store/paths.js";

/**
 * How old a look may be that is good for another request, in milliseconds. Times of change are no finer themselves; where
 * there are many names, looking at all of them for each small request would be most of the work.
 */
const FRESH_MS = 1;
const FRESH_MANY_MS = 10;
const MANY = 16;

/**
 * What the file system says of all that a store was read from: of each array, sidecar and directory its inode, size and
 * time of change. Assignments raise no generation, and other software has none; both change these.
 */
export class StoreStamps {
  readonly #files: Files;
  readonly #stamps = new Map<string, string>();
  #looked: number;

  constructor(paths: StorePaths, catalog: Catalog, files: Files) {
    this.#files = files;
    this.#looked = performance.now();
    for (const path of namesOf(paths, catalog)) this.#stamps.set(path, stampOf(path, files));
  }

  /** Whether all is as it was. @throws DiskError */
  areSame(): boolean {
    const now = performance.now();
    if (now - this.#looked < (this.#stamps.size > MANY ? FRESH_MANY_MS : FRESH_MS)) return true;
    for (const path of this.#stamps.keys()) if (!this.isSame(path)) return false;
    this.#looked = now;
    return true;
  }

  /** Whether one file is as it was. @throws DiskError */
  isSame(path: string): boolean {
    return this.#stamps.get(path) === stampOf(path, this.#files);
  }

  equals(other: StoreStamps): boolean {
    return this.#text() === other.#text();
  }

  /** All of it in few characters. */
  digest(): string {
    return createHash("sha256").update(this.#text()).digest("base64url").slice(0, 22);
  }

  #text(): string {
    return JSON.stringify([...this.#stamps]);
  }
}

function stampOf(path: string, files: Files): string {
  const stat = files.look(path);
  return stat === undefined ? "" : `${stat.ino} ${stat.size} ${stat.mtimeMs}`;
}

/** All files and directories that a catalogue was read from. */
function namesOf(paths: StorePaths, { columns, groups }: Catalog): Set<string> {
  const names = new Set<string>([paths.root]);
  const addGroup = (name: string): void => {
    for (let group = name; group !== ""; group = parentOf(group)) names.add(paths.file(group));
  };
  for (const [name, { path, sidecar }] of columns) {
    names.add(path);
    if (sidecar !== undefined) names.add(sidecar);
    addGroup(parentOf(name));
  }
  for (const group of groups.keys()) {
    addGroup(group);
    names.add(paths.group(group));
  }
  return names;
}

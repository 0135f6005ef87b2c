import type { Stats } from "node:fs";
import { isMemmapError, StaleError } from "../../errors.js";
import {
  addressOf,
  type ByteSource,
  childPath,
  follow,
  Handle,
  linkIn,
  namesIn,
  rawAttributes,
} from "../../hdf5/raw/index.js";
import { type Files, nodeFiles } from "../../platform/files.js";
import { identityOf } from "../../platform/index.js";
import type { KeptFile } from "./cache.js";
import { openDataset } from "./hdf5-dataset.js";
import { readExactly } from "./positioned-read.js";
import type { ServedAttribute, ServedGroup, ServedNode } from "./served.js";

/** Bytes of the attributes of one object; further ones are not shown. */
const ATTRIBUTE_BYTES = 1 << 24;

/** Objects of a file that are kept, once they were looked at, and names of a group. */
const MOST_KEPT = 128;
const MOST_NAMES = 10_000;

/** In groups of more names, those by which nothing is found are not looked for. */
const MOST_CHECKED = 4096;

/**
 * Opens an HDF5 file to be served. Its library opens no other file, whatever this one says: links to other files are unknown
 * members, and so are datasets that are made of other files' data.
 *
 * @param path of the file, without links
 * @throws NotFoundError, FormatError, CorruptError, LockedError; StaleError where the path leads through a link by now;
 * UnsupportedError where h5wasm is not installed
 */
export async function openHdf5File(path: string): Promise<KeptFile> {
  const handle = await Handle.open(path, { isSealed: true });
  try {
    if (handle.path !== path || nodeFiles.realPath(path) !== path) {
      throw new StaleError(`${path}: the path leads through a link by now`, { path });
    }
    return new Hdf5ServedFile(handle, nodeFiles);
  } catch (error) {
    handle.close();
    throw error;
  }
}

/** The bytes of the file, by the descriptor of its handle, which stays open as long as anything is read. */
class HandleBytes implements ByteSource {
  readonly path: string;
  readonly key: string;
  readonly #handle: Handle;
  readonly #files: Files;
  #reading = 0;
  #isReleased = false;

  constructor(handle: Handle, key: string, files: Files) {
    this.#handle = handle;
    this.path = handle.path;
    this.key = key;
    this.#files = files;
  }

  read(into: Uint8Array, at: number): void | Promise<void> {
    const waiting = readExactly(this.#handle, into, at, this.#files);
    if (waiting === undefined) return undefined;
    this.#reading += 1;
    return waiting.finally(() => {
      this.#reading -= 1;
      this.#closeIdle();
    });
  }

  release(): void {
    this.#isReleased = true;
    this.#closeIdle();
  }

  #closeIdle(): void {
    if (this.#isReleased && this.#reading === 0) this.#handle.close();
  }
}

class Hdf5ServedFile implements KeptFile {
  readonly pin: string;
  readonly handle: Handle;
  readonly bytes: HandleBytes;
  readonly #files: Files;
  readonly #nodes = new Map<string, ServedNode>();
  /** Of groups that have members which are groups. */
  readonly #addresses = new Map<string, bigint>();

  constructor(handle: Handle, files: Files) {
    this.handle = handle;
    this.#files = files;
    this.pin = pinOf(files.stat(handle.fd, handle.path));
    this.bytes = new HandleBytes(handle, this.pin, files);
  }

  node(path: string): ServedNode | undefined {
    const known = this.#nodes.get(path);
    if (known !== undefined) return known;
    const target = follow(this.handle, path);
    if (target === undefined || target.kind === "link") return undefined;
    return this.#object(target.kind, target.path);
  }

  isIntact(): boolean {
    if (this.handle.closed) return false;
    return pinOf(this.#files.stat(this.handle.fd, this.handle.path)) === this.pin;
  }

  /** Whether it still is the file of its name. */
  isCurrent(): boolean {
    const there = this.#files.look(this.handle.path);
    return there !== undefined && pinOf(there) === this.pin;
  }

  release(): void {
    this.#nodes.clear();
    this.bytes.release();
  }

  attributesOf(path: string): readonly ServedAttribute[] {
    return rawAttributes(this.handle, path, ATTRIBUTE_BYTES);
  }

  member(group: string, name: string): ServedNode | undefined {
    const path = childPath(group, name);
    // Names that the library would take for several, or for the group itself.
    if (name === "" || name === "." || name.includes("/")) return { kind: "unknown", path };
    const known = this.#nodes.get(path);
    // A group that was asked for by this path may lie in itself.
    if (known !== undefined && known.kind !== "group") return known;
    const link = linkIn(this.handle, group, name);
    if (link === undefined) return undefined;
    switch (link.kind) {
      case "soft":
        return { kind: "link", path, target: link.target };
      case "external":
      case "other":
        return { kind: "unknown", path };
      default: {
        const above = link.kind === "group" ? this.#groupAbove(group, path) : undefined;
        return above === undefined ? this.#object(link.kind, path) : { kind: "link", path, target: above };
      }
    }
  }

  /** The group that a name in it, or further below, leads back to: as a group it would lie in itself without end. */
  #groupAbove(group: string, path: string): string | undefined {
    const address = addressOf(this.handle, path);
    for (let above = group; ; above = above.slice(0, above.lastIndexOf("/")) || "/") {
      if (this.#addressOf(above) === address) return above;
      if (above === "/") return undefined;
    }
  }

  #addressOf(group: string): bigint {
    const known = this.#addresses.get(group);
    if (known !== undefined) return known;
    if (this.#addresses.size >= MOST_KEPT) this.#addresses.clear();
    const address = addressOf(this.handle, group);
    this.#addresses.set(group, address);
    return address;
  }

  #object(kind: "group" | "dataset" | "type", path: string): ServedNode {
    const known = this.#nodes.get(path);
    if (known !== undefined) return known;
    const node = this.#open(kind, path);
    for (const [oldest] of this.#nodes) {
      if (this.#nodes.size < MOST_KEPT) break;
      this.#nodes.delete(oldest);
    }
    this.#nodes.set(path, node);
    return node;
  }

  #open(kind: "group" | "dataset" | "type", path: string): ServedNode {
    if (kind === "group") return new Hdf5ServedGroup(this, path);
    const dataset = kind === "dataset" ? openDataset(this, path) : undefined;
    return dataset ?? { kind: "unknown", path };
  }
}

class Hdf5ServedGroup implements ServedGroup {
  readonly kind = "group";
  readonly path: string;
  readonly #file: Hdf5ServedFile;
  #names: readonly string[] | undefined;

  constructor(file: Hdf5ServedFile, path: string) {
    this.#file = file;
    this.path = path;
  }

  names(): readonly string[] {
    const names = this.#names ?? this.#findNames();
    if (names.length <= MOST_NAMES) this.#names = names;
    return names;
  }

  #findNames(): readonly string[] {
    const { handle } = this.#file;
    const names = [...new Set(namesIn(handle, this.path))];
    if (names.length > MOST_CHECKED) return names;
    return names.filter((name) => isNamed(handle, this.path, name));
  }

  member(name: string): ServedNode | undefined {
    return this.#file.member(this.path, name);
  }

  attributes(): readonly ServedAttribute[] {
    return this.#file.attributesOf(this.path);
  }
}

/** Whether a name is what the file has: one that is no UTF-8 comes as other characters, by which nothing is found. */
function isNamed(handle: Handle, group: string, name: string): boolean {
  if (/^[\x01-\x7f]+$/.test(name)) return true;
  try {
    return linkIn(handle, group, name) !== undefined;
  } catch (error) {
    if (isMemmapError(error, "CORRUPT")) return true;
    throw error;
  }
}

/** What is another one for another file, and for another state of it. */
function pinOf(stat: Stats): string {
  const { dev, ino, born } = identityOf(stat);
  return `${dev}-${ino}-${born}-${stat.size}-${stat.mtimeMs}`;
}

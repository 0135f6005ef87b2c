import { isMemmapError } from "../errors.js";
import { nodeFiles } from "../platform/files.js";
import { type FileIdentity, identityOf, isSameFile, type Mapping } from "../platform/index.js";
import { mapFile } from "./file-storage.js";

/** Files that stay mapped between two tasks: as many as a table's columns that are read in turn. */
const MOST = 32;

/** How long they stay mapped after their last use, in milliseconds: to find all pages of 100 MB again takes some of these. */
const IDLE_MS = 500;

interface Entry {
  readonly identity: FileIdentity;
  readonly mapping: Mapping;
}

/**
 * Files that a thread reads again and again, mapped once; they are let go when nobody has read them for a while. While they are
 * held, all that are mapped stay so.
 */
export class MappedFiles {
  /** By path, the one that was read last at the end. */
  readonly #entries = new Map<string, Entry>();
  #timer: NodeJS.Timeout | undefined;
  #holds = 0;
  /** Maps of files that were replaced while they were held. */
  readonly #retired: Mapping[] = [];

  /** Keeps what is mapped from now on, until {@link letGo} is called as often. */
  hold(): void {
    this.#holds += 1;
  }

  letGo(): void {
    this.#holds -= 1;
    if (this.#holds === 0) for (const mapping of this.#retired.splice(0)) mapping.close();
    this.#trim();
    this.#timer?.refresh();
  }

  /** The bytes of a file; undefined where another one has the name. @throws CorruptError where it is shorter, DiskError */
  bytes(path: string, identity: FileIdentity, length: number): Uint8Array | undefined {
    // A program that has nothing else to do does not wait for it.
    this.#timer ??= setTimeout(() => this.#rest(), IDLE_MS).unref();
    this.#timer.refresh();
    const known = this.#entries.get(path);
    if (known !== undefined && isWhole(path, known, identity, length)) {
      this.#entries.delete(path);
      this.#entries.set(path, known);
      return new Uint8Array(known.mapping.buffer, 0, length);
    }
    this.#drop(path);
    const mapping = mapped(path, identity, length);
    if (mapping === undefined) return undefined;
    this.#entries.set(path, { identity, mapping });
    this.#trim();
    return new Uint8Array(mapping.buffer, 0, length);
  }

  /** Lets go of those that were read longest ago, where there are too many. */
  #trim(): void {
    if (this.#holds > 0) return;
    for (const path of [...this.#entries.keys()].slice(0, -MOST)) this.#drop(path);
  }

  #rest(): void {
    if (this.#holds === 0) this.close();
    else this.#timer?.refresh();
  }

  #drop(path: string): void {
    const mapping = this.#entries.get(path)?.mapping;
    this.#entries.delete(path);
    if (mapping === undefined) return;
    if (this.#holds > 0) this.#retired.push(mapping);
    else mapping.close();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const path of [...this.#entries.keys()]) this.#drop(path);
  }
}

/** Whether a file that is mapped is the one that is meant, and still has the bytes: what was cut off ends the process. */
function isWhole(path: string, known: Entry, identity: FileIdentity, length: number): boolean {
  if (!isSameFile(known.identity, identity) || known.mapping.length < length) return false;
  const there = nodeFiles.look(path);
  return there !== undefined && isSameFile(identityOf(there), identity) && there.size >= length;
}

function mapped(path: string, identity: FileIdentity, length: number): Mapping | undefined {
  try {
    return mapFile(path, identity, length, { shared: false });
  } catch (error) {
    if (isMemmapError(error, "STALE") || isMemmapError(error, "NOT_FOUND")) return undefined;
    throw error;
  }
}

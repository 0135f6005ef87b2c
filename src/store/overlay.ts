import { basename, dirname, join } from "node:path";
import { isMemmapError } from "../errors.js";
import type { DirectoryEntry, Files } from "../platform/files.js";
import { parentOf, type StorePaths } from "./paths.js";
import type { CommitRecord } from "./record.js";

/**
 * A directory as it will be once a pending record is applied, whatever of it has been applied already: how a reader sees
 * a store while a writer works, and after a writer died.
 */
export class Overlay {
  readonly #files: Files;
  /** Staged files by the paths that they will have. */
  readonly #staged = new Map<string, string>();
  readonly #headers = new Map<string, Uint8Array>();
  readonly #deleted = new Set<string>();
  /** What each directory gains. */
  readonly #gained = new Map<string, Map<string, DirectoryEntry>>();
  readonly #isPending: boolean;

  /** @param record what is pending; undefined where nothing is, and everything is as it stands */
  constructor(record: CommitRecord | undefined, paths: StorePaths, files: Files) {
    this.#files = files;
    this.#isPending = record !== undefined;
    for (const operation of record?.operations ?? []) {
      const path = paths.file(operation.path);
      switch (operation.op) {
        case "put":
          this.#staged.set(path, join(paths.control, record?.stage ?? "", operation.from));
          this.#gain(path, "file");
          for (let group = parentOf(operation.path); group !== ""; group = parentOf(group)) {
            this.#gain(paths.file(group), "directory");
          }
          break;
        case "mkdir":
          this.#gain(path, "directory");
          break;
        case "header":
          this.#headers.set(path, Buffer.from(operation.header, "base64"));
          break;
        case "delete":
          this.#deleted.add(path);
          break;
        default:
      }
    }
  }

  #gain(path: string, kind: DirectoryEntry["kind"]): void {
    const directory = dirname(path);
    const entries = this.#gained.get(directory) ?? new Map<string, DirectoryEntry>();
    this.#gained.set(directory, entries.set(basename(path), { name: basename(path), kind }));
  }

  /** What a directory holds, by name. */
  list(directory: string): Map<string, DirectoryEntry> {
    const entries = new Map<string, DirectoryEntry>();
    for (const entry of this.#listed(directory)) {
      if (!this.#deleted.has(join(directory, entry.name))) entries.set(entry.name, entry);
    }
    for (const [name, entry] of this.#gained.get(directory) ?? []) {
      // A directory that is there already is what it is.
      if (entry.kind === "file" || !entries.has(name)) entries.set(name, entry);
    }
    return entries;
  }

  #listed(directory: string): DirectoryEntry[] {
    try {
      return this.#files.list(directory);
    } catch (error) {
      // It is yet to be made, or was removed since its parent was listed.
      if (this.#isPending && isMemmapError(error, "NOT_FOUND")) return [];
      throw error;
    }
  }

  /** The header that a file will have; undefined where it is the file's own. */
  header(path: string): Uint8Array | undefined {
    return this.#headers.get(path);
  }

  /** Whether what a file says is yet to come, from the stage. */
  isStaged(path: string): boolean {
    return this.#staged.has(path);
  }

  /** Does something with the file that has a path or will have it. */
  withFile<T>(path: string, use: (path: string) => T): T {
    const staged = this.#staged.get(path);
    if (staged === undefined) return use(path);
    try {
      return use(staged);
    } catch (error) {
      // It has just got its name.
      if (isMemmapError(error, "NOT_FOUND")) return use(path);
      throw error;
    }
  }
}
